from odoo.tests import Form, tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day

LOCK = "invoicing_cycle.mail_activity_type_lock"


@tagged("post_install", "-at_install")
class TestLockLeavers(ReadinessCommon):
    """Who has left owes the time that was entered; a manager locks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.entry = cls._log_time(cls.project, day(1, 15), 2.0, task_id=task.id)
        cls._log_time(cls.project, day(1, 16), 3.0, employee=cls.colleague)
        cls._lock(day(3, 31), cls.colleague)
        cls.consultant.active = False

    def _choose(self, scope="all", until=None, user=None, **values):
        Lock = self.env["timesheet.lock"].with_user(user or self.user_manager)
        dialog = Form(Lock)
        dialog.locked_until = until or day(1, 31)
        dialog.scope = scope
        for name, value in values.items():
            dialog[name] = value
        return dialog.save()

    def test_everybody(self):
        dialog = self._choose()
        self.assertIn(self.consultant, dialog.employee_ids)
        dialog.action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, day(1, 31))
        self.assertState(self.january, "ready")

    def test_nobody_who_owes_nothing(self):
        self._lock(day(1, 31))
        self.assertNotIn(self.consultant, self._choose().employee_ids)

    def test_nobody_whose_time_is_billed(self):
        self.january._generate_invoices("Before the end of the year")
        self.assertEqual(self.january.state, "to_send")
        self.assertNotIn(self.consultant, self._choose().employee_ids)

    def test_department(self):
        department = self.env["hr.department"].create({"name": "Consulting"})
        self.consultant.department_id = department
        dialog = self._choose("department", department_id=department)
        self.assertEqual(dialog.employee_ids, self.consultant)

    def test_own_people(self):
        """A manager without access to all timesheets: those below, left or not."""
        groups = "base.group_user,hr_timesheet.group_hr_timesheet_user"
        manager = self._new_user("team_lead", groups)
        self.lead.user_id = manager
        (self.consultant | self.colleague).parent_id = self.lead
        dialog = self._choose(user=manager)
        self.assertEqual(
            dialog.employee_ids, self.consultant | self.colleague | self.lead
        )
        dialog.action_lock()
        self.assertEqual(self.consultant.timesheet_locked_until, day(1, 31))

    def test_complete(self):
        """Days after the last one with time are not missing."""
        self._lock(day(1, 14))
        self.company.timesheet_check_days = "stop"
        dialog = self._choose("complete")
        self.assertIn(self.consultant, dialog.employee_ids)
        self.assertFalse(dialog.is_stopped)
        # With a day in between that has none.
        task = self.entry.task_id
        for date in (day(1, 15), day(1, 20)):
            self._log_time(self.project, date, employee=self.boss, task_id=task.id)
        self._lock(day(1, 14), self.boss)
        self.boss.active = False
        self.assertIn(self.boss, self._choose().employee_ids)
        self.assertNotIn(self.boss, self._choose("complete").employee_ids)

    def test_automatic_lock(self):
        self.company.timesheet_lock_automatic = True
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "invoicing_cycle.ir_cron_lock_timesheets"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.consultant.timesheet_locked_until, day(1, 31))

    def test_not_locked_automatically_without_time(self):
        self.entry.unlink()
        self.company.timesheet_lock_automatic = True
        self.assertNotIn(
            self.consultant.id, self.env["hr.employee"]._get_automatic_lock_days()
        )

    # --------------------------------------------------------------- reminders

    def _reminders(self, user):
        self.env.invalidate_all()
        kind = self.env.ref(LOCK)
        activities = self.env["mail.activity"].with_user(user)
        return activities.search(
            [("user_id", "=", user.id), ("activity_type_id", "=", kind.id)]
        )

    def _owed(self):
        return self.env["project.billing.debt"].search(
            [("employee_id", "=", self.consultant.id), ("kind", "=", "lock")]
        )

    def test_manager_is_reminded(self):
        manager = self.user_timesheet_admin
        self.assertEqual(self.consultant.parent_id.user_id, manager)
        debt = self._owed()
        self.assertTrue(debt.can_remind)
        self.assertEqual(debt.waits_for, manager.name)
        self.january.with_user(self.user_accountant).action_remind()
        self.assertFalse(self._reminders(self.user_consultant))
        note = str(self._reminders(manager).note)
        self.assertIn("Consultant", note)
        self.assertIn("have left", note)
        self.assertIn("2 h entered", " ".join(note.split()))
        # What the manager owes is another matter.
        self.assertNotIn("enter what is missing", note)
        self.consultant._set_timesheet_locked_until({self.consultant.id: day(1, 31)})
        self.assertFalse(self._reminders(manager))

    def test_daily_mail(self):
        self.company.timesheet_reminder_digest = True
        digests = self.env["res.users"]._get_reminder_digests(self.company)
        self.assertEqual(
            digests[self.user_timesheet_admin]["lock"].employee_id, self.consultant
        )
        self.assertNotIn(self.user_consultant, digests)

    def test_nobody_to_remind(self):
        self.consultant.parent_id = False
        self.assertEqual(self._owed().waits_for, "Consultant (no user)")
