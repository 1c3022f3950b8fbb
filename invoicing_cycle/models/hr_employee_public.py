from odoo import fields, models


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    timesheet_locked_until = fields.Date(readonly=True)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr == "timesheet_locked_until":
            return self.env["hr.employee"]._timesheet_locked_until_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)
