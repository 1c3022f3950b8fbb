from odoo import models


class AccountMoveLine(models.Model):
    """Expenses that are re-invoiced at cost get the mark-up of their project."""

    _inherit = "account.move.line"

    def _sale_get_invoice_price(self, order):
        # EXTENDS sale
        price = super()._sale_get_invoice_price(order)
        if self.product_id.expense_policy != "cost":
            return price
        # sudo: the price does not depend on who posts the expense
        project = self.expense_id.sudo().billing_project_id
        return price * (1 + project.billing_expense_markup / 100)
