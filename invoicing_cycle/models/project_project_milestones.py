from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class ProjectProject(models.Model):
    """Reached milestones find their period, as time does."""

    _inherit = "project.project"

    @api.depends(
        "milestone_ids.billing_period_id",
        "milestone_ids.invoice_line_id",
        "milestone_ids.sale_line_id.state",
    )
    def _compute_billing_missing(self):
        return super()._compute_billing_missing()

    def _get_waiting_records(self):
        # sudo: where a milestone is billed does not depend on who may read it
        milestones = (
            self.env["project.milestone"]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("is_reached", "=", True),
                    ("sale_line_id", "!=", False),
                    ("invoice_line_id", "=", False),
                ]
            )
        )
        return [*super()._get_waiting_records(), (milestones, "milestone_ids")]

    def _get_homeless_time(self):
        """EXTENDS: also milestones that no period takes."""
        days = dict(super()._get_homeless_time())
        # sudo: as in _get_waiting_records
        groups = (
            self.env["project.milestone"]
            .sudo()
            ._read_group(
                Domain(
                    [
                        ("project_id", "in", self.ids),
                        ("project_id.has_billing_periods", "=", True),
                        ("billing_period_id", "=", False),
                        ("invoice_line_id", "=", False),
                        ("is_reached", "=", True),
                        ("quantity_percentage", "!=", 0),
                        ("sale_line_id.qty_delivered_method", "=", "milestones"),
                        ("sale_line_id.state", "=", "sale"),
                    ]
                ),
                ["project_id"],
                ["reached_date:max"],
            )
        )
        for project, day in groups:
            days[project] = max(day, days.get(project, day))
        return list(days.items())

    @api.model
    def _homeless_milestone_sql(self, alias):
        """A reached milestone that no period takes."""
        column, Milestone = self._column_sql, "project.milestone"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_milestone milestone
                  JOIN sale_order_line line ON line.id = %(sale_line)s
                 WHERE %(milestone_project)s = %(project)s
                   AND %(is_reached)s
                   AND %(share)s <> 0
                   AND %(method)s = 'milestones'
                   AND %(line_state)s = 'sale'
                   AND %(invoice_line)s IS NULL
                   AND %(period)s IS NULL)
            """,
            sale_line=column("milestone", "sale_line_id", Milestone),
            milestone_project=column("milestone", "project_id", Milestone),
            project=SQL.identifier(alias, "id"),
            is_reached=column("milestone", "is_reached", Milestone),
            share=column("milestone", "quantity_percentage", Milestone),
            method=column("line", "qty_delivered_method", "sale.order.line"),
            line_state=column("line", "state", "sale.order.line"),
            invoice_line=column("milestone", "invoice_line_id", Milestone),
            period=column("milestone", "billing_period_id", Milestone),
        )
