from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.approval import ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalLog(ApprovalFlowCommon):
    """What was decided cannot be changed by anybody."""

    def test_send_back_and_withdraw(self):
        entry = self.entry.with_user(self.user_manager)
        entry.action_approve()
        entry.action_withdraw_approval("Wrong task")
        self.assertEqual(entry.approval_state, "pending")
        entry.action_send_back("Which task?")
        self.assertEqual(entry.approval_state, "open")
        logs = self.entry.approval_log_ids.sorted("id")
        self.assertEqual(logs.mapped("event"), ["approved", "withdrawn", "sent_back"])
        self.assertEqual(logs.mapped("reason")[1:], ["Wrong task", "Which task?"])

    def test_cannot_be_changed(self):
        self.entry.with_user(self.user_manager).action_approve()
        log = self.entry.approval_log_ids
        for user in (self.user_manager, self.user_timesheet_admin, self.env.user):
            with self.assertRaises(AccessError):
                log.with_user(user).write({"user_id": self.user_finance.id})
            with self.assertRaises(AccessError):
                log.with_user(user).with_context(_force_unlink=True).unlink()
        for user in (self.user_manager, self.user_timesheet_admin):
            with self.assertRaises(AccessError):
                log.with_user(user).create(
                    {"event": "approved", "user_id": self.user_finance.id}
                )

    def test_survives_the_entry(self):
        self.entry.with_user(self.user_manager).action_approve()
        log = self.entry.approval_log_ids
        self.entry.unlink()
        self.assertEqual(log.hours, 2.0)
        self.assertEqual(log.employee_id, self.consultant)

    def test_who_reads(self):
        self.entry.with_user(self.user_manager).action_approve()
        log = self.entry.approval_log_ids
        self.assertTrue(log.with_user(self.user_consultant).has_access("read"))
        self.assertFalse(log.with_user(self.user_colleague).has_access("read"))
