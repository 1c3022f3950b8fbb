from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.decision import DecisionCommon
from ..common.proof import ProofMixin

LOCK = "2026-02-28"


@tagged("post_install", "-at_install")
class TestBillingPartsApproval(ProofMixin, DecisionCommon):
    """A part is approved, sent back and locked with its entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.part = cls.entry.action_set_billing("hold", "Because", 0.5)

    def _as_manager(self, records):
        return records.with_user(self.user_manager)

    def assertState(self, state):
        self.env.flush_all()
        self.env.invalidate_all()
        for row in (self.entry, self.part):
            self.assertEqual(row.approval_state, state)
        self.assertProven(self.entry.project_id)

    def test_cycle(self):
        self.assertState("open")
        self._lock(LOCK)
        self.assertState("pending")
        self._as_manager(self.entry).action_approve()
        self.assertState("approved")
        self.assertEqual(self.part.approved_by_id, self.user_manager)
        self._as_manager(self.entry).action_withdraw_approval("Look again")
        self.assertState("pending")
        self._as_manager(self.entry).action_approve()
        self._as_manager(self.entry).action_send_back("Mend it")
        self.assertState("open")
        self.assertTrue(self.part.sent_back)
        self.entry.with_user(self.user_consultant).unit_amount = 3.0
        self.assertState("open")
        self.entry.with_user(self.user_consultant).action_resubmit()
        self.assertState("pending")
        self.assertFalse(self.part.sent_back)

    def test_lists(self):
        """Approvers see each entry once, with what was worked."""
        self._lock(LOCK)
        mine = self._as_manager(self.entry).search([("is_to_approve", "=", True)])
        self.assertEqual(mine, self.entry)
        self.assertTrue(self._as_manager(self.entry).is_to_approve)

    def test_part_of_invoiced_entry(self):
        """Released later, it waits for the approval of its entry."""
        self._lock(LOCK)
        self._invoice()
        self.assertEqual(self.entry.approval_state, "approved")
        self.part.action_set_billing("bill")
        self.env.invalidate_all()
        self.assertEqual(self.part.approval_state, "pending")
        mine = self._as_manager(self.entry).search([("is_to_approve", "=", True)])
        self.assertEqual(mine, self.entry)
        self.assertTrue(self._as_manager(self.entry).is_to_approve)
        self._as_manager(self.entry).action_approve()
        self.env.invalidate_all()
        self.assertEqual(self.part.approval_state, "approved")

    def test_split_of_approved_entry(self):
        """Deciding what is billed is no change of what was approved."""
        self._lock(LOCK)
        self._as_manager(self.entry).action_approve()
        part = self._as_manager(self.entry).action_set_billing("write_off", "No", 0.25)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(part.sudo().approval_state, "approved")
        self.assertState("approved")
        self._as_manager(part).action_set_billing("bill")
        self.assertState("approved")

    def test_change_after_approval(self):
        """What ends the approval of the entry ends that of its parts, once logged."""
        self._lock(LOCK)
        for vals in ({"unit_amount": 3.0}, {"date": "2026-02-11"}):
            self._as_manager(self.entry).action_approve()
            self.assertState("approved")
            self.entry.with_user(self.user_timesheet_admin).write(vals)
            self.assertState("pending")
        logs = self.env["timesheet.approval.log"].search([("event", "=", "changed")])
        self.assertEqual(logs.mapped("hours"), [3.0, 3.0])
        self._as_manager(self.entry).action_approve()
        item = self._create_order(price=50.0).order_line
        self._change_for_all(self.project, {"sale_line_id": item.id})
        self.assertState("pending")

    def test_unlock(self):
        """Unlocked, the author still cannot delete what billing decided on."""
        self._lock(LOCK)
        self._lock(False)
        self.assertState("open")
        with self.assertRaisesRegex(UserError, "takes the part back"):
            self.entry.with_user(self.user_consultant).unlink()
