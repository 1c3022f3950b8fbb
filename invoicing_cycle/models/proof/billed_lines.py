from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, float_compare


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
                       %(made)s + COALESCE(credited.quantity, 0), %(by_time)s,
                       items.lines
                  FROM %(lines)s
             LEFT JOIN LATERAL (
                       SELECT MIN(rel.order_line_id) AS sale_line_id
                         FROM sale_order_line_invoice_rel rel
                        WHERE rel.invoice_line_id = line.id) item ON TRUE
             LEFT JOIN sale_order_line sale_line ON sale_line.id = item.sale_line_id
             LEFT JOIN project_billing_period period
                    ON period.id = line.billing_period_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries,
                              COALESCE(SUM(%(hours)s), 0) AS hours,
                              COALESCE(SUM(%(quantity)s), 0) AS exact
                         FROM %(rows)s
                        WHERE entry.invoice_line_id = line.id) time
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
                 WHERE line.id IN (%(ids)s) AND %(live)s
              ORDER BY invoice.invoice_date, invoice.name, invoice.id, line.sequence,
                       line.id
                """,
                credit_made=self._made_sql("credit_note", "credit"),
                credit_live=self._live_sql("credit_note"),
                ids=self._line_scope_sql(scope),
                **self._get_terms(scope),
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows)
        sale_lines = self.env["sale.order.line"].browse(row[1] for row in rows)
        return [
            BilledLine(
                line,
                sale_line if row[1] else sale_line.browse(),
                *row[2:5],
                float(row[5]),
                row[6],
                sale_lines._get_tolerance(row[7]),
            )
            for line, sale_line, row in zip(lines, sale_lines, rows, strict=True)
        ]

    @api.model
    def _get_item_ids(self, scope, lines):
        """The sales order items that the scope is billed on, in one query.

        :param lines: result of :meth:`_get_lines`
        """
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
                **self._get_terms(scope),
            )
        )
        billed = {line.sale_line.id for line in lines if line.sale_line}
        return tuple(billed | {item_id for (item_id,) in rows})

    @api.model
    def _get_checks(self, proof):
        texts = {
            "line_quantity": self.env._(
                "%(line)s counts %(made)s, but bills %(entries)s entries of %(exact)s."
            )
        }
        found = [
            {
                "id": billed.line.id,
                "kind": "line_quantity",
                "made": billed.made,
                "entries": billed.entries,
                "exact": billed.exact,
            }
            for billed in proof.lines
            # Compared with some noise of adding floats.
            if billed.by_time
            and float_compare(
                abs(billed.rounding), billed.tolerance, precision_digits=6
            )
            > 0
        ]
        yield from super()._get_checks(proof)
        yield "account.move.line", texts, found
