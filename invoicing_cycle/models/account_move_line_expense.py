from odoo import api, fields, models


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

    def _sale_prepare_sale_line_values(self, order, price):
        # EXTENDS sale
        values = super()._sale_prepare_sale_line_values(order, price)
        # Any other price is not that of the expense.
        if self.expense_id and self.product_id.expense_policy == "cost":
            values["reinvoiced_with"] = {
                "price": price,
                "markup": self._get_expense_markup(),
            }
        return values


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

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {"reinvoiced_with"}
