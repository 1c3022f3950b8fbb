from odoo import fields, models


class AccountMoveRefreshLine(models.TransientModel):
    """One quantity, price or discount that a person changed: keep it, or not."""

    _name = "account.move.refresh.line"
    _description = "Change on a Draft Invoice"
    _inherit = ["billing.dialog"]

    refresh_id = fields.Many2one(
        "account.move.refresh", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one("account.move.line", readonly=True)
    name = fields.Text("Line", readonly=True)
    field_name = fields.Selection(
        [("quantity", "Quantity"), ("price_unit", "Price"), ("discount", "Discount")],
        string="What",
        required=True,
        readonly=True,
    )
    value_shown = fields.Char("On the draft", readonly=True)
    value_kept = fields.Char("If kept", readonly=True)
    value_new = fields.Char("Anew", readonly=True)
    is_removed = fields.Boolean(readonly=True)
    is_taken = fields.Boolean("Take anew", help="Give the change up. Else it is kept.")
