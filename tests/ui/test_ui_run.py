from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.runs.start import IMMEDIATE

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiRun(InvoicingCycleHttpCommon):
    """Many invoices are created beside the user, who sees how far that is."""

    def test_accountant_starts_cancels_and_goes_on(self):
        one = self._create_due_period("Ready one", 8.0)
        two = self._create_due_period("Ready two", 3.0)
        periods = one | two
        with patch.dict(IMMEDIATE, {"generate": 1}):
            self._run_tour("start_run", self.user_accountant)
        run = self.env["billing.run"].search([])
        self.assertEqual((run.state, run.total_count), ("queued", 2))
        self.assertFalse(periods.invoice_ids)

        self.env.ref("invoicing_cycle.ir_cron_work_on_runs").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(set(periods.mapped("state")), {"to_send"})

        self._run_tour("look_at_run", self.user_accountant, url="/odoo/invoicing-runs")
