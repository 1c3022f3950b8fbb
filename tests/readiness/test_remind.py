from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day

LOCK = "invoicing_cycle.mail_activity_type_lock"
APPROVE = "invoicing_cycle.mail_activity_type_approve"


@tagged("post_install", "-at_install")
class TestRemind(ReadinessCommon):
    """Chasing: who is reminded of what, by whom, and until when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls._log_time(cls.project, day(1, 15), 2.0)
        cls._log_time(cls.project, day(1, 16), 7 / 3)

    def _remind(self, periods=None, user=None):
        self.env.invalidate_all()
        periods = self.january if periods is None else periods
        action = periods.with_user(user or self.user_accountant).action_remind()
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    def _reminders(self, user, xmlid=LOCK):
        """The open reminders of a kind, as their user reads them."""
        self.env.invalidate_all()
        kind = self.env.ref(xmlid)
        activities = self.env["mail.activity"].with_user(user)
        return activities.search(
            [("user_id", "=", user.id), ("activity_type_id", "=", kind.id)]
        )

    def _lock_as(self, employee, until):
        employee._set_timesheet_locked_until({employee.id: until})

    # --------------------------------------------------------------------- who

    def test_who_has_not_locked(self):
        self.assertEqual(self._remind(), "1 person reminded")
        reminder = self._reminders(self.user_consultant)
        self.assertEqual(reminder.summary, "Submit your time")
        note = str(reminder.note)
        self.assertIn("Project</strong>", note)
        self.assertIn("22 open days", " ".join(note.split()))
        self.assertIn("4:20 h entered", " ".join(note.split()))
        self.assertIn("Never locked", note)
        self.assertIn('href="/odoo/time-to-submit"', note)
        self.assertFalse(self._reminders(self.user_manager, APPROVE))

    def test_all_that_the_person_owes(self):
        """A second period is not asked for apart: the note tells of both."""
        other = self._create_project("Other project")
        self._log_time(other, day(1, 15), 1.0)
        self._lock(day(1, 15))
        self._remind()
        note = self._reminders(self.user_consultant).note
        self.assertIn("Other project", note)
        self.assertIn("01/15/2026", note)

    def test_approvers(self):
        self._lock(day(3, 31))
        self.assertEqual(self._remind(), "1 person reminded")
        reminder = self._reminders(self.user_manager, APPROVE)
        self.assertEqual(reminder.summary, "Approve time")
        self.assertIn("Consultant", reminder.note)
        self.assertIn("4:20 h", " ".join(reminder.note.split()))
        self.assertIn('href="/odoo/time-to-approve"', reminder.note)
        self.assertFalse(self._reminders(self.user_consultant))

    def test_many(self):
        self._log_time(self.project, day(1, 15), employee=self.colleague)
        self._lock(day(1, 15), self.colleague)
        periods = self.project.billing_period_ids
        self.assertEqual(self._remind(periods), "3 people reminded")
        self.assertEqual(self._remind(periods), "3 already have an open reminder")

    def test_not_repeated_while_open(self):
        self._remind()
        self._log_time(self.project, day(1, 15), employee=self.colleague)
        self.assertEqual(
            self._remind(), "1 person reminded, 1 already has an open reminder"
        )
        self._reminders(self.user_consultant).action_done()
        self.assertEqual(
            self._remind(), "1 person reminded, 1 already has an open reminder"
        )

    def test_nobody_owes(self):
        self._lock(day(3, 31))
        self.company.timesheet_approval = False
        message = "Nobody owes anything: there is nobody to remind"
        self.assertEqual(self._remind(), message)
        self.assertEqual(self._remind(self.april), message, "not due")

    def test_without_a_user(self):
        self.consultant.user_id = False
        self._log_time(self.project, day(1, 15), employee=self.colleague)
        self.assertEqual(self._remind(), "1 person reminded, Consultant has no user")

    def test_user_who_cannot_log_in(self):
        self.user_consultant.active = False
        self.assertEqual(self._remind(), "Consultant has no user")

    def test_nobody_can_approve(self):
        entries = self.january.timesheet_ids
        self._lock(day(3, 31))
        self.patch(
            type(self.env["account.analytic.line"]),
            "_get_approvers",
            lambda lines: dict.fromkeys(lines.ids, self.env["res.users"]),
        )
        self.assertTrue(entries)
        self.assertEqual(self._remind(), "nobody can approve the time of Consultant")

    def test_person_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        foreigner = self.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": other.id}
        )
        self._log_time(self.project, day(1, 15), employee=foreigner)
        self.assertEqual(
            self._remind(),
            "1 person reminded, Person of another company has no user",
        )

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user_consultant.lang = "fr_FR"
        self._lock(day(1, 15))
        self._remind()
        self.assertIn("15/01/2026", self._reminders(self.user_consultant).note)

    # ------------------------------------------------------------------ rights

    def test_who_may_remind(self):
        self.assertEqual(self._remind(user=self.user_manager), "1 person reminded")
        with self.assertRaises(AccessError):
            self._remind(user=self.user_consultant)
        self.project.write(
            {
                "user_id": self.user_accountant.id,
                "billing_owner_id": self.user_accountant.id,
            }
        )
        with self.assertRaises(AccessError):
            self._remind(user=self.user_manager)

    def test_everybody_whom_one_sees(self):
        foreign = self._create_project("Foreign", user_id=self.user_accountant.id)
        self._log_time(foreign, day(1, 15), employee=self.colleague)
        debts = self.env["project.billing.debt"].with_user(self.user_manager)
        debts.action_remind_all()
        self.assertTrue(self._reminders(self.user_consultant))
        self.assertFalse(self._reminders(self.user_colleague))
        debts.with_user(self.user_accountant).action_remind_all()
        self.assertTrue(self._reminders(self.user_colleague))

    # ----------------------------------------------------------------- closing

    def test_closes_when_locked_far_enough(self):
        self._remind()
        self._lock_as(self.consultant, day(1, 31))
        self.assertTrue(self._reminders(self.user_consultant), "February is due")
        self._lock_as(self.consultant, day(2, 27))
        self.assertFalse(self._reminders(self.user_consultant))

    def test_closes_when_nothing_waits_for_the_approver(self):
        self._lock(day(3, 31))
        self._remind()
        lines = self.env["account.analytic.line"].with_user(self.user_manager)
        first, second = lines.browse(self.january.timesheet_ids.ids)
        first.action_approve()
        self.assertTrue(self._reminders(self.user_manager, APPROVE))
        second.action_approve()
        self.assertFalse(self._reminders(self.user_manager, APPROVE))

    def test_closes_when_sent_back(self):
        self._lock(day(3, 31))
        self._remind()
        lines = self.env["account.analytic.line"].with_user(self.user_manager)
        lines.browse(self.january.timesheet_ids.ids).action_send_back("Which task?")
        self.assertFalse(self._reminders(self.user_manager, APPROVE))

    def test_closes_when_nothing_is_expected(self):
        self.january.timesheet_ids.unlink()
        self.env["project.sale.line.employee.map"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.colleague.id,
                "sale_line_id": self.project.sale_line_id.id,
            }
        )
        self._remind()
        self.assertTrue(self._reminders(self.user_colleague))
        due = self.january | self.february | self.march
        due.required_ids.with_user(self.user_accountant).write(
            {"expected": False, "reason": "On another project"}
        )
        self.assertFalse(self._reminders(self.user_colleague))

    def test_debt_gone_by_other_ways(self):
        """What no hook sees, the daily run does."""
        self._remind()
        due = self.january | self.february
        due.action_skip("Agreed")
        self.march.action_skip("Agreed")
        self.env["project.billing.debt"]._cron_remind()
        self.assertFalse(self._reminders(self.user_consultant))

    def test_queries_do_not_grow(self):
        debts = self.env["project.billing.debt"].with_user(self.user_accountant)
        counts = []
        for number in (2, 4):
            for index in range(number):
                project = self._create_project(f"Project {number} {index}")
                for employee in self.consultant | self.colleague | self.lead:
                    self._log_time(project, day(1, 10), employee=employee)
            self._lock(day(1, 31), self.colleague)
            for _turn in range(2):
                self.env["mail.activity"].search([]).unlink()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                debts.action_remind_all()
                self.env.flush_all()
                count = self.env.cr.sql_log_count - before
            counts.append(count)
        self.assertEqual(counts[0], counts[1])
