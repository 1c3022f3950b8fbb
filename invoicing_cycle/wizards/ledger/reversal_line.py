from odoo import api, fields, models

from ...models.entries.row_set import Rows


class AccountMoveReversalLine(models.TransientModel):
    """A line of the invoice, or a time entry on one, that can be chosen to credit."""

    _name = "account.move.reversal.line"
    _description = "Line or Time Entry to Credit"
    _inherit = ["billing.dialog"]

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
    part_id = fields.Many2one(
        "project.billing.part", "Part of the Time Entry", ondelete="cascade"
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_values", compute_sudo=False, store=True
    )
    date = fields.Date(compute="_compute_values", compute_sudo=False, store=True)
    person = fields.Char(compute="_compute_values", compute_sudo=False, store=True)
    name = fields.Char(
        "Description", compute="_compute_values", compute_sudo=False, store=True
    )
    item = fields.Char(
        "Invoice Line Text", compute="_compute_values", compute_sudo=False, store=True
    )
    quantity = fields.Float(
        compute="_compute_values", compute_sudo=False, store=True, digits="Product Unit"
    )
    hours = fields.Float(compute="_compute_values", compute_sudo=False, store=True)
    price_unit = fields.Float(
        "Price",
        compute="_compute_values",
        compute_sudo=False,
        store=True,
        digits="Product Price",
    )
    amount = fields.Monetary(
        compute="_compute_values",
        compute_sudo=False,
        store=True,
        help="Untaxed, at the invoice's price.",
    )

    @api.depends("move_line_id", "entry_id", "part_id", "reversal_id.move_ids")
    def _compute_values(self):
        shown = self.filtered(lambda row: row._is_of_invoice())
        (self - shown).update(
            {
                "currency_id": False,
                "date": False,
                "person": False,
                "name": False,
                "item": False,
                "quantity": 0.0,
                "hours": 0.0,
                "price_unit": 0.0,
                "amount": 0.0,
            }
        )
        # sudo: whoever may reverse the invoice sees what it bills, also without the
        # right to read timesheets
        for line, rows in shown.sudo().grouped("move_line_id").items():
            rest = line._get_creditable_rest()
            for row in rows:
                row.update(row._prepare_values(line, rest))

    def _check_named_records(self, name, records):
        # EXTENDS billing.named.mixin
        if name in ("entry_id", "part_id"):
            # Who sees an invoice sees what it bills, also without the right to read
            # timesheets.
            records -= records._filtered_access("read")
            # sudo: the link to the invoice alone
            billed = records.sudo().filtered(lambda record: record._get_billing_lines())
            billed._get_billing_lines().sudo(False).check_access("read")
            records -= billed
        return super()._check_named_records(name, records)

    def _is_of_invoice(self):
        """The row is about what the dialog credits. The client sends its ids."""
        self.ensure_one()
        # sudo: the links are compared; the right to the invoice is asked below
        line, rows = self.move_line_id.sudo(), self.sudo()._get_rows()
        return (
            line.move_id in self.reversal_id.move_ids._origin
            and self.move_line_id.sudo(False).has_access("read")
            and (not rows or rows.mapped("invoice_line_id") == line)
        )

    def _get_rows(self):
        """The time that these rows are about, as :class:`Rows`."""
        entries = self.filtered(lambda row: not row.part_id).entry_id
        return Rows(entries, self.part_id)

    def _prepare_values(self, line, rest):
        """What the row shows of the invoice line, or of a time entry on it.

        :param rest: see :class:`Rest`
        """
        entry, rows = self.entry_id, self._get_rows()
        quantity = rest.quantity
        if rows:
            item = rows.mapped("so_line")
            quantity, _made = rest.take(item._get_exact_quantity(rows))
        else:
            rows = line._get_creditable_rows()
        hours = rows._get_billed_hours()
        return {
            "currency_id": line.currency_id.id,
            "date": entry.date,
            "person": entry.employee_id.name,
            "name": entry.name or line.name,
            "item": (line.name or "").split("\n")[0],
            "quantity": quantity,
            "hours": hours,
            "price_unit": rest.price,
            "amount": line._get_amount_of(quantity, rest.price),
        }
