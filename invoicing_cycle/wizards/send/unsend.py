from odoo import api, fields, models

from ...models.common.call_arguments import ensure_one, get_active_ids


class AccountMoveUnsend(models.TransientModel):
    """Asks for the reason before invoices no longer count as sent."""

    _name = "account.move.unsend"
    _description = "Undo Mark as Sent"
    _inherit = ["billing.dialog"]

    move_ids = fields.Many2many("account.move", string="Invoices", required=True)
    reason = fields.Text(required=True, help="Logged on each invoice.")

    @api.model
    def _get_opening_values(self, names):
        # EXTENDS billing.dialog
        values = super()._get_opening_values(names)
        context = self.env.context
        if "move_ids" in names and context.get("active_model") == "account.move":
            values["move_ids"] = get_active_ids(self.env)
        return values

    def action_undo(self):
        ensure_one(self)
        # As the user, not as whoever may read the dialog: rights are checked there.
        self.move_ids.action_undo_mark_as_sent(self.reason)
        return {"type": "ir.actions.act_window_close"}
