from datetime import date

from odoo.tests import tagged

from ..common.draft import DraftCommon

LAST = date(2026, 1, 6)
FEBRUARY = date(2026, 2, 5)


@tagged("post_install", "-at_install")
class TestDeliveryDate(DraftCommon):
    """The delivery date of an invoice is the last day of the work that it bills."""

    def test_last_entry(self):
        self.assertFalse(self.draft.invoice_date)
        self.assertEqual(self.draft.delivery_date, LAST)
        self.draft.action_post()
        self.assertEqual(self.draft.delivery_date, LAST)

    def test_end_of_the_period_where_no_time_is_billed(self):
        order = self._create_order(self.product_fixed)
        project = self._create_project("Fixed", order=order)
        period = self._period(project, LAST)
        period.write({"fixed_amount": 500.0, "sale_line_id": order.order_line.id})
        draft = self._generate(period, "To be tested")
        self.assertEqual(draft.delivery_date, date(2026, 1, 31))

    def _make_late_draft(self):
        """A draft of February that bills late time of January alone."""
        self._log_time(self.project, date(2026, 1, 7), 1.0)
        draft = self._generate(self._period(self.project, FEBRUARY), "Early")
        self.assertEqual(draft.delivery_date, date(2026, 1, 7))
        self._log_time(self.project, FEBRUARY, 1.0)
        self._lock(date(2026, 2, 28))
        return draft

    def test_refresh_follows_the_work(self):
        self.draft.action_post()
        draft = self._make_late_draft()
        self._refresh(draft)
        self.assertEqual(draft.delivery_date, FEBRUARY)

    def test_refresh_follows_what_leaves(self):
        self.other_entry.with_user(self.user_timesheet_admin).date = FEBRUARY
        self._refresh()
        self.assertEqual(self.draft.invoice_line_ids.timesheet_entry_ids, self.entry)
        self.assertEqual(self.draft.delivery_date, date(2026, 1, 5))

    def test_refresh_keeps_what_a_person_chose(self):
        self.draft.action_post()
        draft = self._make_late_draft()
        draft.delivery_date = date(2026, 2, 1)
        self._refresh(draft)
        self.assertEqual(draft.delivery_date, date(2026, 2, 1))

    def test_credit_notes_have_that_of_their_invoice(self):
        self.draft.action_post()
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": self.draft.ids,
                "date": date(2026, 3, 10),
                "journal_id": self.draft.journal_id.id,
            }
        )
        wizard.reverse_moves(is_modify=True)
        again = wizard.new_move_ids
        credit = self.draft.reversal_move_ids
        self.assertEqual(again.move_type, "out_invoice")
        self.assertEqual((again | credit).mapped("delivery_date"), [LAST, LAST])

    def test_fewer_values_than_documents(self):
        """Odoo pairs what it is given, and so do we."""
        self.draft.action_post()
        other = self.draft.copy()
        other.action_post()
        credits = (self.draft | other)._reverse_moves([{"ref": "Once"}])
        self.assertEqual(credits[0].ref, "Once")

    def test_invoice_that_bills_no_work(self):
        invoice = self.draft.copy()
        self.assertFalse(invoice.delivery_date)
