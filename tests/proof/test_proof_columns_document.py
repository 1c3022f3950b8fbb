from datetime import datetime

from odoo.tests import tagged
from odoo.tools import SQL

from ..common.proof_columns import row
from ..common.proof_columns_time import ProofColumnsOfTimeCommon


def _id(name):
    return lambda case: getattr(case, name).id


def _draft(case):
    return case.drafted.invoice_line_id.move_id


def _entry(name, *values):
    return row(
        f"account_analytic_line.{name}",
        lambda case: case.billed,
        *values,
        name=lambda case: "Consultant, ",
    )


def _waits(name, *values):
    return row(
        f"account_analytic_line.{name}",
        lambda case: case.waiting,
        *values,
        name=lambda case: "Colleague, ",
    )


def _drafted(name, *values):
    return row(
        f"account_analytic_line.{name}",
        lambda case: case.drafted,
        *values,
        name=lambda case: _draft(case).display_name,
    )


def _of_line(name, *values):
    return row(
        f"account_move_line.{name}",
        lambda case: case.line,
        *values,
        name=lambda case: case.line.move_id.display_name,
    )


def _of_move(name, get_move, *values):
    return row(
        f"account_move.{name}",
        get_move,
        *values,
        name=lambda case: get_move(case).display_name,
    )


def _of_item(name, *values):
    return row(
        f"sale_order_line.{name}",
        lambda case: case.item,
        *values,
        name=lambda case: (
            case.item.order_id.name,
            case.line.move_id.display_name,
            _draft(case).display_name,
        ),
    )


def _of_period(name, get_period, *values):
    return row(
        f"project_billing_period.{name}",
        get_period,
        *values,
        name=lambda case: get_period(case).display_name,
    )


def _invoice(case):
    return case.line.move_id


def _january(case):
    return case._get_january()


def _february(case):
    return case._get_february()


def _sent(case):
    return case.sent


ROWS = (
    # ------------------------------------------------------------------ entries
    # Lines by person alone say whose time they bill.
    _drafted("employee_id", _id("colleague")),
    _drafted(
        "billed_as",
        SQL("'{}'::jsonb"),
        SQL("""'{"unit_amount": 6.0}'::jsonb"""),
        SQL("""'{"date": "2026-01-05", "unit_amount": 5.0}'::jsonb"""),
        SQL("""'{"task_id": false}'::jsonb"""),
    ),
    _waits("approved_on", datetime(2026, 2, 9)),
    _waits("approved_by_id", lambda case: case.env.uid),
    _entry("sent_back", True),
    _waits("sent_back", True),
    _waits("sent_back_reason", "Mend it"),
    # -------------------------------------------------------------------- lines
    _of_line("made_with", None),
    _of_line("billing_kind", "down_payment"),
    _of_line("is_downpayment", True),
    _of_line("recreated_line_id", _id("other_line")),
    _of_line("credited_quantity", 1.0),
    _of_line("credited_made", 1.0),
    # ---------------------------------------------------------------- documents
    _of_move("billing_origin", _invoice, "freeform"),
    _of_move("reversed_entry_id", _invoice, lambda case: case.sent.id),
    _of_move("payment_state", _invoice, "invoicing_legacy"),
    _of_move("payment_state", _draft, "invoicing_legacy"),
    _of_move("sent_on", _invoice, datetime(2026, 2, 1)),
    _of_move("sent_channel", _invoice, "mail"),
    _of_move("sent_on", _sent, None),
    _of_move("sent_channel", _sent, None),
    # -------------------------------------------------------------------- items
    _of_item("product_id", _id("product_goods"), _id("product_alike"), None),
    # ------------------------------------------------------------------ periods
    # Without an amount, or the hours of a retainer, any item may be chosen.
    _of_period("currency_id", _january, _id("currency"), None),
    _of_period("currency_id", _february, _id("currency"), None),
)


@tagged("post_install", "-at_install")
class TestProofColumnsOfDocuments(ProofColumnsOfTimeCommon):
    """What is kept of time, lines and documents beside the links of time."""

    def test_columns(self):
        self.assertFound(ROWS)

    def test_sent_record_of_a_draft(self):
        for move in (self.drafted.invoice_line_id.move_id, self.cancelled):
            with self.env.cr.savepoint() as savepoint:
                self._set(move, sent_on=datetime(2026, 2, 1), sent_channel="mail")
                kinds = self._get_kinds(self.projects)
                savepoint.rollback()
            self.env.invalidate_all()
            self.assertIn(("document_sent", move), kinds)

    def test_released_entry_of_a_cancelled_line(self):
        """One that the line never billed would be billed once it is re-opened."""
        line = self.cancelled.invoice_line_ids
        self.assertTrue(line.released_entry_ids)
        self.env.cr.execute(
            "INSERT INTO invoicing_cycle_released_entry_rel (move_line_id, entry_id)"
            " VALUES (%s, %s)",
            [line.id, self.waiting.id],
        )
        self.assertIn(("line_entries", line), self._get_kinds(self.projects))

    def test_changed_on_a_draft(self):
        """What an administrator changes on a draft is no difference of this kind."""
        self.drafted.employee_id = self.colleague
        self.drafted.name = "Another text"
        self.assertIn("employee_id", self.drafted.billed_as)
        self.assertProven(self.projects)
        self.drafted.employee_id = self.lead
        self.assertFalse(self.drafted.billed_as)
        self.assertProven(self.projects)

    def test_skipped_and_invoiced(self):
        """A period may be both: its invoice is re-opened after it was skipped."""
        period = self.cancelled.invoice_line_ids.billing_period_id
        period.action_skip("Agreed")
        self.cancelled.button_draft()
        self.assertTrue(period.skip_reason and period.invoice_line_ids)
        self.assertProven(self.projects)

    def test_product_set_otherwise(self):
        """Orders keep what a product was set to be delivered and invoiced by."""
        self.product_hours.service_policy = "ordered_prepaid"
        self.env.flush_all()
        self.assertProven(self.projects)
