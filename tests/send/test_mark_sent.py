from ast import literal_eval
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.invoice import InvoiceCommon


@tagged("post_install", "-at_install")
class TestMarkSent(InvoiceCommon):
    def test_record_says_when_who_and_how(self):
        invoice = self.invoice.with_user(self.user_accountant)
        with freeze_time("2026-03-11 09:30:00"):
            invoice.action_mark_as_sent("post")
        self.assertEqual(invoice.sent_on, datetime(2026, 3, 11, 9, 30))
        self.assertEqual(invoice.sent_by_id, self.user_accountant)
        self.assertEqual(invoice.sent_channel, "post")
        self.assertTrue(invoice.is_move_sent)
        self.assertFalse(invoice.is_manually_modified)

    def test_channel_is_other_by_default(self):
        self.invoice.action_mark_as_sent()
        self.assertSent(self.invoice, "other")

    def test_many_are_logged_each(self):
        invoices = self.invoice | self._create_invoice(post=True)
        before = invoices.message_ids
        invoices.with_user(self.user_accountant).action_mark_as_sent("portal")
        for invoice in invoices:
            message = invoice.message_ids - before
            self.assertEqual(len(message), 1)
            self.assertIn("Customer Portal", message.body)
            self.assertEqual(message.author_id, self.user_accountant.partner_id)

    def test_credit_note_can_be_marked(self):
        credit_note = self._create_invoice(post=True, move_type="out_refund")
        credit_note.action_mark_as_sent()
        self.assertSent(credit_note, "other")

    def test_sent_one_is_left_as_it_is(self):
        self.invoice.action_mark_as_sent("post")
        other = self._create_invoice(post=True)
        with freeze_time("2026-03-12"):
            (self.invoice | other).with_user(self.user_accountant).action_mark_as_sent()
        self.assertEqual(self.invoice.sent_on, datetime(2026, 3, 10))
        self.assertSent(self.invoice, "post", self.env.user)
        self.assertSent(other, "other", self.user_accountant)

    def test_draft_is_refused_by_name_and_nothing_is_written(self):
        with self.assertRaisesRegex(UserError, "Confirm these first.*Draft Invoice"):
            (self.invoice | self.draft).action_mark_as_sent()
        self.assertNotSent(self.invoice | self.draft)

    def test_cancelled_is_refused(self):
        self.draft.button_cancel()
        with self.assertRaisesRegex(UserError, "Only confirmed"):
            self.draft.action_mark_as_sent()

    def test_vendor_bill_is_refused(self):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 5.0})],
            }
        )
        bill.action_post()
        with self.assertRaisesRegex(UserError, "Only customer invoices"):
            bill.action_mark_as_sent()

    def test_unknown_channel_is_refused(self):
        with self.assertRaisesRegex(UserError, "pigeon"):
            self.invoice.action_mark_as_sent("pigeon")
        self.assertNotSent(self.invoice)

    def test_query_count_does_not_grow_with_invoices(self):
        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves.with_user(self.user_accountant).action_mark_as_sent()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = self._create_invoice(post=True) | self._create_invoice(post=True)
        many = self.env["account.move"].union(
            *(self._create_invoice(post=True) for _n in range(8))
        )
        count(self.invoice)
        self.assertEqual(count(few), count(many))

    # ---------------------------------------------------------------- undo

    def test_undo_clears_and_logs_the_reason(self):
        self.invoice.action_mark_as_sent("post")
        self.invoice.with_user(self.user_accountant).action_undo_mark_as_sent(
            "Wrong address"
        )
        self.assertNotSent(self.invoice)
        self.assertFalse(self.invoice.is_move_sent)
        message = self.invoice.message_ids[0]
        self.assertIn("Wrong address", message.body)
        self.assertIn("Post", message.body)
        self.assertEqual(message.author_id, self.user_accountant.partner_id)

    def test_undo_needs_a_reason(self):
        self.invoice.action_mark_as_sent()
        for reason in ("", "  ", False, None):
            with self.assertRaisesRegex(UserError, "reason"):
                self.invoice.action_undo_mark_as_sent(reason)
        self.assertSent(self.invoice, "other")

    def test_undo_of_what_was_not_sent_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, self.invoice.name):
            self.invoice.action_undo_mark_as_sent("why")

    def test_undo_dialog(self):
        others = self._create_invoice(post=True)
        moves = self.invoice | others
        moves.action_mark_as_sent()
        action = moves.with_user(self.user_accountant).action_open_unsend()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.user_accountant)
            .with_context(**action["context"])
            .create({"reason": "Sent too early"})
        )
        self.assertEqual(dialog.move_ids, moves)
        dialog.action_undo()
        self.assertNotSent(moves)

    def test_undo_dialog_from_the_action_menu(self):
        self.invoice.action_mark_as_sent()
        dialog = (
            self.env["account.move.unsend"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"reason": "Sent too early"})
        )
        self.assertEqual(dialog.move_ids, self.invoice)

    # ---------------------------------------------------------------- states

    def test_reset_to_draft_clears_and_stays_clear_when_posted_again(self):
        self.invoice.action_mark_as_sent()
        self.invoice.button_draft()
        self.assertNotSent(self.invoice)
        self.assertIn("reset to draft", self.invoice.message_ids[0].body)
        self.invoice.action_post()
        self.assertNotSent(self.invoice)
        self.assertEqual(self.invoice.sent_status, "confirmed")

    def test_cancel_clears(self):
        self.invoice.action_mark_as_sent()
        self.invoice.button_cancel()
        self.assertNotSent(self.invoice)

    def test_copy_is_not_sent(self):
        self.invoice.action_mark_as_sent()
        self.assertNotSent(self.invoice.copy())

    def test_credit_note_made_from_a_sent_invoice_is_not_sent(self):
        self.invoice.action_mark_as_sent()
        self.assertNotSent(self.invoice._reverse_moves())
        self.assertSent(self.invoice, "other")

    def test_odoos_own_flag_is_not_trusted(self):
        self.invoice.is_move_sent = True
        self.assertNotSent(self.invoice)

    def test_status(self):
        self.assertEqual(self.draft.sent_status, "review")
        self.assertEqual(self.invoice.sent_status, "confirmed")
        self.invoice.sending_data = {"author_user_id": self.env.uid}
        self.assertEqual(self.invoice.sent_status, "sending")
        self.invoice.action_mark_as_sent()
        self.assertEqual(self.invoice.sent_status, "sent")
        self.draft.button_cancel()
        self.assertEqual(self.draft.sent_status, "cancelled")

    def test_screen_sections(self):
        def section(name):
            action = self.env.ref(f"invoicing_cycle.{name}")
            return self.env["account.move"].search(literal_eval(action.domain))

        stock = self._create_invoice(post=True, billing_origin=False)
        credited = self._create_invoice(post=True)
        credited._reverse_moves(cancel=True)
        cancelled = self._create_invoice()
        cancelled.button_cancel()
        sent = self._create_invoice(post=True)
        sent.action_mark_as_sent()

        to_send = section("account_move_action_to_send")
        self.assertLessEqual(self.invoice | self.draft, to_send)
        self.assertFalse(to_send & (stock | credited | cancelled | sent))
        self.assertIn(sent, section("account_move_action_sent"))
        self.assertNotIn(self.invoice, section("account_move_action_sent"))


@tagged("post_install", "-at_install")
class TestMarkSentRights(InvoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(schedule=False)
        cls.period = cls._create_period(cls.project)
        cls.scheduled = cls._create_invoice(post=True, period=cls.period)

    def test_project_manager_marks_invoices_of_own_periods(self):
        scheduled = self.scheduled.with_user(self.user_manager)
        scheduled.action_mark_as_sent("mail")
        self.assertSent(self.scheduled, "mail", self.user_manager)
        scheduled.action_undo_mark_as_sent("Wrong contact")
        self.assertNotSent(self.scheduled)

    def test_project_manager_marks_no_other_invoice(self):
        self.project.write({"user_id": self.env.uid, "billing_owner_id": self.env.uid})
        for invoice in (self.scheduled, self.invoice):
            with self.assertRaisesRegex(AccessError, "none of your projects"):
                invoice.with_user(self.user_manager).action_mark_as_sent()
        self.assertNotSent(self.scheduled | self.invoice)

    def test_own_and_other_invoices_together_are_refused(self):
        with self.assertRaises(AccessError):
            (self.scheduled | self.invoice).with_user(
                self.user_manager
            ).action_mark_as_sent()
        self.assertNotSent(self.scheduled | self.invoice)

    def test_consultant_marks_nothing(self):
        with self.assertRaises(AccessError) as refusal:
            self.scheduled.with_user(self.user_consultant).action_mark_as_sent()
        # what cannot be read is not named
        self.assertNotIn(self.scheduled.name, str(refusal.exception))
        self.assertNotSent(self.scheduled)

    def test_portal_user_marks_nothing(self):
        portal = new_test_user(self.env, "portal_buyer", groups="base.group_portal")
        portal.partner_id.parent_id = self.partner
        with self.assertRaises(AccessError):
            self.scheduled.with_user(portal).action_mark_as_sent()

    def test_reading_accountant_marks_nothing(self):
        reader = self._new_user("reader", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self.invoice.with_user(reader).action_mark_as_sent()
        self.assertNotSent(self.invoice)

    def test_fields_are_closed_against_rpc(self):
        invoice = self.invoice.with_user(self.user_accountant)
        for values in (
            {"sent_on": "2026-03-01 10:00:00"},
            {"sent_by_id": self.user_manager.id},
            {"sent_channel": "mail"},
            {"sent_on": False},
        ):
            with self.assertRaisesRegex(AccessError, "Mark as sent"):
                invoice.write(values)
            # no context key opens it
            with self.assertRaises(AccessError):
                invoice.with_context(
                    skip_readonly_check=True, install_mode=True, tracking_disable=True
                ).write(values)
        self.assertNotSent(self.invoice)

    def test_fields_are_closed_at_creation(self):
        moves = self.env["account.move"].with_user(self.user_accountant)
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner.id,
            "invoice_line_ids": [Command.create({"name": "x", "price_unit": 5.0})],
        }
        with self.assertRaises(AccessError):
            moves.create({**values, "sent_on": "2026-03-01 10:00:00"})
        forged = moves.with_context(
            default_sent_on="2026-03-01 10:00:00",
            default_sent_by_id=self.user_manager.id,
            default_sent_channel="mail",
        )
        self.assertNotSent(forged.create(dict(values)))
        self.assertNotSent(forged.sudo().create(dict(values)))

    def test_other_company_is_refused(self):
        company = self._create_company()
        other = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": self.partner.id,
                    "invoice_date": "2026-03-10",
                    "billing_origin": "freeform",
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 5.0})
                    ],
                }
            )
        )
        other.action_post()
        # nor by naming the company in the context
        for context in ({}, {"allowed_company_ids": [company.id]}):
            with self.assertRaises(AccessError):
                other.with_user(self.user_accountant).with_context(
                    **context
                ).action_mark_as_sent()
        self.assertNotSent(other)
        self.user_accountant.company_ids |= company
        other.with_user(self.user_accountant).with_context(
            allowed_company_ids=[self.company.id, company.id]
        ).action_mark_as_sent()
        self.assertSent(other, "other", self.user_accountant)
