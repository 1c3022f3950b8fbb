from odoo import fields, models


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    timesheet_locked_until = fields.Date(readonly=True)
