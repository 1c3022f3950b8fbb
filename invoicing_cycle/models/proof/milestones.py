from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Milestones are billed once, by a line that is theirs."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        return [*differences, *self._check_milestones(scope)]

    @api.model
    def _check_milestones(self, scope):
        """Milestones whose line does not bill them, and lines without their milestone,
        in two queries."""
        _, differences = self.env._, []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT milestone.id
                  FROM project_milestone milestone
                  JOIN account_move_line line ON line.id = milestone.invoice_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
                 WHERE milestone.project_id IN %(projects)s
                   AND (NOT %(live)s OR %(credited)s OR NOT EXISTS (
                        SELECT 1
                          FROM sale_order_line_invoice_rel rel
                         WHERE rel.invoice_line_id = line.id
                           AND rel.order_line_id = milestone.sale_line_id))
              ORDER BY milestone.id
                """,
                projects=tuple(scope.projects.ids),
                live=self._live_sql("invoice"),
                credited=self._credited_sql("line"),
            )
        )
        for milestone in self.env["project.milestone"].browse(row[0] for row in rows):
            text = _(
                "The milestone %(milestone)s (%(project)s) is billed on a line of "
                "%(invoice)s that is cancelled, credited or of another sales order "
                "item.",
                milestone=milestone.name,
                project=milestone.project_id.display_name,
                invoice=milestone.invoice_line_id.move_id.display_name,
            )
            differences.append(
                Difference("milestone_line", text, milestone, milestone.project_id)
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_move invoice ON invoice.id = line.move_id
                  JOIN project_billing_period period
                    ON period.id = line.billing_period_id
                 WHERE %(periods)s
                   AND line.billing_kind = 'milestone'
                   AND %(live)s
                   AND NOT %(credited)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM project_milestone milestone
                        WHERE milestone.invoice_line_id = line.id)
              ORDER BY line.id
                """,
                periods=self._period_scope_sql(scope, "period"),
                live=self._live_sql("invoice"),
                credited=self._credited_sql("line"),
            )
        )
        for line in self.env["account.move.line"].browse(row[0] for row in rows):
            text = _(
                "The line %(line)s of %(invoice)s bills a milestone that does not "
                "stand on it.",
                line=(line.name or "").split("\n")[0],
                invoice=line.move_id.display_name,
            )
            differences.append(
                Difference(
                    "milestone_lost", text, line, line.billing_period_id.project_id
                )
            )
        return differences
