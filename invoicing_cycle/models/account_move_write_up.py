from odoo import api, fields, models
from odoo.tools import formatLang


class AccountMove(models.Model):
    """What was written up or down on an invoice: its sum, and a note once posted."""

    _inherit = "account.move"

    written_up = fields.Monetary(
        compute="_compute_written",
        help="What the invoice asks for beyond the time and prices that it was made "
        "with, untaxed.",
        groups="base.group_user",
    )
    written_down = fields.Monetary(
        compute="_compute_written",
        help="What the invoice gives up of the time and prices that it was made with, "
        "untaxed.",
        groups="base.group_user",
    )

    @api.depends("invoice_line_ids.write_up_amount", "move_type")
    def _compute_written(self):
        for move in self:
            # A credit note that gives back more asks for less.
            sign = -1 if move.move_type == "out_refund" else 1
            amount = sign * sum(move.invoice_line_ids.mapped("write_up_amount"))
            move.written_up = max(amount, 0.0)
            move.written_down = max(-amount, 0.0)

    def _log_write_ups(self):
        """One note per invoice that was changed by hand, line by line."""
        bodies = {}
        # sudo: what was billed and what it was made with, noted on the invoice that the
        # user has just posted
        for move in self.sudo().filtered("billing_origin"):
            lines = move.invoice_line_ids.filtered(
                lambda line: line.write_up_amount or line.write_up_quantity
            )
            if lines:
                bodies[move.id] = "\n".join(map(move._format_write_up, lines))
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _format_write_up(self, line):
        """What was changed on a line, in one sentence."""
        _ = self.env._
        texts = {
            "item": (line.name or "").split("\n")[0],
            "amount": formatLang(
                self.env, abs(line.write_up_amount), currency_obj=line.currency_id
            ),
            "made": formatLang(self.env, line.made_with["quantity"], dp="Product Unit"),
            "shown": formatLang(self.env, line.quantity, dp="Product Unit"),
        }
        sign = -1 if self.move_type == "out_refund" else 1
        if not line.write_up_amount:
            return _("Changed: %(item)s, %(made)s → %(shown)s.", **texts)
        if sign * line.write_up_amount > 0:
            return _(
                "Written up by %(amount)s: %(item)s, %(made)s → %(shown)s.", **texts
            )
        return _("Written down by %(amount)s: %(item)s, %(made)s → %(shown)s.", **texts)
