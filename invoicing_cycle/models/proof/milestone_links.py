from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Milestones agree with the line that bills them, or wait where one will."""

    _inherit = "billing.proof"

    @api.model
    def _check_milestones(self, scope):
        return [
            *super()._check_milestones(scope),
            *self._check_milestone_links(scope),
            *self._check_milestones_waiting(scope),
        ]

    @api.model
    def _check_milestone_links(self, scope):
        """Milestones that contradict their line, in one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT milestone.id, finding.kind
                  FROM project_milestone milestone
                  JOIN account_move_line line ON line.id = milestone.invoice_line_id
             LEFT JOIN project_billing_period period
                    ON period.id = line.billing_period_id
            CROSS JOIN LATERAL (
                       SELECT SUM(other.billed_amount) AS amount
                         FROM project_milestone other
                        WHERE other.invoice_line_id = line.id) billed
            CROSS JOIN LATERAL (VALUES
                       ('milestone_unreached', milestone.is_reached IS NOT TRUE),
                       ('milestone_project',
                        period.project_id <> milestone.project_id),
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
                excluded=self._tax_excluded_sql(),
                projects=tuple(scope.projects.ids),
            )
        )
        milestones = self.env["project.milestone"].browse(row[0] for row in rows)
        return [
            Difference(
                kind,
                self._get_milestone_text(kind, milestone),
                milestone,
                milestone.project_id,
            )
            for milestone, (_id, kind) in zip(milestones, rows, strict=True)
        ]

    @api.model
    def _get_milestone_text(self, kind, milestone):
        _, none = self.env._, self.env._("none")
        names = {
            "milestone": milestone.name,
            "project": milestone.project_id.display_name,
            "invoice": milestone.invoice_line_id.move_id.display_name or none,
            "period": milestone.billing_period_id.display_name or none,
        }
        where = _("The milestone %(milestone)s (%(project)s)", **names)
        reason = {
            "milestone_unreached": _(
                "is billed on %(invoice)s, but not reached", **names
            ),
            "milestone_project": _(
                "is billed on %(invoice)s, on a line of another project", **names
            ),
            "milestone_period": _(
                "is billed on a line of %(invoice)s of another period than %(period)s",
                **names,
            ),
            "milestone_day": _(
                "is billed on %(invoice)s, with %(period)s, but reached after it",
                **names,
            ),
            "milestone_unlisted": _(
                "is billed on a line of %(invoice)s that was not made from it", **names
            ),
            "milestone_amount": _(
                "is billed on %(invoice)s with another amount than the line was made "
                "with",
                **names,
            ),
            "no_period": _("is in no period, so nothing bills it"),
            "closed_period": _(
                "waits in %(period)s, which is invoiced or skipped and bills no more",
                **names,
            ),
            "wrong_period": _(
                "waits in %(period)s, but belongs to another period", **names
            ),
            "not_to_be_billed": _(
                "is not to be billed, but stands in %(period)s, which would bill it",
                **names,
            ),
        }[kind]
        return _("%(where)s %(reason)s.", where=where, reason=reason)

    @api.model
    def _check_milestones_waiting(self, scope):
        """Milestones that stand elsewhere than where they will be billed.

        Where they belong is the rule of the allocation, as for time.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT milestone.id, milestone.project_id, milestone.reached_date,
                       milestone.billing_period_id,
                       COALESCE(milestone.is_reached
                                AND milestone.reached_date IS NOT NULL
                                AND milestone.quantity_percentage <> 0
                                AND item.qty_delivered_method = 'milestones'
                                AND item.state = 'sale', FALSE)
                  FROM project_milestone milestone
             LEFT JOIN sale_order_line item ON item.id = milestone.sale_line_id
                 WHERE milestone.project_id IN %s
                   AND milestone.invoice_line_id IS NULL
                   AND (milestone.billing_period_id IS NOT NULL
                        OR milestone.is_reached)
              ORDER BY milestone.id
                """,
                tuple(scope.projects.ids),
            )
        )
        if not rows:
            return []
        Period = self.env["project.billing.period"]
        periods = Period._get_allocation(scope.projects.ids)
        allocators = Period._get_allocators(scope.projects.ids)
        closed = {p.key for values in periods.values() for p in values if p.closed}
        projects = {project.id: project for project in scope.projects}
        differences = []
        for milestone_id, project_id, day, period_id, waits in rows:
            allocator = allocators.get(project_id)
            expected = (waits and allocator and allocator.period_of(day)) or None
            if period_id == expected and (
                expected
                or not waits
                or self._is_day_to_come(projects[project_id], periods[project_id], day)
            ):
                continue
            if not waits:
                kind = "not_to_be_billed"
            elif not period_id:
                kind = "no_period"
            else:
                kind = "closed_period" if period_id in closed else "wrong_period"
            milestone = self.env["project.milestone"].browse(milestone_id)
            differences.append(
                Difference(
                    kind,
                    self._get_milestone_text(kind, milestone),
                    milestone,
                    projects[project_id],
                )
            )
        return differences
