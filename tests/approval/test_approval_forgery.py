from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.approval import DAY, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalForgery(ApprovalFlowCommon):
    """Nobody gets at approvals by a way round."""

    def test_log_of_what_was_not_saved(self):
        """A form that is still being filled in has changed nothing."""
        self.entry.with_user(self.user_manager).action_approve()
        Log = self.env["timesheet.approval.log"]
        before = Log.search_count([("entry_id", "=", self.entry.id)])
        for user in (self.user_consultant, self.user_timesheet_admin):
            self.entry.with_user(user).onchange(
                {"unit_amount": 9.0},
                ["unit_amount"],
                {"unit_amount": {}, "approved_on": {}, "approval_state": {}},
            )
        self.env.flush_all()
        self.assertEqual(Log.search_count([("entry_id", "=", self.entry.id)]), before)
        self.entry.with_user(self.user_timesheet_admin).unit_amount = 9.0
        self.env.flush_all()
        self.assertEqual(self.entry.approval_log_ids[:1].event, "changed")

    def test_own_time_by_delegation(self):
        """Own time is allowed to whom the flow names, not to who stands in."""
        self._create_flow(
            {"user_ids": [Command.set(self.user_manager.ids)], "allow_own": True}
        )
        self.env["timesheet.approval.delegation"].create(
            {
                "user_id": self.user_manager.id,
                "delegate_id": self.user_consultant.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 31),
            }
        )
        own = self.entry.with_user(self.user_consultant)
        self.assertFalse(own.is_to_approve)
        with self.assertRaisesRegex(AccessError, "their own time"):
            own.action_approve()
        other = self._log_time(self.project, DAY, employee=self.colleague)
        self._lock(date(2026, 2, 28), self.colleague)
        other.with_user(self.user_consultant).action_approve()
        self.assertEqual(other.approval_state, "approved")

    def test_left_group(self):
        """Who leaves a group does not read its time any more."""
        group = self.env["res.groups"].create({"name": "Approvers of the office"})
        self.user_colleague.group_ids |= group
        self._create_flow({"group_id": group.id})
        entry = self.entry.with_user(self.user_colleague)
        self.assertTrue(entry.has_access("read"))
        group.user_ids -= self.user_colleague
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(entry.has_access("read"))
        self.assertFalse(entry.search([("id", "=", entry.id)]))

    def test_send_back_where_nobody_approves(self):
        """That would be unlocking, which is for administrators."""
        self.company.timesheet_approval = False
        self.env.flush_all()
        with self.assertRaisesRegex(AccessError, "Timesheet Admin"):
            self.entry.with_user(self.user_manager).action_send_back("Open it")
        self.assertEqual(self.entry.approval_state, "approved")
        self.entry.with_user(self.user_timesheet_admin).action_send_back("Open it")
        self.assertEqual(self.entry.approval_state, "open")
