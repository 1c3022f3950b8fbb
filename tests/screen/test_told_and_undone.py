from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestToldAndUndone(ScheduleCommon):
    """Every button says in one sentence what it did, and takes it back by one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, day(1, 10), 2.0)
        cls.period = cls._period(cls.project, day(1, 10))

    def assertTold(self, action, message):
        self.assertEqual(action["tag"], "billing_done")
        self.assertEqual(action["params"]["message"], message)
        return action["params"].get("undo")

    def _undo(self, undo, user):
        """As the client calls it, by the rights of the user."""
        ids, *args = undo["args"]
        records = self.env[undo["model"]].with_user(user).browse(ids)
        return getattr(records, undo["method"])(*args)

    def test_skip(self):
        Dialog = self.env["project.billing.period.reason"]
        dialog = Dialog.with_user(self.user_accountant).create(
            {
                "mode": "skip",
                "period_ids": [Command.set(self.period.ids)],
                "reason": "Holidays",
            }
        )
        undo = self.assertTold(
            dialog.action_confirm(), f"{self.period.display_name} skipped"
        )
        self.assertEqual(self.period.state, "skipped")
        with self.assertRaises(AccessError):
            self._undo(undo, self.user_consultant)
        self._undo(undo, self.user_accountant)
        self.assertNotEqual(self.period.state, "skipped")

    def _decide(self, decision):
        Dialog = self.env["timesheet.billing.decision"].with_user(self.user_manager)
        return (
            Dialog.with_context(
                active_model="account.analytic.line", active_ids=self.entry.ids
            )
            .create({"decision": decision, "reason": "Later"})
            .action_decide()
        )

    def test_hold(self):
        undo = self.assertTold(self._decide("hold"), "1 time entry is held")
        self.assertEqual(self.entry.billing_hold, "hold")
        # What was decided before is not guessed.
        self.assertFalse(
            self.assertTold(self._decide("write_off"), "1 time entry is written off")
        )
        self._undo(undo, self.user_manager)
        self.assertEqual(self.entry.billing_hold, "bill")

    def test_schedule(self):
        projects = self._create_project("A", schedule=False)
        projects |= self._create_project("B", schedule=False)
        Dialog = self.env["project.billing.schedule"].with_user(self.user_accountant)

        def apply():
            return Dialog.create(
                {
                    "project_ids": [Command.set(projects.ids)],
                    "billing_frequency": "monthly",
                    "billing_start_date": day(1, 1),
                }
            ).action_apply()

        undo = self.assertTold(apply(), "Schedule set on 2 projects")
        self.assertTrue(projects.billing_period_ids)
        self._undo(undo, self.user_accountant)
        self.assertFalse(any(projects.mapped("billing_frequency")))
        self.assertFalse(projects.billing_period_ids)
        apply()
        # One schedule in the place of another is not taken back.
        self.assertFalse(self.assertTold(apply(), "Schedule set on 2 projects"))

    def test_approval(self):
        self.company.timesheet_approval = True
        self._lock(day(1, 31))
        entry = self.entry.with_user(self.user_manager)
        undo = self.assertTold(entry.action_approve_and_tell(), "1 time entry approved")
        self.assertEqual(self.entry.approval_state, "approved")
        # A second click has done nothing, and tells nothing.
        self.assertIs(entry.action_approve_and_tell(), True)
        with self.assertRaises(AccessError):
            self._undo(undo, self.user_colleague)
        self._undo(undo, self.user_manager)
        self.assertEqual(self.entry.approval_state, "pending")
        Dialog = self.env["timesheet.send.back"].with_user(self.user_manager)
        self.assertFalse(
            self.assertTold(
                Dialog.create(
                    {
                        "entry_ids": [Command.set(self.entry.ids)],
                        "reason": "Which task?",
                    }
                ).action_send_back(),
                "Sent back to Consultant",
            )
        )
