from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_expense_project(self):
        """The project of re-invoiced expenses that name none: that of this order, else
        the only one that is billed by it."""
        self.ensure_one()
        billable = (self.project_id | self.project_ids).filtered(
            lambda project: project.allow_billable and not project.is_template
        )
        if self.project_id in billable:
            return self.project_id
        projects = billable.filtered("active") or billable
        return projects if len(projects) == 1 else projects.browse()
