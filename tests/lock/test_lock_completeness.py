from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common.base import InvoicingCycleCommon

LOGGER = "odoo.addons.invoicing_cycle.models.lock.automatic"
FEBRUARY = date(2026, 2, 28)
FIRST_WEEK = [date(2026, 3, day) for day in range(2, 7)]
FRIDAY = FIRST_WEEK[-1]


class CompletenessCommon(InvoicingCycleCommon):
    """The consultant locked February; 2 to 6 March is a week of work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls._lock(FEBRUARY)

    @classmethod
    def _log_days(cls, days, employee=None, **values):
        for day in days:
            cls._log_time(
                cls.project,
                day,
                8.0,
                employee,
                **{"task_id": cls.task.id, **values},
            )

    def _wizard(self, user=None, employees=None, day=FRIDAY):
        return (
            self.env["timesheet.lock"]
            .with_user(user or self.user_consultant)
            .create(
                {
                    "employee_ids": (employees or self.consultant).ids,
                    "locked_until": day,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestLockChecks(CompletenessCommon):
    """What is missing is told before a lock, or stops it."""

    def test_not_checked(self):
        wizard = self._wizard()
        self.assertFalse(wizard.gaps)
        wizard.action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, FRIDAY)

    def test_empty_days_warn(self):
        self.company.timesheet_check_days = "warn"
        self._log_days([*FIRST_WEEK[:1], *FIRST_WEEK[3:]])
        wizard = self._wizard()
        self.assertIn("no time on 03/03/2026, 03/04/2026", wizard.gaps)
        self.assertFalse(wizard.is_stopped)
        wizard.action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, FRIDAY)

    def test_empty_days_stop(self):
        self.company.timesheet_check_days = "stop"
        self._log_days(FIRST_WEEK[:2])
        wizard = self._wizard()
        self.assertTrue(wizard.is_stopped)
        with self.assertRaisesRegex(UserError, "Consultant: no time on 03/04/2026"):
            wizard.action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, FEBRUARY)
        self._wizard(day=FIRST_WEEK[1]).action_lock()

    def test_leave_and_weekends_do_not_count(self):
        self.company.timesheet_check_days = "stop"
        self._log_days(FIRST_WEEK[:4])
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "calendar_id": self.consultant.resource_calendar_id.id,
                "resource_id": self.consultant.resource_id.id,
                "date_from": "2026-03-06 00:00:00",
                "date_to": "2026-03-06 23:59:59",
            }
        )
        self._wizard(day=date(2026, 3, 8)).action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, date(2026, 3, 8))

    def test_entries(self):
        self.company.timesheet_check_entries = "stop"
        self._log_days(FIRST_WEEK[:1])
        self._log_days(FIRST_WEEK[1:2], task_id=False)
        self._log_days(FIRST_WEEK[2:3], name="/")
        with self.assertRaisesRegex(
            UserError, r"2 entries without a task or a description \(03/03/2026"
        ):
            self._wizard().action_lock()

    def test_locked_time_is_not_looked_at(self):
        self.company.timesheet_check_entries = "stop"
        self._log_time(self.project, date(2026, 2, 10))
        self._log_days(FIRST_WEEK)
        self._wizard().action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, FRIDAY)

    def test_never_locked(self):
        """From the first entry on, not from the beginning of the world."""
        self.company.timesheet_check_days = "stop"
        self._log_days(FIRST_WEEK[2:], self.colleague)
        self._wizard(self.user_colleague, self.colleague).action_lock()
        self.assertEqual(self.colleague.timesheet_locked_until, FRIDAY)

    def test_others_are_not_told(self):
        """The gaps of somebody whom the user may not lock are none of theirs."""
        self.company.timesheet_check_days = "warn"
        self._log_days(FIRST_WEEK[:1])
        wizard = self._wizard(self.user_colleague, self.consultant)
        self.assertFalse(wizard.gaps)

    def test_query_count(self):
        people = self.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(10)]
        )
        for person in people:
            self._log_days(FIRST_WEEK[:2], person)
        counts = []
        for employees in (people[:2], people):
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.cr.sql_log_count
            employees._get_timesheet_gaps(FRIDAY)
            counts.append(self.cr.sql_log_count - count)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestLockScope(CompletenessCommon):
    """Locking for a department, for everybody, for those who are complete."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.department = cls.env["hr.department"].create({"name": "Team"})
        cls.colleague.department_id = cls.department

    def _form(self, user=None):
        form = Form(self.env["timesheet.lock"].with_user(user or self.user_manager))
        form.locked_until = FRIDAY
        return form

    def test_everybody(self):
        form = self._form()
        form.scope = "all"
        everybody = self.env["hr.employee"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(form.employee_ids[:], everybody)
        form.save().action_lock()
        self.assertEqual(set(everybody.mapped("timesheet_locked_until")), {FRIDAY})

    def test_department(self):
        form = self._form()
        form.scope = "department"
        form.department_id = self.department
        self.assertEqual(form.employee_ids[:], self.colleague)

    def test_complete(self):
        self._log_days(FIRST_WEEK)
        self._log_days(FIRST_WEEK[:3], self.colleague)
        form = self._form()
        form.scope = "complete"
        self.assertIn(self.consultant, form.employee_ids[:])
        # two days are left, or there is no time at all
        self.assertFalse((self.colleague | self.boss) & form.employee_ids[:])

    def test_consultants_choose_nobody_else(self):
        form = self._form(self.user_consultant)
        self.assertTrue(form._get_modifier("scope", "invisible"))
        self.assertEqual(form.employee_ids.ids, self.consultant.ids)


@tagged("post_install", "-at_install")
class TestLockAutomatic(CompletenessCommon):
    """Today is 10 March: February ended ten days ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._log_time(cls.project, date(2026, 2, 10), employee=cls.colleague)

    def _run(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "invoicing_cycle.ir_cron_lock_timesheets"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_off(self):
        self._run()
        self.assertFalse(self.colleague.timesheet_locked_until)

    def test_after_some_days(self):
        self.company.timesheet_lock_automatic = True
        self.company.timesheet_lock_after_days = 10
        self._run()
        self.assertFalse(self.colleague.timesheet_locked_until)
        self.company.timesheet_lock_after_days = 9
        self._run()
        self.assertEqual(self.colleague.timesheet_locked_until, FEBRUARY)
        self.assertIn("Automatically", self.colleague.message_ids[0].body)

    def test_never_back(self):
        self._lock(FRIDAY, self.colleague)
        self.company.timesheet_lock_automatic = True
        self._run()
        self.assertEqual(self.colleague.timesheet_locked_until, FRIDAY)

    def test_incomplete_time_is_left(self):
        self.company.timesheet_lock_automatic = True
        self.company.timesheet_check_days = "stop"
        self._run()
        self.assertFalse(self.colleague.timesheet_locked_until)

    def _fail_for(self, failing):
        """Locking one person fails, as it does with a calendar that is broken."""
        Lock = type(self.env["timesheet.lock"])
        look = Lock._get_gap_texts

        def _get_gap_texts(lock, employees, day):
            if failing in employees:
                employees.timesheet_locked_until = date(2026, 1, 31)
                raise ValueError("A broken calendar")
            return look(lock, employees, day)

        return patch.object(Lock, "_get_gap_texts", _get_gap_texts)

    def test_who_fails_stops_nobody_else(self):
        self._log_time(self.project, date(2026, 2, 11), employee=self.lead)
        self.company.timesheet_lock_automatic = True
        with (
            self._fail_for(self.lead),
            self.assertLogs(LOGGER, "ERROR") as logged,
        ):
            self._run()
        self.assertEqual(self.colleague.timesheet_locked_until, FEBRUARY)
        self.assertFalse(self.lead.timesheet_locked_until)
        self.assertEqual(len(logged.records), 1)
        self.assertIn("Project Lead", logged.output[0])
        self.assertIn("A broken calendar", logged.output[0])

    def test_not_expected(self):
        self.company.timesheet_lock_automatic = True
        rows = self.env["project.billing.period.required"].search(
            [("employee_id", "=", self.colleague.id)]
        )
        rows.write({"expected": False, "reason": "Away"})
        self._run()
        self.assertFalse(self.colleague.timesheet_locked_until)

    def test_input(self):
        with self.assertRaisesRegex(UserError, "cannot be -1"):
            self.company.timesheet_lock_after_days = -1


@tagged("post_install", "-at_install")
class TestMyTimesheetStatus(CompletenessCommon):
    """Today is Tuesday, 10 March."""

    def _status(self, user=None):
        Employee = self.env["hr.employee"].with_user(user or self.user_consultant)
        return Employee.get_my_timesheet_status()

    def test_nothing_missing(self):
        self._log_days([*FIRST_WEEK, date(2026, 3, 9)])
        self.assertEqual(
            self._status(),
            {
                "locked_until": "2026-02-28",
                "complete_until": "2026-03-10",
                "empty_days": 0,
            },
        )

    def test_days_without_time(self):
        self._log_days([FIRST_WEEK[0], *FIRST_WEEK[2:]])
        self.assertEqual(
            self._status(),
            {
                "locked_until": "2026-02-28",
                "complete_until": "2026-03-02",
                "empty_days": 2,
            },
        )

    def test_never_locked(self):
        status = self._status(self.user_colleague)
        self.assertFalse(status["locked_until"])

    def test_nobody(self):
        self.assertFalse(self._status(self.user_accountant))
