from datetime import date

from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestBillingScheduleClosed(InvoicingCycleCommon):
    """Open periods before a closed one are debts, not leftovers of the schedule."""

    def test_open_period_before_a_skipped_one_stays(self):
        project = self._create_project()
        entry = self._log_time(project, date(2026, 1, 15))
        january = self._period(project, date(2026, 1, 15))
        self._period(project, date(2026, 2, 15)).action_skip("No invoice agreed")
        before = project.billing_period_ids
        project._open_billing_periods()
        self.assertEqual(project.billing_period_ids, before)
        self.assertEqual(entry.billing_period_id, january)

    def test_changed_schedule_leaves_it_too(self):
        project = self._create_project()
        january = self._period(project, date(2026, 1, 15))
        self._period(project, date(2026, 2, 15)).action_skip("No invoice agreed")
        project.billing_frequency = "weekly"
        self.assertEqual(self._period(project, date(2026, 1, 15)), january)
        self.assertEqual(
            self._period(project, date(2026, 3, 2)).date_to, date(2026, 3, 4)
        )
