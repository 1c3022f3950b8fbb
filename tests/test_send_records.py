from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.invoicing_cycle.models.send import einvoice

from .common_invoice import InvoiceCommon

MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"


class SendCommon(InvoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Mails are not sent while a registry is being loaded, as Odoo's test runner
        # does around these tests.
        cls.startClassPatcher(patch.object(cls.registry, "ready", True))
        cls.silent = cls.env["res.partner"].create({"name": "No address"})

    @contextmanager
    def mail_server(self, working=True):
        """Let mails be sent for real, up to the server that would take them."""
        servers = type(self.env["ir.mail_server"])
        refusal = MailDeliveryException("The mail server is down")
        with (
            patch.object(servers, "_disable_send", lambda _server: False),
            patch.object(servers, "_connect__", lambda _server, **_options: None),
            patch.object(
                servers,
                "send_email",
                side_effect=None if working else refusal,
                return_value="<message@example.com>",
            ) as send_email,
            mute_logger(MAIL_LOGGER),
        ):
            yield send_email

    def _dialog(self, invoice, user=None, **values):
        """Odoo's send dialog of one invoice, as a person opens it."""
        invoice = invoice.with_user(user or self.user_accountant)
        action = invoice.action_invoice_sent()
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        return (
            self.env[action["res_model"]]
            .with_user(user or self.user_accountant)
            .with_context(**action["context"])
            .create(values)
        )

    def _send(self, invoice, **values):
        return self._dialog(invoice, **values).action_send_and_print()

    def _send_batch(self, invoices, user=None):
        """Odoo's send dialog of many invoices, up to what the cron does."""
        invoices = invoices.with_user(user or self.user_accountant)
        action = invoices.action_send_and_print()
        self.assertEqual(action["res_model"], "account.move.send.batch.wizard")
        dialog = (
            self.env[action["res_model"]]
            .with_user(user or self.user_accountant)
            .with_context(**action["context"])
            .create({})
        )
        dialog.action_send_and_print()
        self.assertNotSent(invoices)
        self.assertEqual(set(invoices.mapped("sent_status")), {"sending"})
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestSendOne(SendCommon):
    def test_mail_records(self):
        self._send(self.invoice)
        self.assertSent(self.invoice, "mail", self.user_accountant)
        self.assertEqual(self.invoice.sent_status, "sent")

    def test_mail_to_somebody_else_records(self):
        other = self.env["res.partner"].create(
            {"name": "Bookkeeper", "email": "books@example.com"}
        )
        invoice = self._create_invoice(post=True, partner_id=self.silent.id)
        self._send(invoice, mail_partner_ids=other.ids)
        self.assertSent(invoice, "mail")

    def test_no_method_records_nothing(self):
        self._send(self.invoice, sending_methods=[])
        self.assertNotSent(self.invoice)
        # Odoo says that it was sent, because it made a PDF
        self.assertTrue(self.invoice.is_move_sent)

    def test_manual_method_records_nothing(self):
        self._send(self.invoice, sending_methods=["manual"])
        self.assertNotSent(self.invoice)

    def test_customer_without_address_records_nothing(self):
        invoice = self._create_invoice(post=True, partner_id=self.silent.id)
        with self.assertRaises(UserError):
            self._send(invoice)
        self.assertNotSent(invoice)

    def test_call_for_a_customer_without_address_records_nothing(self):
        invoice = self._create_invoice(post=True, partner_id=self.silent.id)
        send = self.env["account.move.send"]
        with mute_logger(MAIL_LOGGER):
            send._generate_and_send_invoices(invoice, sending_methods=["email"])
            send._generate_and_send_invoices(
                invoice,
                sending_methods=["email"],
                mail_partner_ids=self.silent.ids,
            )
        self.assertNotSent(invoice)

    def test_copy_to_a_follower_records_nothing(self):
        invoice = self._create_invoice(post=True, partner_id=self.silent.id)
        invoice.message_subscribe(self.user_manager.partner_id.ids)
        with mute_logger(MAIL_LOGGER):
            self.env["account.move.send"]._generate_and_send_invoices(
                invoice, sending_methods=["email"], mail_partner_ids=self.silent.ids
            )
        self.assertTrue(
            invoice.message_ids.notification_ids.filtered(
                lambda one: one.res_partner_id == self.user_manager.partner_id
            )
        )
        self.assertNotSent(invoice)

    def test_failing_mail_records_nothing(self):
        with self.mail_server(working=False):
            self._send(self.invoice)
        self.assertNotSent(self.invoice)

    def test_failing_document_records_nothing(self):
        send = type(self.env["account.move.send"])

        def fail(model, invoice, invoice_data):
            invoice_data["error"] = {"error_title": "No e-invoice"}

        with (
            patch.object(send, "_hook_invoice_document_before_pdf_report_render", fail),
            self.assertRaisesRegex(UserError, "No e-invoice"),
        ):
            self._send(self.invoice)
        self.assertNotSent(self.invoice)

    def test_sent_again_keeps_the_first_record(self):
        self.invoice.action_mark_as_sent("post")
        self._send(self.invoice)
        self.assertSent(self.invoice, "post", self.env.user)

    def test_printing_records_nothing(self):
        self.invoice.with_user(self.user_accountant).action_print_pdf()
        self.invoice.action_invoice_download_pdf()
        self.invoice.action_download_invoices()
        self.invoice.preview_invoice()
        self.assertNotSent(self.invoice)

    def test_message_in_the_chatter_records_nothing(self):
        self.invoice.message_post(
            body="When will you pay?",
            partner_ids=self.partner.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertNotSent(self.invoice)

    def test_note_of_a_colleague_meanwhile_records_nothing(self):
        """What somebody else writes to the customer while the invoice is prepared."""
        send = type(self.env["account.move.send"])
        prepare = send._generate_invoice_documents
        colleague = self._new_user("asks", "account.group_account_invoice")

        def _generate_invoice_documents(model, invoices_data, **options):
            result = prepare(model, invoices_data, **options)
            self.invoice.with_user(colleague).message_post(
                body="When will you pay?",
                partner_ids=self.partner.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            return result

        with patch.object(
            send, "_generate_invoice_documents", _generate_invoice_documents
        ):
            self._send(self.invoice, sending_methods=["manual"])
        self.assertNotSent(self.invoice)
        self.assertFalse(self.invoice._get_sending_messages())

    def test_context_of_a_client_records_nothing(self):
        for value in (True, 1, [], {"ids": []}):
            self.invoice.with_context(invoicing_cycle_sending=value).message_post(
                body="When will you pay?", partner_ids=self.partner.ids
            )
        self.assertFalse(self.invoice._get_sending_messages())
        self.assertNotSent(self.invoice)


@tagged("post_install", "-at_install")
class TestSendDelivery(SendCommon):
    """What becomes of the mail afterwards."""

    def _messages(self):
        return self.invoice._get_sending_messages()

    def _mail(self):
        return self._messages().notification_ids.mail_mail_id

    def test_mail_that_arrives_leaves_the_record(self):
        self._send(self.invoice)
        before = self.invoice.message_ids
        # Odoo notes each mail as failed while it is being sent
        with freeze_time("2026-03-11"), self.mail_server() as send_email:
            self._mail().send()
        send_email.assert_called()
        self.assertSent(self.invoice, "mail", self.user_accountant)
        self.assertEqual(self.invoice.sent_on, datetime(2026, 3, 10))
        self.assertEqual(self.invoice.message_ids, before)

    def test_mail_that_fails_later_clears_the_record(self):
        self._send(self.invoice)
        mail = self._mail()
        with self.mail_server(working=False) as send_email:
            mail.send()
        send_email.assert_called()
        self.assertNotSent(self.invoice)
        self.assertIn("could not be delivered", self.invoice.message_ids[0].body)

        mail.mark_outgoing()
        with self.mail_server():
            mail.send()
        self.assertSent(self.invoice, "mail", self.user_accountant)

    def test_no_connection_clears_the_record(self):
        self._send(self.invoice)
        servers = type(self.env["ir.mail_server"])
        with patch.object(servers, "_connect__", side_effect=OSError("no route")):
            self._mail().send()
        self.assertNotSent(self.invoice)

    def test_mail_that_failed_at_once_and_is_tried_again_records(self):
        with self.mail_server(working=False):
            self._send(self.invoice)
        self.assertNotSent(self.invoice)
        mail = self._mail()
        mail.mark_outgoing()
        with self.mail_server():
            mail.send()
        self.assertSent(self.invoice, "mail", self.user_accountant)

    def test_bounce_clears_the_record(self):
        self._send(self.invoice)
        self._messages().notification_ids.write({"notification_status": "bounce"})
        self.assertNotSent(self.invoice)

    def test_bounce_of_one_of_two_recipients_changes_nothing(self):
        other = self.env["res.partner"].create(
            {"name": "Bookkeeper", "email": "books@example.com"}
        )
        self._send(self.invoice, mail_partner_ids=(self.partner | other).ids)
        self._messages().notification_ids.filtered(
            lambda one: one.res_partner_id == other
        ).write({"notification_status": "bounce"})
        self.assertSent(self.invoice, "mail")

    def test_bounce_of_another_message_changes_nothing(self):
        self._send(self.invoice)
        message = self.invoice.message_post(
            body="Thank you",
            partner_ids=self.partner.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        message.notification_ids.write({"notification_status": "bounce"})
        self.assertSent(self.invoice, "mail")

    def test_bounce_changes_no_record_of_a_person(self):
        self._send(self.invoice)
        self.invoice.action_undo_mark_as_sent("Wrong contact")
        self.invoice.action_mark_as_sent("post")
        self.invoice.message_ids.notification_ids.write(
            {"notification_status": "bounce"}
        )
        self.assertSent(self.invoice, "post")

    def test_late_delivery_does_not_undo_an_undo(self):
        self._send(self.invoice)
        notifications = self._messages().notification_ids
        self.invoice.action_undo_mark_as_sent("Wrong contact")
        notifications.write({"notification_status": "ready"})
        notifications.write({"notification_status": "sent"})
        self.assertNotSent(self.invoice)

    def test_late_delivery_does_not_send_a_changed_invoice(self):
        with self.mail_server(working=False):
            self._send(self.invoice)
        notifications = self._messages().notification_ids
        self.invoice.button_draft()
        self.invoice.action_post()
        notifications.write({"notification_status": "sent"})
        self.assertNotSent(self.invoice)

    def test_nobody_flags_a_message(self):
        message = self.invoice.message_post(body="Mine")
        message = message.with_user(self.user_accountant)
        with self.assertRaises(AccessError):
            message.write({"sends_invoice": True})


@tagged("post_install", "-at_install")
class TestSendMany(SendCommon):
    def test_cron_records_who_left(self):
        silent = self._create_invoice(post=True, partner_id=self.silent.id)
        other = self._create_invoice(post=True)
        self._send_batch(self.invoice | other | silent)
        # the person who sent, not the cron's user
        self.assertSent(self.invoice | other, "mail", self.user_accountant)
        self.assertNotSent(silent)
        self.assertFalse(silent.sending_data)

    def test_cron_records_the_person_of_each(self):
        second = self._new_user("second_accountant", "account.group_account_invoice")
        mine = self.invoice | self._create_invoice(post=True)
        theirs = self._create_invoice(post=True) | self._create_invoice(post=True)
        for moves, user in ((mine, self.user_accountant), (theirs, second)):
            moves.sending_data = {
                "author_user_id": user.id,
                "author_partner_id": user.partner_id.id,
            }
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertSent(mine, "mail", self.user_accountant)
        self.assertSent(theirs, "mail", second)

    def test_mails_that_fail_in_the_queue_clear_the_record(self):
        other = self._create_invoice(post=True)
        # the cron leaves its mails to the mail queue
        self._send_batch(self.invoice | other)
        self.assertSent(self.invoice | other, "mail")
        queued = self.invoice._get_sending_messages().notification_ids.mail_mail_id
        with self.mail_server(working=False) as send_email:
            queued.send()
        send_email.assert_called()
        self.assertNotSent(self.invoice)
        self.assertSent(other, "mail")

    def test_manual_customers_record_nothing(self):
        self.partner.invoice_sending_method = "manual"
        other = self._create_invoice(post=True)
        self._send_batch(self.invoice | other)
        self.assertNotSent(self.invoice | other)

    def test_draft_among_many_is_refused(self):
        with self.assertRaises(UserError):
            (self.invoice | self.draft).action_send_and_print()


@tagged("post_install", "-at_install")
class TestSendPost(SendCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write(
            {
                "street": "Mannerheimintie 1",
                "zip": "00100",
                "city": "Helsinki",
                "country_id": cls.env.ref("base.fi").id,
            }
        )

    def test_letter_records(self):
        self._send(self.invoice, sending_methods=["snailmail"])
        self.assertSent(self.invoice, "post", self.user_accountant)

    def test_letter_that_fails_later_clears_the_record(self):
        self._send(self.invoice, sending_methods=["snailmail"])
        letter = self.env["snailmail.letter"].search(
            [("res_id", "=", self.invoice.id), ("model", "=", "account.move")]
        )
        letter.notification_ids.write({"notification_status": "exception"})
        self.assertNotSent(self.invoice)
        letter.notification_ids.write({"notification_status": "sent"})
        self.assertSent(self.invoice, "post")

    def test_customer_without_address_records_nothing(self):
        self.env["account.move.send"]._generate_and_send_invoices(
            self._create_invoice(post=True, partner_id=self.silent.id),
            sending_methods=["snailmail"],
        )
        self.assertNotSent(self.invoice)


@tagged("post_install", "-at_install")
class TestSendEinvoice(SendCommon):
    """The networks are add-ons that may be missing: a text field stands for theirs."""

    def test_state_field_is_followed(self):
        with patch.dict(einvoice.EINVOICE_STATES, {"ref": {"done"}}):
            self.invoice.ref = "to_send"
            self.assertNotSent(self.invoice)
            self.invoice.with_user(self.user_accountant).ref = "done"
            self.assertSent(self.invoice, "einvoice", self.user_accountant)
            self.invoice.ref = "error"
            self.assertNotSent(self.invoice)

    def test_accepted_document_records(self):
        self.invoice._follow_einvoice_state("processing", {"processing", "done"})
        self.assertSent(self.invoice, "einvoice", self.env.user)

    def test_person_who_sent_many_is_recorded(self):
        self.invoice.sending_data = {"author_user_id": self.user_accountant.id}
        self.invoice._follow_einvoice_state("done", {"processing", "done"})
        self.assertSent(self.invoice, "einvoice", self.user_accountant)

    def test_queued_document_records_nothing(self):
        self.invoice._follow_einvoice_state("to_send", {"processing", "done"})
        self.assertNotSent(self.invoice)

    def test_refused_document_clears_the_record(self):
        self.invoice._follow_einvoice_state("processing", {"processing", "done"})
        self.invoice._follow_einvoice_state("error", {"processing", "done"})
        self.assertNotSent(self.invoice)
        self.assertIn("refused", self.invoice.message_ids[0].body)

    def test_refusal_changes_no_other_record(self):
        self.invoice.action_mark_as_sent("post")
        self.invoice._follow_einvoice_state("error", {"processing", "done"})
        self.assertSent(self.invoice, "post")

    def test_nobody_sends_in_another_name(self):
        mine = self.invoice.with_user(self.user_accountant)
        for author in (self.user_manager, self.user_timesheet_admin):
            for su in (False, True):
                with (
                    self.subTest(author=author.login, su=su),
                    self.assertRaises(AccessError),
                ):
                    mine.sudo(su).sending_data = {"author_user_id": author.id}
        mine.sending_data = {"author_user_id": self.user_accountant.id}
        self.assertTrue(self.invoice.sending_data)
