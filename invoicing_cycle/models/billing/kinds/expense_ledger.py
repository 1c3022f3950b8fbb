from odoo import fields, models

from ...common.changes import is_change
from ...common.recorded import filter_closed


class AccountMoveLine(models.Model):
    """Expenses that are re-invoiced at cost get the mark-up of their project."""

    _inherit = "account.move.line"

    def _sale_get_invoice_price(self, order):
        # EXTENDS sale
        price = super()._sale_get_invoice_price(order)
        return price * (1 + self._get_expense_markup() / 100)

    def _get_expense_markup(self):
        """Percent that is added to the cost of the expense of this line."""
        if self.product_id.expense_policy != "cost":
            return 0.0
        # sudo: the price does not depend on who posts the expense
        return self.expense_id.sudo().billing_project_id.billing_expense_markup

    def _sale_create_reinvoice_sale_line(self):
        # EXTENDS sale_expense
        result = super()._sale_create_reinvoice_sale_line()
        for line in self:
            item = result.get(line.id)
            # Any other price is not that of the expense.
            if item and line.expense_id and line.product_id.expense_policy == "cost":
                made = {
                    "price": line._sale_get_invoice_price(item.order_id),
                    "markup": line._get_expense_markup(),
                }
                item._record({"reinvoiced_with": made})
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    reinvoiced_with = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Price and mark-up that the expense was re-invoiced with when it was "
        "posted.",
        groups="base.group_user",
    )


class HrExpense(models.Model):
    """An expense that is billed stays on the sales order item that bills it."""

    _inherit = "hr.expense"

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would move what is billed
        """
        links = {"quantity", "sale_order_id", "sale_order_line_id"}
        names = filter_closed(self, links & vals.keys())
        if not names:
            return
        # sudo: what bills an expense does not depend on who changes it
        changed = self.sudo().filtered(
            lambda expense: any(is_change(expense, name, vals[name]) for name in names)
        )
        items = changed.sale_order_line_id
        if changed and vals.get("sale_order_line_id"):
            items |= items.browse(vals["sale_order_line_id"])
        items._refuse_items_on_ledger()
