from datetime import date
from typing import NamedTuple

from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, UserError
from odoo.models import BaseModel
from odoo.tools import mute_logger

from .base import InvoicingCycleCommon

#: Keys that Odoo's code or add-ons' code heeds somewhere, and that any client can send.
FORGED = {
    "_force_unlink": True,
    "active_test": False,
    "bypass_guard": True,
    "default_employee_id": 1,
    "force_delete": True,
    "from_cron": True,
    "import_file": True,
    "install_mode": True,
    "is_timesheet": True,
    "mail_create_nolog": True,
    "module": "invoicing_cycle",
    "move_reverse_cancel": True,
    "no_validate": True,
    "recompute": False,
    "skip_analytic_sync": True,
    "skip_check_state": True,
    "skip_readonly_check": True,
    "su": True,
    "timesheet_unlock": True,
    "tracking_disable": True,
    "uid": 1,
    "user_id": 1,
}

LOCK = date(2026, 1, 31)
LOCKED_DAY = date(2026, 1, 13)
LATER_LOCKED_DAY = date(2026, 1, 14)
BILLED_DAY = date(2026, 2, 10)
OPEN_DAY = date(2026, 3, 5)

#: Billed time is not locked here, so that it is the invoice alone that closes it.
DAYS = {
    "open": OPEN_DAY,
    "locked": LOCKED_DAY,
    "approved": LATER_LOCKED_DAY,
    "draft": BILLED_DAY,
    "posted": BILLED_DAY,
}
STATES = tuple(DAYS)

#: In the order of the letters of an expectation.
ROLES = ("author", "colleague", "manager", "administrator", "accountant", "odoobot")

#: What a closed entry keeps, and what tells what became of it.
KEPT_FIELDS = (
    "approval_state",
    "approved_on",
    "billing_period_id",
    "company_id",
    "date",
    "employee_id",
    "invoice_line_id",
    "is_so_line_edited",
    "move_line_id",
    "name",
    "partner_id",
    "product_uom_id",
    "project_id",
    "so_line",
    "task_id",
    "timesheet_invoice_id",
    "timesheet_invoice_type",
    "unit_amount",
    "user_id",
)

REFUSALS = (UserError, RedirectWarning, IntegrityError)


class World(NamedTuple):
    """One entry in one state, with all that it hangs on for itself."""

    state: str
    entry: BaseModel
    author: BaseModel
    employee: BaseModel
    partner: BaseModel
    order: BaseModel
    order_line: BaseModel
    project: BaseModel
    parent: BaseModel
    task: BaseModel


class GuardCommon(InvoicingCycleCommon):
    """Paths to time entries, tried in each state by each role.

    What a cell of the table comes to is one letter:

    = =====================================================================
    C the entry changed, is gone, or another one came
    R refused, and nothing changed
    K kept: no refusal, and nothing changed
    F only the sales order item followed, and an approval ended with it
    P only the customer changed
    = =====================================================================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.other_partner = cls.env["res.partner"].create({"name": "Other Customer"})
        cls.other_order = cls._create_order(price=50.0)
        cls.other_project = cls._create_project("Other", order=cls.other_order)
        cls.other_task = cls.env["project.task"].create(
            {"name": "Elsewhere", "project_id": cls.other_project.id}
        )
        cls.successor = cls._new_user(
            "successor", "hr_timesheet.group_hr_timesheet_user"
        )
        cls.other_company = cls.env["res.company"].create({"name": "Two"})
        cls.worlds = {state: cls._create_world(state) for state in STATES}
        cls.env.flush_all()
        cls.snapshots = {}

    @classmethod
    def _create_world(cls, state):
        author = cls._new_user(
            f"author_{state}", "hr_timesheet.group_hr_timesheet_user"
        )
        employee = cls.env["hr.employee"].create(
            {"name": f"Author {state}", "user_id": author.id, "parent_id": cls.boss.id}
        )
        partner = cls.env["res.partner"].create({"name": f"Customer {state}"})
        order = cls._create_order(partner_id=partner.id)
        project = cls._create_project(
            f"Project {state}", order=order, partner_id=partner.id
        )
        Task = cls.env["project.task"]
        parent = Task.create({"name": "Parent", "project_id": project.id})
        task = Task.create(
            {"name": "Task", "project_id": project.id, "parent_id": parent.id}
        )
        entry = cls._log_time(
            project, DAYS[state], 2.0, employee, task_id=task.id, name="Analysis"
        )
        cls._lock(LOCK, employee)
        if state == "approved":
            entry.with_user(cls.user_manager).action_approve()
        if state in ("draft", "posted"):
            entry.billing_period_id.action_generate_invoices(reason="To be tested")
        if state == "posted":
            entry.invoice_line_id.move_id.action_post()
        return World(
            state,
            entry,
            author,
            employee,
            partner,
            order,
            order.order_line,
            project,
            parent,
            task,
        )

    def _get_user(self, world, role):
        return {
            "author": world.author,
            "colleague": self.user_colleague,
            "manager": self.user_manager,
            "administrator": self.user_timesheet_admin,
            "accountant": self.user_accountant,
            "odoobot": self.env.ref("base.user_root"),
        }[role]

    # ------------------------------------------------------------------ cells

    def _read_world(self, world):
        """All that must not change: the entry, and how many there are."""
        self.env.flush_all()
        self.env.invalidate_all()
        entry = world.entry.exists()
        Line = self.env["account.analytic.line"]
        return {
            "entry": {name: entry[name] for name in KEPT_FIELDS} if entry else None,
            "count": Line.search_count(
                [("employee_id", "in", (world.employee | self.consultant).ids)]
            ),
        }

    def _get_snapshot(self, world):
        # What a path does is taken back: read each world once.
        if world.state not in self.snapshots:
            self.snapshots[world.state] = self._read_world(world)
        return self.snapshots[world.state]

    def _walk(self, path, world, role, sudo=False):
        """Try a path and take back what it did.

        :return: the letter, and the text of a refusal
        """
        user = self._get_user(world, role)
        env = self.env(user=user.id, su=sudo, context={})
        before = self._get_snapshot(world)
        refused, message = False, ""
        with self.env.cr.savepoint() as savepoint:
            with mute_logger("odoo.sql_db", "odoo.models.unlink"):
                try:
                    with self.env.cr.savepoint():
                        path(self, world, env)
                        self.env.flush_all()
                except REFUSALS as error:
                    refused = True
                    message = str(error)
            after = self._read_world(world)
            savepoint.rollback()
        self.env.invalidate_all()
        if refused:
            return ("R" if after == before else "!"), message
        return self._get_letter(before, after), message

    def _get_letter(self, before, after):
        if not after["entry"] or before["count"] != after["count"]:
            return "C"
        changed = {
            name
            for name in KEPT_FIELDS
            if before["entry"][name] != after["entry"][name]
        }
        if not changed:
            return "K"
        if changed == {"partner_id"}:
            return "P"
        if "so_line" in changed and changed <= {
            "so_line",
            "approval_state",
            "approved_on",
            "billing_period_id",
            "timesheet_invoice_type",
        }:
            return "F"
        return "C"

    def assertWalk(self, path, expected, sudo=False, roles=ROLES):
        """Walk one path in some states, by some roles.

        :param path: function of the test, the world, the environment
        :param dict expected: state to a letter for each role
        """
        for state, wanted in expected.items():
            letters = messages = ""
            for role in roles:
                letter, message = self._walk(path, self.worlds[state], role, sudo)
                # A direct change that was let through may change this or that.
                letters += "C" if letter in "FP" and "C" in wanted else letter
                messages += f"\n{role}: {message}"
            with self.subTest(path=path.__name__, state=state, sudo=sudo):
                self.assertEqual(letters, wanted, messages)
