from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingScheduleAhead(ScheduleCommon):
    """All open periods were closed ahead of time: time still finds a place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, day(1, 15), 3.0)
        cls.last = cls.project.billing_period_ids.sorted("date_from")[-1:]
        cls.entry.billing_period_id.action_generate_invoices(reason="test")
        later = cls.project.billing_period_ids - cls.entry.billing_period_id
        later.action_skip("test")

    def test_new_time_opens_the_next_period(self):
        entry = self._log_time(self.project, day(3, 5), 2.0)
        period = entry.billing_period_id
        self.assertGreater(period.date_from, self.last.date_to)
        self.assertEqual(period.late_hours, 2.0)
        self.assertTiled(self.project)

    def test_time_that_is_given_back(self):
        entry = self._log_time(self.project, day(3, 5), 2.0)
        entry.billing_period_id.action_skip("test")
        self.assertTrue(entry.billing_period_id)
        self.assertNotEqual(entry.billing_period_id.state, "skipped")
        self.assertTiled(self.project)

    def test_nothing_is_opened_without_time(self):
        self.project._open_supplementary_periods()
        self.assertEqual(
            self.project.billing_period_ids.sorted("date_from")[-1:], self.last
        )
