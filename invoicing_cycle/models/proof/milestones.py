from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Milestones are billed once, and agree with the line that bills them.

    Lines that have lost their milestone are in ``proof/line_links.py``, milestones that
    wait in ``proof/waiting.py``.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        """Milestones that contradict their line, in one query."""
        _ = self.env._
        texts = {
            "milestone_line": _(
                "%(milestone)s is billed on a line of %(invoice)s that is cancelled, "
                "credited or of another sales order item."
            ),
            "milestone_unreached": _(
                "%(milestone)s is billed on %(invoice)s, but not reached."
            ),
            "milestone_project": _(
                "%(milestone)s is billed on %(invoice)s, on a line of another project."
            ),
            "milestone_period": _(
                "%(milestone)s is billed on a line of %(invoice)s of another period "
                "than %(period)s."
            ),
            "milestone_day": _(
                "%(milestone)s is billed on %(invoice)s, with %(period)s, but reached "
                "after it."
            ),
            "milestone_unlisted": _(
                "%(milestone)s is billed on a line of %(invoice)s that was not made "
                "from it."
            ),
            "milestone_amount": _(
                "%(milestone)s is billed on %(invoice)s with another amount than the "
                "line was made with."
            ),
        }
        query = SQL(
            """
            SELECT milestone.id, finding.kind
              FROM project_milestone milestone
              JOIN %(lines)s ON line.id = milestone.invoice_line_id
         LEFT JOIN project_billing_period period ON period.id = line.billing_period_id
        CROSS JOIN LATERAL (
                   SELECT SUM(other.billed_amount) AS amount
                     FROM project_milestone other
                    WHERE other.invoice_line_id = line.id) billed
        CROSS JOIN LATERAL (VALUES
                   ('milestone_line',
                    NOT %(live)s OR %(credited)s OR NOT EXISTS (
                        SELECT 1
                          FROM sale_order_line_invoice_rel rel
                         WHERE rel.invoice_line_id = line.id
                           AND rel.order_line_id = milestone.sale_line_id)),
                   ('milestone_unreached', milestone.is_reached IS NOT TRUE),
                   ('milestone_project', period.project_id <> milestone.project_id),
                   ('milestone_period',
                    period.project_id = milestone.project_id
                    AND milestone.billing_period_id IS DISTINCT FROM period.id),
                   ('milestone_day',
                    milestone.billing_period_id = period.id
                    AND milestone.reached_date
                        > COALESCE(period.date_to, 'infinity'::date)),
                   ('milestone_unlisted', NOT EXISTS (
                       SELECT 1
                         FROM invoicing_cycle_line_milestone_rel made
                        WHERE made.move_line_id = line.id
                          AND made.milestone_id = milestone.id)),
                   ('milestone_amount',
                    line.billing_kind = 'milestone'
                    AND line.made_with->>'quantity' IS NOT NULL
                    AND %(excluded)s
                    AND ABS(billed.amount
                            - ABS((line.made_with->>'quantity')::numeric)
                              * line.price_made
                              * (1 - COALESCE(line.discount_made, 0) / 100))
                        > 0.05)) AS finding (kind, found)
             WHERE milestone.project_id IN %(projects)s AND finding.found
          ORDER BY milestone.id, finding.kind
            """,
            **self._get_terms(proof.scope),
        )
        yield from super()._get_checks(proof)
        yield "project.milestone", texts, query
