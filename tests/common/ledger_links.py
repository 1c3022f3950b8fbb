from datetime import date
from typing import NamedTuple

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tools import mute_logger

from .beyond import BeyondHoursCommon
from .proof import ProofMixin

STATES = ("draft", "posted")
#: In the order of the letters of an expectation.
ROLES = ("biller", "chief", "seller", "lead", "administrator", "odoobot")
#: What tells that the ledger of a world is what it was.
KEPT = {
    "account.move.line": (
        "billing_kind",
        "billing_period_id",
        "company_id",
        "currency_id",
        "display_type",
        "move_id",
        "parent_state",
        "product_uom_id",
        "quantity_made",
        "sale_line_ids",
    ),
    "account.move": (
        "company_id",
        "currency_id",
        "move_type",
        "payment_state",
        "reversed_entry_id",
        "state",
    ),
    "sale.order": ("company_id", "currency_id", "state"),
    "sale.order.line": (
        "invoice_lines",
        "is_downpayment",
        "is_expense",
        "order_id",
        "product_id",
        "product_uom_id",
        "qty_delivered",
        "qty_delivered_method",
        "qty_invoiced",
        "state",
    ),
    "account.analytic.line": (
        "billing_period_id",
        "invoice_line_id",
        "project_id",
        "so_line",
        "timesheet_invoice_id",
        "unit_amount",
    ),
    "project.milestone": ("invoice_line_id", "project_id", "sale_line_id"),
    "project.billing.period": ("fixed_amount", "project_id", "sale_line_id"),
}
REFUSALS = (UserError, IntegrityError)


class World(NamedTuple):
    """One project with time and a milestone on one invoice in one state."""

    state: str
    project: BaseModel
    order: BaseModel
    item: BaseModel  # of the time
    milestone_item: BaseModel
    entry: BaseModel
    milestone: BaseModel
    move: BaseModel
    line: BaseModel  # bills the time
    milestone_line: BaseModel


class LedgerLinksCommon(ProofMixin, BeyondHoursCommon):
    """Ways to the links of invoice lines, tried in each state by each role.

    What a cell of the table comes to is one letter:

    = ==================================================
    C a link changed
    R refused, and nothing changed
    K no refusal, and nothing changed
    ! refused, and yet something changed
    = ==================================================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls._new_user(
            "chief", "account.group_account_manager,sales_team.group_sale_manager"
        )
        cls.seller = cls._new_user("seller", "sales_team.group_sale_manager")
        cls.other_order = cls._create_order(price=50.0)
        cls.other_project = cls._create_project("Other", order=cls.other_order)
        cls._log_time(cls.other_project, date(2026, 1, 5), 1.0)
        cls._lock(date(2026, 1, 31), cls.consultant)
        cls.other_move = cls._generate(cls._period(cls.other_project, date(2026, 1, 5)))
        cls.other_currency = cls.env.ref("base.EUR")
        if cls.other_currency == cls.company.currency_id:
            cls.other_currency = cls.env.ref("base.USD")
        cls.other_currency.active = True
        cls.worlds = {state: cls._create_world(state) for state in STATES}
        cls.env.flush_all()

    @classmethod
    def _create_world(cls, state):
        order = cls._create_order()
        order.order_line = [
            (0, 0, {"product_id": cls.product_milestones.id, "product_uom_qty": 1.0})
        ]
        item, milestone_item = order.order_line
        project = cls._create_project(
            f"Project {state}", order=order, allow_milestones=True
        )
        milestone = cls._create_milestones(project, milestone_item, [0.5])
        cls._reach(milestone, date(2026, 1, 20))
        entry = cls._log_time(project, date(2026, 1, 5), 16.0)
        cls._log_time(project, date(2026, 2, 5), 14.0)
        cls._lock(date(2026, 1, 31), cls.consultant)
        move = cls._generate(cls._period(project, date(2026, 1, 5)))
        if state == "posted":
            move.action_post()
        line, milestone_line = (
            move.invoice_line_ids.filtered(
                lambda line, kind=kind: line.billing_kind == kind
            )
            for kind in ("time", "milestone")
        )
        return World(
            state,
            project,
            order,
            item,
            milestone_item,
            entry,
            milestone,
            move,
            line,
            milestone_line,
        )

    def _get_user(self, role):
        return {
            "biller": self.user_accountant,
            "chief": self.chief,
            "seller": self.seller,
            "lead": self.user_manager,
            "administrator": self.user_timesheet_admin,
            "odoobot": self.env.ref("base.user_root"),
        }[role]

    # ------------------------------------------------------------------ cells

    def _read_world(self, world):
        self.env.flush_all()
        self.env.invalidate_all()
        return [
            record.exists() and {name: record[name] for name in KEPT[record._name]}
            for field in world[1:]
            for record in field
            if record._name in KEPT
        ] + [self.other_move.invoice_line_ids.ids]

    def _walk(self, road, world, role, sudo=False):
        """Try a road and take back what it did.

        :return: the letter, and the text of a refusal
        """
        env = self.env(user=self._get_user(role).id, su=sudo, context={})
        before = self._read_world(world)
        refused, message = False, ""
        with self.env.cr.savepoint() as savepoint:
            with mute_logger("odoo.sql_db", "odoo.models.unlink"):
                try:
                    with self.env.cr.savepoint():
                        road(self, world, env)
                        self.env.flush_all()
                except REFUSALS as error:
                    refused, message = True, str(error)
            after = self._read_world(world)
            savepoint.rollback()
        self.env.invalidate_all()
        changed = after != before
        if refused:
            return ("!" if changed else "R"), message
        return ("C" if changed else "K"), message

    def assertRoad(self, road, wanted, sudo=False, roles=ROLES, states=STATES):
        """Walk one road by some roles.

        :param road: function of the test, the world, the environment
        :param str wanted: a letter for each role; "-" where it does not matter
        """
        for state in states:
            letters = messages = ""
            for role, letter_wanted in zip(roles, wanted, strict=True):
                letter, message = self._walk(road, self.worlds[state], role, sudo)
                letters += letter if letter_wanted != "-" else "-"
                messages += f"\n{role}: {message}"
            with self.subTest(road=road.__name__, state=state, sudo=sudo):
                self.assertEqual(letters, wanted, messages)
