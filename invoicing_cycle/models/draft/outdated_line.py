from odoo import models
from odoo.tools import float_compare, formatLang


class AccountMoveLine(models.Model):
    """Lines that know that their price source is another than they were made with."""

    _inherit = "account.move.line"

    def _read_price_sources(self):
        """Read at once what :meth:`_get_outdated_prices` asks for line by line.

        :return: these lines
        """
        # By their ids: one2many lines are read together by document alone.
        lines = self.browse(self.ids)
        sale_lines = lines.sale_line_ids
        sale_lines.fetch(
            [
                "discount",
                "order_id",
                "price_unit",
                "product_id",
                "product_uom_id",
                "product_uom_qty",
                "tax_ids",
            ]
        )
        sale_lines.order_id.fetch(["fiscal_position_id"])
        return lines

    def _get_outdated_prices(self):
        """What of the price source of this line is another than it was made with.

        :return: list of sentences
        """
        self.ensure_one()
        _, sale_line, made = self.env._, self.sale_line_ids[:1], self.made_with
        if not sale_line or not made.get("source"):
            return []
        source = made["source"]
        digits = self.env["decimal.precision"].precision_get
        item = sale_line.product_id.display_name or sale_line.display_name
        reasons = []
        # A fixed amount is not the item's price.
        if self.billing_kind in ("time", "expense", "milestone"):
            if float_compare(
                sale_line.price_unit,
                source["price"],
                precision_digits=digits("Product Price"),
            ):
                unit = self._get_made_unit() or sale_line.product_uom_id
                price, price_made = sale_line.price_unit, source["price"]
                if self.billing_kind == "time":
                    price = sale_line.product_uom_id._compute_price(price, unit)
                    price_made = self.price_made
                reasons.append(
                    _(
                        "The price of %(item)s is %(now)s now, the line was made with "
                        "%(made)s.",
                        item=item,
                        now=formatLang(self.env, price, dp="Product Price"),
                        made=formatLang(self.env, price_made, dp="Product Price"),
                    )
                )
            if float_compare(
                sale_line.discount,
                source["discount"],
                precision_digits=digits("Discount"),
            ):
                reasons.append(
                    _(
                        "The discount of %(item)s is %(now)s %% now, the line was made "
                        "with %(made)s %%.",
                        item=item,
                        now=formatLang(self.env, sale_line.discount, dp="Discount"),
                        made=formatLang(self.env, source["discount"], dp="Discount"),
                    )
                )
        ordered = source.get("ordered", sale_line.product_uom_qty)
        if self.billing_kind == "milestone" and float_compare(
            sale_line.product_uom_qty, ordered, precision_digits=digits("Product Unit")
        ):
            reasons.append(
                _(
                    "The ordered quantity of %(item)s is %(now)s now, the line was "
                    "made with %(made)s.",
                    item=item,
                    now=formatLang(
                        self.env, sale_line.product_uom_qty, dp="Product Unit"
                    ),
                    made=formatLang(self.env, ordered, dp="Product Unit"),
                )
            )
        if self.billing_kind != "down_payment" and set(sale_line.tax_ids.ids) != set(
            source["tax_ids"]
        ):
            reasons.append(
                _(
                    "The taxes of %(item)s are %(taxes)s now.",
                    item=item,
                    taxes=", ".join(sale_line.tax_ids.mapped("name")) or _("none"),
                )
            )
        fiscal_position = sale_line.order_id.fiscal_position_id
        if fiscal_position.id != (source["fiscal_position_id"] or False):
            reasons.append(
                _(
                    "The fiscal position of %(order)s is %(name)s now.",
                    order=sale_line.order_id.name,
                    name=fiscal_position.name or _("none"),
                )
            )
        return reasons
