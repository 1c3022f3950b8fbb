from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestRequiredPersons(ScheduleCommon):
    """Who must have locked, whatever happens to time, rates and people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january, cls.february, cls.march, cls.april = (
            cls._period(cls.project, day(month, 1)) for month in range(1, 5)
        )

    def assertRequired(self, period, *employees):
        expected = self.env["hr.employee"].union(*employees)
        self.assertEqual(period.required_ids.employee_id, expected)

    # ------------------------------------------------------------------- time

    def test_time_in_the_period_and_in_the_one_before(self):
        self.assertRequired(self.january)
        self._log_time(self.project, day(1, 15))
        self.assertRequired(self.january, self.consultant)
        self.assertRequired(self.february, self.consultant)
        self.assertRequired(self.march)

    def test_time_before_the_schedule(self):
        self._log_time(self.project, day(12, 15, 2025))
        self.assertRequired(self.january)
        self.january._sync_required()
        self.assertRequired(self.january)

    def test_time_after_the_schedule(self):
        self._log_time(self.project, day(8, 15))
        self.assertRequired(self.april)
        self.april._sync_required()
        self.assertRequired(self.april)

    def test_time_in_a_gap(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        first = self._create_custom(project, day(1, 1), day(1, 10))
        second = self._create_custom(project, day(1, 20), day(1, 31))
        third = self._create_custom(project, day(2, 1), day(2, 28))
        self._log_time(project, day(1, 15))
        for _turn in ("at once", "synchronized"):
            self.assertRequired(first)
            self.assertRequired(second, self.consultant)
            self.assertRequired(third)
            project.billing_period_ids._sync_required()

    def test_time_moved(self):
        entry = self._log_time(self.project, day(1, 15))
        entry.date = day(2, 15)
        self.assertRequired(self.january)
        self.assertRequired(self.february, self.consultant)
        self.assertRequired(self.march, self.consultant)
        entry.employee_id = self.colleague
        self.assertRequired(self.february, self.colleague)
        other = self._create_project("Other")
        entry.project_id = other
        self.assertRequired(self.february)
        self.assertRequired(self._period(other, day(2, 1)), self.colleague)

    def test_time_deleted(self):
        first = self._log_time(self.project, day(1, 15))
        second = self._log_time(self.project, day(1, 16))
        first.unlink()
        self.assertRequired(self.january, self.consultant)
        second.unlink()
        self.assertRequired(self.january)
        self.assertRequired(self.february)

    def test_time_entered_before_the_schedule_was_set(self):
        project = self._create_project("Other", schedule=False)
        self._log_time(project, day(1, 15))
        self._log_time(project, day(2, 15), employee=self.colleague)
        project.write({"billing_frequency": "monthly", "billing_start_date": day(1, 1)})
        self.assertRequired(self._period(project, day(1, 1)), self.consultant)
        self.assertRequired(
            self._period(project, day(2, 1)), self.consultant, self.colleague
        )

    def test_schedule_changed(self):
        self._log_time(self.project, day(1, 15))
        self.project.billing_frequency = "weekly"
        spans = {
            period.date_from: period.required_ids.employee_id
            for period in self.project.billing_period_ids
        }
        self.assertFalse(spans[day(1, 8)])
        self.assertEqual(spans[day(1, 15)], self.consultant)
        self.assertEqual(spans[day(1, 22)], self.consultant)
        self.assertFalse(spans[day(1, 29)])

    def test_custom_period_deleted(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        first = self._create_custom(project, day(1, 1), day(1, 31))
        second = self._create_custom(project, day(2, 1), day(2, 28))
        third = self._create_custom(project, day(3, 1), day(3, 31))
        self._log_time(project, day(1, 15))
        self.assertRequired(second, self.consultant)
        second.unlink()
        self.assertRequired(third, self.consultant)
        self.assertRequired(first, self.consultant)

    # ------------------------------------------------------------------ rates

    def test_rate_table(self):
        line = self.project.sale_line_id
        rate = self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.colleague.id,
                "sale_line_id": line.id,
            }
        )
        self.assertRequired(self.january, self.colleague)
        self.assertRequired(self.april, self.colleague)
        rate.employee_id = self.lead
        self.assertRequired(self.january, self.lead)
        rate.unlink()
        self.assertRequired(self.january)

    def test_rate_table_in_the_project_form(self):
        self.project.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.colleague.id,
                    "sale_line_id": self.project.sale_line_id.id,
                }
            )
        ]
        self.assertRequired(self.march, self.colleague)
        rate = self.project.sale_line_employee_ids
        self.project.sale_line_employee_ids = [Command.delete(rate.id)]
        self.assertRequired(self.march)

    def _create_fixed(self):
        order = self._create_order(product=self.product_fixed)
        project = self._create_project("Fixed", order=order)
        self._log_time(project, day(1, 15))
        return project, self._period(project, day(1, 1))

    def test_fixed_price_requires_nobody(self):
        project, january = self._create_fixed()
        self.assertRequired(january)
        project.billing_period_ids._sync_required()
        self.assertRequired(january)

    def test_fixed_price_with_a_task_by_time(self):
        project, january = self._create_fixed()
        by_time = self._create_order().order_line
        task = self.env["project.task"].create(
            {
                "name": "By time",
                "project_id": project.id,
                "partner_id": self.partner.id,
                "sale_line_id": by_time.id,
            }
        )
        self.assertRequired(january, self.consultant)
        task.sale_line_id = project.sale_line_id
        self.assertRequired(january)
        task.sale_line_id = by_time
        self.assertRequired(january, self.consultant)

    def test_fixed_price_with_an_entry_by_time(self):
        project, _january = self._create_fixed()
        by_time = self._create_order().order_line
        entry = self._log_time(
            project,
            day(2, 20),
            employee=self.colleague,
            so_line=by_time.id,
            is_so_line_edited=True,
        )
        self.assertRequired(
            self._period(project, day(2, 1)), self.consultant, self.colleague
        )
        self.assertRequired(self._period(project, day(3, 1)), self.colleague)
        entry.so_line = project.sale_line_id
        self.assertRequired(self._period(project, day(2, 1)))

    def test_order_set_after_the_schedule(self):
        project = self._create_project("Later", sale_line_id=False)
        project.sale_line_id = False
        self._log_time(project, day(1, 15))
        january = self._period(project, day(1, 1))
        self.assertRequired(january)
        project.sale_line_id = self._create_order().order_line
        self.assertRequired(january, self.consultant)
        project.sale_line_id = self._create_order(product=self.product_fixed).order_line
        self.assertRequired(january)

    # ----------------------------------------------------------------- people

    def test_person_who_left(self):
        self._log_time(self.project, day(1, 15))
        self.consultant.active = False
        self.assertRequired(self.january)
        self.assertRequired(self.february)
        # New time of others does not bring the person back.
        self._log_time(self.project, day(1, 16), employee=self.colleague)
        self.assertRequired(self.january, self.colleague)
        self.consultant.active = True
        self.assertRequired(self.january, self.consultant, self.colleague)
        self.assertRequired(self.february, self.consultant, self.colleague)

    def test_person_of_the_rate_table_who_left(self):
        self.project.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.colleague.id,
                    "sale_line_id": self.project.sale_line_id.id,
                }
            )
        ]
        self.colleague.active = False
        self.assertRequired(self.january)
        self.colleague.active = True
        self.assertRequired(self.january, self.colleague)

    # ------------------------------------------------------------ not expected

    def _get_row(self, user):
        self._log_time(self.project, day(1, 15))
        return self.february.required_ids.with_user(user)

    def test_not_expected_needs_a_reason(self):
        row = self._get_row(self.user_manager)
        with self.assertRefused("why nothing is expected of Consultant"):
            row.expected = False
        with self.assertRefused("why nothing is expected of Consultant"):
            row.write({"expected": False, "reason": "  "})

    def test_not_expected_stays(self):
        row = self._get_row(self.user_manager)
        row.write({"expected": False, "reason": "On another project"})
        self._log_time(self.project, day(1, 16))
        self.project.billing_period_ids._sync_required()
        self.assertFalse(self.february.required_ids.expected)
        self.assertEqual(self.february.required_ids.reason, "On another project")
        self.assertIn(
            "Nothing is expected of Consultant: On another project",
            self.february.message_ids[0].body,
        )

    def test_not_expected_stays_without_time(self):
        row = self._get_row(self.user_manager)
        row.write({"expected": False, "reason": "On another project"})
        entry = self.january.timesheet_ids
        entry.unlink()
        self.assertRequired(self.january)
        self.assertEqual(self.february.required_ids.reason, "On another project")

    def test_expected_again(self):
        row = self._get_row(self.user_accountant)
        row.write({"expected": False, "reason": "On leave"})
        row.expected = True
        self.assertFalse(row.reason)
        self.assertIn("Consultant has to lock", self.february.message_ids[0].body)

    def test_in_the_form_of_the_period(self):
        row = self._get_row(self.user_manager)
        self.february.with_user(self.user_manager).write(
            {
                "required_ids": [
                    Command.update(row.id, {"expected": False, "reason": "Away"})
                ]
            }
        )
        self.assertFalse(row.expected)

    def test_rows_are_not_made_by_hand(self):
        row = self._get_row(self.user_manager)
        with self.assertRaises(AccessError):
            row.employee_id = self.colleague
        with self.assertRaises(AccessError):
            row.period_id = self.march
        with self.assertRaises(AccessError):
            row.unlink()
        with self.assertRaises(AccessError):
            row.create({"period_id": self.march.id, "employee_id": self.colleague.id})
        with self.assertRaises(AccessError):
            self.february.with_user(self.user_manager).required_ids = [Command.clear()]
        self.assertRequired(self.february, self.consultant)

    def test_only_the_owner_frees_people(self):
        row = self._get_row(self.user_manager)
        other = self._new_user("other_lead", "project.group_project_user")
        for user in (other, self.user_consultant, self.user_salesperson):
            with self.subTest(user.login), self.assertRaises(AccessError):
                row.with_user(user).write({"expected": False, "reason": "Mine"})

    def test_one_row_per_person(self):
        row = self._get_row(self.env.user)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            row.copy()
