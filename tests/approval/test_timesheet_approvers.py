from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

LOCK = date(2026, 2, 28)
DAY = date(2026, 2, 10)


@tagged("post_install", "-at_install")
class TestTimesheetApprovers(InvoicingCycleCommon):
    """Who approves locked time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.project = cls._create_project()
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.entry = cls._log_time(cls.project, DAY, 2.0, task_id=cls.task.id)
        cls.later = cls._log_time(cls.project, date(2026, 3, 3), 1.0)
        cls._lock(LOCK)

    def _approvers(self, entry):
        return entry._get_approvers()[entry.id]

    def test_project_manager(self):
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        with self.assertRaisesRegex(AccessError, "Project Lead"):
            self.entry.with_user(
                self._new_user(
                    "other_approver", "hr_timesheet.group_hr_timesheet_approver"
                )
            ).action_approve()

    def test_nobody_approves_own_time(self):
        with self.assertRaisesRegex(AccessError, "own time"):
            self.entry.with_user(self.user_consultant).action_approve()
        own = self._log_time(self.project, DAY, employee=self.boss)
        self._lock(LOCK, self.boss)
        with self.assertRaisesRegex(AccessError, "own time"):
            own.with_user(self.user_timesheet_admin).action_approve()
        # nor by passing time off as somebody else's
        own.sudo().user_id = self.user_colleague
        with self.assertRaisesRegex(AccessError, "own time"):
            own.with_user(self.user_timesheet_admin).action_approve()

    def test_manager_is_author(self):
        """The project manager's own time goes to the manager's manager."""
        superior_user = self._new_user(
            "superior", "hr_timesheet.group_hr_timesheet_user"
        )
        superior = self.env["hr.employee"].create(
            {"name": "Superior", "user_id": superior_user.id}
        )
        self.lead.parent_id = superior
        own = self._log_time(self.project, DAY, employee=self.lead)
        self._lock(LOCK, self.lead)
        self.assertEqual(self._approvers(own), superior_user)
        with self.assertRaises(AccessError):
            own.with_user(self.user_manager).action_approve()
        own.with_user(superior_user).action_approve()
        self.assertEqual(own.approved_by_id, superior_user)

    def test_manager_is_author_without_superior(self):
        self.lead.parent_id = False
        own = self._log_time(self.project, DAY, employee=self.lead)
        self._lock(LOCK, self.lead)
        self.assertIn(self.user_timesheet_admin, self._approvers(own))
        self.assertNotIn(self.user_manager, self._approvers(own))
        own.with_user(self.user_timesheet_admin).action_approve()

    def test_manager_has_left(self):
        """An archived project manager approves nothing: the author's manager does."""
        self.user_manager.active = False
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)
        self.assertEqual(self.entry.approval_state, "pending")

    def test_no_manager_hold(self):
        self.project.user_id = False
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertIn(self.user_timesheet_admin, self._approvers(self.entry))
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_manager).action_approve()
        self.entry.with_user(self.user_timesheet_admin).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")

    def test_no_manager_automatic(self):
        self.project.user_id = False
        self.company.timesheet_approval_default = "automatic"
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertTrue(self.entry.approval_automatic)
        self.assertFalse(self.entry.approved_by_id)
        Line = self.env["account.analytic.line"]
        self.assertEqual(
            Line.search(
                [
                    ("approval_automatic", "=", True),
                    ("project_id", "=", self.project.id),
                ]
            ),
            self.entry,
        )
        # never silently: with a manager, the manager approves
        self.project.user_id = self.user_manager
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertFalse(self.entry.approval_automatic)

    def test_administrator(self):
        self.entry.with_user(self.user_timesheet_admin).action_approve()
        self.assertEqual(self.entry.approved_by_id, self.user_timesheet_admin)

    def test_only_in_own_companies(self):
        """A manager without access to the entry's company cannot be the approver."""
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= company
        stranger = self._new_user("stranger", "project.group_project_user")
        stranger.write(
            {
                "company_ids": [Command.set(company.ids)],
                "company_id": company.id,
            }
        )
        self.project.user_id = stranger
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)

    def test_least_rights(self):
        """A project manager without access to all timesheets sees and approves."""
        user = self._new_user(
            "plain_lead",
            "project.group_project_user,hr_timesheet.group_hr_timesheet_user",
        )
        self.project.user_id = user
        foreign = self._log_time(self._create_project("Other"), DAY)
        Line = self.env["account.analytic.line"].with_user(user)
        waiting = Line.search([("is_to_approve", "=", True)])
        self.assertEqual(waiting, self.entry)
        self.assertEqual(waiting.read(["name", "unit_amount"])[0]["unit_amount"], 2.0)
        with self.assertRaises(AccessError):
            foreign.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.later.with_user(user).unit_amount = 8.0
        waiting.action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.company.timesheet_approval = False
        self.env.flush_all()
        self.assertFalse(Line.search([("id", "=", self.entry.id)]))

    def test_list_agrees_with_approvers(self):
        """The list and the right to approve describe the same entries."""
        self.boss.parent_id = self.lead
        projects = self.project | self._create_project("B", user_id=False)
        projects |= self._create_project("C", user_id=self.user_timesheet_admin.id)
        projects |= self._create_project("D", user_id=self.user_consultant.id)
        employees = self.consultant | self.colleague | self.lead | self.boss
        self._lock(LOCK, employees)
        entries = self.entry
        for project in projects:
            for employee in employees:
                entries |= self._log_time(project, DAY, employee=employee)
        approvers = entries._get_approvers()
        for user in employees.user_id:
            waiting = (
                self.env["account.analytic.line"]
                .with_user(user)
                .search([("is_to_approve", "=", True), ("id", "in", entries.ids)])
            )
            for entry in entries:
                own = entry.employee_id.user_id == user
                expected = not own and (
                    user in approvers[entry.id] or user == self.user_timesheet_admin
                )
                with self.subTest(
                    user=user.login,
                    project=entry.project_id.name,
                    author=entry.employee_id.name,
                ):
                    self.assertEqual(entry in waiting, expected)
