from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiCycleClear(InvoicingCycleHttpCommon):
    """Step 6: the cycle is clear when its last invoice is sent."""

    def test_accountant_clears_cycle(self):
        last = self._create_due_period("Last project")
        first = self._create_due_period("First project")
        (first | last).action_generate_invoices()
        (first | last).invoice_ids.action_post()
        first.invoice_ids.action_mark_as_sent()
        overview = last.get_cycle_overview()
        self.assertFalse(overview["clear"])

        self._run_tour("cycle_clear", self.user_accountant)

        self.assertEqual((first | last).mapped("state"), ["sent", "sent"])
        self.assertTrue(last.get_cycle_overview()["clear"])

    def test_five_clicks(self):
        """From ready to sent with nothing to be ticked twice."""
        periods = self.env["project.billing.period"].union(
            *(self._create_due_period(f"Project {number}") for number in range(3))
        )
        self._run_tour("cycle_five_clicks", self.user_accountant)
        self.assertEqual(set(periods.mapped("state")), {"sent"})
