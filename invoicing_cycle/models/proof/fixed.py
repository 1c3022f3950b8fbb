from odoo import api, models
from odoo.tools import SQL

from ..billing.kinds.share import NOISE
from .proof import Difference


class BillingProof(models.AbstractModel):
    """Fixed amounts, those of retainers too, are billed once and as they are agreed.

    Shares of a sales order item bill no more than all of it.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        return [
            *differences,
            *self._check_billed_twice(scope),
            *self._check_amounts_of_periods(scope),
            *self._check_shares(scope),
        ]

    @api.model
    def _get_fixed_line_sql(self, period):
        """A live line ``line`` of ``invoice`` bills the fixed amount of a period."""
        return SQL(
            """
            (line.billing_period_id = %(period)s.id
             AND line.billing_kind = 'fixed'
             AND %(live)s
             AND NOT %(credited)s)
            """,
            period=SQL.identifier(period),
            live=self._live_sql("invoice"),
            credited=self._credited_sql("line"),
        )

    @api.model
    def _check_billed_twice(self, scope):
        """Fixed amounts that more than one live line bills, in one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.id, COUNT(*)
                  FROM project_billing_period period
                  JOIN account_move_line line ON line.billing_period_id = period.id
                  JOIN account_move invoice ON invoice.id = line.move_id
                 WHERE %(periods)s
                   AND period.fixed_amount > 0
                   AND %(live)s
                   AND NOT %(credited)s
                   AND COALESCE(line.billing_kind, 'fixed') = 'fixed'
                   AND NOT EXISTS (
                       SELECT 1
                         FROM sale_order_line_invoice_rel rel
                        WHERE rel.invoice_line_id = line.id
                          AND rel.order_line_id <> period.sale_line_id)
                   AND NOT EXISTS (
                       SELECT 1
                         FROM %(rows)s
                        WHERE entry.invoice_line_id = line.id)
              GROUP BY period.id
                HAVING COUNT(*) > 1
                """,
                rows=self._all_rows_sql(),
                periods=self._period_scope_sql(scope, "period"),
                live=self._live_sql("invoice"),
                credited=self._credited_sql("line"),
            )
        )
        periods = self.env["project.billing.period"].browse(row[0] for row in rows)
        return [
            Difference(
                "fixed_twice",
                self.env._(
                    "The fixed amount of %(period)s is billed on %(count)s lines.",
                    period=period.display_name,
                    count=count,
                ),
                period,
                period.project_id,
            )
            for period, (_period_id, count) in zip(periods, rows, strict=True)
        ]

    @api.model
    def _check_amounts_of_periods(self, scope):
        """Lines that bill another amount than that of their period, in one query.

        What a person changed on the invoice is a write-up or write-down.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM project_billing_period period
                  JOIN account_move_line line ON line.billing_period_id = period.id
                  JOIN account_move invoice ON invoice.id = line.move_id
                 WHERE %(periods)s AND %(fixed)s
              ORDER BY line.id
                """,
                periods=self._period_scope_sql(scope, "period"),
                fixed=self._get_fixed_line_sql("period"),
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows)
        return [
            Difference(
                "fixed_amount",
                self.env._(
                    "The line %(line)s of %(invoice)s was made with another amount "
                    "than the fixed one of %(period)s.",
                    line=(line.name or "").split("\n")[0],
                    invoice=line.move_id.display_name,
                    period=line.billing_period_id.display_name,
                ),
                line,
                line.billing_period_id.project_id,
            )
            for line in lines
            if not line._is_amount_of_period()
        ]

    @api.model
    def _check_shares(self, scope):
        """Items of which more than all is billed by shares, in one query.

        With the shares of other projects: an order is right as a whole.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.sale_line_id, SUM(period.fixed_share)
                  FROM project_billing_period period
                 WHERE period.fixed_share > 0
                   AND period.sale_line_id IN (
                       SELECT own.sale_line_id
                         FROM project_billing_period own
                        WHERE %(periods)s)
                   AND EXISTS (
                       SELECT 1
                         FROM account_move_line line
                         JOIN account_move invoice ON invoice.id = line.move_id
                        WHERE %(fixed)s)
              GROUP BY period.sale_line_id
                HAVING SUM(period.fixed_share) > 100 + %(noise)s
              ORDER BY period.sale_line_id
                """,
                periods=self._period_scope_sql(scope, "own"),
                fixed=self._get_fixed_line_sql("period"),
                noise=NOISE,
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        return [
            Difference(
                "shares",
                self.env._(
                    "The shares of %(item)s that are billed add up to %(total)s %%.",
                    item=item.display_name,
                    total=self._format_number(total),
                ),
                item,
                item.project_id or item.order_id.project_ids[:1],
            )
            for item, (_id, total) in zip(items, rows, strict=True)
        ]
