from odoo import models
from odoo.tools import float_compare, float_round


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
