from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_done

#: How Odoo's own way of sending to a customer is recorded; what else it may be are
#: networks of e-invoices.
METHODS = {False: "mail", "email": "mail", "manual": "other", "snailmail": "post"}


class AccountMoveMarkSent(models.TransientModel):
    """Asks how and when invoices went to their customers, before they count as sent."""

    _name = "account.move.mark.sent"
    _description = "Mark as Sent"
    _inherit = ["billing.dialog"]

    move_ids = fields.Many2many("account.move", string="Invoices", required=True)
    channel = fields.Selection(
        lambda self: [
            ("usual", self.env._("As each customer got the last one")),
            *self.env["account.move"]._fields["sent_channel"].selection,
        ],
        string="Sent Through",
        required=True,
        default="usual",
    )
    sent_on = fields.Date(
        required=True, default=fields.Date.context_today, help="Today, or before."
    )
    reference = fields.Char(help="What the system that sent them calls the sending.")
    usual = fields.Char("Last Time", compute="_compute_usual")
    note = fields.Char(compute="_compute_note")

    @api.model
    def _get_opening_values(self, names):
        # EXTENDS billing.dialog
        values = super()._get_opening_values(names)
        context = self.env.context
        if "move_ids" in names and context.get("active_model") == "account.move":
            values["move_ids"] = get_active_ids(self.env)
        return values

    @api.depends("move_ids")
    def _compute_usual(self):
        labels = dict(self.env["account.move"]._fields["sent_channel"].selection)
        for dialog in self:
            counts = Counter(dialog._get_channels().values())
            dialog.usual = ", ".join(
                f"{labels[channel]} {count}" for channel, count in counts.most_common()
            )

    @api.depends("move_ids")
    def _compute_note(self):
        for dialog in self:
            left = dialog.move_ids - dialog._get_moves()
            dialog.note = left and self.env._(
                "%(count)s of %(total)s are left alone: drafts, what is sent already "
                "and what is being sent.",
                count=len(left),
                total=len(dialog.move_ids),
            )

    def _get_moves(self):
        """Confirmed invoices that nobody has sent, and that are not under way."""
        return self.move_ids.filtered(
            lambda move: (
                move.state == "posted" and not move.sent_on and not move.is_being_sent
            )
        )

    def _get_channels(self):
        """How each customer got the last document, else Odoo's own way for them.

        :return: dict, invoice to channel
        """
        moves = self._get_moves()
        last = {}
        # sudo: what the customers got last, whoever reads those invoices
        for partner, channel, sent_on in (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("commercial_partner_id", "in", moves.commercial_partner_id.ids),
                    ("company_id", "in", moves.company_id.ids),
                    ("sent_channel", "!=", False),
                ],
                ["commercial_partner_id", "sent_channel"],
                ["sent_on:max"],
            )
        ):
            known = last.get(partner.id)
            if not known or known[0] < sent_on:
                last[partner.id] = (sent_on, channel)
        channels = {}
        for move in moves:
            partner = move.commercial_partner_id
            if partner.id in last:
                channels[move] = last[partner.id][1]
            else:
                # sudo: how the customer gets invoices, for whoever records one
                own = partner.sudo().with_company(move.company_id)
                method = own.invoice_sending_method
                channels[move] = METHODS.get(method, "einvoice")
        return channels

    def action_mark(self):
        """Mark them, each by its channel, and tell what was done.

        :return: what became of them, with the way back; of more than one request can
            do, window action on the run (``billing.run``) that marks them
        """
        ensure_one(self)
        moves = self._get_moves()
        if not moves:
            raise UserError(
                self.env._(
                    "None of these waits to be sent: confirm drafts first; what is "
                    "being sent is recorded by itself."
                )
            )
        today = fields.Date.context_today(self)
        # Today's are sent now, not at midnight.
        sent_on = None if self.sent_on == today else fields.Date.to_string(self.sent_on)
        channels = self._get_channels()
        if self.channel != "usual":
            channels = dict.fromkeys(moves, self.channel)
        for channel, group in moves.grouped(channels.get).items():
            # As the user, not as whoever may read the dialog: rights are checked there.
            result = group.action_mark_as_sent(channel, sent_on, self.reference)
            if result is not True:
                return result
        return tell_done(
            self.env._("%(count)s marked as sent", count=len(moves))
            if len(moves) > 1
            else self.env._("%(invoice)s marked as sent", invoice=moves.display_name),
            undo=(
                moves,
                "action_undo_mark_as_sent",
                self.env._("It was taken back at once."),
            ),
        )
