from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

FEBRUARY = date(2026, 2, 28)


@tagged("post_install", "-at_install")
class TestTimesheetLock(InvoicingCycleCommon):
    """The date on the employee: who reads it, who writes it, what it closes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.user_hr = cls._new_user("hr_officer", "hr.group_hr_manager")

    def test_locked_until_public(self):
        self._lock(FEBRUARY)
        public = self.env["hr.employee.public"].browse(self.consultant.id)
        self.env.flush_all()
        self.assertEqual(
            public.with_user(self.user_colleague).timesheet_locked_until, FEBRUARY
        )
        self.assertEqual(
            self.consultant.with_user(self.user_consultant).timesheet_locked_until,
            FEBRUARY,
        )

    def test_locked_until_not_by_hand(self):
        for user in (self.user_hr, self.user_timesheet_admin):
            employee = self.consultant.with_user(user)
            with self.assertRaisesRegex(AccessError, "Lock timesheets"):
                employee.timesheet_locked_until = FEBRUARY
            with self.assertRaises(AccessError):
                employee.create({"name": "New", "timesheet_locked_until": FEBRUARY})
        self.assertFalse(self.consultant.timesheet_locked_until)

    def test_locked_until_no_default(self):
        """Neither the context nor a user's default sets the date of a new person."""
        Employee = self.env["hr.employee"].with_user(self.user_hr)
        forged = Employee.with_context(default_timesheet_locked_until=FEBRUARY)
        self.assertFalse(forged.create({"name": "A"}).timesheet_locked_until)
        self.env["ir.default"].with_user(self.user_hr).sudo().set(
            "hr.employee",
            "timesheet_locked_until",
            "2026-02-28",
            user_id=self.user_hr.id,
        )
        self.assertFalse(Employee.create({"name": "B"}).timesheet_locked_until)

    def test_locked_until_not_copied(self):
        self._lock(FEBRUARY)
        self.assertNotIn("timesheet_locked_until", self.consultant.copy_data()[0])

    def test_locked_until_import(self):
        result = (
            self.env["hr.employee"]
            .with_user(self.user_hr)
            .load(["name", "timesheet_locked_until"], [["Imported", "2026-02-28"]])
        )
        self.assertFalse(result["ids"])
        self.assertIn("Lock timesheets", result["messages"][0]["message"])

    def test_state_follows_lock(self):
        """The state is right in the same transaction, without any flush."""
        entry = self._log_time(self.project, date(2026, 2, 10))
        self.assertEqual(entry.approval_state, "open")
        self._lock(date(2026, 2, 9))
        self.assertEqual(entry.approval_state, "open")
        self._lock(date(2026, 2, 10))
        self.assertEqual(entry.approval_state, "approved")
        self._lock(False)
        self.assertEqual(entry.approval_state, "open")

    def test_readonly_in_views(self):
        self._lock(FEBRUARY)
        entries = self._log_time(self.project, FEBRUARY)
        entries |= self._log_time(self.project, date(2026, 3, 1))
        for user, readonly in (
            (self.user_consultant, [True, False]),
            (self.user_manager, [True, False]),
            (self.user_timesheet_admin, [False, False]),
        ):
            self.env.invalidate_all()
            self.assertEqual(
                entries.with_user(user).mapped("readonly_timesheet"), readonly
            )

    def test_deleting_employee_with_closed_time(self):
        self._log_time(self.project, date(2026, 2, 10))
        self._lock(FEBRUARY)
        self.consultant.action_archive()
        with self.assertRaisesRegex(UserError, "Archive"):
            self.consultant.with_user(self.user_hr).unlink()

    def test_archived_employee(self):
        """Having left takes nothing away: time stays, closed, and can be locked."""
        entry = self._log_time(self.project, date(2026, 2, 10), 3.0)
        self.consultant.with_context(no_wizard=True).action_archive()
        self.assertEqual(entry.employee_id, self.consultant)
        self._lock(FEBRUARY)
        self.assertEqual(entry.approval_state, "approved")
        with self.assertRaisesRegex(AccessError, "Consultant"):
            entry.with_user(self.user_manager).unit_amount = 1.0
        self.assertEqual(entry.unit_amount, 3.0)
