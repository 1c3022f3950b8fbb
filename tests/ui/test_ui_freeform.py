from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiFreeform(InvoicingCycleHttpCommon):
    """Step 5: charges and credits that are not made from time."""

    def test_accountant_creates_freeform_documents(self):
        project = self._create_project("Freeform project")
        self._log_time(project, self.last_month, 3.0)
        moves = self.env["account.move"]
        before = moves.search([])

        self._run_tour("freeform_documents", self.user_accountant)

        invoice, credit = (moves.search([]) - before).sorted("id")
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(credit.move_type, "out_refund")
        for move in invoice, credit:
            self.assertEqual(move.state, "posted")
            self.assertEqual(move.sent_channel, "mail")
            self.assertEqual(move.billing_origin, "freeform")
            self.assertEqual(move.billing_project_ids, project)
            self.assertEqual(move.partner_id, self.partner)
            self.assertFalse(move.billing_period_ids)
        line = invoice.invoice_line_ids
        self.assertEqual(line.product_id, self.product_fixed)
        self.assertEqual(line.tax_ids, self.tax)
        self.assertEqual((line.quantity, line.price_unit), (2.0, 450.0))
        line = credit.invoice_line_ids
        self.assertEqual(line.name, "Goodwill")
        self.assertEqual((line.quantity, line.price_unit), (1.0, 50.0))
        self.assertFalse(credit.reversed_entry_id)
        self.assertEqual(project.uninvoiced_hours, 3.0)
