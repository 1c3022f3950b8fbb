from odoo import api, fields, models

from ..tools.billing_calendar import add_days
from ..tools.bounds import LOCK_DAYS_AHEAD


class TimesheetLock(models.TransientModel):
    """Choosing many people at once; whom exactly is seen before it is done."""

    _inherit = "timesheet.lock"

    scope = fields.Selection(
        [
            ("chosen", "Chosen people"),
            ("department", "A department"),
            ("all", "Everybody"),
            ("complete", "Everybody whose time is complete"),
        ],
        string="Whose Time",
        default="chosen",
        required=True,
    )
    department_id = fields.Many2one("hr.department")

    @api.onchange("scope", "department_id", "locked_until")
    def _onchange_scope(self):
        if self.scope == "chosen" or not self.is_for_others:
            return
        domain = self._get_employee_domain()
        if self.scope == "department":
            domain += [("department_id", "child_of", self.department_id.ids)]
        # sudo: consultants' managers cannot read hr.employee; see the domain
        employees = self.env["hr.employee"].sudo().search(domain)
        if self.scope == "complete":
            today = fields.Date.context_today(self)
            # Nobody is complete a year ahead.
            day = min(self.locked_until or today, add_days(today, LOCK_DAYS_AHEAD))
            gaps = employees._get_timesheet_gaps(day)
            employees = employees.filtered(
                lambda employee: (
                    not gaps[employee.id].empty_days and not gaps[employee.id].entries
                )
            )
        self.employee_ids = employees.ids
