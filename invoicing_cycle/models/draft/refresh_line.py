from odoo import fields, models
from odoo.fields import Command
from odoo.tools import float_compare, float_round


class AccountMove(models.Model):
    """What a person chose for a draft holds for lines that a refresh adds, too."""

    _inherit = "account.move"

    def _fit_to_head(self, vals):
        """Values of a new line, with the taxes and in the currency of this draft.

        :param dict vals: of the line as its order would have it
        """
        self.ensure_one()
        if "sale_line_ids" not in vals:
            return vals
        made = vals["made_with"]["tax_ids"]
        taxes = self._get_taxes_chosen(made)
        vals = {**vals, "tax_ids": [Command.set(taxes.ids)]}
        [[_code, item_id, *_rest]] = vals["sale_line_ids"]
        item = self.env["sale.order.line"].browse(item_id)
        if item.currency_id == self.currency_id:
            return vals
        rate = item.currency_id._get_conversion_rate(
            item.currency_id,
            self.currency_id,
            self.company_id,
            self.invoice_date or fields.Date.context_today(self),
        )
        return self._convert_prices(vals, rate)

    @staticmethod
    def _convert_prices(vals, rate):
        """The line keeps the rate, for the next refresh."""
        return {
            **vals,
            "price_unit": vals["price_unit"] * rate,
            "price_made": vals["price_made"] * rate,
            "made_with": {**vals["made_with"], "rate": rate},
        }

    def _get_taxes_chosen(self, made):
        """What stands here for the taxes of an order.

        :param list made: their ids
        :return: ``account.tax``: those that all lines have by now which were made with
            the same, else what the fiscal position makes of them
        """
        taxes = self.env["account.tax"].browse(made)
        lines = self._get_generated_lines().filtered("sale_line_ids")
        chosen = {
            line.tax_ids
            for line in lines
            if set(line.made_with["tax_ids"]) == set(made)
        }
        if len(chosen) == 1:
            return chosen.pop()
        known = {line.made_with["source"]["fiscal_position_id"] for line in lines}
        position = self.fiscal_position_id
        if chosen or (position.id or False) in known or not position:
            return taxes
        return position.map_tax(taxes)


class AccountMoveLine(models.Model):
    """A line of a draft that is made anew: what it takes, and what it keeps."""

    _inherit = "account.move.line"

    def _get_refreshed_values(self, vals, take=frozenset()):
        """Values for this line, made anew.

        A text or taxes that a person changed stay. So do a price or discount, unless
        the new one is taken, and of a quantity the difference that a person made to it.

        :param dict vals: of the line as it would be made now
        :param take: names of fields that a person changed and that are taken anew
        """
        self.ensure_one()
        if rate := (self.made_with or {}).get("rate"):
            vals = self.move_id._convert_prices(vals, rate)
        kept = self._get_changes_by_hand() - set(take)
        made = vals["made_with"]
        values = {"made_with": made}
        if "name" not in kept:
            values["name"] = vals["name"]
        if self.display_type != "product":
            return values
        values.update(
            {
                name: vals[name]
                for name in ("quantity_made", "price_made", "discount_made")
            }
        )
        unit, old_unit = self.env["uom.uom"].browse(made["uom_id"]), self.product_uom_id
        values["quantity"] = (
            self._get_refreshed_quantity(vals["quantity"], unit)
            if "quantity" in kept
            else vals["quantity"]
        )
        values["price_unit"] = (
            self.price_unit if "price_unit" in kept else vals["price_unit"]
        )
        if unit != old_unit:
            values["product_uom_id"] = unit.id
            if "price_unit" in kept:
                values["price_unit"] = old_unit._compute_price(self.price_unit, unit)
        values["discount"] = (
            self.discount if "discount" in kept else vals.get("discount", 0.0)
        )
        if "tax_ids" not in kept:
            values["tax_ids"] = vals["tax_ids"]
        if self.billing_kind == "down_payment":
            # The cents of the taxes are another matter for a part than for the whole.
            values["extra_tax_data"] = vals["extra_tax_data"]
        return values

    def _get_refreshed_quantity(self, new, unit):
        """The new quantity, with the difference that a person made to the old one."""
        difference = self.product_uom_id._compute_quantity(
            self.quantity - self.made_with["quantity"], unit, round=False
        )
        # Written down to nothing at most.
        new = max(new + difference, 0.0) if new > 0 else new + difference
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_round(new, precision_digits=digits)

    def _get_differing_values(self, values):
        """Those of the values that are others on this line, to write no more."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get
        differing = {}
        for name, value in values.items():
            field = self._fields[name]
            if field.type == "float":
                precision = digits(field._digits) if field._digits else 6
                if not float_compare(self[name], value, precision_digits=precision):
                    continue
            elif name == "tax_ids":
                if set(values["made_with"]["tax_ids"]) == set(self.tax_ids.ids):
                    continue
            elif field.type == "many2one":
                if self[name].id == value:
                    continue
            elif self[name] == value:
                continue
            differing[name] = value
        if "product_uom_id" in differing:
            # Odoo works these out anew for another unit.
            names = ("name", "price_unit", "quantity", "tax_ids")
            differing.update({name: values[name] for name in names if name in values})
        return differing
