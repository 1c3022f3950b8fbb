from odoo import api, fields, models

#: Prices with their taxes are rounded to the currency: a thousandth of that is exact.
SCALE = 1000


class SaleOrderLine(models.Model):
    """The standard rate of time: the price of its item before any discount."""

    _inherit = "sale.order.line"

    standard_rate = fields.Float(
        compute="_compute_standard_rate",
        store=True,
        copy=False,
        digits="Product Price",
        export_string_translation=False,
        help="Untaxed price of one unit before discount.",
        groups="base.group_user",
    )

    @api.depends("price_unit", "tax_ids")
    def _compute_standard_rate(self):
        for line in self:
            rate = line.price_unit
            if any(line.tax_ids.flatten_taxes_hierarchy().mapped("price_include")):
                rate = (
                    line.tax_ids.compute_all(
                        rate, currency=line.currency_id, quantity=SCALE
                    )["total_excluded"]
                    / SCALE
                )
            line.standard_rate = rate

    @api.model
    def _compute_standard_rates_anew(self):
        """Of all lines with a price that includes taxes."""
        lines = self.search([("tax_ids.price_include", "=", True)])
        self.env.add_to_compute(self._fields["standard_rate"], lines)
