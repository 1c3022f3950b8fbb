from odoo import fields, models


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
