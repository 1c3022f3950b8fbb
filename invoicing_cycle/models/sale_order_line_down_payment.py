from odoo import models


class SaleOrderLine(models.Model):
    """Odoo's own final invoice deducts what is left of a down payment, and no more."""

    _inherit = "sale.order.line"

    def _get_proportional_taxes(self):
        """The taxes of this line that a down payment carries as well: Odoo makes one
        down payment line for each set of them, and none for taxes per unit."""
        return self.tax_ids.flatten_taxes_hierarchy().filtered(
            lambda tax: tax.amount_type != "fixed"
        )

    def _prepare_invoice_line(self, **optional_values):
        # EXTENDS sale
        if (
            self.is_downpayment
            and optional_values.get("quantity") == -1.0
            and "billing_kind" not in optional_values
        ):
            optional_values.update(self._prepare_rest_of_down_payment())
        return super()._prepare_invoice_line(**optional_values)

    def _prepare_rest_of_down_payment(self):
        """Odoo deducts a down payment as a whole: after invoices of ours have deducted
        a part of it, only the rest."""
        payment = self.order_id._get_down_payments().get(self)
        if payment:
            whole, left = payment.is_whole, payment.left
        else:
            # Odoo deducts a draft, which may be one that is corrected.
            # sudo: what was deducted does not depend on who deducts the rest
            item = self.sudo()
            lines = item.invoice_lines._filtered_live()
            whole = all(line.price_subtotal > 0 for line in lines)
            left = item._get_undeducted()
        if whole:
            return {}
        return {
            "billing_kind": "down_payment",
            "extra_tax_data": False,
            "price_unit": self._get_price_of_untaxed(max(left, 0.0)),
            "quantity_made": -self.qty_invoiced,
        }
