from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..tools.allocation import fixed_quantity, next_quantity


class BillingItem(NamedTuple):
    """What one period puts on one line of an invoice.

    ``quantity`` is what the line shows and ``made`` what the order counts, both in the
    unit of the sale order line; ``entries`` and ``hours`` say what it was made from.
    """

    period: models.BaseModel
    sale_line: models.BaseModel
    kind: str  # time, fixed or expense
    quantity: float
    made: float
    amount: float  # untaxed, in the currency of the sale order line
    hours: float = 0.0
    entries: int = 0


class _Counters:
    """What was billed and made per sale order line, and what the next items make."""

    def __init__(self, quantities, amounts, digits, sequential):
        self._quantities = quantities  # sale line: (exact quantity billed, made)
        self._amounts = amounts  # sale line: fixed amounts billed
        self._digits = digits
        self._sequential = sequential

    def bill_time(self, sale_line, quantity):
        billed, made = self._quantities[sale_line]
        result = next_quantity(billed + quantity, made, self._digits)
        if self._sequential:
            self._quantities[sale_line] = (billed + quantity, made + result)
        return result

    def bill_amount(self, sale_line, amount):
        billed, made = self._quantities[sale_line]
        result = fixed_quantity(
            amount,
            self._amounts[sale_line],
            sale_line._get_untaxed_amount(sale_line.product_uom_qty),
            sale_line.product_uom_qty,
            made,
            self._digits,
        )
        if self._sequential:
            self._quantities[sale_line] = (billed, made + result)
            self._amounts[sale_line] += amount
        return result


class ProjectBillingPeriod(models.Model):
    """What would go on the invoice of a period: the one place that decides it.

    The amounts on the screen and the lines of the generator both come from here.
    """

    _inherit = "project.billing.period"

    def _get_billing_items(self, sequential=False):
        """What these periods would bill now, in a fixed number of queries.

        :param bool sequential: count what earlier items of the same run bill, so that
            the lines of one run add up; else each period is priced as if it were the
            next one invoiced
        :return: list of :class:`BillingItem`, in the order of the periods
        """
        time = self._get_unbilled_time()
        sale_lines = self.env["sale.order.line"].union(*(row[1] for row in time))
        sale_lines |= self.sale_line_id
        counters = _Counters(
            self._get_billed_quantities(sale_lines),
            self._get_fixed_amounts(self.sale_line_id),
            sale_lines._get_quantity_digits(),
            sequential,
        )
        time_by_period = defaultdict(list)
        for period, *row in time:
            time_by_period[period].append(row)
        items = []
        for period in self:
            for sale_line, quantity, hours, entries in time_by_period[period]:
                made = counters.bill_time(sale_line, quantity)
                amount = sale_line._get_untaxed_amount(made)
                items.append(
                    BillingItem(
                        period, sale_line, "time", made, made, amount, hours, entries
                    )
                )
            if period.fixed_amount and period.sale_line_id:
                amount = period.fixed_amount
                made = counters.bill_amount(period.sale_line_id, amount)
                items.append(
                    BillingItem(period, period.sale_line_id, "fixed", 1.0, made, amount)
                )
            for sale_line in period.expense_line_ids:
                made = sale_line._get_expense_quantity()
                if made:
                    amount = sale_line._get_untaxed_amount(made)
                    items.append(
                        BillingItem(period, sale_line, "expense", made, made, amount)
                    )
        return items

    def _get_unbilled_time(self):
        """Unbilled time of these periods by sale order line, in one query.

        :return: list of (period, sale order line, quantity in its unit, hours, number
            of entries); quantities are exact, not rounded
        """
        if not self.ids:
            return []
        Entry = "account.analytic.line"
        query = SQL(
            """
            SELECT %(period)s, %(sale_line)s, %(uom)s, SUM(%(hours)s), COUNT(*)
              FROM account_analytic_line entry
             WHERE %(period)s IN %(ids)s AND %(invoice_line)s IS NULL
          GROUP BY 1, 2, 3
          ORDER BY 1, 2, 3
            """,
            period=self._column("entry", "billing_period_id", Entry),
            sale_line=self._column("entry", "so_line", Entry),
            uom=self._column("entry", "product_uom_id", Entry),
            hours=self._column("entry", "unit_amount", Entry),
            invoice_line=self._column("entry", "invoice_line_id", Entry),
            ids=tuple(self.ids),
        )
        totals = defaultdict(lambda: [0.0, 0.0, 0])
        SaleLine, Uom = self.env["sale.order.line"], self.env["uom.uom"]
        rows = self.env.execute_query(query)
        sale_lines = {
            line.id: line for line in SaleLine.browse({row[1] for row in rows})
        }
        for period_id, sale_line_id, uom_id, hours, count in rows:
            sale_line = sale_lines[sale_line_id]
            total = totals[period_id, sale_line]
            total[0] += sale_line._convert_time(hours, Uom.browse(uom_id))
            total[1] += hours
            total[2] += count
        periods = {period.id: period for period in self}
        return [
            (periods[period_id], sale_line, *total)
            for (period_id, sale_line), total in totals.items()
        ]

    def _get_billed_quantities(self, sale_lines):
        """What was billed and made on sale order lines so far, in two queries.

        :return: dict, sale order line to (exact quantity of all billed time, sum of
            the quantities made)
        """
        result = defaultdict(lambda: (0.0, 0.0))
        if not sale_lines:
            return result
        Entry, Line = "account.analytic.line", "account.move.line"
        billed = self.env.execute_query(
            SQL(
                """
                SELECT %(sale_line)s, %(uom)s, SUM(%(hours)s)
                  FROM account_analytic_line entry
                 WHERE %(sale_line)s IN %(ids)s AND %(invoice_line)s IS NOT NULL
              GROUP BY 1, 2
                """,
                sale_line=self._column("entry", "so_line", Entry),
                uom=self._column("entry", "product_uom_id", Entry),
                hours=self._column("entry", "unit_amount", Entry),
                invoice_line=self._column("entry", "invoice_line_id", Entry),
                ids=tuple(sale_lines.ids),
            )
        )
        made = self.env.execute_query(
            SQL(
                """
                SELECT rel.order_line_id,
                       SUM(CASE WHEN %(move_type)s = 'out_refund'
                                THEN -%(made)s ELSE %(made)s END)
                  FROM sale_order_line_invoice_rel rel
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = %(move)s
                 WHERE rel.order_line_id IN %(ids)s AND %(state)s <> 'cancel'
              GROUP BY 1
                """,
                move_type=self._column("invoice", "move_type", "account.move"),
                made=self._column("line", "quantity_made", Line),
                move=self._column("line", "move_id", Line),
                state=self._column("invoice", "state", "account.move"),
                ids=tuple(sale_lines.ids),
            )
        )
        exact = defaultdict(float)
        for sale_line_id, uom_id, hours in billed:
            sale_line = sale_lines.browse(sale_line_id)
            uom = self.env["uom.uom"].browse(uom_id)
            exact[sale_line_id] += sale_line._convert_time(hours, uom)
        made = dict(made)
        for sale_line in sale_lines:
            result[sale_line] = (
                exact[sale_line.id],
                float(made.get(sale_line.id) or 0.0),
            )
        return result

    def _get_fixed_amounts(self, sale_lines):
        """Fixed amounts that live invoices bill on sale order lines, in one query."""
        result = defaultdict(float)
        if not sale_lines:
            return result
        query = SQL(
            """
            SELECT %(sale_line)s, SUM(%(amount)s)
              FROM project_billing_period p
             WHERE %(sale_line)s IN %(ids)s AND %(amount)s > 0 AND %(invoiced)s
          GROUP BY 1
            """,
            sale_line=self._column("p", "sale_line_id"),
            amount=self._column("p", "fixed_amount"),
            ids=tuple(sale_lines.ids),
            invoiced=self._invoiced_sql("p"),
        )
        for sale_line_id, amount in self.env.execute_query(query):
            result[sale_lines.browse(sale_line_id)] = float(amount)
        return result
