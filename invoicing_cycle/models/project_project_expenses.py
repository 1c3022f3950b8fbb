from odoo import api, models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """Gives re-invoiced expenses that found no project another chance."""

    _inherit = "project.project"

    @api.model_create_multi
    def create(self, vals_list):
        projects = super().create(vals_list)
        projects.filtered("allow_billable")._find_expenses_anew()
        return projects

    def write(self, vals):
        # Before, because Odoo takes names out of the values on its way.
        changed = not self._get_expense_fields().isdisjoint(vals)
        result = super().write(vals)
        if changed:
            self._find_expenses_anew()
        return result

    @api.model
    def _get_expense_fields(self):
        """Fields that decide which re-invoiced expenses a project takes."""
        return {
            "account_id",
            "active",
            "allow_billable",
            "is_template",
            "reinvoiced_sale_order_id",
            "sale_line_id",
        }

    def _find_expenses_anew(self):
        """Let expenses without a project, and those of these, find theirs.

        The others stay: what was worked and spent on the only project of an order does
        not become unknown by a second one.
        """
        # sudo: where an expense belongs does not depend on who changes the project
        expenses = (
            self.env["hr.expense"]
            .sudo()
            .search(
                Domain("sale_order_id", "!=", False)
                & Domain("billing_project_id", "in", [*self.ids, False])
            )
        )
        expenses._find_project_anew()
