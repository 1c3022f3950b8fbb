from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.send import SendCommon


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
