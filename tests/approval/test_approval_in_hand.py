from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.approval import DAY, LOCK, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalInHand(ApprovalFlowCommon):
    """What somebody else approves or has in hand is named, not passed over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._log_time(cls.project, DAY, 1.0, employee=cls.colleague)
        cls._lock(LOCK, cls.colleague)
        cls.both = (cls.entry | cls.other).with_user(cls.user_manager)

    def _in_hand(self, busy):
        """Another transaction holds the rows of some entries."""
        lines = type(self.env["account.analytic.line"])
        lock = lines.try_lock_for_update

        def try_lock_for_update(records, **options):
            return lock(records - busy.sudo(), **options)

        return patch.object(lines, "try_lock_for_update", try_lock_for_update)

    def _message(self, result):
        self.assertEqual(result["tag"], "display_notification")
        return result["params"]["message"]

    def test_all_of_it(self):
        with (
            self._in_hand(self.both),
            self.assertRaisesRegex(UserError, "Somebody else.*Consultant.*Colleague"),
        ):
            self.both.action_approve()
        self.assertEqual(set(self.both.mapped("approval_state")), {"pending"})

    def test_some_of_it(self):
        with self._in_hand(self.other):
            message = self._message(self.both.action_approve())
        self.assertIn("Colleague", message)
        self.assertNotIn("Consultant", message)
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.other.approval_state, "pending")

    def test_approved_by_somebody_else(self):
        self.other.with_user(self.user_timesheet_admin).action_approve()
        message = self._message(self.both.action_approve())
        self.assertIn("Timesheet Admin", message)
        self.assertIn("Colleague", message)
        self.assertEqual(self.entry.approved_by_id, self.user_manager)
        self.assertEqual(self.other.approved_by_id, self.user_timesheet_admin)
        message = self._message(
            self.other.with_user(self.user_manager).action_approve()
        )
        self.assertIn("Timesheet Admin", message)

    def test_own_approval_twice(self):
        self.assertIs(self.both.action_approve(), True)
        self.assertIs(self.both.action_approve(), True)

    def test_of_a_person_or_project(self):
        self.other.with_user(self.user_timesheet_admin).action_approve()
        self.entry.with_user(self.user_timesheet_admin).action_approve()
        project = self.project.with_user(self.user_manager)
        message = self._message(project.action_approve_timesheets())
        self.assertIn("Nothing of Project waits", message)

    def test_sending_back_and_withdrawing_are_refused(self):
        with (
            self._in_hand(self.other),
            self.assertRaisesRegex(UserError, "Somebody else.*Colleague"),
        ):
            self.both.action_send_back("Why")
        self.assertFalse(any(self.both.sudo().mapped("sent_back")))
        self.both.action_approve()
        with (
            self._in_hand(self.other),
            self.assertRaisesRegex(UserError, "Somebody else.*Colleague"),
        ):
            self.both.action_withdraw_approval("Why")
        self.assertEqual(set(self.both.mapped("approval_state")), {"approved"})
