from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Periods do not overlap, their amounts are those of their items, and what lists
    show of them adds up."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        differences += self._check_periods(scope)
        differences += self._check_share_amounts(scope)
        # Totals follow from the rest, and are wrong with it.
        wrong = {difference.project.id for difference in differences}
        return differences + self._check_period_totals(
            scope._replace(
                projects=scope.projects.filtered(lambda p: p.id not in wrong)
            )
        )

    @api.model
    def _check_periods(self, scope):
        """Periods that contradict others, their item or their project, in one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.id, finding.kind
                  FROM project_billing_period period
                  JOIN project_project project ON project.id = period.project_id
                  JOIN res_company company ON company.id = period.company_id
             LEFT JOIN sale_order_line item ON item.id = period.sale_line_id
             LEFT JOIN sale_order_line sold ON sold.id = project.sale_line_id
            CROSS JOIN LATERAL (VALUES
                       ('period_overlap', EXISTS (
                           SELECT 1
                             FROM project_billing_period other
                            WHERE other.project_id = period.project_id
                              AND other.id <> period.id
                              AND other.date_from
                                  <= COALESCE(period.date_to, 'infinity'::date)
                              AND period.date_from
                                  <= COALESCE(other.date_to, 'infinity'::date))),
                       ('period_currency',
                        period.fixed_amount > 0
                            AND item.currency_id <> period.currency_id
                        OR COALESCE(period.currency_id NOT IN (
                                company.currency_id,
                                COALESCE(item.currency_id, company.currency_id),
                                COALESCE(sold.currency_id, company.currency_id)),
                            TRUE)
                            AND NOT EXISTS (
                                SELECT 1
                                  FROM account_move_line line
                                 WHERE line.billing_period_id = period.id
                                   AND line.currency_id = period.currency_id)),
                       ('period_unknown', project.has_billing_periods IS NOT TRUE)
                       ) AS finding (kind, found)
                 WHERE %s AND finding.found
              ORDER BY period.project_id, period.date_from, finding.kind
                """,
                self._period_scope_sql(scope, "period"),
            )
        )
        _ = self.env._
        periods = self.env["project.billing.period"].browse(row[0] for row in rows)
        return [
            Difference(
                kind,
                {
                    "period_overlap": _(
                        "%(period)s overlaps another period of its project.",
                        period=period.display_name,
                    ),
                    "period_currency": _(
                        "%(period)s is in another currency than its sales order item "
                        "or its invoices.",
                        period=period.display_name,
                    ),
                    "period_unknown": _(
                        "%(period)s gets no time: its project does not know that it "
                        "has periods.",
                        period=period.display_name,
                    ),
                }[kind],
                period,
                period.project_id,
            )
            for period, (_id, kind) in zip(periods, rows, strict=True)
        ]

    @api.model
    def _check_share_amounts(self, scope):
        """Shares of an item that bill another amount, or are to, in one query.

        What is billed is compared with what its item was worth then.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.id,
                       (SELECT MIN((line.made_with->'source'->>'price')::float
                                   * (line.made_with->'source'->>'ordered')::float
                                   * (1 - (line.made_with->'source'->>'discount')::float
                                          / 100))
                          FROM account_move_line line
                          JOIN account_move invoice ON invoice.id = line.move_id
                         WHERE %(fixed)s
                           AND line.made_with->'source' IS NOT NULL
                           AND %(excluded)s)
                  FROM project_billing_period period
                 WHERE %(periods)s
                   AND period.fixed_share > 0
                   AND period.sale_line_id IS NOT NULL
                   AND period.skip_reason IS NULL
                   AND (EXISTS (
                            SELECT 1
                              FROM account_move_line line
                              JOIN account_move invoice ON invoice.id = line.move_id
                             WHERE %(fixed)s
                               AND line.made_with->'source' IS NOT NULL
                               AND %(excluded)s)
                        OR NOT EXISTS (
                            SELECT 1
                              FROM account_move_line line
                             WHERE line.billing_period_id = period.id))
                """,
                periods=self._period_scope_sql(scope, "period"),
                fixed=self._get_fixed_line_sql("period"),
                excluded=self._tax_excluded_sql(),
            )
        )
        periods = self.env["project.billing.period"].browse(row[0] for row in rows)
        differences = []
        for period, (_id, value) in zip(periods, rows, strict=True):
            item = period.sale_line_id
            if value is None:
                value = item._get_untaxed_amount(item.product_uom_qty)
            # The running total is rounded: one share is off by its last digit.
            off = period.fixed_amount - value * period.fixed_share / 100
            if abs(off) > 1.01 * item.currency_id.rounding:
                text = self.env._(
                    "%(period)s is to bill another amount than its share of %(item)s.",
                    period=period.display_name,
                    item=item.display_name,
                )
                differences.append(
                    Difference("share_amount", text, period, period.project_id)
                )
        return differences

    @api.model
    def _check_period_totals(self, scope):
        """Hours and invoiced amounts that lists show, counted anew in one query.

        Amounts in several currencies are left out.
        """
        if not scope.projects:
            return []
        Period = self.env["project.billing.period"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.id, time.hours, time.late, billed.amount
                  FROM project_billing_period period
            CROSS JOIN LATERAL (SELECT %(closed)s AS closed) is_
            CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(%(hours)s), 0) AS hours,
                              COALESCE(SUM(%(hours)s) FILTER (
                                  WHERE entry.date < period.date_from
                                     OR entry.date > period.date_to), 0) AS late
                         FROM %(rows)s
                    LEFT JOIN account_move_line line
                           ON line.id = entry.invoice_line_id
                        WHERE entry.billing_period_id = period.id
                          AND (line.id IS NULL
                               OR is_.closed AND line.billing_period_id = period.id)
                       ) time
            CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(-part.amount_currency), 0) AS amount,
                              COALESCE(BOOL_AND(
                                  part.currency_id = period.currency_id), TRUE) AS same
                         FROM account_move_line part
                    LEFT JOIN account_move_line original
                           ON original.id = part.credited_line_id
                        WHERE (part.billing_period_id = period.id
                               AND part.parent_state <> 'cancel'
                               AND part.billing_kind IS DISTINCT FROM 'down_payment')
                           OR (original.billing_period_id = period.id
                               AND part.parent_state = 'posted'
                               AND original.parent_state <> 'cancel'
                               AND original.billing_kind
                                   IS DISTINCT FROM 'down_payment')) billed
                 WHERE %(periods)s
                   AND (ABS(%(shown)s - time.hours) > 0.000001
                        OR ABS(%(shown_late)s - time.late) > 0.000001
                        OR billed.same AND ABS(COALESCE(period.amount_invoiced, 0)
                                               - billed.amount) > 0.000001)
              ORDER BY period.project_id, period.date_from
                """,
                rows=self._all_rows_sql(),
                closed=Period._closed_sql("period"),
                hours=self._hours_sql(),
                shown=Period._field_to_sql("period", "hours"),
                shown_late=Period._field_to_sql("period", "late_hours"),
                periods=self._period_scope_sql(scope, "period"),
            )
        )
        periods = Period.browse(row[0] for row in rows)
        return [
            Difference(
                "period_totals",
                self.env._(
                    "%(period)s shows other hours or another invoiced amount than its "
                    "time (%(hours)s h, late %(late)s h) and its lines (%(amount)s) "
                    "add up to.",
                    period=period.display_name,
                    hours=self._format_number(hours),
                    late=self._format_number(late),
                    amount=self._format_number(float(amount)),
                ),
                period,
                period.project_id,
            )
            for period, (_id, hours, late, amount) in zip(periods, rows, strict=True)
        ]
