from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common.approval import ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalDelegation(ApprovalFlowCommon):
    """Standing in for an approver who is away."""

    def _delegate(self, first=date(2026, 3, 1), last=date(2026, 3, 20), **values):
        return (
            self.env["timesheet.approval.delegation"]
            .with_user(self.user_manager)
            .create(
                {
                    "delegate_id": self.user_finance.id,
                    "date_from": first,
                    "date_to": last,
                    **values,
                }
            )
        )

    def test_while_away(self):
        entry = self.entry.with_user(self.user_finance)
        with self.assertRaises(AccessError):
            entry.action_approve()
        self._delegate()
        self.assertTrue(entry.is_to_approve)
        self.assertIn("stands in for", self.entry.approval_explanation)
        entry.action_approve()
        log = self.entry.approval_log_ids
        self.assertEqual(log.user_id, self.user_finance)
        self.assertEqual(log.represented_id, self.user_manager)

    def test_not_before_nor_after(self):
        self._delegate(date(2026, 3, 11), date(2026, 3, 20))
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        self._delegate(date(2026, 3, 1), date(2026, 3, 9))
        self.assertEqual(self._approvers(self.entry), self.user_manager)

    def test_the_approver_still_can(self):
        self._delegate()
        self.entry.with_user(self.user_manager).action_approve()
        self.assertFalse(self.entry.approval_log_ids.represented_id)

    def test_author_stands_in(self):
        """Nobody gets to approve the own time by standing in."""
        self._delegate(delegate_id=self.user_consultant.id)
        self.assertEqual(self._approvers(self.entry), self.user_manager)

    def test_only_for_oneself(self):
        with self.assertRaises(AccessError):
            self._delegate(user_id=self.user_timesheet_admin.id)
        own = self._delegate()
        with self.assertRaisesRegex(AccessError, "for yourself only"):
            own.sudo().user_id = self.user_timesheet_admin
        with self.assertRaises(AccessError):
            own.user_id = self.user_timesheet_admin
        with self.assertRaises(AccessError):
            own.with_user(self.user_finance).date_to = date(2027, 1, 1)
        own.with_user(self.user_timesheet_admin).date_to = date(2026, 4, 1)

    def test_input(self):
        with self.assertRaisesRegex(ValidationError, "somebody else"):
            self._delegate(delegate_id=self.user_manager.id)
