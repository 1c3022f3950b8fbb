from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.approval import DAY, LOCK, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestSentBack(ApprovalFlowCommon):
    """The author hears of it, mends just this, and hands it in again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._log_time(cls.project, DAY, 1.0)

    def setUp(self):
        super().setUp()
        self.entry.with_user(self.user_manager).action_send_back("Which task?")
        self.own = self.entry.with_user(self.user_consultant)

    def _get_activities(self, user):
        kind = self.env.ref("invoicing_cycle.mail_activity_type_sent_back")
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("activity_type_id", "=", kind.id)]
        )

    def test_author_gets_an_activity(self):
        activity = self._get_activities(self.user_consultant)
        self.assertEqual(len(activity), 1)
        note = activity.with_user(self.user_consultant).note
        self.assertIn("Project Lead sent time back: Which task?", note)
        self.assertIn("/odoo/sent-back-time", note)

    def test_only_this_entry_opens(self):
        self.own.unit_amount = 3.0
        with self.assertRaises(AccessError):
            self.other.with_user(self.user_consultant).unit_amount = 3.0

    def test_hand_in_again(self):
        self.own.unit_amount = 3.0
        self.own.action_resubmit()
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertFalse(self._get_activities(self.user_consultant))
        self.assertEqual(self.entry.approval_log_ids[0].event, "resubmitted")
        with self.assertRaises(AccessError):
            self.own.unit_amount = 4.0

    def test_activity_stays_while_something_is_left(self):
        self.other.with_user(self.user_manager).action_send_back("And this?")
        self.assertEqual(len(self._get_activities(self.user_consultant)), 1)
        self.own.action_resubmit()
        self.assertTrue(self._get_activities(self.user_consultant))
        self.other.with_user(self.user_consultant).action_resubmit()
        self.assertFalse(self._get_activities(self.user_consultant))

    def test_locking_hands_in_as_well(self):
        self.env["timesheet.lock"].with_user(self.user_consultant).create(
            {"employee_ids": self.consultant.ids, "locked_until": LOCK}
        ).action_lock()
        self.assertFalse(self.entry.sent_back)
        self.assertFalse(self._get_activities(self.user_consultant))

    def test_not_for_others(self):
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_colleague).action_resubmit()
