from odoo import api, fields, models

from .account_move_send import SENDING, Posted


class MailMessage(models.Model):
    """Messages by which invoices went to their customers.

    A mail is sent after the transaction that created it, a letter by a cron, and both
    may fail or be tried again. The sent record of the invoice follows, so that a failed
    one is back under "Invoices ready to be sent".
    """

    _name = "mail.message"
    _inherit = ["mail.message", "billing.recorded.mixin"]

    sends_invoice = fields.Boolean(
        # Nobody sets it but the code that sent: what becomes of the message decides
        # about the sent record of its invoice.
        groups=fields.NO_ACCESS,
        export_string_translation=False,
        help="Technical: the invoice went to the customer by this message.",
    )

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {"sends_invoice"}

    def _follow_delivery(self):
        """Set or clear the sent record of the invoices that these messages carry."""
        # sudo: deliveries are written by the mail system as well as by whoever tries a
        # failed one again; the record is a fact in both cases.
        messages = self.sudo().filtered("sends_invoice")
        if not messages:
            return
        # sudo: as above; of the invoices, only the sent record is written
        moves = self.env["account.move"].sudo().browse(set(messages.mapped("res_id")))
        under_way = {
            notification.mail_message_id.res_id: notification
            for notification in moves._get_sending_messages().notification_ids
            if notification._is_addressed() and notification._is_under_way()
        }
        lost = moves.filtered(
            lambda move: (
                move.id not in under_way and move.sent_channel in ("mail", "post")
            )
        )
        lost._clear_sent_record(
            self.env._("The message to the customer could not be delivered."),
            keep_messages=True,
        )
        for move in moves:
            notification = under_way.get(move.id)
            if notification and move.state == "posted" and not move.sent_on:
                move._set_sent_record(
                    notification._get_sent_channel(),
                    notification.mail_message_id.create_uid,
                )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _message_post_after_hook(self, new_message, message_values):
        # EXTENDS account
        posted = self.env.context.get(SENDING)
        if isinstance(posted, Posted):
            posted.ids.add(new_message.id)
        return super()._message_post_after_hook(new_message, message_values)
