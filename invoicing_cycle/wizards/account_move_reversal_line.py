from odoo import api, fields, models


class AccountMoveReversalLine(models.TransientModel):
    """A line of the invoice, or a time entry on one, that can be chosen to credit."""

    _name = "account.move.reversal.line"
    _description = "Line or Time Entry to Credit"

    reversal_id = fields.Many2one(
        "account.move.reversal", required=True, ondelete="cascade", index=True
    )
    is_chosen = fields.Boolean("Credit")
    move_line_id = fields.Many2one(
        "account.move.line", "Invoice Line", required=True, ondelete="cascade"
    )
    entry_id = fields.Many2one(
        "account.analytic.line", "Time Entry", ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_values", store=True)
    date = fields.Date(compute="_compute_values", store=True)
    person = fields.Char(compute="_compute_values", store=True)
    name = fields.Char("Description", compute="_compute_values", store=True)
    item = fields.Char("Invoice Line Text", compute="_compute_values", store=True)
    quantity = fields.Float(
        compute="_compute_values", store=True, digits="Product Unit"
    )
    hours = fields.Float(compute="_compute_values", store=True)
    price_unit = fields.Float(
        "Price", compute="_compute_values", store=True, digits="Product Price"
    )
    amount = fields.Monetary(
        compute="_compute_values", store=True, help="Untaxed, at the invoice's price."
    )

    @api.depends("move_line_id", "entry_id", "reversal_id.move_ids")
    def _compute_values(self):
        for row in self:
            row.update(row._prepare_values())

    def _prepare_values(self):
        """What the row shows: of the invoice that is credited, and nothing else."""
        # sudo: whoever may reverse the invoice sees what it bills, also without the
        # right to read timesheets. That the row is about it is checked here, because
        # the client sends its ids.
        line, entry = self.move_line_id.sudo(), self.entry_id.sudo()
        names = ("currency_id", "date", "person", "name", "item", "price_unit")
        hidden = {**dict.fromkeys(names, False), "quantity": 0, "hours": 0, "amount": 0}
        if (
            line.move_id not in self.reversal_id.move_ids._origin
            or not self.move_line_id.sudo(False).has_access("read")
            or (entry and entry.invoice_line_id != line)
        ):
            return hidden
        entries = entry or line._get_creditable_entries()
        quantity = line._prepare_credit(entries)["quantity"]
        # A line of quantity 0 has no price per unit that is its own.
        net = line.price_subtotal / line.quantity if line.quantity else 0.0
        return {
            "currency_id": line.currency_id.id,
            "date": entry.date,
            "person": entry.employee_id.name,
            "name": entry.name if entry else line.name,
            "item": (line.name or "").split("\n")[0],
            "quantity": quantity,
            "hours": sum(entries.mapped("billing_hours")),
            "price_unit": line.price_unit,
            "amount": line.currency_id.round(net * quantity),
        }
