from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.send import MAIL_LOGGER, SendCommon


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
