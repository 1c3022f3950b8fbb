from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiGenerate(InvoicingCycleHttpCommon):
    """Step 3: invoices are created, and their periods move on."""

    def assertBilled(self, periods):
        """Each period has a draft invoice of its own with all of its time."""
        self.assertEqual(len(periods.invoice_ids), len(periods))
        self.assertEqual(set(periods.mapped("state")), {"to_send"})
        for period in periods:
            self.assertEqual(period.invoice_ids.state, "draft")
            line = period.invoice_line_ids
            self.assertEqual(
                line.quantity, sum(line.timesheet_entry_ids.mapped("unit_amount"))
            )
            self.assertEqual(line.price_subtotal, line.quantity * 100.0)
            self.assertEqual(period.amount_invoiced, line.price_subtotal)

    def test_accountant_generates(self):
        single = self._create_due_period("Ready single", 8.0)
        many = self._create_due_period("Ready many", 3.0)
        more = self._create_due_period("Ready more", 4.25)
        periods = single | many | more
        self.assertEqual(set(periods.mapped("state")), {"ready"})
        time = periods.timesheet_ids

        self._run_tour("generate_invoices", self.user_accountant)

        self.assertBilled(periods)
        self.assertEqual(periods.invoice_line_ids.timesheet_entry_ids, time)
        self.assertEqual(periods.invoice_ids.mapped("create_uid"), self.user_accountant)

    def test_billing_manager_invoices_anyway(self):
        user = self._new_user(
            "billing_manager", "invoicing_cycle.group_invoicing_cycle_manager"
        )
        period = self._create_due_period("Open project", locked=False)
        self.assertEqual(period.state, "pending")

        self._run_tour("invoice_anyway", user)

        self.assertBilled(period)
        self.assertFalse(self.consultant.timesheet_locked_until)
        log = str(period.invoice_ids.message_ids.mapped("body"))
        self.assertIn("Invoiced anyway: The customer ends its year", log)
        self.assertIn("Consultant has open days (never locked)", log)
