from odoo import api, models
from odoo.tools import SQL

from ..billing.kinds.share import NOISE


class BillingProof(models.AbstractModel):
    """Periods do not overlap, and are in the currency of their item or invoices.

    Fixed amounts, those of retainers too, are billed once and as they are agreed.
    Shares of a sales order item bill no more than all of it, each as much as it says.
    Time of a retainer draws on the hours of exactly one of its periods.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        _, scope = self.env._, proof.scope
        texts = {
            "period_overlap": _("%(period)s overlaps another period of its project."),
            "period_currency": _(
                "%(period)s is in another currency than its sales order item or its "
                "invoices."
            ),
            "period_unknown": _(
                "%(period)s gets no time: its project does not know that it has "
                "periods."
            ),
            "period_cutover": _(
                "%(period)s takes time by another cut-over than its project and "
                "company say."
            ),
            "fixed_twice": _(
                "The fixed amount of %(period)s is billed on %(count)s lines."
            ),
            "fixed_amount": _(
                "%(line)s was made with another amount than the fixed one of "
                "%(period)s."
            ),
            "shares": _(
                "The shares of %(item)s that are billed add up to %(total)s %%."
            ),
            "share_amount": _(
                "%(period)s is to bill another amount than its share of %(item)s."
            ),
            "retainer": {
                "several": _(
                    "%(entry)s draws on the hours of %(count)s periods of the retainer."
                ),
                "none": _(
                    "%(entry)s is time of the retainer, but draws on the hours of none "
                    "of its periods."
                ),
            },
        }
        yield from super()._get_checks(proof)
        yield "project.billing.period", texts, self._find_wrong_periods(scope)
        yield "account.move.line", texts, self._find_fixed_amounts(scope)
        yield "sale.order.line", texts, self._find_shares(scope)
        yield "project.billing.period", texts, self._find_share_amounts(scope)
        yield "account.analytic.line", texts, self._find_drawn_wrongly(scope)

    @api.model
    def _find_wrong_periods(self, scope):
        """Periods that contradict others, their item, their lines or their project."""
        return SQL(
            """
            SELECT period.id, finding.kind, fixed.count
              FROM project_billing_period period
              JOIN project_project project ON project.id = period.project_id
              JOIN res_company company ON company.id = period.company_id
         LEFT JOIN res_company biller ON biller.id = project.billing_company_id
         LEFT JOIN sale_order_line item ON item.id = period.sale_line_id
         LEFT JOIN sale_order_line sold ON sold.id = project.sale_line_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*)
                     FROM %(lines)s
                    WHERE line.billing_period_id = period.id
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
                           WHERE entry.invoice_line_id = line.id)) fixed
        CROSS JOIN LATERAL (VALUES
                   ('fixed_twice', fixed.count > 1),
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
                    period.fixed_amount > 0 AND item.currency_id <> period.currency_id
                    OR COALESCE(period.currency_id NOT IN (
                           company.currency_id,
                           COALESCE(item.currency_id, company.currency_id),
                           COALESCE(sold.currency_id, company.currency_id)), TRUE)
                       AND NOT EXISTS (
                           SELECT 1
                             FROM account_move_line line
                            WHERE line.billing_period_id = period.id
                              AND line.currency_id = period.currency_id)),
                   ('period_cutover',
                    project.billing_cutover IS DISTINCT FROM COALESCE(
                        project.billing_cutover_date, biller.billing_cutover_date)),
                   ('period_unknown', project.has_billing_periods IS NOT TRUE)
                   ) AS finding (kind, found)
             WHERE %(periods)s AND finding.found
          ORDER BY period.project_id, period.date_from, finding.kind
            """,
            **self._get_terms(scope),
        )

    @api.model
    def _find_fixed_amounts(self, scope):
        """Lines that bill another amount than that of their period, in one query.

        What a person changed on the invoice is a write-up or write-down.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM project_billing_period period
                  JOIN %(lines)s ON %(fixed)s
                 WHERE %(periods)s
              ORDER BY line.id
                """,
                **self._get_terms(scope),
            )
        )
        lines = self.env["account.move.line"].browse(line_id for (line_id,) in rows)
        wrong = lines.filtered(lambda line: not line._is_amount_of_period())
        return [{"id": line.id, "kind": "fixed_amount"} for line in wrong]

    @api.model
    def _find_shares(self, scope):
        """Items of which more than all is billed by shares.

        With the shares of other projects: an order is right as a whole.
        """
        return SQL(
            """
            SELECT period.sale_line_id AS id, 'shares' AS kind,
                   SUM(period.fixed_share) AS total
              FROM project_billing_period period
             WHERE period.fixed_share > 0
               AND period.sale_line_id IN (
                   SELECT period.sale_line_id
                     FROM project_billing_period period
                    WHERE %(periods)s)
               AND EXISTS (SELECT 1 FROM %(lines)s WHERE %(fixed)s)
          GROUP BY period.sale_line_id
            HAVING SUM(period.fixed_share) > 100 + %(share_noise)s
          ORDER BY period.sale_line_id
            """,
            share_noise=NOISE,
            **self._get_terms(scope),
        )

    @api.model
    def _find_share_amounts(self, scope):
        """Shares of an item that bill another amount, or are to, in one query.

        What is billed is compared with what its item was worth then.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT period.id, 'share_amount' AS kind, billed.value
                  FROM project_billing_period period
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS lines,
                              MIN((line.made_with->'source'->>'price')::float
                                  * (line.made_with->'source'->>'ordered')::float
                                  * (1 - (line.made_with->'source'->>'discount')::float
                                         / 100)) AS value
                         FROM %(lines)s
                        WHERE %(fixed)s
                          AND line.made_with->'source' IS NOT NULL
                          AND %(excluded)s) billed
                 WHERE %(periods)s
                   AND period.fixed_share > 0
                   AND period.sale_line_id IS NOT NULL
                   AND period.skip_reason IS NULL
                   AND (billed.lines > 0 OR NOT EXISTS (
                        SELECT 1
                          FROM account_move_line line
                         WHERE line.billing_period_id = period.id))
                """,
                **self._get_terms(scope),
            )
        )
        wrong = []
        periods = self.env["project.billing.period"].browse(row["id"] for row in rows)
        for period, row in zip(periods, rows, strict=True):
            item, value = period.sale_line_id, row["value"]
            if value is None:
                value = item._get_untaxed_amount(item.product_uom_qty)
            # The running total is rounded: one share is off by its last digit.
            off = period.fixed_amount - value * period.fixed_share / 100
            if abs(off) > 1.01 * item.currency_id.rounding:
                wrong.append(row)
        return wrong

    @api.model
    def _find_drawn_wrongly(self, scope):
        """Time between two periods of its retainer that draws on none of them, or on
        several."""
        return SQL(
            """
            SELECT entry.id, 'retainer' AS kind, drawn.count,
                   CASE drawn.count WHEN 0 THEN 'none' ELSE 'several' END AS variant
              FROM %(rows)s
              JOIN project_project project ON project.id = entry.project_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) FILTER (
                              WHERE entry.date BETWEEN period.date_from AND COALESCE(
                                        period.date_to, 'infinity'::date)) AS count,
                          MIN(period.date_from) AS date_from,
                          MAX(COALESCE(period.date_to, 'infinity'::date)) AS date_to
                     FROM project_billing_period period
                    WHERE period.project_id = entry.project_id
                      AND period.is_retainer
                      AND period.sale_line_id = entry.so_line) drawn
             WHERE %(scope)s
               AND entry.so_line = project.billing_retainer_line_id
               AND entry.billing_hold = 'bill'
               AND entry.date BETWEEN drawn.date_from AND drawn.date_to
               AND (drawn.count > 1 OR drawn.count = 0 AND NOT %(before)s)
          ORDER BY entry.project_id, entry.date, entry.id
            """,
            **self._get_terms(scope),
            # A cut-over may leave days between what was billed and what follows.
            before=self._before_sql("entry.project_id", "entry.date"),
        )
