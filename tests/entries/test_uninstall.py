from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestUninstall(InvoicingCycleCommon):
    """Whoever uninstalls is told which decisions are lost, before they are."""

    def _get_lost(self, *names):
        modules = self.env["ir.module.module"].search([("name", "in", names)])
        dialog = self.env["base.module.uninstall"].create(
            {"module_ids": [Command.set(modules.ids)]}
        )
        return dialog.billing_lost or ""

    def test_nothing_decided(self):
        before = self._get_lost("invoicing_cycle")
        project = self._create_project()
        self._log_time(project, date(2026, 1, 5), 4.0)
        self.assertEqual(self._get_lost("invoicing_cycle"), before)

    def test_what_was_decided(self):
        project = self._create_project()
        entry = self._log_time(project, date(2026, 1, 5), 8.0)
        entry._split_off(2.5, {"billing_hold": "hold", "hold_reason": "Later"})
        self._log_time(project, date(2026, 1, 6), 3.0).billing_hold = "write_off"
        self._period(project, date(2026, 2, 5)).action_skip("Nothing")
        lost = self._get_lost("invoicing_cycle")
        self.assertIn("3.00 h that are written off", lost)
        self.assertIn("2.50 h that are held", lost)
        self.assertIn("1 skipped periods are no longer skipped", lost)

    def test_with_what_it_rests_on(self):
        """It goes with Odoo's timesheets, too."""
        project = self._create_project()
        self._log_time(project, date(2026, 1, 6), 3.0).billing_hold = "write_off"
        self.assertIn("3.00 h", self._get_lost("sale_timesheet"))

    def test_other_apps(self):
        project = self._create_project()
        self._log_time(project, date(2026, 1, 6), 3.0).billing_hold = "write_off"
        self.assertFalse(self._get_lost("mail_bot"))
