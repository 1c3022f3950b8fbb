from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.autopilot.job import PAUSE

from ..common.autopilot import AutopilotCommon


@tagged("post_install", "-at_install")
class TestAutopilotWake(AutopilotCommon):
    """It looks at night, and after a lock or an approval; one switch stops it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pending = cls._create_period("Pending", day=date(2026, 3, 9))
        cls.pending.project_id.billing_invoice_delay = -25

    def _hand_in(self):
        self.env["timesheet.lock"].with_user(self.user_consultant).create(
            {
                "employee_ids": self.consultant.ids,
                "locked_until": date(2026, 3, 31),
            }
        ).action_lock()

    def test_lock(self):
        self._switch("draft")
        self._night()
        self.assertFalse(self.pending.invoice_line_ids)
        before = self._triggers()
        self._hand_in()
        woken = self._triggers() - before
        self.assertEqual(len(woken), 1)
        self.assertEqual(woken.call_at, fields.Datetime.now() + PAUSE)
        self._night()
        self.assertTrue(self.pending.invoice_line_ids)

    def test_approval(self):
        self.company.timesheet_approval = True
        self._switch("draft")
        self._hand_in()
        self._night()
        self.assertFalse(self.pending.invoice_line_ids)
        before = self._triggers()
        waiting = self.pending.timesheet_ids.with_user(self.user_manager)
        self.assertEqual(set(waiting.mapped("approval_state")), {"pending"})
        waiting.action_approve()
        self.assertEqual(len(self._triggers() - before), 1)
        self._night()
        self.assertTrue(self.pending.invoice_line_ids)

    def test_nobody_uses_it(self):
        self.company.billing_autopilot_user_id = False
        before = self._triggers()
        self._hand_in()
        self.assertEqual(self._triggers(), before)

    def test_a_lock_asks_for_no_period(self):
        Company = self.env["res.company"].with_user(self.user_consultant)
        Company._wake_autopilot()
        self.env.flush_all()
        with self.assertQueryCount(3):
            Company._wake_autopilot()
            self.env.flush_all()

    def test_twice(self):
        ready = self._create_period("Ready")
        self._switch("draft")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
            self.job.method_direct_trigger()
        self.assertEqual(self.env["billing.run"].search_count([]), 1)
        self._night()
        self._night()
        self.assertEqual(len(ready.invoice_line_ids.move_id), 1)

    def test_two_runs_at_once(self):
        ready = self._create_period("Ready")
        self._switch("confirm")
        self.env.flush_all()
        find = patch.object(
            self.registry["billing.run"], "_get_waiting_ids", lambda *_args: []
        )
        with find, self.enter_registry_test_mode():
            self.job.method_direct_trigger()
            self.job.method_direct_trigger()
        self.assertEqual(self.env["billing.run"].search_count([]), 2)
        self._night()
        self.assertEqual(len(ready.invoice_line_ids.move_id), 1)
        self.assertNotLeft(ready)

    @mute_logger("odoo.addons.invoicing_cycle.models.autopilot.job")
    def test_one_company_fails(self):
        ready = self._create_period("Ready")
        company = self._create_company()
        self.user_accountant.company_ids |= company
        self._switch("draft")
        self._switch("draft", company)
        Company = self.registry["res.company"]
        original = Company._start_autopilot

        def start(self):
            if self == company:
                raise UserError("Out of order")
            return original(self)

        with patch.object(Company, "_start_autopilot", start):
            self._night()
        self.assertTrue(ready.invoice_line_ids)

    # ---------------------------------------------------------------- switch

    def _screen(self, user=None):
        user = user or self.user_accountant
        return self.env["project.billing.period"].with_user(user)

    def test_stop(self):
        ready = self._create_period("Ready")
        self._switch("draft")
        self._screen().action_stop_autopilot()
        self.assertTrue(self._overview()["stopped"])
        self._night()
        self.assertFalse(ready.invoice_line_ids)
        self.assertFalse(self.env["billing.run"].search([]))
        self._screen().action_resume_autopilot()
        self.assertFalse(self._overview()["stopped"])
        self._night()
        self.assertTrue(ready.invoice_line_ids)

    def test_stop_in_the_middle(self):
        """What a run has not begun is not done any more."""
        ready = self._create_period("Ready")
        self._switch("draft")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self._screen().action_stop_autopilot()
        self._night()
        self.assertFalse(ready.invoice_line_ids)
        self.assertFalse(ready.autopilot_left)
        [line] = self.env["billing.run.line"].search([("res_id", "=", ready.id)])
        self.assertEqual(line.state, "cancelled")
        self.assertIn("stopped", line.message)

    def test_stop_before_sending(self):
        ready = self._create_period("Ready")
        self._switch("send")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
            self.env.ref("invoicing_cycle.ir_cron_work_on_runs").method_direct_trigger()
        self.assertEqual(ready.invoice_line_ids.move_id.autopilot_step, "sending")
        self._screen().action_stop_autopilot()
        with self.mail_server() as mails:
            self._night()
            self.assertFalse(mails.called)
            self._screen().action_resume_autopilot()
            self._night()
            self.assertTrue(mails.called)

    def test_who_stops(self):
        for user in (self.user_manager, self.user_salesperson, self.user_consultant):
            for action in ("action_stop_autopilot", "action_resume_autopilot"):
                with self.assertRaises(AccessError):
                    getattr(self._screen(user), action)()
