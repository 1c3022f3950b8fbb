from odoo import api, models

#: Key of a base line of Odoo's taxes whose amount is rounded before the taxes are.
ROUNDED = "is_amount_rounded"


class AccountTax(models.Model):
    """The lines of a billing document add up to its total, to the cent.

    Where a company rounds taxes over the whole document, Odoo rounds the untaxed total
    as well, of amounts that nobody sees: the lines on paper, and of some e-invoices,
    are then a cent more or less. E-invoices of the European norm (EN 16931) take the
    sum of rounded lines, and the taxes of that. So do ours.
    """

    _inherit = "account.tax"

    @api.model
    def _add_tax_details_in_base_line(self, base_line, company, rounding_method=None):
        # EXTENDS account
        result = super()._add_tax_details_in_base_line(
            base_line, company, rounding_method=rounding_method
        )
        if not base_line.get(ROUNDED):
            return result
        details = base_line["tax_details"]
        if any(tax_data["price_include"] for tax_data in details["taxes_data"]):
            # What is asked for is even: the rest of it, after each tax, is as well.
            return super()._add_tax_details_in_base_line(
                base_line, company, rounding_method="round_per_line"
            )
        exact = details["raw_total_excluded_currency"]
        if not exact:
            return result
        factor = base_line["currency_id"].round(exact) / exact
        in_proportion = [
            tax_data
            for tax_data in details["taxes_data"]
            # So much a unit.
            if tax_data["tax"].amount_type != "fixed"
        ]
        for amounts in (details, *in_proportion):
            for name in amounts:
                if name.startswith("raw_"):
                    amounts[name] *= factor
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_billed_base_line(self, quantity, price_unit, discount, **values):
        """What Odoo's taxes take of the invoice line that bills a quantity of this."""
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            {},
            currency_id=self.currency_id,
            partner_id=self.order_id.partner_invoice_id,
            product_id=self.product_id,
            tax_ids=self.tax_ids,
            price_unit=price_unit,
            quantity=quantity,
            discount=discount,
            **{ROUNDED: True},
            **values,
        )

    def _get_untaxed_amount(self, quantity, price_unit=None):
        """Untaxed value of a quantity at this line's price, in its currency.

        That of the invoice line, because ``price_reduce_taxexcl`` is 0 while the
        ordered quantity is 0, and a price may include its taxes.

        :param float price_unit: the price in another unit, that of the line by default
        """
        if price_unit is None:
            price_unit = self.price_unit
        Tax = self.env["account.tax"]
        base_line = self._prepare_billed_base_line(quantity, price_unit, self.discount)
        Tax._add_tax_details_in_base_line(base_line, self.company_id)
        Tax._round_base_lines_tax_details([base_line], self.company_id)
        return base_line["tax_details"]["total_excluded_currency"]
