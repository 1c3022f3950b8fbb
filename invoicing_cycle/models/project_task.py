from odoo import api, fields, models

#: What may give a task another sales order item.
RATE_FIELDS = frozenset(
    {"milestone_id", "parent_id", "partner_id", "project_id", "sale_line_id"}
)


class ProjectTask(models.Model):
    """A task's own rate may be what makes its project bill time."""

    _inherit = "project.task"

    # A task shows what was worked on it: parts are no time of their own.
    timesheet_ids = fields.One2many(
        domain=lambda self: (
            [("part_of_id", "=", False)]
            if self.env.user._is_internal()
            # Customers in the portal may not ask for that field: parts have no hours.
            else [("unit_amount", "!=", 0)]
        )
    )

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks._get_projects_rated_otherwise()._follow_rates()
        return tasks

    def write(self, vals):
        if RATE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        projects = self._get_projects_rated_otherwise()
        result = super().write(vals)
        projects |= self._get_projects_rated_otherwise()
        projects._follow_rates()
        return result

    def _get_projects_rated_otherwise(self):
        """Projects with billing periods of these tasks that have another sales order
        item."""
        # sudo: who must have locked follows from the rates, not from their author
        tasks = self.sudo().filtered(
            lambda task: (
                task.project_id.has_billing_periods
                and task.sale_line_id
                and task.sale_line_id != task.project_id.sale_line_id
            )
        )
        return tasks.project_id
