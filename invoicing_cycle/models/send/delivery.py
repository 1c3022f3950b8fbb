from collections import defaultdict

from odoo import api, fields, models

#: Statuses of a delivery that is under way or done.
UNDER_WAY = {"ready", "process", "pending", "sent"}


#: In the context of a sending: its :class:`Posted`.
SENDING = "invoicing_cycle_sending"


class Posted:
    """Ids of the messages that a sending posts on its invoices. No client can put one
    into a context."""

    def __init__(self):
        self.ids = set()


class AccountMoveSend(models.AbstractModel):
    """Sending through Odoo's dialog records by itself, by what really happened.

    Not the chosen sending methods are asked, but what they left behind: a mail or a
    letter to somebody it was addressed to. So printing, the manual method and customers
    without an address record nothing. E-invoices: ``account.move`` follows the state
    that the network gives to the invoice.
    """

    _inherit = "account.move.send"

    @api.model
    def _generate_and_send_invoices(
        self,
        moves,
        from_cron=False,
        allow_raising=True,
        allow_fallback_pdf=False,
        **custom_settings,
    ):
        # EXTENDS account
        # The dialog of many invoices sends from a cron: the person is in its settings,
        # which are gone afterwards.
        author = custom_settings.get("author_user_id")
        # sudo: the settings of a sending are the system's; only who sends is read
        authors = {
            move: author
            or (move.sending_data or {}).get("author_user_id")
            or self.env.uid
            for move in moves.sudo()
        }
        posted = Posted()
        sender = super(AccountMoveSend, self.with_context(**{SENDING: posted}))
        attachments = sender._generate_and_send_invoices(
            moves,
            from_cron=from_cron,
            allow_raising=allow_raising,
            allow_fallback_pdf=allow_fallback_pdf,
            **custom_settings,
        )
        self._record_sent_messages(authors, posted.ids)
        return attachments

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        # EXTENDS account: the mail is posted on the invoice, with what that knows
        posted = self.env.context.get(SENDING)
        return super()._send_mail(
            move.with_context(**{SENDING: posted}), mail_template, **kwargs
        )

    @api.model
    def _record_sent_messages(self, authors, message_ids):
        """Record the invoices that left by some messages.

        :param dict authors: user id by invoice
        :param set message_ids: those that the sending itself posted: colleagues write
            on the same invoices at the same time
        """
        # sudo: deliveries of messages about invoices that the user has just sent
        moves = self.env["account.move"].sudo().browse(move.id for move in authors)
        unsent = moves.filtered(
            lambda move: move.state == "posted" and not move.sent_on
        )
        # sudo: Odoo shows deliveries to their authors and recipients; those of this
        # very sending are flagged as such
        deliveries = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", list(message_ids)),
                    ("mail_message_id.model", "=", "account.move"),
                    ("mail_message_id.res_id", "in", unsent.ids),
                ]
            )
            .filtered(lambda delivery: delivery._is_addressed())
        )
        # Those that failed at once are flagged as well: tried again, they count.
        deliveries.mail_message_id._record({"sends_invoice": True})
        sent = defaultdict(unsent.browse)
        for delivery in deliveries:
            move = unsent.browse(delivery.mail_message_id.res_id)
            if delivery._is_under_way():
                sent[delivery._get_sent_channel(), authors[move]] |= move
        for (channel, author), group in sent.items():
            group._set_sent_record(channel, self.env["res.users"].browse(author))


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # EXTENDS mail
        # The mails may be gone afterwards, the messages are not.
        messages = self.mail_message_id
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        if failure_type:
            messages._follow_delivery()
        return result


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


class MailNotification(models.Model):
    """Deliveries of messages, among them those that carry invoices."""

    _inherit = "mail.notification"

    def write(self, vals):
        # EXTENDS mail
        result = super().write(vals)
        if "notification_status" in vals:
            followed = self
            if vals["notification_status"] == "exception":
                # Odoo notes every mail as failed while it is being sent: mail.mail
                # tells when one really failed.
                followed = self.filtered(lambda one: one.notification_type != "email")
            followed.mail_message_id._follow_delivery()
        return result

    def _is_addressed(self):
        """Whether this is a delivery to whom the message was written, by a way that
        leaves the house; a follower who gets a copy is not meant."""
        self.ensure_one()
        if self.notification_type == "email":
            return self.res_partner_id in self.mail_message_id.partner_ids
        return self._get_sent_channel() == "post"

    def _is_under_way(self):
        """Whether it went off, as far as is known, and to an address."""
        self.ensure_one()
        return self.notification_status in UNDER_WAY and (
            self.notification_type != "email" or bool(self.res_partner_id.email)
        )

    def _get_sent_channel(self):
        """Channel of the sent record for this delivery; ``snail`` is a letter."""
        return "post" if self.notification_type == "snail" else "mail"
