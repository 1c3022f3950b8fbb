from freezegun import freeze_time

from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingSchedule(ScheduleCommon):
    """A schedule opens its periods, on 10 March 2026 up to the end of April."""

    def test_monthly(self):
        project = self._create_project(billing_start_date=day(1, 1))
        self.assertEqual(
            self._spans(project),
            [
                (day(1, 1), day(1, 31)),
                (day(2, 1), day(2, 28)),
                (day(3, 1), day(3, 31)),
                (day(4, 1), day(4, 30)),
            ],
        )

    def test_monthly_keeps_the_31st(self):
        project = self._create_project(billing_start_date=day(12, 31, 2025))
        self.assertEqual(
            self._spans(project),
            [
                (day(12, 31, 2025), day(1, 30)),
                (day(1, 31), day(2, 27)),
                (day(2, 28), day(3, 30)),
                (day(3, 31), day(4, 29)),
                (day(4, 30), day(5, 30)),
            ],
        )

    def test_monthly_in_a_leap_year(self):
        with freeze_time("2028-03-10"):
            project = self._create_project(billing_start_date=day(1, 30, 2028))
        self.assertEqual(
            self._spans(project)[:3],
            [
                (day(1, 30, 2028), day(2, 28, 2028)),
                (day(2, 29, 2028), day(3, 29, 2028)),
                (day(3, 30, 2028), day(4, 29, 2028)),
            ],
        )

    def test_quarterly(self):
        project = self._create_project(
            billing_frequency="quarterly", billing_start_date=day(11, 30, 2025)
        )
        self.assertEqual(
            self._spans(project),
            [(day(11, 30, 2025), day(2, 27)), (day(2, 28), day(5, 29))],
        )

    def test_weekly(self):
        project = self._create_project(
            billing_frequency="weekly", billing_start_date=day(3, 5)
        )
        spans = self._spans(project)
        self.assertEqual(spans[0], (day(3, 5), day(3, 11)))
        self.assertEqual(spans[-1], (day(4, 30), day(5, 6)))
        self.assertEqual(len(spans), 9)
        self.assertTiled(project)

    def test_biweekly_over_the_end_of_the_year(self):
        project = self._create_project(
            billing_frequency="biweekly", billing_start_date=day(12, 23, 2025)
        )
        spans = self._spans(project)
        self.assertEqual(spans[0], (day(12, 23, 2025), day(1, 5)))
        self.assertEqual(spans[1], (day(1, 6), day(1, 19)))
        self.assertTiled(project)

    def test_custom_opens_nothing(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        self.assertFalse(project.billing_period_ids)

    def test_schedule_set_later(self):
        project = self._create_project(schedule=False)
        self.assertFalse(project.billing_period_ids)
        project.write({"billing_frequency": "monthly", "billing_start_date": day(3, 1)})
        self.assertEqual(self._spans(project)[0], (day(3, 1), day(3, 31)))

    def test_schedule_in_the_future(self):
        project = self._create_project(billing_start_date=day(4, 15))
        self.assertEqual(self._spans(project), [(day(4, 15), day(5, 14))])
        later = self._create_project(billing_start_date=day(6, 1))
        self.assertFalse(later.billing_period_ids)

    def test_opening_is_idempotent(self):
        project = self._create_project()
        periods = project.billing_period_ids
        project._open_billing_periods()
        project._open_billing_periods(changed=True)
        self.assertEqual(project.billing_period_ids, periods)

    def test_start_inside_a_cycle(self):
        project = self._create_project(billing_start_date=day(3, 15))
        self.assertEqual(self._spans(project)[0], (day(3, 15), day(4, 14)))

    # ------------------------------------------------------------ invoice date

    def test_invoice_date_is_the_last_day(self):
        project = self._create_project()
        self.assertEqual(
            project.billing_period_ids.sorted("date_from").mapped("invoice_date"),
            [day(1, 31), day(2, 28), day(3, 31), day(4, 30)],
        )

    def test_delay_moves_invoice_dates(self):
        project = self._create_project()
        project.billing_invoice_delay = 5
        self.assertEqual(self._period(project, day(1, 1)).invoice_date, day(2, 5))

    def test_delay_leaves_invoiced_and_skipped_periods(self):
        project = self._create_project()
        self._log_time(project, day(1, 15))
        january = self._period(project, day(1, 1))
        self._invoice(january)
        february = self._period(project, day(2, 1))
        february.action_skip("test")
        project.billing_invoice_delay = 5
        self.assertEqual(january.invoice_date, day(1, 31))
        self.assertEqual(february.invoice_date, day(2, 28))
        self.assertEqual(self._period(project, day(3, 1)).invoice_date, day(4, 5))

    def test_invoicing_in_advance_opens_the_next_period(self):
        project = self._create_project()
        project.billing_invoice_delay = -31
        self.assertEqual(self._spans(project)[-1], (day(5, 1), day(5, 31)))
        self.assertEqual(self._period(project, day(5, 1)).invoice_date, day(4, 30))
        self.assertTiled(project)

    def test_next_invoice_date(self):
        project = self._create_project()
        self._log_time(project, day(1, 15))
        self._log_time(project, day(2, 15))
        self.assertEqual(project.billing_next_invoice_date, day(1, 31))
        self._period(project, day(1, 1)).action_skip("test")
        self.assertEqual(project.billing_next_invoice_date, day(2, 28))

    # ---------------------------------------------------------------- refusals

    def test_frequency_needs_a_start(self):
        with self.assertRefused("from which day Late is billed"):
            self._create_project("Late", billing_start_date=False)

    def test_end_before_start(self):
        with self.assertRefused("before its billing starts"):
            self._create_project(date_start=day(1, 1), date=day(2, 1)).write(
                {"billing_start_date": day(3, 1)}
            )

    def test_templates_have_no_schedule(self):
        with self.assertRefused("is a template"):
            self._create_project(is_template=True)
        project = self._create_project()
        with self.assertRefused("is a template"):
            project.is_template = True

    def test_copy_has_no_schedule(self):
        copy = self._create_project().copy()
        self.assertFalse(copy.billing_frequency)
        self.assertFalse(copy.billing_start_date)
        self.assertFalse(copy.billing_period_ids)

    def test_template_from_project_and_back(self):
        project = self._create_project()
        project.action_create_template_from_project()
        template = self.env["project.project"].search([], order="id desc", limit=1)
        self.assertTrue(template.is_template)
        self.assertFalse(template.billing_frequency)
        made = template.action_create_from_template({"name": "Made"})
        self.assertFalse(made.billing_period_ids)
