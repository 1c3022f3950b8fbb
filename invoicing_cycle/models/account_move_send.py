from collections import defaultdict

from odoo import api, models

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
