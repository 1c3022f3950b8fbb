from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiCredit(InvoicingCycleHttpCommon):
    """A sent invoice is corrected: chosen time is credited and put on a new draft."""

    def _send_invoice(self):
        """
        :return: the invoice, an entry to keep on it, and one that is disputed
        """
        project = self._create_project("Disputed project")
        kept = self._log_time(project, self.last_month, 5.0, name="Design")
        disputed = self._log_time(project, self.last_month, 2.0, name="Workshop")
        self._lock(self.last_month_end)
        period = self._period(project, self.last_month)
        period.action_generate_invoices()
        invoice = period.invoice_ids
        invoice.action_post()
        invoice.action_mark_as_sent("mail")
        return invoice, kept, disputed

    def test_accountant_credits_and_recreates(self):
        invoice, kept, disputed = self._send_invoice()

        self._run_tour("credit_entries", self.user_accountant)

        self.assertEqual(invoice.state, "posted")
        [credit] = invoice.reversal_move_ids
        self.assertEqual(credit.state, "posted")
        self.assertEqual(credit.amount_untaxed, 200.0)
        self.assertEqual(kept.invoice_line_id.move_id, invoice)
        draft = disputed.invoice_line_id.move_id
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.move_type, "out_invoice")
        self.assertEqual(draft.amount_untaxed, 200.0)
        self.assertEqual(draft.invoice_line_ids.timesheet_entry_ids, disputed)

    def test_accountant_credits_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        invoice, _kept, disputed = self._send_invoice()

        self._run_tour(
            "credit_entries_on_a_phone",
            self.user_accountant,
            url=f"/odoo/customer-invoices/{invoice.id}",
        )

        [credit] = invoice.reversal_move_ids
        self.assertEqual(credit.amount_untaxed, 200.0)
        self.assertEqual(credit.state, "draft")
        self.assertEqual(credit.invoice_line_ids.credited_entry_ids, disputed)
