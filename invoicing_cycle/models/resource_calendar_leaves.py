from odoo import api, models

from ..tools.billing_calendar import add_days

#: What decides which days a leave frees, and of whom.
LEAVE_FIELDS = frozenset(
    {"calendar_id", "company_id", "date_from", "date_to", "resource_id", "time_type"}
)


class ResourceCalendarLeaves(models.Model):
    """Leave frees days: who is away at the end of a period need not lock them."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._get_required_persons()._refresh_last_work_day()
        return leaves

    def write(self, vals):
        if LEAVE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        required = self._get_required_persons()
        result = super().write(vals)
        (required | self._get_required_persons())._refresh_last_work_day()
        return result

    def unlink(self):
        required = self._get_required_persons()
        result = super().unlink()
        required._refresh_last_work_day()
        return result

    def _get_required_persons(self):
        """Rows of ``project.billing.period.required`` that these leaves touch."""
        # sudo: whoever enters leave need not see the periods that it touches
        Required = self.env["project.billing.period.required"].sudo()
        if not self:
            return Required
        # Leave is kept in UTC: a day more at both ends covers every time zone.
        domain = [
            (
                "period_id.date_from",
                "<=",
                add_days(max(self.mapped("date_to")).date(), 1),
            ),
            "|",
            ("period_id.date_to", "=", False),
            (
                "period_id.date_to",
                ">=",
                add_days(min(self.mapped("date_from")).date(), -1),
            ),
        ]
        # Without a resource it is a public holiday, for everybody.
        if all(leave.resource_id for leave in self):
            domain.append(("employee_id.resource_id", "in", self.resource_id.ids))
        return Required.with_context(active_test=False).search(domain)
