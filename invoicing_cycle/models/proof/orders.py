from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, float_compare

from ...tools.allocation import round_quantity
from .proof import Difference


class OrderItem(NamedTuple):
    """What a sales order item counts, and what it would have to, in its unit."""

    sale_line: models.BaseModel
    delivered: float
    expected_delivered: float | None  # where people count it
    method: str  # what it is counted by
    invoiced: float
    expected_invoiced: float
    made: float  # by time
    exact: float  # all billed time, not rounded
    lines: int


class BillingProof(models.AbstractModel):
    """Sales order items count the time that was delivered and billed on them."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        items = self._get_order_items(scope, lines)
        return differences + [
            difference for item in items for difference in self._check_order_item(item)
        ]

    @api.model
    def _check_order_item(self, item):
        """Differences of one :class:`OrderItem`."""
        _, line = self.env._, item.sale_line
        digits = line._get_quantity_digits()
        project = line.project_id or line.order_id.project_ids[:1]

        def differs(value, expected):
            return float_compare(value, expected, precision_digits=digits) != 0

        found = []
        if item.expected_delivered is not None and differs(
            item.delivered, item.expected_delivered
        ):
            names = {
                "item": line.display_name,
                "value": self._format_number(item.delivered),
                "expected": self._format_number(item.expected_delivered),
            }
            text = {
                "timesheet": _(
                    "%(item)s reads %(value)s as delivered; its time that is not "
                    "written off is %(expected)s.",
                    **names,
                ),
                "milestones": _(
                    "%(item)s reads %(value)s as delivered; its reached milestones "
                    "are %(expected)s.",
                    **names,
                ),
                "analytic": _(
                    "%(item)s reads %(value)s as delivered; its costs were booked for "
                    "%(expected)s.",
                    **names,
                ),
            }[item.method]
            found.append(("order_delivered", text))
        if differs(item.invoiced, item.expected_invoiced):
            found.append(
                (
                    "order_invoiced",
                    _(
                        "%(item)s reads %(value)s as invoiced; its invoices made "
                        "%(expected)s.",
                        item=line.display_name,
                        value=self._format_number(item.invoiced),
                        expected=self._format_number(item.expected_invoiced),
                    ),
                )
            )
        tolerance = self.env["sale.order.line"]._get_tolerance(item.lines)
        rounded = round_quantity(item.exact, digits)
        if float_compare(
            abs(item.made - rounded), tolerance, precision_digits=6
        ) > 0 or (not item.exact and differs(item.made, 0.0)):
            found.append(
                (
                    "order_total",
                    _(
                        "The invoices of %(item)s made %(value)s of time; the time "
                        "that is billed on it is %(expected)s.",
                        item=line.display_name,
                        value=self._format_number(item.made),
                        expected=self._format_number(rounded),
                    ),
                )
            )
        return [Difference(kind, text, line, project) for kind, text in found]

    @api.model
    def _get_order_items(self, scope, lines):
        """All sales order items that the scope is billed on, in three queries.

        With all that is billed on them, also of other projects and days: an order is
        right as a whole.

        :return: list of :class:`OrderItem`
        """
        ids = tuple(self._get_sale_line_ids(scope, lines))
        if not ids:
            return []
        time, invoiced = self._get_item_time(ids), self._get_item_invoiced(ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.qty_delivered, line.qty_invoiced,
                       line.qty_delivered_method,
                       line.product_uom_qty * (
                           SELECT SUM(milestone.quantity_percentage)
                             FROM project_milestone milestone
                            WHERE milestone.sale_line_id = line.id
                              AND milestone.is_reached)
                  FROM sale_order_line line
                 WHERE line.id IN %s
              ORDER BY line.order_id, line.sequence, line.id
                """,
                ids,
            )
        )
        sale_lines = self.env["sale.order.line"].browse(row[0] for row in rows)
        return [
            OrderItem(
                sale_line,
                float(delivered or 0.0),
                {
                    "timesheet": time[sale_line.id][0],
                    "milestones": float(reached or 0.0),
                    # An expense that is taken back is not delivered any more.
                    "analytic": time[sale_line.id][2] if delivered else 0.0,
                }.get(method),
                method,
                float(qty_invoiced or 0.0),
                *invoiced[sale_line.id][:2],
                time[sale_line.id][1],
                invoiced[sale_line.id][2],
            )
            for sale_line, (_id, delivered, qty_invoiced, method, reached) in zip(
                sale_lines, rows, strict=True
            )
        ]

    @api.model
    def _get_sale_line_ids(self, scope, lines):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.so_line
                  FROM %(rows)s
                 WHERE %(scope)s AND entry.so_line IS NOT NULL
                 UNION
                SELECT period.sale_line_id
                  FROM project_billing_period period
                 WHERE %(periods)s
                   AND period.sale_line_id IS NOT NULL
                   AND period.fixed_amount > 0
                 UNION
                SELECT expense_line.id
                  FROM sale_order_line expense_line
                  JOIN project_billing_period period
                    ON period.id = expense_line.billing_period_id
                 WHERE %(periods)s
                 UNION
                SELECT milestone.sale_line_id
                  FROM project_milestone milestone
                 WHERE milestone.project_id IN %(projects)s
                   AND milestone.sale_line_id IS NOT NULL
                """,
                rows=self._all_rows_sql(),
                scope=self._scope_sql(scope),
                periods=self._period_scope_sql(scope, "period"),
                projects=tuple(scope.projects.ids),
            )
        )
        return {row[0] for row in rows} | {
            billed.sale_line.id for billed in lines if billed.sale_line
        }

    @api.model
    def _get_item_time(self, ids):
        """Delivered and billed time by sales order item, in one query.

        :return: dict, id to (rounded quantity not written off, exact quantity billed,
            rounded quantity of costs)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.so_line, entry.product_uom_id,
                       SUM(%(time)s) FILTER (
                           WHERE entry.project_id IS NOT NULL
                             AND entry.billing_hold <> 'write_off'
                             AND %(delivered)s),
                       SUM(%(quantity)s) FILTER (
                           WHERE entry.project_id IS NOT NULL
                             AND entry.invoice_line_id IS NOT NULL),
                       -- As Odoo, that counts a cost of several analytic accounts once.
                       SUM(entry.unit_amount) FILTER (
                           WHERE entry.amount <= 0
                             AND entry.product_uom_id IS NOT NULL)
                       / CASE WHEN COUNT(DISTINCT entry.move_line_id)
                                   FILTER (WHERE entry.amount <= 0) = 1
                              THEN COUNT(*) FILTER (WHERE entry.amount <= 0)
                              ELSE 1 END
                  FROM %(rows)s
                  JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
                 WHERE entry.so_line IN %(ids)s
              GROUP BY 1, 2
                """,
                rows=self._all_rows_sql(),
                delivered=self.env["account.analytic.line"]._delivered_sql("entry"),
                time=self._time_sql(),
                quantity=self._quantity_sql(),
                ids=ids,
            )
        )
        SaleLine, Uom = self.env["sale.order.line"], self.env["uom.uom"]
        units = {line.id: line.product_uom_id for line in SaleLine.browse(ids)}
        result = defaultdict(lambda: (0.0, 0.0, 0.0))
        for sale_line_id, uom_id, time, billed, cost in rows:
            # Rounded as Odoo rounds what was delivered.
            delivered, booked = (
                Uom.browse(uom_id)._compute_quantity(
                    quantity or 0.0, units[sale_line_id], rounding_method="HALF-UP"
                )
                for quantity in (time, cost)
            )
            before = result[sale_line_id]
            result[sale_line_id] = (
                before[0] + delivered,
                before[1] + (billed or 0.0),
                before[2] + booked,
            )
        return result

    @api.model
    def _get_item_invoiced(self, ids):
        """What live invoices made by sales order item, in one query.

        What was made through a billing period counts as it was made; any other line as
        it was invoiced, also on cancelled invoices of another invoicing app.

        :return: dict, id to (quantity invoiced, quantity made of time, number of
            invoice lines, cancelled ones too)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale_line.id, line.product_uom_id, %(by_time)s,
                       COALESCE(line.billing_kind, original.billing_kind,
                                period.id::text) IS NOT NULL
                       AND invoice.state <> 'cancel',
                       %(live)s AND NOT %(to_come)s,
                       SUM(%(made)s),
                       ARRAY_AGG(CASE WHEN invoice.move_type = 'out_refund'
                                      THEN -line.quantity ELSE line.quantity END),
                       COUNT(*)
                  FROM sale_order_line_invoice_rel rel
                  JOIN sale_order_line sale_line ON sale_line.id = rel.order_line_id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
             LEFT JOIN account_move_line original ON original.id = line.credited_line_id
             LEFT JOIN project_billing_period period ON period.id = COALESCE(
                       line.billing_period_id, original.billing_period_id)
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries
                         FROM %(rows)s
                        WHERE entry.invoice_line_id IN (line.id, original.id)) time
                 WHERE rel.order_line_id IN %(ids)s
              GROUP BY 1, 2, 3, 4, 5
                """,
                rows=self._all_rows_sql(),
                live=self._live_sql("invoice"),
                to_come=self._credit_to_come_sql(),
                by_time=self._by_time_sql(),
                made=self._made_sql("invoice", "line"),
                ids=ids,
            )
        )
        SaleLine, Uom = self.env["sale.order.line"], self.env["uom.uom"]
        units = {line.id: line.product_uom_id for line in SaleLine.browse(ids)}
        result = defaultdict(lambda: (0.0, 0.0, 0))
        for item_id, uom_id, by_time, ledger, live, made, quantities, count in rows:
            invoiced, by_hours, number = result[item_id]
            if ledger:
                invoiced += float(made)
            elif live:
                unit, uom = units[item_id], Uom.browse(uom_id)
                invoiced += sum(uom._compute_quantity(q, unit) for q in quantities)
            if live and by_time:
                by_hours += float(made)
            result[item_id] = (invoiced, by_hours, number + count)
        return result
