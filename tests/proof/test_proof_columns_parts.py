from datetime import date, datetime

from odoo.tests import tagged
from odoo.tools import SQL

from ..common.credit import CreditCommon
from ..common.proof_columns import ProofColumnsMixin, row
from ..common.proof_columns_time import ProofColumnsOfTimeCommon


def _id(name):
    return lambda case: getattr(case, name).id


def _day(case):
    return case.env["uom.uom"]._get_time_unit("day").id


def _department(case):
    return case.env["hr.department"].create({"name": "Other"}).id


def _part(name, *values):
    """Of the held part, which is told by its entry's person."""
    return row(
        f"project_billing_part.{name}",
        lambda case: case.part,
        *values,
        name=lambda case: (
            "Colleague, ",
            "Consultant, ",
            case.item.order_id.name,
            "The hours that lists show",
        ),
    )


ROWS = (
    _part("approved_on", datetime(2026, 2, 9)),
    _part("billed_as", SQL("'{}'::jsonb")),
    _part("billing_hold", "bill", "write_off"),
    _part("billing_hours", 0.0, 0.5, -0.25, None),
    _part("billing_period_id", lambda case: case._get_january().id),
    _part("company_id", _id("other_company")),
    _part("counted_in", None, "1/2/3"),
    _part("date", date(2026, 2, 20)),
    _part("department_id", _department),
    _part("employee_id", _id("consultant")),
    _part("entry_id", _id("billed")),
    _part("invoice_line_id", _id("line"), _id("other_line")),
    _part("own_sale_line_id", _id("other_item")),
    _part("product_uom_id", _day),
    _part("project_id", _id("other")),
    _part("sent_back", True),
    _part("so_line", None, _id("other_item")),
    _part("task_id", lambda case: case.project.task_ids.create({"name": "X"}).id),
    _part("timesheet_invoice_id", lambda case: case.line.move_id.id),
    _part("timesheet_invoice_type", None, "billable_fixed"),
    _part("user_id", _id("user_manager")),
)


@tagged("post_install", "-at_install")
class TestProofColumnsParts(ProofColumnsOfTimeCommon):
    """Every column of the parts of time entries, changed behind the ORM's back."""

    def test_columns(self):
        self.assertFound(ROWS)


@tagged("post_install", "-at_install")
class TestProofRelationsOfParts(ProofColumnsMixin, CreditCommon):
    """What lines keep of the parts that they billed.

    Of January a part is credited, of February one is to be.
    """

    def setUp(self):
        super().setUp()
        self.projects = self.project
        self.credited, self.line, self.credit_line = self._bill_part(
            date(2026, 3, 9), post=True
        )
        self.pending, _line, self.draft_line = self._bill_part(
            date(2026, 4, 9), post=False
        )
        self.project.billing_period_ids.mapped("hours")
        self.env.flush_all()

    def _bill_part(self, day, post):
        """A part that is billed, while its entry is held, and credited."""
        entry = self._log_time(self.project, day, 2.0)
        entry.billing_hold = "hold"
        part = entry._split_off(0.5, {"billing_hold": "bill"})
        other = self._log_time(self.project, day, 1.0)
        self._lock(date(2026, 4, 30))
        invoice = self._generate(self._period(self.project, day), "Because")
        invoice.action_post()
        line = part.invoice_line_id
        self.assertEqual(other.invoice_line_id, line)
        dialog = self._open_dialog("entries", invoice=invoice)
        dialog.line_ids.filtered(lambda row: row.part_id == part).is_chosen = True
        dialog.refund_moves()
        credit = dialog.new_move_ids
        if post:
            credit._post()
        return part, line, credit.invoice_line_ids.filtered("credited_part_ids")

    def test_relations(self):
        self.assertProven(self.projects)
        self.assertPairsFound(
            [
                (
                    "invoicing_cycle_credited_part_rel",
                    "move_line_id",
                    self.credit_line.id,
                    "part_id",
                    self.credited.id,
                    self.pending.id,
                    self.line.move_id.display_name,
                ),
                (
                    "invoicing_cycle_credited_part_rel",
                    "move_line_id",
                    self.draft_line.id,
                    "part_id",
                    self.pending.id,
                    None,
                    self.draft_line.move_id.display_name,
                ),
                (
                    "invoicing_cycle_released_part_rel",
                    "move_line_id",
                    self.line.id,
                    "part_id",
                    self.credited.id,
                    self.pending.id,
                    self.credit_line.move_id.display_name,
                ),
            ]
        )
