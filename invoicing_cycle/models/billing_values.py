from odoo import api, models


class CheckedFirst:
    """Checks values before anything else looks at them.

    Odoo's own code and ours compare and look up values of these models before they come
    to the ORM. So this file is loaded after all others that extend them.
    """

    # As Odoo's models have it.
    __slots__ = ()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_billing_values(vals)
        return super().write(vals)


class AccountAnalyticLine(CheckedFirst, models.Model):
    _inherit = "account.analytic.line"


class ProjectBillingPeriod(CheckedFirst, models.Model):
    _inherit = "project.billing.period"


class ProjectProject(CheckedFirst, models.Model):
    _inherit = "project.project"


class SaleOrderLine(CheckedFirst, models.Model):
    _inherit = "sale.order.line"


class ProjectSaleLineEmployeeMap(models.Model):
    _name = "project.sale.line.employee.map"
    _inherit = ["project.sale.line.employee.map", "billing.values.mixin"]
