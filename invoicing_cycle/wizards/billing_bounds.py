from odoo import api, fields, models

from ..tools import bounds


class ProjectBillingSchedule(models.TransientModel):
    _name = "project.billing.schedule"
    _inherit = ["project.billing.schedule", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        return {**super()._get_bounds(), **self.env["project.project"]._get_bounds()}


class AccountMoveFreeform(models.TransientModel):
    _name = "account.move.freeform"
    _inherit = ["account.move.freeform", "billing.bounds.mixin"]

    @api.model
    def _get_bounds(self):
        days = bounds.billing_days(fields.Date.context_today(self))
        return {**super()._get_bounds(), "invoice_date": days}
