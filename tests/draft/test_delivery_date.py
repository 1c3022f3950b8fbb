from datetime import date

from odoo.tests import tagged

from ..common.draft import DraftCommon

JANUARY_END, FEBRUARY_END = date(2026, 1, 31), date(2026, 2, 28)


@tagged("post_install", "-at_install")
class TestDeliveryDate(DraftCommon):
    """The delivery date of an invoice is the last day of the work that it bills."""

    def test_end_of_the_period(self):
        self.assertFalse(self.draft.invoice_date)
        self.assertEqual(self.draft.delivery_date, JANUARY_END)
        self.draft.action_post()
        self.assertEqual(self.draft.delivery_date, JANUARY_END)

    def _make_late_draft(self):
        """A draft of February that bills late time of January alone."""
        self._log_time(self.project, date(2026, 1, 7), 1.0)
        draft = self._generate(self._period(self.project, FEBRUARY_END), "Early")
        self.assertEqual(draft.delivery_date, date(2026, 1, 7))
        self._log_time(self.project, date(2026, 2, 5), 1.0)
        self._lock(FEBRUARY_END)
        return draft

    def test_refresh_follows_the_work(self):
        self.draft.action_post()
        draft = self._make_late_draft()
        self._refresh(draft)
        self.assertEqual(draft.delivery_date, FEBRUARY_END)

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
        self.assertEqual(
            (again | credit).mapped("delivery_date"), [JANUARY_END, JANUARY_END]
        )

    def test_invoice_that_bills_no_work(self):
        invoice = self.draft.copy()
        self.assertFalse(invoice.delivery_date)
