from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiSend(InvoicingCycleHttpCommon):
    """Step 4: invoices are confirmed, printed, sent and marked as sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo leaves PDFs out of tests, unless it is asked for them.
        reports = cls.registry["ir.actions.report"]
        render = reports._pre_render_qweb_pdf

        def render_pdf(self, report_ref, res_ids=None, data=None):
            self = self.with_context(force_report_rendering=True)
            return render(self, report_ref, res_ids, data)

        cls.classPatch(reports, "_pre_render_qweb_pdf", render_pdf)

    def test_accountant_sends(self):
        mailed, posted = self._create_due_period(
            "Sent by mail"
        ) | self._create_due_period("Sent by post")
        (mailed | posted).action_generate_invoices()

        self._run_tour("send_invoices", self.user_accountant)

        self.assertEqual(mailed.state, "sent")
        invoice = mailed.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.sent_channel, "mail")
        self.assertEqual(invoice.sent_by_id, self.user_accountant)
        self.assertTrue(invoice.sent_on)
        mail = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", invoice.id)]
        )
        self.assertEqual(mail.recipient_ids, self.partner)
        pdf = invoice.invoice_pdf_report_id
        self.assertTrue(pdf.raw.startswith(b"%PDF"))
        self.assertIn(pdf.checksum, mail.attachment_ids.mapped("checksum"))

        self.assertEqual(posted.state, "to_send")
        invoice = posted.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(invoice.sent_on)
        log = str(invoice.message_ids.mapped("body"))
        self.assertIn("Marked as sent", log)
        self.assertIn("Came back from the post office", log)
