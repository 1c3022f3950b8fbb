from odoo import api, models
from odoo.tools import SQL

from ..entries.summary_sql import COUNTS, KEY
from .proof import Difference


class BillingProof(models.AbstractModel):
    """What is added up beside the ledger, for the screen and for the next quantity,
    is what a count from scratch gives."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        # Sums follow from the rest, and are wrong with it.
        wrong = {difference.project.id for difference in differences}
        scope = scope._replace(
            projects=scope.projects.filtered(lambda p: p.id not in wrong)
        )
        if scope.projects:
            differences += self._check_time_rows(scope)
            differences += self._check_billed_time(scope)
            told = {difference.record for difference in differences}
            differences += [
                difference
                for difference in self._check_billed_quantities(scope, lines)
                if difference.record not in told
            ]
        return differences

    @api.model
    def _check_time_rows(self, scope):
        """The rows of ``project.billing.time``, and where entries say that they are
        counted, in one query."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(counted)s
                SELECT COALESCE(counted.project_id, time.project_id),
                       COALESCE(counted.period_id, time.period_id)
                  FROM counted
             FULL JOIN (SELECT * FROM project_billing_time
                         WHERE project_id IN %(projects)s) time
                    ON %(same_key)s
                 WHERE COALESCE(time.project_id, counted.project_id) IN %(projects)s
                   AND (%(differs)s)
                 UNION
                SELECT entry.project_id, entry.billing_period_id
                  FROM %(rows)s
                 WHERE entry.project_id IN %(projects)s
                   AND entry.counted_in IS DISTINCT FROM CONCAT_WS(
                       '/', entry.project_id, COALESCE(entry.billing_period_id, 0),
                       COALESCE(entry.employee_id, 0))
              ORDER BY 1, 2
                """,
                rows=self._all_rows_sql(),
                counted=self.env["project.billing.time"]._counted_sql(
                    SQL(
                        """
                        SELECT DISTINCT project_id, COALESCE(billing_period_id, 0),
                               COALESCE(employee_id, 0)
                          FROM %s
                         WHERE project_id IN %s
                        """,
                        self._all_rows_sql(),
                        tuple(scope.projects.ids),
                    )
                ),
                projects=tuple(scope.projects.ids),
                same_key=SQL(" AND ").join(
                    SQL(
                        "COALESCE(%s, 0) = COALESCE(%s, 0)",
                        SQL.identifier("counted", name),
                        SQL.identifier("time", name),
                    )
                    for name in KEY
                ),
                differs=SQL(" OR ").join(map(self._differs_sql, COUNTS)),
            )
        )
        return [
            Difference(
                "time_rows",
                self.env._(
                    "The hours that lists show of %(name)s are not those of its time.",
                    name=(period or project).display_name,
                ),
                period or project,
                project,
            )
            for project, period in (
                (
                    self.env["project.project"].browse(project_id),
                    self.env["project.billing.period"].browse(period_id or ()),
                )
                for project_id, period_id in rows
            )
        ]

    @api.model
    def _differs_sql(self, name):
        """Whether a column is another in ``counted`` and ``time``; a row that is
        missing on one side counts nothing."""
        counted, kept = (SQL.identifier(alias, name) for alias in ("counted", "time"))
        if name.endswith("_day"):
            return SQL("%s IS DISTINCT FROM %s", counted, kept)
        return SQL("ABS(COALESCE(%s, 0) - COALESCE(%s, 0)) > 1e-9", counted, kept)

    @api.model
    def _check_billed_time(self, scope):
        """Number and hours of the entries on each line of the projects, in one
        query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, entry.project_id
                  FROM (SELECT DISTINCT invoice_line_id, project_id
                          FROM %(rows)s
                         WHERE entry.project_id IN %(projects)s
                           AND invoice_line_id IS NOT NULL
                         UNION
                        SELECT line.id, period.project_id
                          FROM account_move_line line
                          JOIN project_billing_period period
                            ON period.id = line.billing_period_id
                         WHERE period.project_id IN %(projects)s
                       ) AS entry (line_id, project_id)
                  JOIN account_move_line line ON line.id = entry.line_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries, COALESCE(SUM(%(hours)s), 0) AS hours
                         FROM %(rows)s
                        WHERE entry.invoice_line_id = line.id) time
                 WHERE COALESCE(line.billed_count, 0) <> time.entries
                    OR ABS(COALESCE(line.billed_hours, 0) - time.hours) > 1e-6
              ORDER BY line.id
                """,
                rows=self._all_rows_sql(),
                projects=tuple(scope.projects.ids),
                hours=self._hours_sql(),
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows)
        return [
            Difference(
                "line_billed",
                self.env._(
                    "The line %(line)s of %(invoice)s counts other time than it bills.",
                    line=(line.name or "").split("\n")[0],
                    invoice=line.move_id.display_name,
                ),
                line,
                self.env["project.project"].browse(project_id),
            )
            for line, (_id, project_id) in zip(lines, rows, strict=True)
        ]

    @api.model
    def _check_billed_quantities(self, scope, lines):
        """What sales order items know of all that was billed of them, in one query."""
        ids = tuple(self._get_sale_line_ids(scope, lines))
        if not ids:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id
                  FROM sale_order_line item
                  JOIN uom_uom item_unit ON item_unit.id = item.product_uom_id
                  JOIN uom_uom hour ON hour.id = %(hour)s
            CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(line.billed_hours), 0) AS hours,
                              COALESCE(SUM(%(made)s) FILTER (WHERE %(live)s), 0)
                                  AS made
                         FROM sale_order_line_invoice_rel rel
                         JOIN account_move_line line ON line.id = rel.invoice_line_id
                         JOIN account_move invoice ON invoice.id = line.move_id
                        WHERE rel.order_line_id = item.id) billed
                 WHERE item.id IN %(ids)s
                   AND (ABS(COALESCE(item.made_quantity, 0) - billed.made) > 1e-6
                        OR ABS(COALESCE(item.billed_quantity, 0) - billed.hours
                               * hour.factor / item_unit.factor) > 1e-6)
              ORDER BY item.id
                """,
                hour=self.env["uom.uom"]._get_time_unit("hour").id,
                made=SQL(
                    "CASE WHEN invoice.move_type = 'out_refund'"
                    " THEN -line.quantity_made ELSE line.quantity_made END"
                ),
                live=self._live_sql("invoice"),
                ids=ids,
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        return [
            Difference(
                "item_billed",
                self.env._(
                    "%(item)s continues another quantity than its invoices bill.",
                    item=item.display_name,
                ),
                item,
                item.project_id or item.order_id.project_ids[:1],
            )
            for item in items
        ]
