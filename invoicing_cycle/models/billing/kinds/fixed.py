from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ....tools.allocation import fixed_quantity
from ..items import BillingItem


class ProjectBillingPeriod(models.Model):
    """The fixed amount of a period is billed once, and not lost.

    It has no other period to wait in, as time has: a period of which the line with the
    fixed amount was deleted or credited is open until it is invoiced again or skipped,
    whatever else of it is on an invoice. Odoo's own dialog does not offer its item.
    """

    _inherit = "project.billing.period"

    # ----------------------------------------------------------------- billed

    @api.model
    def _fixed_amount_left_sql(self, alias):
        """The period has a fixed amount that no live invoice bills."""
        return SQL(
            "(%s > 0 AND NOT %s)",
            self._column(alias, "fixed_amount"),
            self._fixed_amount_billed_sql(alias),
        )

    @api.model
    def _fixed_amount_billed_sql(self, alias):
        return self._has_live_lines_sql(alias, "fixed_line_count")

    def _filtered_fixed_amount_left(self):
        """Those that are to bill a fixed amount, invoiced or not, in one query."""
        fixed = self.filtered(
            lambda period: period.fixed_amount and not period.skip_reason
        )
        # Not by the amount in the database: it may just be typed.
        return fixed - fixed._filtered_fixed_amount_billed()

    def _filtered_fixed_amount_billed(self):
        """Those of which a live line bills the fixed amount, in one query."""
        return self.filtered("fixed_amount")._filtered_sql(
            self._fixed_amount_billed_sql("p")
        )

    def _get_fixed_amounts(self, sale_lines):
        """Fixed amounts that live invoices bill on sale order lines, in one query."""
        result = defaultdict(float)
        if not sale_lines:
            return result
        query = SQL(
            """
            SELECT %(sale_line)s, SUM(%(amount)s)
              FROM project_billing_period p
             WHERE %(sale_line)s IN %(ids)s AND %(amount)s > 0 AND %(billed)s
          GROUP BY 1
            """,
            sale_line=self._column("p", "sale_line_id"),
            amount=self._column("p", "fixed_amount"),
            ids=tuple(sale_lines.ids),
            billed=self._fixed_amount_billed_sql("p"),
        )
        for sale_line_id, amount in self.env.execute_query(query):
            result[sale_lines.browse(sale_line_id)] = float(amount)
        return result

    # ------------------------------------------------------------------- item

    def _get_counted_lines(self, time):
        return super()._get_counted_lines(time) | self.sale_line_id

    def _get_counters(self, time):
        counters = super()._get_counters(time)
        counters.kinds["fixed"] = self._get_fixed_amounts(self.sale_line_id)
        counters.kinds["fixed_left"] = dict.fromkeys(self._filtered_fixed_amount_left())
        return counters

    def _prepare_items_beside_time(self, counters):
        items = super()._prepare_items_beside_time(counters)
        if self in counters.kinds["fixed_left"] and self.sale_line_id:
            items.append(self._prepare_fixed_item(counters))
        return items

    def _prepare_fixed_item(self, counters):
        sale_line, amount = self.sale_line_id, self.fixed_amount
        billed, made = counters.quantities[sale_line]
        counted = fixed_quantity(
            amount,
            counters.kinds["fixed"][sale_line],
            sale_line._get_untaxed_amount(sale_line.product_uom_qty),
            sale_line.product_uom_qty,
            made,
            counters.digits,
        )
        counters.quantities[sale_line] = (billed, made + counted)
        counters.kinds["fixed"][sale_line] += amount
        return BillingItem(
            period=self,
            sale_line=sale_line,
            kind="fixed",
            quantity=1.0,
            made=counted,
            amount=amount,
            uom=sale_line.product_uom_id,
            price_unit=sale_line._get_price_of_untaxed(amount),
        )
