from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestReadinessInvoices(ReadinessCommon):
    """The state of a period, true at every read after each change of its invoices.

    Nothing is flushed or invalidated between a change and the next read.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entry = cls._log_time(cls.project, day(1, 15), 3.0)

    def test_invoice_from_creation_to_sending(self):
        self._lock(day(1, 31))
        self.january.action_generate_invoices()
        self.assertState(self.january, "to_send")
        invoice = self.january.invoice_ids
        invoice.action_post()
        self.assertState(self.january, "to_send")
        invoice.action_mark_as_sent()
        self.assertState(self.january, "sent")
        invoice.action_undo_mark_as_sent("Wrong one")
        self.assertState(self.january, "to_send")
        invoice.action_mark_as_sent()
        invoice.button_draft()
        self.assertState(self.january, "to_send")

    def test_invoice_cancelled_and_taken_up_again(self):
        self._lock(day(1, 31))
        self.january.action_generate_invoices()
        invoice = self.january.invoice_ids
        invoice.button_cancel()
        self.assertState(self.january, "ready")
        invoice.button_draft()
        self.assertState(self.january, "to_send")
        invoice.unlink()
        self.assertState(self.january, "ready")

    def test_invoice_credited(self):
        self._lock(day(1, 31))
        self.january.action_generate_invoices()
        invoice = self.january.invoice_ids
        invoice.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        wizard.refund_moves()
        credit = wizard.new_move_ids
        self.assertState(self.january, "to_send")
        credit.action_post()
        self.assertState(self.january, "ready")
        credit.button_draft()
        self.assertState(self.january, "to_send")

    def test_invoiced_stays_invoiced(self):
        """New time, an unlock or a new person changes nothing about an invoice."""
        self._lock(day(1, 31))
        self.january.action_generate_invoices()
        self._lock(False)
        self._log_time(self.project, day(1, 20), employee=self.colleague)
        self.assertState(self.january, "to_send")
        self.assertEqual(self.february.late_hours, 1.0)
        self.assertState(self.february, "pending")

    def test_skipped(self):
        self.january.action_skip("Free of charge")
        self.assertState(self.january, "skipped")
        self.assertEqual(self.february.late_hours, 3.0)
        self.january.action_unskip()
        self.assertState(self.january, "pending")

    def test_draft_deleted_line_by_line(self):
        self._lock(day(1, 31))
        self.january.action_generate_invoices()
        self.january.invoice_ids.invoice_line_ids.unlink()
        self.assertState(self.january, "ready")
        self.assertEqual(self.january.amount_to_invoice, 300.0)
