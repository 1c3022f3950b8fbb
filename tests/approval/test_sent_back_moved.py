from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.approval import DAY, LOCK, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestSentBackMoved(ApprovalFlowCommon):
    """Time that was sent back is its author's again, like open time: also its project.

    A wrong project is the most common reason to send time back. What the log says of it
    stays, and the approvals of the new project start from the beginning.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lax = cls._create_project("Lax")
        cls.strict = cls._create_project("Strict")
        tags = cls.env["project.tags"].create([{"name": "Lax"}, {"name": "Two steps"}])
        cls.lax.tag_ids, cls.project.tag_ids = tags[0], tags[1]
        cls.strict.tag_ids = tags[1]
        cls.lax_flow = cls._create_flow(
            {"user_ids": [Command.set(cls.user_consultant.ids)], "allow_own": True},
            tag_ids=[Command.set(tags[0].ids)],
        )
        cls.flow = cls._create_flow(
            {"is_project_manager": True},
            {"user_ids": [Command.set(cls.user_finance.ids)]},
            tag_ids=[Command.set(tags[1].ids)],
        )
        cls.own = cls.entry.with_user(cls.user_consultant)

    def _send_back(self):
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approved_step_id, self.flow.step_ids[0])
        self.entry.with_user(self.user_finance).action_send_back("Wrong project")

    def assertNothingCounts(self):
        self.assertFalse(self.entry.approved_step_id)
        self.assertFalse(self.entry.approved_on)
        self.assertFalse(self.entry.approved_by_id)

    def test_moved_to_a_project_of_another_flow(self):
        self._send_back()
        self.assertNothingCounts()
        self.own.project_id = self.strict
        self.assertNothingCounts()
        self.own.action_resubmit()
        self.assertNothingCounts()
        # The first step again, although it was given once.
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_finance).action_approve()
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approval_state, "pending")
        self.entry.with_user(self.user_finance).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")

    def test_log_is_kept(self):
        self._send_back()
        self.own.project_id = self.lax
        self.own.action_resubmit()
        self.own.action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        log = self.entry.approval_log_ids.sorted("id")
        self.assertEqual(
            log.mapped("event"), ["step", "sent_back", "resubmitted", "approved"]
        )
        self.assertEqual(log[1].user_id, self.user_finance)
        self.assertEqual(log[1].reason, "Wrong project")
        self.assertEqual(
            log.mapped("project_id.name"), ["Project", "Lax"], "where it was then"
        )

    def test_moved_there_and_back(self):
        """An approval of another project is none here."""
        self._send_back()
        self.own.project_id = self.lax
        self.own.action_resubmit()
        self.own.action_approve()
        administrator = self.entry.with_user(self.user_timesheet_admin)
        administrator.project_id = self.project
        self.assertNothingCounts()
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertEqual(self.entry.approval_log_ids[0].event, "changed")

    def test_moved_before_it_was_handed_in(self):
        """A step that was given does not outlive a move by an administrator either."""
        self.entry.with_user(self.user_manager).action_approve()
        self.assertTrue(self.entry.approved_step_id)
        self.entry.with_user(self.user_timesheet_admin).project_id = self.strict
        self.assertNothingCounts()
        self.assertEqual(self._approvers(self.entry), self.user_manager)

    def test_not_approved_while_it_is_open(self):
        self._send_back()
        self.own.project_id = self.lax
        with self.assertRaises(UserError):
            self.own.action_approve()
        self.assertEqual(self.entry.approval_state, "open")

    def test_not_into_a_locked_timesheet(self):
        """What is moved or given away stays within what its author may write."""
        self._send_back()
        self._lock(DAY, self.colleague)
        with self.assertRaises(UserError):
            self.own.employee_id = self.colleague
        self.assertEqual(self.entry.employee_id, self.consultant)

    def test_given_to_another_person(self):
        """As open time; from there on it is that person's to lock."""
        self._send_back()
        self.own.employee_id = self.colleague
        self.assertNothingCounts()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.own.unit_amount = 9.0
        self.env["timesheet.lock"].with_user(self.user_colleague).create(
            {"employee_ids": self.colleague.ids, "locked_until": LOCK}
        ).action_lock()
        self.assertFalse(self.entry.sent_back)
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        sent_back = self.entry.approval_log_ids.filtered(
            lambda log: log.event == "sent_back"
        )
        self.assertEqual(sent_back.employee_id, self.consultant)

    def test_moved_to_another_day(self):
        """It stays open, as it was sent back; the day is the author's to mend."""
        self._send_back()
        self.own.date = date(2026, 2, 11)
        self.own.action_resubmit()
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertNothingCounts()
