from odoo import models


class HrEmployee(models.Model):
    """A reminder closes by itself when the person owes no time any more."""

    _inherit = "hr.employee"

    def _set_timesheet_locked_until(self, days, reason=None):
        result = super()._set_timesheet_locked_until(days, reason)
        # sudo: whose timesheet it is
        self.env["project.billing.debt"]._close_reminders("lock", self.sudo().user_id)
        return result
