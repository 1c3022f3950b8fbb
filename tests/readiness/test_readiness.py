from freezegun import freeze_time

from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestReadiness(ReadinessCommon):
    """The state of a period, true at every read after every kind of change.

    Nothing is flushed or invalidated between a change and the next read.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entry = cls._log_time(cls.project, day(1, 15), 3.0)

    # ------------------------------------------------------------------ due

    def test_upcoming_until_its_cycle(self):
        self.assertState(self.april, "upcoming")
        self.assertState(self.march, "empty")
        self.project.billing_invoice_delay = 1
        self.assertState(self.march, "upcoming")
        self.assertState(self.february, "pending")
        self.project.billing_invoice_delay = -30
        self.assertState(self.april, "empty")

    def test_company_cycle(self):
        self.assertState(self.march, "empty")
        self.company.billing_cycle = "weekly"
        self.assertState(self.march, "upcoming")
        self.company.billing_cycle = "quarterly"
        self.assertState(self.march, "empty")
        self.company.billing_cycle_anchor = day(1, 15)
        self.assertState(self.march, "empty")
        self.assertState(self.april, "upcoming")

    def test_midnight_between_cycles(self):
        self.assertState(self.april, "upcoming")
        with freeze_time(day(4, 1)):
            self.env.invalidate_all()
            self.assertState(self.april, "empty")

    def test_overdue(self):
        overdue = self.project.billing_period_ids.filtered("is_overdue")
        self.assertEqual(overdue, self.january | self.february)
        self.assertFalse(self.march.is_overdue)
        found = self.january.search(
            [("project_id", "=", self.project.id), ("is_overdue", "=", True)]
        )
        self.assertEqual(found, overdue)
        others = self.january.search(
            [("project_id", "=", self.project.id), ("is_overdue", "=", False)]
        )
        self.assertEqual(others, self.march | self.april)
        self._lock(day(2, 28))
        self.assertTrue(self.january.is_overdue)
        self.assertFalse(self.february.is_overdue, "nothing is left to invoice")

    # ----------------------------------------------------------------- locks

    def test_lock_and_unlock(self):
        self.assertState(self.january, "pending")
        self._lock(day(1, 14))
        self.assertState(self.january, "pending")
        self._lock(day(1, 15))
        # All time is locked, but the person may still work in January.
        self.assertState(self.january, "pending")
        self._lock(day(1, 30))
        self.assertState(self.january, "ready")
        self._lock(day(1, 29))
        self.assertState(self.january, "pending")
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        self._lock(False)
        self.assertState(self.january, "pending")

    def test_person_without_hours_is_open(self):
        self._lock(day(1, 31))
        self.assertState(self.february, "pending")
        self._lock(day(2, 28))
        self.assertState(self.february, "empty")

    def test_person_marked_not_expected(self):
        self._lock(day(1, 31))
        self.assertState(self.february, "pending")
        row = self.february.required_ids
        row.write({"expected": False, "reason": "On another project"})
        self.assertState(self.february, "empty")
        row.expected = True
        self.assertState(self.february, "pending")

    def test_not_expected_never_frees_from_what_was_entered(self):
        entry = self._log_time(self.project, day(2, 10))
        self.february.required_ids.write({"expected": False, "reason": "Away"})
        self.assertState(self.february, "pending")
        self._lock(entry.date)
        self.assertState(self.february, "ready")

    def test_person_who_left(self):
        self._lock(day(1, 31))
        self.assertState(self.february, "pending")
        self.consultant.active = False
        self.assertState(self.february, "empty")
        self.consultant.active = True
        self.assertState(self.february, "pending")

    def test_leaving_never_frees_from_what_was_entered(self):
        self.consultant.active = False
        self.assertState(self.january, "pending")
        self._lock(day(1, 15))
        self.assertState(self.january, "ready")

    def test_rate_table(self):
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.colleague.id,
                "sale_line_id": self.project.sale_line_id.id,
            }
        )
        self.assertState(self.january, "pending")
        rate.unlink()
        self.assertState(self.january, "ready")

    def test_rate_table_with_another_employee(self):
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.colleague.id,
                "sale_line_id": self.project.sale_line_id.id,
            }
        )
        self._lock(day(1, 31), self.consultant | self.colleague)
        self.assertState(self.january, "ready")
        rate.employee_id = self.lead
        self.assertState(self.january, "pending")

    # ------------------------------------------------------------------ time

    def test_time_added(self):
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        entry = self._log_time(self.project, day(1, 20), employee=self.colleague)
        self.assertState(self.january, "pending")
        self.assertState(self.february, "pending")
        entry.unlink()
        self.assertState(self.january, "ready")

    def test_time_moved_to_another_day(self):
        self._lock(day(1, 31))
        later = self._log_time(self.project, day(3, 2))
        self._lock(day(2, 28))
        self.assertState(self.january, "ready")
        self.assertState(self.february, "empty")
        self.assertState(self.march, "pending")
        later.date = day(2, 27)
        self.assertState(self.february, "ready")
        self.entry.date = day(2, 2)
        self.assertState(self.january, "empty")
        self.assertEqual(self.february.hours, 4.0)

    def test_time_moved_to_another_project(self):
        other = self._create_project("Other")
        january = self._period(other, day(1, 1))
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        self.assertState(january, "empty")
        self.entry.project_id = other
        self.assertState(self.january, "empty")
        self.assertState(january, "ready")

    def test_time_of_another_person(self):
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        self.entry.employee_id = self.colleague
        self.assertState(self.january, "pending")

    def test_time_held_and_released(self):
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        self.entry.billing_hold = "hold"
        self.assertState(self.january, "empty")
        self.entry.billing_hold = "bill"
        self.assertState(self.january, "ready")
        self.entry.billing_hold = "write_off"
        self.assertState(self.january, "empty")

    def test_held_time_that_is_open(self):
        other = self._log_time(self.project, day(1, 30), employee=self.colleague)
        self._lock(day(1, 31))
        self._lock(day(1, 29), self.colleague)
        self.assertState(self.january, "pending")
        other.billing_hold = "hold"
        # The day is open still: there may be more time.
        self.assertState(self.january, "pending")
        self._lock(day(1, 31), self.colleague)
        self.assertState(self.january, "ready")

    def test_sales_order_item_changed(self):
        self._lock(day(1, 31))
        fixed = self._create_order(product=self.product_fixed).order_line
        self.entry.so_line = fixed
        self.assertState(self.january, "empty")
        self.entry.so_line = self.project.sale_line_id
        self.assertState(self.january, "ready")

    def test_order_set_and_taken_away(self):
        line = self.project.sale_line_id
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        # What is locked keeps its item.
        self.project.sale_line_id = False
        self.assertState(self.january, "ready")
        self.project.sale_line_id = line
        self._change_for_all(self.project, {"sale_line_id": False})
        self.assertState(self.january, "empty")
        self.project.sale_line_id = line
        self.assertState(self.january, "ready")

    def test_order_cancelled_and_confirmed(self):
        order = self._create_order()
        self.entry.so_line = order.order_line
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        order._action_cancel()
        self.assertState(self.january, "empty")
        order.action_draft()
        order.action_confirm()
        self.assertState(self.january, "ready")

    # --------------------------------------------------------------- approval

    def test_approval_switched_on_and_off(self):
        self._lock(day(1, 31))
        self.assertState(self.january, "ready")
        self.company.timesheet_approval = True
        self.assertState(self.january, "pending")
        self.company.timesheet_approval_from = day(1, 16)
        self.assertState(self.january, "ready")
        self.company.timesheet_approval_from = day(1, 15)
        self.assertState(self.january, "pending")
        self.company.timesheet_approval = False
        self.assertState(self.january, "ready")

    def test_approved_and_changed(self):
        self.company.timesheet_approval = True
        self._lock(day(1, 31))
        self.assertState(self.january, "pending")
        self.entry.with_user(self.user_manager).action_approve()
        self.assertState(self.january, "ready")
        self.entry.unit_amount = 4.0
        self.assertState(self.january, "pending")

    def test_sent_back(self):
        self._lock(day(1, 31))
        self.company.timesheet_approval = True
        self.entry.with_user(self.user_manager).action_send_back("Which task?")
        self.assertState(self.january, "pending")
        self.assertEqual(self.january.open_hours, 3.0)

    def test_automatic_approval(self):
        self.company.timesheet_approval = True
        self._lock(day(1, 31))
        self.project.user_id = False
        self.assertState(self.january, "pending")
        self.company.timesheet_approval_default = "automatic"
        self.assertState(self.january, "ready")
        self.project.user_id = self.user_manager
        self.assertState(self.january, "pending")

    # --------------------------------------------------------------- expenses

    def test_expense(self):
        self._setup_expenses()
        self._lock(day(1, 31))
        expense = self._create_expense(day(1, 20))
        self.assertState(self.january, "ready")
        expense.action_submit()
        self.assertState(self.january, "pending")
        self.company.billing_expenses_required = False
        self.assertState(self.january, "ready")
        self.company.billing_expenses_required = True
        self._post_expense(expense)
        self.assertState(self.january, "ready")

    def test_expense_moved(self):
        self._setup_expenses()
        self._lock(day(2, 28))
        expense = self._create_expense(day(1, 20))
        expense.action_submit()
        self.assertState(self.january, "pending")
        self.assertState(self.february, "empty")
        expense.date = day(2, 20)
        self.assertState(self.january, "ready")
        self.assertState(self.february, "pending")
        expense._do_refuse("No")
        self.assertState(self.february, "empty")

    def test_expense_alone_is_something_to_invoice(self):
        self._setup_expenses()
        self._lock(day(2, 28))
        expense = self._create_expense(day(2, 20))
        expense.action_submit()
        self._post_expense(expense)
        self.assertState(self.february, "ready")

    # ---------------------------------------------------------------- amounts

    def test_fixed_amount(self):
        self._lock(day(2, 28))
        self.assertState(self.february, "empty")
        self.february.fixed_amount = 500.0
        self.assertState(self.february, "ready")
        self.february.fixed_amount = 0.0
        self.assertState(self.february, "empty")

    def test_fixed_price_needs_no_lock(self):
        order = self._create_order(product=self.product_fixed)
        project = self._create_project(
            "Fixed",
            order=order,
            billing_frequency="custom",
            billing_start_date=False,
        )
        self._log_time(project, day(1, 15))
        period = self._create_custom(
            project, day(1, 1), day(1, 31), fixed_amount=3000.0
        )
        self.assertState(period, "ready")
