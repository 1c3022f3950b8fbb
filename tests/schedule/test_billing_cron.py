from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.schedule import cron

from ..common.schedule import ScheduleCommon, day

CRON_LOGGER = cron.__name__


@tagged("post_install", "-at_install")
class TestBillingCron(ScheduleCommon):
    """The daily cron opens the periods of the next cycle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("invoicing_cycle.ir_cron_open_billing_periods")
        # Whatever else is in the database is no matter of these tests.
        cls.env["project.project"].search([]).billing_frequency = False
        cls.project = cls._create_project()
        cls.weekly = cls._create_project("Weekly", billing_frequency="weekly")

    def _run_cron(self, today):
        with freeze_time(today), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def _count_left(self, today):
        with freeze_time(today):
            return len(self.env["project.project"]._get_projects_to_open())

    def test_opens_the_next_cycle(self):
        self._run_cron(day(4, 1))
        self.assertEqual(self._spans(self.project)[-1], (day(5, 1), day(5, 31)))
        self.assertEqual(self._spans(self.weekly)[-1], (day(5, 28), day(6, 3)))
        self.assertTiled(self.project)
        self.assertTiled(self.weekly)

    def test_catches_up_after_a_standstill(self):
        self._run_cron(day(12, 24))
        self.assertEqual(
            self._spans(self.project)[-1], (day(1, 1, 2027), day(1, 31, 2027))
        )
        self.assertTiled(self.project)

    def test_is_idempotent(self):
        self._run_cron(day(4, 1))
        periods = (self.project | self.weekly).billing_period_ids
        self._run_cron(day(4, 1))
        self.assertEqual((self.project | self.weekly).billing_period_ids, periods)

    def test_works_only_where_something_is_lacking(self):
        self.assertFalse(self._count_left(day(3, 10)))
        self.assertEqual(self._count_left(day(4, 1)), 2)
        self._run_cron(day(4, 1))
        self.assertFalse(self._count_left(day(4, 1)))

    def test_only_adds_periods(self):
        periods = self.project.billing_period_ids
        february = self._period(self.project, day(2, 1))
        february.action_skip("test")
        self._run_cron(day(4, 1))
        self.assertLessEqual(periods, self.project.billing_period_ids)
        self.assertEqual(len(self.project.billing_period_ids), len(periods) + 1)

    def test_leaves_ended_projects_alone(self):
        self.project.write({"date_start": day(1, 1), "date": day(3, 20)})
        self.weekly.active = False
        spans = self._spans(self.project)
        self._run_cron(day(5, 1))
        self.assertEqual(self._spans(self.project), spans)
        self.assertFalse(self.weekly.billing_period_ids)

    def test_opens_periods_of_late_time(self):
        """Time that became billable behind the back of entries' create and write."""
        project = self._create_project(date_start=day(1, 1), date=day(2, 1))
        for period in project.billing_period_ids:
            period.action_skip("test")
        order = self._create_order().copy()
        late = self._log_time(
            project,
            day(1, 15),
            so_line=order.order_line.id,
            is_so_line_edited=True,
        )
        order.action_confirm()
        self.assertFalse(late.billing_period_id)
        self._run_cron(day(3, 11))
        self.assertTrue(late.billing_period_id.is_supplementary)

    def test_company_of_the_schedule(self):
        """Projects have no company: it is that of whoever set the schedule."""
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= company
        project = self._create_project(schedule=False, sale_line_id=False)
        project.sale_line_id = False
        project.with_company(company).write(
            {"billing_frequency": "monthly", "billing_start_date": day(3, 1)}
        )
        self.assertEqual(project.billing_period_ids.company_id, company)
        self._run_cron(day(4, 1))
        self.assertEqual(len(project.billing_period_ids), 3)
        self.assertEqual(project.billing_period_ids.company_id, company)
        # Whoever changes it later is not meant to move it to another company.
        project.billing_frequency = "weekly"
        self.assertEqual(project.billing_period_ids.company_id, company)

    def test_cycle_of_each_company(self):
        company = self.env["res.company"].create(
            {"name": "Quarterly", "billing_cycle": "quarterly"}
        )
        project = self._create_project(
            schedule=False, sale_line_id=False, company_id=company.id, partner_id=False
        )
        project.write({"billing_frequency": "monthly", "billing_start_date": day(1, 1)})
        self.assertEqual(self._spans(project)[-1], (day(6, 1), day(6, 30)))

    # -------------------------------------------------------- commit, failure

    def test_commits_after_each_batch(self):
        self.env["project.project"].create(
            [
                {
                    "name": f"Project {index}",
                    "allow_billable": True,
                    "billing_frequency": "monthly",
                    "billing_start_date": day(3, 1),
                }
                for index in range(3)
            ]
        )
        progress = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            progress.append((processed, remaining))
            return 60.0

        IrCron = self.env.registry["ir.cron"]
        with (
            patch.object(cron, "BATCH", 2),
            patch.object(IrCron, "_commit_progress", commit_progress),
            freeze_time(day(4, 1)),
        ):
            self.env["project.project"]._cron_open_billing_periods()
        self.assertEqual(progress, [(2, 3), (2, 1), (1, 0)])

    def test_stops_when_the_time_is_up_and_goes_on(self):
        IrCron = self.env.registry["ir.cron"]
        with (
            patch.object(cron, "BATCH", 1),
            patch.object(IrCron, "_commit_progress", lambda *args, **kwargs: 0),
            freeze_time(day(4, 1)),
        ):
            self.env["project.project"]._cron_open_billing_periods()
            self.assertEqual(self._count_left(day(4, 1)), 1)
            self.env["project.project"]._cron_open_billing_periods()
        self.assertFalse(self._count_left(day(4, 1)))

    @mute_logger(CRON_LOGGER)
    def test_one_failure_keeps_nobody_else_from_periods(self):
        Project = self.env.registry["project.project"]
        spans = Project._get_regular_spans
        failing = self.project.id

        def get_regular_spans(project, last_day, today):
            if project.id == failing and project.env.su and last_day == day(4, 30):
                calls.append(1)
                if len(calls) > 1:  # the first call only asks what is lacking
                    raise ValueError("No periods today")
            return spans(project, last_day, today)

        calls = []
        with patch.object(Project, "_get_regular_spans", get_regular_spans):
            self._run_cron(day(4, 1))
        self.assertEqual(self._spans(self.project)[-1], (day(4, 1), day(4, 30)))
        self.assertEqual(self._spans(self.weekly)[-1], (day(5, 28), day(6, 3)))

    # -------------------------------------------------------------- settings

    def test_longer_cycle_opens_periods_at_once(self):
        self.company.billing_cycle = "quarterly"
        self.assertEqual(self._spans(self.project)[-1], (day(6, 1), day(6, 30)))
        self.assertTiled(self.project)
