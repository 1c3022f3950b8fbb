from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiPreview(InvoicingCycleHttpCommon):
    """Look before you create: select, preview, leave one out, create the rest."""

    def test_accountant_previews_and_creates(self):
        fine = self._create_due_period("Fine project", 8.0)
        odd = self._create_due_period("Odd project", 3.0)
        item = odd.project_id.sale_line_id
        self._change_for_all(item, {"tax_ids": False})
        other = self._create_due_period("Other project", 2.0)
        opened = self._create_project("Open project")
        self._log_time(opened, self.last_month, 5.0, self.colleague)

        self._run_tour("preview_invoices", self.user_accountant)

        self.assertEqual(len((fine | odd).invoice_ids), 2)
        self.assertEqual(fine.amount_invoiced, 800.0)
        self.assertEqual(odd.amount_invoiced, 300.0)
        self.assertEqual(other.state, "ready")
        self.assertFalse(other.invoice_ids)
