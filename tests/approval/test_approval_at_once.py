from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.approval import DAY, LOCK, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalAtOnce(ApprovalFlowCommon):
    """Approving by person and by project, and what should be looked at twice."""

    def test_by_person_and_project(self):
        other = self._create_project("Other")
        other.user_id = self.user_finance
        foreign = self._log_time(other, DAY)
        more = self._log_time(self.project, DAY, employee=self.colleague)
        self._lock(LOCK, self.colleague)
        self.consultant.with_user(self.user_manager).action_approve_timesheets()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(foreign.approval_state, "pending")
        self.assertEqual(more.approval_state, "pending")
        self.project.with_user(self.user_manager).action_approve_timesheets()
        self.assertEqual(more.approval_state, "approved")

    def test_unusual(self):
        self.assertFalse(self.entry.unusual)
        sunday = self._log_time(self.project, date(2026, 2, 8))
        self.assertEqual(sunday.unusual, "No working day")
        long = self._log_time(self.project, date(2026, 2, 12), 11.5)
        self.assertEqual(long.unusual, "11:30 h on that day")
        self.assertEqual(self._log_time(self.project, DAY, -1.0).unusual, "Negative")
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id, "allocated_hours": 1.0}
        )
        over = self._log_time(self.project, date(2026, 2, 13), 3.0, task_id=task.id)
        self.assertEqual(over.unusual, "Task 02:00 h over its plan")

    def test_value(self):
        entry = self.entry.with_user(
            self._new_user(
                "sales_lead",
                "sales_team.group_sale_salesman,"
                "hr_timesheet.group_hr_timesheet_approver",
            )
        )
        self.assertEqual(entry.billing_value, 200.0)
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_manager).read(["billing_value"])
