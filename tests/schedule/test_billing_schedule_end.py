from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingScheduleEnd(ScheduleCommon):
    """The end of a project, an archived project, a schedule that was taken away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january = cls._period(cls.project, day(1, 1))
        cls.entry = cls._log_time(cls.project, day(1, 15), 3.0)

    def _end(self, project, last_day):
        project.write({"date_start": day(1, 1), "date": last_day})

    def _bill_all(self):
        """Invoice everything and end the project on 20 February."""
        self._end(self.project, day(2, 20))
        self._log_time(self.project, day(2, 10))
        for period in self.project.billing_period_ids:
            self._invoice(period)

    def test_end_cuts_the_last_period(self):
        self._end(self.project, day(3, 20))
        self.assertEqual(self._spans(self.project)[-1], (day(3, 1), day(3, 20)))
        self.assertEqual(self._period(self.project, day(3, 1)).invoice_date, day(3, 20))

    def test_end_on_the_last_day_of_a_period(self):
        self._end(self.project, day(2, 28))
        self.assertEqual(self._spans(self.project)[-1], (day(2, 1), day(2, 28)))

    def test_end_inside_the_first_period(self):
        self._end(self.project, day(1, 1))
        self.assertEqual(self._spans(self.project)[0], (day(1, 1), day(1, 1)))

    def test_end_behind_the_horizon(self):
        spans = self._spans(self.project)
        self._end(self.project, day(12, 31))
        self.assertEqual(self._spans(self.project), spans)

    def test_end_before_what_was_invoiced(self):
        self._invoice(self.january)
        self._end(self.project, day(1, 10))
        self.assertEqual(self.project.billing_period_ids, self.january)
        self.assertEqual(self.january.date_to, day(1, 31))

    def test_end_moved(self):
        self._end(self.project, day(2, 20))
        self._end(self.project, day(3, 20))
        self.assertEqual(
            self._spans(self.project)[1:],
            [(day(2, 1), day(2, 28)), (day(3, 1), day(3, 20))],
        )

    # ------------------------------------------------------------ late time

    def test_late_time_of_an_ended_project(self):
        self._bill_all()
        late = self._log_time(self.project, day(1, 20), 2.0)
        period = late.billing_period_id
        self.assertTrue(period.is_supplementary)
        self.assertEqual((period.date_from, period.date_to), (day(2, 21), day(3, 10)))
        self.assertEqual(period.late_hours, 2.0)
        self.assertEqual(period.state, "pending")

    def test_more_late_time_joins_the_supplementary_period(self):
        self._bill_all()
        late = self._log_time(self.project, day(1, 20))
        later = self._log_time(self.project, day(3, 15))
        self.assertEqual(later.billing_period_id, late.billing_period_id)
        self.assertEqual(late.billing_period_id.date_to, day(3, 15))
        self._invoice(late.billing_period_id)
        again = self._log_time(self.project, day(1, 21))
        self.assertEqual(again.billing_period_id.date_from, day(3, 16))

    def test_late_time_entered_by_a_consultant(self):
        self._bill_all()
        late = (
            self.env["account.analytic.line"]
            .with_user(self.user_consultant)
            .create(
                {
                    "name": "Late",
                    "project_id": self.project.id,
                    "date": day(2, 27),
                    "unit_amount": 1.0,
                }
            )
        )
        self.assertTrue(late.sudo().billing_period_id.is_supplementary)

    def test_time_after_the_end_of_an_open_schedule(self):
        self._end(self.project, day(2, 20))
        late = self._log_time(self.project, day(3, 2))
        self.assertEqual(late.billing_period_id.date_from, day(2, 21))
        # The project goes on after all.
        self._end(self.project, day(12, 31))
        self.assertEqual(self._spans(self.project)[1], (day(2, 1), day(2, 28)))
        self.assertEqual(late.billing_period_id.date_from, day(3, 1))
        self.assertFalse(late.billing_period_id.is_supplementary)
        self.assertTiled(self.project)

    def test_end_moved_with_late_time(self):
        self._end(self.project, day(2, 20))
        late = self._log_time(self.project, day(3, 20))
        self._end(self.project, day(2, 25))
        self.assertTiled(self.project)
        self.assertTrue(late.billing_period_id.is_supplementary)

    def test_supplementary_period_without_time_goes(self):
        self._end(self.project, day(2, 20))
        late = self._log_time(self.project, day(3, 2))
        supplementary = late.billing_period_id
        self._end(self.project, day(2, 19))
        self.assertTrue(supplementary.exists())
        late.unlink()
        self._end(self.project, day(2, 18))
        self.assertFalse(supplementary.exists())

    def test_released_time_of_an_ended_project(self):
        self._end(self.project, day(2, 20))
        held = self._log_time(self.project, day(2, 10), billing_hold="hold")
        for period in self.project.billing_period_ids:
            period.action_skip("test") if not period.hours else self._invoice(period)
        self.assertFalse(held.billing_period_id)
        held.billing_hold = "bill"
        self.assertTrue(held.billing_period_id.is_supplementary)

    def test_skipping_the_last_period(self):
        self._end(self.project, day(1, 31))
        self.january.action_skip("test")
        self.assertTrue(self.entry.billing_period_id.is_supplementary)
        self.january.action_unskip()
        self.assertEqual(self.entry.billing_period_id, self.january)

    def test_time_moved_after_the_end(self):
        self._bill_all()
        other = self._create_project("Other", order=self.project.sale_order_id)
        entry = self._log_time(other, day(1, 20))
        entry.project_id = self.project
        self.assertTrue(entry.billing_period_id.is_supplementary)

    def test_running_schedules_need_no_supplementary_period(self):
        count = len(self.project.billing_period_ids)
        future = self._log_time(self.project, day(7, 1))
        self.assertFalse(future.billing_period_id)
        self.assertEqual(len(self.project.billing_period_ids), count)

    # ------------------------------------------------------------- archived

    def test_archived_project_keeps_periods_with_time(self):
        self.project.active = False
        self.assertEqual(self.project.billing_period_ids, self.january)
        self.assertEqual(self.january.state, "pending")
        self._lock(day(1, 31))
        self.assertEqual(self.january.state, "ready")
        self._invoice(self.january)
        self.assertEqual(self.january.state, "to_send")

    def test_archived_project_opens_no_period(self):
        self.project.active = False
        self.project._open_billing_periods(day(6, 1))
        self.assertEqual(self.project.billing_period_ids, self.january)

    def test_late_time_of_an_archived_project(self):
        late = self._log_time(self.project, day(2, 10), billing_hold="hold")
        self.project.active = False
        late.billing_hold = "bill"
        self.assertEqual(self._spans(self.project)[1], (day(2, 1), day(3, 10)))
        self.assertEqual(late.billing_period_id.date_from, day(2, 1))

    def test_unarchived_project_goes_on(self):
        late = self._log_time(self.project, day(2, 10), billing_hold="hold")
        self.project.active = False
        late.billing_hold = "bill"
        supplementary = late.billing_period_id
        self.project.active = True
        self.assertEqual(
            self._spans(self.project),
            [
                (day(1, 1), day(1, 31)),
                (day(2, 1), day(2, 28)),
                (day(3, 1), day(3, 31)),
                (day(4, 1), day(4, 30)),
            ],
        )
        self.assertEqual(late.billing_period_id, supplementary)
        self.assertFalse(supplementary.is_supplementary)

    def test_schedule_taken_away(self):
        self.project.billing_frequency = False
        self.assertEqual(self.project.billing_period_ids, self.january)
        self.assertEqual(self.entry.billing_period_id, self.january)
        self.assertIn("schedule", self._get_missing(self.project))
        self._invoice(self.january)
        late = self._log_time(self.project, day(2, 2))
        self.assertTrue(late.billing_period_id.is_supplementary)

    def _create_unbilled_time(self):
        """On an item of a fixed price, after the schedule was taken away."""
        order = self._create_order(self.product_fixed)
        project = self._create_project("Fixed price", order=order)
        self._period(project, day(1, 1)).action_skip("test")
        entry = self._log_time(project, day(1, 20), 2.0)
        project.billing_frequency = False
        self.assertFalse(entry.billing_period_id)
        return entry

    def test_another_item_of_the_project_makes_time_billable(self):
        entry = self._create_unbilled_time()
        entry.project_id.sale_line_id = self._create_order().order_line
        self.assertTrue(entry.billing_period_id.is_supplementary)

    def test_another_item_of_the_task_makes_time_billable(self):
        entry = self._create_unbilled_time()
        entry.task_id = self.env["project.task"].create(
            {"name": "Extra", "project_id": entry.project_id.id}
        )
        self.assertFalse(entry.billing_period_id)
        entry.task_id.sale_line_id = self._create_order().order_line
        self.assertTrue(entry.billing_period_id.is_supplementary)

    def test_rate_of_a_person_makes_locked_time_billable(self):
        """Where it holds for that day."""
        entry = self._create_unbilled_time()
        self._lock(day(1, 31))
        rate = {
            "employee_id": self.consultant.id,
            "sale_line_id": self._create_order().order_line.id,
        }
        vals = {"sale_line_employee_ids": [Command.create(rate)]}
        self._change_for_all(entry.project_id, vals)
        self.assertTrue(entry.billing_period_id.is_supplementary)

    def test_project_without_a_schedule_gets_no_period(self):
        project = self._create_project(schedule=False)
        entry = self._log_time(project, day(2, 2))
        self.assertFalse(entry.billing_period_id)
        self.assertFalse(project.billing_period_ids)
