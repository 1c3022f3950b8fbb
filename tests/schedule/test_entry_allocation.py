from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestEntryAllocation(ScheduleCommon):
    """A billable entry that waits for its invoice belongs to exactly one period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january, cls.february, cls.march, cls.april = (
            cls._period(cls.project, day(month, 1)) for month in range(1, 5)
        )

    def assertPeriod(self, entry, period):
        """The link, both sides of it, and the hours of all periods say the same."""
        self.assertEqual(entry.billing_period_id, period)
        for other in self.project.billing_period_ids:
            self.assertEqual(entry in other.timesheet_ids, other == period)
            self.assertEqual(
                other.hours, sum(other.timesheet_ids.mapped("unit_amount"))
            )

    def test_period_of_its_day(self):
        for entry_day, period in (
            (day(1, 1), self.january),
            (day(1, 31), self.january),
            (day(2, 1), self.february),
            (day(4, 30), self.april),
        ):
            with self.subTest(entry_day):
                entry = self._log_time(self.project, entry_day, 2.0)
                self.assertPeriod(entry, period)
                self.assertEqual(period.late_hours, 0.0)

    def test_before_the_start(self):
        entry = self._log_time(self.project, day(12, 31, 2025), 2.0)
        self.assertPeriod(entry, self.january)
        self.assertEqual(self.january.late_hours, 2.0)

    def test_behind_the_horizon(self):
        entry = self._log_time(self.project, day(5, 1), 2.0)
        self.assertPeriod(entry, self.project.billing_period_ids.browse())
        self.project._open_billing_periods(day(4, 1))
        self.assertPeriod(entry, self._period(self.project, day(5, 1)))

    def test_in_a_gap(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        self._create_custom(project, day(1, 1), day(1, 10))
        second = self._create_custom(project, day(1, 20), day(1, 31))
        entry = self._log_time(project, day(1, 15), 2.0)
        self.assertEqual(entry.billing_period_id, second)
        self.assertEqual(second.late_hours, 2.0)
        between = self._create_custom(project, day(1, 12), day(1, 16))
        self.assertEqual(entry.billing_period_id, between)
        self.assertEqual(second.hours, 0.0)
        between.date_to = day(1, 14)
        self.assertEqual(entry.billing_period_id, second)
        second.date_from = day(1, 25)
        self.assertEqual(entry.billing_period_id, second)
        second.unlink()
        self.assertFalse(entry.billing_period_id)

    def test_closed_period(self):
        self._log_time(self.project, day(1, 10))
        self._invoice(self.january)
        late = self._log_time(self.project, day(1, 20), 2.0)
        self.assertPeriod(late, self.february)
        self.assertEqual(self.february.late_hours, 2.0)

    def test_several_closed_periods(self):
        self.january.action_skip("test")
        self.february.action_skip("test")
        entry = self._log_time(self.project, day(1, 20), 2.0)
        self.assertPeriod(entry, self.march)
        self.february.action_unskip()
        self.assertPeriod(entry, self.february)
        self.january.action_unskip()
        self.assertPeriod(entry, self.january)

    def test_open_period_behind_a_closed_one_takes_nothing_back(self):
        """Time never goes to an earlier period."""
        self.february.action_skip("test")
        entry = self._log_time(self.project, day(2, 10))
        self.assertPeriod(entry, self.march)

    def test_billed_entry_stays(self):
        entry = self._log_time(self.project, day(1, 10))
        invoice = self._invoice(self.january)
        self.assertPeriod(entry, self.january)
        self.february.action_skip("test")
        self.project.billing_frequency = "weekly"
        self.assertPeriod(entry, self.january)
        self.assertEqual(entry.invoice_line_id.move_id, invoice)

    def test_given_back(self):
        entry = self._log_time(self.project, day(1, 10))
        late = self._log_time(self.project, day(1, 11))
        late.billing_hold = "hold"
        invoice = self._invoice(self.january)
        late.billing_hold = "bill"
        self.assertPeriod(late, self.february)
        invoice.button_cancel()
        self.assertPeriod(entry, self.january)
        self.assertPeriod(late, self.january)
        invoice.button_draft()
        self.assertPeriod(entry, self.january)
        self.assertPeriod(late, self.february)

    # ------------------------------------------------------------ what waits

    def test_held_and_written_off(self):
        entry = self._log_time(self.project, day(1, 10), 2.0)
        nowhere = self.january.browse()
        for hold in ("hold", "write_off"):
            entry.billing_hold = hold
            self.assertPeriod(entry, nowhere)
            entry.billing_hold = "bill"
            self.assertPeriod(entry, self.january)

    def test_moved(self):
        entry = self._log_time(self.project, day(1, 10), 2.0)
        entry.date = day(3, 3)
        self.assertPeriod(entry, self.march)
        entry.date = day(2, 3)
        self.assertPeriod(entry, self.february)
        entry.date = day(3, 3)
        self.assertPeriod(entry, self.march)
        other = self._create_project("Other")
        entry.project_id = other
        self.assertPeriod(entry, self._period(other, day(3, 3)))
        self.assertEqual(self.march.hours, 0.0)

    def test_time_that_is_not_billed_by_the_hour(self):
        fixed = self._create_order(product=self.product_fixed).order_line
        entry = self._log_time(self.project, day(1, 10), 2.0)
        entry.so_line = fixed
        self.assertPeriod(entry, self.january.browse())
        entry.so_line = False
        self.assertPeriod(entry, self.january.browse())
        entry.so_line = self.project.sale_line_id
        self.assertPeriod(entry, self.january)

    def test_order_that_is_not_confirmed(self):
        order = self._create_order().copy()
        entry = self._log_time(self.project, day(1, 10), 2.0)
        entry.so_line = order.order_line
        self.assertPeriod(entry, self.january.browse())
        order.action_confirm()
        self.assertPeriod(entry, self.january)
        self.assertEqual(self.january.hours, 2.0)

    def test_project_that_is_not_billable(self):
        project = self._create_project(allow_billable=False)
        entry = self._log_time(project, day(1, 10))
        self.assertFalse(entry.billing_period_id)

    def test_task_of_another_rate(self):
        line = self._create_order(price=50.0).order_line
        task = self.env["project.task"].create(
            {
                "name": "Task",
                "project_id": self.project.id,
                "partner_id": self.partner.id,
                "sale_line_id": line.id,
            }
        )
        entry = self._log_time(self.project, day(1, 10), 2.0, task_id=task.id)
        self.assertPeriod(entry, self.january)
        self.assertEqual(self.january.amount_to_invoice, 100.0)

    def test_two_projects_of_one_order(self):
        other = self._create_project("Other", order=self.project.sale_order_id)
        one = self._log_time(self.project, day(1, 10), 2.0)
        two = self._log_time(other, day(1, 10), 3.0)
        self.assertPeriod(one, self.january)
        self.assertEqual(two.billing_period_id, self._period(other, day(1, 1)))
        self.assertEqual(self.january.hours, 2.0)

    def test_entered_before_the_schedule(self):
        project = self._create_project(schedule=False)
        entry = self._log_time(project, day(2, 10), 2.0)
        self.assertFalse(entry.billing_period_id)
        project.write({"billing_frequency": "monthly", "billing_start_date": day(3, 1)})
        march = self._period(project, day(3, 1))
        self.assertEqual(entry.billing_period_id, march)
        self.assertEqual((march.hours, march.late_hours), (2.0, 2.0))
        project.billing_start_date = day(2, 1)
        self.assertEqual(entry.billing_period_id, self._period(project, day(2, 1)))
        self.assertEqual(march.hours, 0.0)

    def test_created_in_one_call(self):
        entries = self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "project_id": self.project.id,
                    "employee_id": self.consultant.id,
                    "date": day(month, 10),
                    "unit_amount": month,
                }
                for month in range(1, 5)
            ]
        )
        self.assertEqual(
            entries.mapped("billing_period_id"), self.project.billing_period_ids
        )
        self.assertEqual(
            self.project.billing_period_ids.mapped("hours"), [1.0, 2.0, 3.0, 4.0]
        )

    def test_link_is_not_written_by_hand(self):
        entry = self._log_time(self.project, day(1, 10))
        with self.assertRefused("cannot be written"):
            entry.with_user(self.user_consultant).billing_period_id = self.march
        self.assertPeriod(entry, self.january)

    def test_copy_finds_its_own_period(self):
        entry = self._log_time(self.project, day(1, 10))
        self._invoice(self.january)
        copy = entry.copy()
        self.assertFalse(copy.invoice_line_id)
        self.assertPeriod(copy, self.february)

    def test_nothing_is_lost_or_counted_twice(self):
        """Whatever is closed and opened, each waiting hour is in one period."""
        entries = self.env["account.analytic.line"].union(
            *(
                self._log_time(self.project, day(month, number), 1.0)
                for month in range(1, 5)
                for number in (1, 10, 28)
            )
        )

        def check():
            periods = self.project.billing_period_ids
            self.assertEqual(len(entries.billing_period_id & periods) > 0, True)
            self.assertTrue(all(entry.billing_period_id for entry in entries))
            self.assertEqual(sum(periods.mapped("hours")), 12.0)
            self.assertEqual(
                sum(periods.mapped("amount_to_invoice"))
                + sum(periods.mapped("amount_invoiced")),
                1200.0,
            )

        check()
        self.february.action_skip("test")
        check()
        invoice = self._invoice(self.january)
        check()
        self.project.billing_frequency = "biweekly"
        check()
        invoice.button_cancel()
        check()
        self.february.action_unskip()
        check()
        self.project.write({"date_start": day(1, 1), "date": day(3, 5)})
        check()
        self.project.active = False
        check()
        self.project.active = True
        check()
        self.project.billing_frequency = "completion"
        check()
        self.project.billing_frequency = False
        check()
