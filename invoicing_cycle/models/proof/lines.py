from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, float_compare

from .proof import Difference


class BilledLine(NamedTuple):
    """An invoice line and the time that it bills."""

    line: models.BaseModel
    sale_line: models.BaseModel
    entries: int
    hours: float
    exact: float  # the same in the unit of the sales order item, not rounded
    made: float  # the quantity made of it, less what was credited
    by_time: bool
    tolerance: float

    @property
    def rounding(self):
        return self.made - self.exact


class BillingProof(models.AbstractModel):
    """Each invoice line has the quantity of the entries that it bills."""

    _inherit = "billing.proof"

    @api.model
    def _get_lines(self, scope):
        """The lines of live invoices that bill these projects, in one query.

        Lines of a project's billing periods, and those that an entry stands on.

        :return: list of :class:`BilledLine`
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, sale_line.id, time.entries, time.hours, time.exact,
                       made.quantity + COALESCE(credited.quantity, 0),
                       %(by_time)s, items.lines
                  FROM account_move_line line
                  JOIN account_move invoice ON invoice.id = line.move_id
             LEFT JOIN LATERAL (
                       SELECT MIN(rel.order_line_id) AS sale_line_id
                         FROM sale_order_line_invoice_rel rel
                        WHERE rel.invoice_line_id = line.id) item ON TRUE
             LEFT JOIN sale_order_line sale_line ON sale_line.id = item.sale_line_id
             LEFT JOIN account_move_line original ON original.id = line.credited_line_id
             LEFT JOIN project_billing_period period
                    ON period.id = line.billing_period_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries,
                              COALESCE(SUM(%(hours)s), 0) AS hours,
                              COALESCE(SUM(%(quantity)s), 0) AS exact
                         FROM %(rows)s
                        WHERE entry.invoice_line_id = line.id) time
            CROSS JOIN LATERAL (SELECT %(made)s AS quantity) made
            CROSS JOIN LATERAL (
                       SELECT SUM(%(credit_made)s) AS quantity
                         FROM account_move_line credit
                         JOIN account_move credit_note
                           ON credit_note.id = credit.move_id
                        WHERE credit.credited_line_id = line.id
                          AND %(credit_live)s) credited
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS lines
                         FROM sale_order_line_invoice_rel rel
                        WHERE rel.order_line_id = sale_line.id) items
                 WHERE line.id IN (%(lines)s) AND %(live)s
              ORDER BY invoice.invoice_date, invoice.name, invoice.id, line.sequence,
                       line.id
                """,
                rows=self._all_rows_sql(),
                by_time=self._by_time_sql(),
                hours=self._hours_sql(),
                quantity=self._quantity_sql(),
                made=self._made_sql("invoice", "line"),
                credit_made=self._made_sql("credit_note", "credit"),
                credit_live=self._live_sql("credit_note"),
                lines=self._line_scope_sql(scope),
                live=self._live_sql("invoice"),
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows)
        sale_lines = self.env["sale.order.line"].browse(row[1] for row in rows)
        return [
            BilledLine(
                line,
                sale_line if row[1] else sale_line.browse(),
                row[2],
                row[3],
                row[4],
                float(row[5]),
                row[6],
                self.env["sale.order.line"]._get_tolerance(row[7]),
            )
            for line, sale_line, row in zip(lines, sale_lines, rows, strict=True)
        ]

    @api.model
    def _line_scope_sql(self, scope):
        """Ids of the invoice lines that bill time of the scope, or its periods."""
        return SQL(
            """
            SELECT entry.invoice_line_id
              FROM %(rows)s
             WHERE %(scope)s AND entry.invoice_line_id IS NOT NULL
             UNION
            SELECT line.id
              FROM account_move_line line
              JOIN project_billing_period period ON period.id = line.billing_period_id
             WHERE %(periods)s
            """,
            rows=self._all_rows_sql(),
            scope=self._scope_sql(scope),
            periods=self._period_scope_sql(scope, "period"),
        )

    @api.model
    def _made_sql(self, move, line):
        """What the order counts of an invoice line, a credit note being negative."""
        move, line = SQL.identifier(move), SQL.identifier(line)
        return SQL(
            """
            (CASE WHEN %s.move_type = 'out_refund' THEN -1 ELSE 1 END
             * COALESCE(%s.quantity_made, 0))
            """,
            move,
            line,
        )

    @api.model
    def _by_time_sql(self):
        """The quantity of ``line`` comes from entries, not from a fixed amount.

        A credit note's line is of the kind that it credits; one that Odoo's own wizard
        made says nothing, so that is judged by what it bills.
        """
        return SQL(
            """
            COALESCE(COALESCE(line.billing_kind, original.billing_kind) = 'time',
                     time.entries > 0
                     OR COALESCE(sale_line.qty_delivered_method, 'timesheet')
                            = 'timesheet'
                        AND COALESCE(period.fixed_amount, 0) = 0)
            """
        )

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        for billed in lines:
            # Compared with some noise of adding floats.
            if not billed.by_time or (
                float_compare(
                    abs(billed.rounding), billed.tolerance, precision_digits=6
                )
                <= 0
            ):
                continue
            line = billed.line
            differences.append(
                Difference(
                    "line_quantity",
                    self.env._(
                        "The line %(line)s of %(invoice)s counts %(made)s, but bills "
                        "%(entries)s entries of %(exact)s.",
                        line=(line.name or "").split("\n")[0],
                        invoice=line.move_id.display_name,
                        made=self._format_number(billed.made),
                        entries=billed.entries,
                        exact=self._format_number(billed.exact),
                    ),
                    line,
                    line.billing_period_id.project_id
                    or line._get_billed_rows().mapped("project_id")[:1],
                )
            )
        return differences
