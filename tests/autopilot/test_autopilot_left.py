from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.autopilot import AutopilotCommon

TOMORROW = "2026-03-11 01:00:00"


@tagged("post_install", "-at_install")
class TestAutopilotLeft(AutopilotCommon):
    """Whatever is odd stays for a person, and says why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odd = cls._create_period("Odd")
        cls.good = cls._create_period("Good")
        cls._switch("confirm")

    def test_warning(self):
        self._make_odd(self.odd)
        self._night()
        self.assertFalse(self.odd.invoice_line_ids)
        self.assertLeft(self.odd, "draft", "No tax: Without tax")
        self.assertIn("Left by the autopilot. No tax", self._log(self.odd))
        self.assertEqual(self.good.invoice_line_ids.move_id.state, "posted")

    def test_once_a_day(self):
        self._make_odd(self.odd)
        self._night()
        self._mend(self.odd)
        runs = self.env["billing.run"].search_count([])
        self._night()
        self.assertEqual(self.env["billing.run"].search_count([]), runs)
        self.assertTrue(self.odd.autopilot_needs_person)
        with freeze_time(TOMORROW):
            self._night()
        self.assertTrue(self.odd.invoice_line_ids)
        self.assertNotLeft(self.odd)

    def test_said_once(self):
        self._make_odd(self.odd)
        self._night()
        with freeze_time(TOMORROW):
            self._night()
            self.assertLeft(self.odd, "draft", "No tax")
        self.assertEqual(self._log(self.odd).count("Left by the autopilot"), 1)

    def test_again(self):
        self._make_odd(self.odd)
        self._night()
        self._mend(self.odd)
        before = self._triggers()
        self.odd.with_user(self.user_accountant).action_autopilot_again()
        self.assertTrue(self._triggers() - before)
        self.assertNotLeft(self.odd)
        self._night()
        self.assertTrue(self.odd.invoice_line_ids)

    def test_done_by_a_person(self):
        self._make_odd(self.odd)
        self._night()
        self.odd.with_user(self.user_accountant).action_generate_invoices()
        self.assertNotLeft(self.odd)
        draft = self.odd.invoice_line_ids.move_id
        self.assertFalse(draft.autopilot_step)
        with freeze_time(TOMORROW):
            self._night()
        self.assertEqual(draft.state, "draft")

    def test_pending_is_nobodys_exception(self):
        pending = self._create_period("Pending", day=date(2026, 3, 9))
        self._switch("confirm")
        period = self.env["project.billing.period"]
        with patch.object(
            self.registry[period._name],
            "_find_for_autopilot",
            lambda self, company: self.browse(pending.ids),
        ):
            self._night()
        self.assertFalse(pending.autopilot_left)
        [line] = self.env["billing.run.line"].search([("res_id", "=", pending.id)])[:1]
        self.assertEqual(line.state, "skipped")
        self.assertIn("is pending", line.message)

    # -------------------------------------------------------- a person's own

    def test_taken_back(self):
        """What was taken back is not made again, however it was taken back."""
        self._night()
        for period, take_back in (
            (self.odd, self._credit),
            (self.good, self._delete),
        ):
            take_back(period.invoice_line_ids.move_id)
            self.assertEqual(period.state, "ready")
            self.assertTrue(period.autopilot_needs_person)
            self.assertIn("was taken back", period.autopilot_reason)
        with freeze_time(TOMORROW):
            self._night()
        self.assertEqual(set((self.odd | self.good).mapped("state")), {"ready"})
        # A person decides otherwise.
        self.good.with_user(self.user_accountant).action_autopilot_again()
        self._night()
        self.assertEqual(self.good.state, "to_send")

    def _credit(self, invoice):
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "Wrong"})
        )
        reversal.refund_moves()
        reversal.new_move_ids.action_post()

    def _delete(self, invoice):
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()

    def test_invoiced_by_a_person_before(self):
        self.odd._generate_invoices()
        self.odd.invoice_line_ids.move_id.button_cancel()
        self.assertEqual(self.odd.state, "ready")
        self._night()
        self.assertLeft(self.odd, "draft", "was invoiced before")
        self.assertEqual(self.good.state, "to_send")

    def test_draft_of_a_person(self):
        self.odd.with_user(self.user_accountant).action_generate_invoices()
        draft = self.odd.invoice_line_ids.move_id
        self._switch("send")
        with self.mail_server():
            self._night()
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.autopilot_step)
        self.assertFalse(self.odd.autopilot_left)

    def test_reset_by_a_person(self):
        self._night()
        invoice = self.good.invoice_line_ids.move_id
        invoice._record({"autopilot_step": "sending"})
        invoice.with_user(self.user_accountant).button_draft()
        self.assertFalse(invoice.autopilot_step)
        invoice.with_user(self.user_accountant).action_post()
        self._switch("send")
        with self.mail_server() as mails:
            self._night()
        self.assertFalse(mails.called)

    def test_switched_higher_later(self):
        """What was confirmed under another rule is not sent by a new one."""
        self._night()
        self._switch("send")
        with self.mail_server() as mails:
            self._night()
        self.assertFalse(mails.called)
        self.assertFalse(self.good.invoice_line_ids.move_id.sent_on)

    # --------------------------------------------------------------- failures

    @mute_logger("odoo.addons.invoicing_cycle.models.billing.generate")
    def test_draft_fails(self):
        Period = self.registry["project.billing.period"]
        original, odd = Period._create_invoices, self.odd

        def create(self, *args):
            if odd in self:
                raise UserError("Out of order")
            return original(self, *args)

        with patch.object(Period, "_create_invoices", create):
            self._night()
        self.assertLeft(self.odd, "draft", "Out of order")
        self.assertEqual(self.good.state, "to_send")

    @mute_logger("odoo.addons.invoicing_cycle.models.runs.worker")
    def test_look_fails(self):
        Period = self.registry["project.billing.period"]
        original, odd = Period._get_autopilot_doubts, self.odd

        def get(self):
            if odd in self:
                raise ValueError("Out of order")
            return original(self)

        with patch.object(Period, "_get_autopilot_doubts", get):
            self._night()
        self.assertLeft(self.odd, "draft", "Out of order")
        self.assertEqual(self.good.state, "to_send")

    def test_confirmation_fails(self):
        Move = self.registry["account.move"]
        original, odd = Move.action_post, self.odd

        def post(self):
            if odd & self.billing_period_ids:
                raise UserError("Out of order")
            return original(self)

        with patch.object(Move, "action_post", post):
            self._night()
        self.assertLeft(self.odd, "confirm", "Out of order")
        draft = self.odd.invoice_line_ids.move_id
        self.assertEqual((draft.state, draft.autopilot_step), ("draft", "drafted"))
        self.assertEqual(self.good.invoice_line_ids.move_id.state, "posted")
        # Not tried again, and done when a person has done it.
        with freeze_time(TOMORROW):
            self._night()
        self.assertEqual(draft.state, "draft")
        draft.with_user(self.user_accountant).action_post()
        self.assertNotLeft(self.odd)

    def test_sending_fails(self):
        self._switch("send")
        with self.mail_server(working=False):
            self._night()
        for period in self.odd | self.good:
            invoice = period.invoice_line_ids.move_id
            self.assertFalse(invoice.sent_on)
            self.assertEqual(invoice.autopilot_step, "sending")
            self.assertEqual(period.autopilot_left, "send")
            self.assertTrue(period.autopilot_needs_person)
        with self.mail_server() as mails:
            self._night()
            self.assertFalse(mails.called)
        with freeze_time(TOMORROW), self.mail_server():
            self._night()
        invoices = (self.odd | self.good).invoice_line_ids.move_id
        self.assertEqual(set(invoices.mapped("autopilot_step")), {"sent"})
        self.assertNotLeft(self.odd)

    def test_mail_fails_later(self):
        """Mails leave after the transaction that sent them."""
        self._switch("send")
        with self.mail_server():
            self._night()
        invoice = self.good.invoice_line_ids.move_id
        self.assertEqual(invoice.autopilot_step, "sent")
        invoice._clear_sent_record("It could not be delivered.", keep_messages=True)
        self.assertFalse(invoice.autopilot_step)
        self.assertLeft(self.good, "send", "does not count as sent any more")
        with freeze_time(TOMORROW), self.mail_server() as mails:
            self._night()
            self.assertFalse(mails.called)
        invoice.with_user(self.user_accountant).action_mark_as_sent()
        self.assertNotLeft(self.good)
