from odoo import api, models
from odoo.tools import SQL

from ..entries.summary_sql import COUNTS, KEY


class BillingProof(models.AbstractModel):
    """What is added up beside the ledger, for the screen and for the next quantity,
    is what a count from scratch gives."""

    _inherit = "billing.proof"

    @api.model
    def _get_checks_of_totals(self, scope):
        """Hours and invoiced amounts that lists show, counted anew in one query.

        Amounts in several currencies are left out.
        """
        Period = self.env["project.billing.period"]
        texts = {
            "period_totals": self.env._(
                "%(period)s shows other hours or another invoiced amount than its time "
                "(%(hours)s h, late %(late)s h) and its lines (%(amount)s) add up to."
            )
        }
        shown = Period._get_sql_fields()
        query = SQL(
            """
            WITH of_scope AS (
                SELECT period.id FROM project_billing_period period WHERE %(periods)s)
            SELECT period.id, 'period_totals' AS kind, time.hours, time.late,
                   COALESCE(billed.amount, 0) AS amount
              FROM project_billing_period period
              JOIN of_scope ON of_scope.id = period.id
         LEFT JOIN (%(due)s) due ON due.id = period.id
        CROSS JOIN LATERAL (SELECT %(closed)s AS closed) is_
        CROSS JOIN LATERAL (
                   SELECT COALESCE(SUM(%(hours)s), 0) AS hours,
                          COALESCE(SUM(%(hours)s) FILTER (
                              WHERE entry.date < period.date_from
                                 OR entry.date > period.date_to), 0) AS late
                     FROM %(rows)s
                LEFT JOIN account_move_line line ON line.id = entry.invoice_line_id
                    WHERE entry.billing_period_id = period.id
                      AND (line.id IS NULL
                           OR is_.closed AND line.billing_period_id = period.id)) time
         LEFT JOIN (SELECT part.period_id, SUM(-part.amount_currency) AS amount,
                           ARRAY_AGG(DISTINCT part.currency_id) AS currencies
                      FROM (SELECT line.billing_period_id AS period_id,
                                   line.amount_currency, line.currency_id
                              FROM account_move_line line
                             WHERE line.billing_period_id IN (SELECT id FROM of_scope)
                               AND line.parent_state <> 'cancel'
                               AND line.billing_kind IS DISTINCT FROM 'down_payment'
                         UNION ALL
                            SELECT line.billing_period_id, credit.amount_currency,
                                   credit.currency_id
                              FROM account_move_line line
                              JOIN account_move_line credit
                                ON credit.credited_line_id = line.id
                             WHERE line.billing_period_id IN (SELECT id FROM of_scope)
                               AND credit.parent_state = 'posted'
                               AND line.parent_state <> 'cancel'
                               AND line.billing_kind IS DISTINCT FROM 'down_payment'
                               -- Not once more, where it is of this period itself.
                               AND (credit.billing_period_id = line.billing_period_id
                                    AND credit.billing_kind
                                        IS DISTINCT FROM 'down_payment') IS NOT TRUE
                           ) part
                  GROUP BY part.period_id) billed ON billed.period_id = period.id
             WHERE ABS(%(shown)s - time.hours) > 0.000001
                OR ABS(%(shown_late)s - time.late) > 0.000001
                OR (billed.currencies = ARRAY[period.currency_id]) IS NOT FALSE
                   AND ABS(COALESCE(period.amount_invoiced, 0)
                           - COALESCE(billed.amount, 0)) > 0.000001
          ORDER BY period.project_id, period.date_from
            """,
            closed=Period._closed_sql("period"),
            due=Period._due_sql(SQL("IN (SELECT id FROM of_scope)")),
            shown=shown["hours"]("period", "due"),
            shown_late=shown["late_hours"]("period", "due"),
            **self._get_terms(scope),
        )
        yield Period._name, texts, query

    @api.model
    def _get_checks_of_sums(self, scope):
        """Sums of time, lines and items, each counted anew in one query."""
        _ = self.env._
        texts = {
            "time_rows": _(
                "The hours that lists show of %(record)s are not those of its time."
            ),
            "live_lines": _(
                "%(record)s is not invoiced, or not sent, as its invoice lines are."
            ),
            "line_billed": _("%(line)s counts other time than it bills."),
            "item_billed": _(
                "%(item)s continues another quantity than its invoices bill."
            ),
        }
        for model, found in self._find_time_rows(scope).items():
            yield model, texts, found
        yield "project.billing.period", texts, self._find_live_lines(scope)
        yield "account.move.line", texts, self._find_line_sums(scope)
        yield "sale.order.line", texts, self._find_item_sums(scope)

    @api.model
    def _find_time_rows(self, scope):
        """The rows of ``project.billing.time``, and where entries say that they are
        counted: periods, or projects for time in none.

        :return: dict, model to list of what :meth:`_tell` takes
        """
        there = self._place_scope_sql(scope, SQL("entry.billing_period_id"))
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(counted)s
                SELECT COALESCE(counted.project_id, time.project_id),
                       COALESCE(counted.period_id, time.period_id)
                  FROM counted
             FULL JOIN (SELECT * FROM project_billing_time time
                         WHERE project_id IN %(projects)s AND %(kept_there)s) time
                    ON %(same_key)s
                 WHERE %(differs)s
                 UNION
                SELECT entry.project_id, entry.billing_period_id
                  FROM %(rows)s
                 WHERE entry.project_id IN %(projects)s
                   AND %(there)s
                   AND entry.counted_in IS DISTINCT FROM CONCAT_WS(
                       '/', entry.project_id, COALESCE(entry.billing_period_id, 0),
                       COALESCE(entry.employee_id, 0))
              ORDER BY 1, 2
                """,
                counted=self.env["project.billing.time"]._counted_sql(
                    SQL(
                        """
                        SELECT DISTINCT project_id, COALESCE(billing_period_id, 0),
                               COALESCE(employee_id, 0)
                          FROM %(rows)s
                         WHERE project_id IN %(projects)s AND %(there)s
                        """,
                        there=there,
                        **self._get_terms(scope),
                    ),
                    among=SQL(
                        "entry.project_id IN %s AND %s",
                        tuple(scope.projects.ids),
                        there,
                    ),
                ),
                there=there,
                kept_there=self._place_scope_sql(scope, SQL("time.period_id")),
                same_key=SQL(" AND ").join(
                    SQL(
                        "COALESCE(%s, 0) = COALESCE(%s, 0)",
                        SQL.identifier("counted", name),
                        SQL.identifier("time", name),
                    )
                    for name in KEY
                ),
                differs=SQL(" OR ").join(map(self._differs_sql, COUNTS)),
                **self._get_terms(scope),
            )
        )
        found = {"project.project": [], "project.billing.period": []}
        for project_id, period_id in rows:
            model = "project.billing.period" if period_id else "project.project"
            found[model].append({"id": period_id or project_id, "kind": "time_rows"})
        return found

    @api.model
    def _place_scope_sql(self, scope, period):
        """Time stands in a period of the scope, or in none."""
        if not scope.date_from and not scope.date_to:
            return SQL("TRUE")
        return SQL(
            "(%s IS NULL OR %s IN (SELECT id FROM project_billing_period period"
            " WHERE %s))",
            period,
            period,
            self._period_scope_sql(scope),
        )

    @api.model
    def _differs_sql(self, name):
        """Whether a column is another in ``counted`` and ``time``; a row that is
        missing on one side counts nothing."""
        counted, kept = (SQL.identifier(alias, name) for alias in ("counted", "time"))
        if name.endswith("_day"):
            return SQL("%s IS DISTINCT FROM %s", counted, kept)
        if name == "is_waiting":
            return SQL("%s IS TRUE <> (%s IS TRUE)", counted, kept)
        return SQL("ABS(COALESCE(%s, 0) - COALESCE(%s, 0)) > 1e-9", counted, kept)

    @api.model
    def _find_live_lines(self, scope):
        """By which a period is invoiced and sent."""
        Period = self.env["project.billing.period"]
        return SQL(
            """
            SELECT period.id, 'live_lines' AS kind
              FROM project_billing_period period
         LEFT JOIN (%(counted)s) counted ON counted.period_id = period.id
             WHERE %(periods)s AND (%(differs)s)
          ORDER BY period.project_id, period.date_from
            """,
            counted=Period._counted_live_lines_sql(SQL("IS NOT NULL")),
            differs=SQL(" OR ").join(
                SQL(
                    "COALESCE(%s, 0) <> COALESCE(%s, 0)",
                    SQL.identifier("counted", name),
                    Period._column("period", name),
                )
                for name in Period._get_live_line_conditions()
            ),
            **self._get_terms(scope),
        )

    @api.model
    def _find_line_sums(self, scope):
        """Number and hours of the entries on each line of the projects."""
        return SQL(
            """
            SELECT line.id, 'line_billed' AS kind
              FROM account_move_line line
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS entries, COALESCE(SUM(%(hours)s), 0) AS hours
                     FROM %(rows)s
                    WHERE entry.invoice_line_id = line.id) time
             WHERE line.id IN (%(ids)s)
               AND (COALESCE(line.billed_count, 0) <> time.entries
                    OR ABS(COALESCE(line.billed_hours, 0) - time.hours) > 1e-6)
          ORDER BY line.id
            """,
            ids=self._line_scope_sql(scope._replace(date_from=None, date_to=None)),
            **self._get_terms(scope),
        )

    @api.model
    def _find_item_sums(self, scope):
        """What sales order items know of all that was billed of them."""
        return SQL(
            """
            SELECT item.id, 'item_billed' AS kind
              FROM sale_order_line item
              JOIN uom_uom item_unit ON item_unit.id = item.product_uom_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(SUM(line.billed_hours), 0) AS hours,
                          COALESCE(SUM(%(made)s) FILTER (WHERE %(live)s), 0) AS made
                     FROM %(item_lines)s
                    WHERE rel.order_line_id = item.id) billed
             WHERE item.id IN %(item_ids)s
               AND (ABS(COALESCE(item.made_quantity, 0) - billed.made) > 1e-6
                    OR ABS(COALESCE(item.billed_quantity, 0)
                           - billed.hours * %(hour)s / item_unit.factor) > 1e-6)
          ORDER BY item.id
            """,
            hour=self._get_hour_factor(),
            **self._get_terms(scope),
        )
