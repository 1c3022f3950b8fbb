from odoo import api, models

from ..tools.billing_calendar import add_days

#: What decides which days a leave frees, and of whom.
LEAVE_FIELDS = frozenset(
    {"calendar_id", "company_id", "date_from", "date_to", "resource_id", "time_type"}
)


class ResourceCalendarLeaves(models.Model):
    """Leave frees days: who is away at the end of a period need not lock them.

    Public holidays free everybody. Leave of one person is what Odoo makes it: everybody
    may enter the own, and what was approved Odoo enters as the superuser for whoever
    approved it.
    """

    _name = "resource.calendar.leaves"
    _inherit = ["resource.calendar.leaves", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | LEAVE_FIELDS

    def _filtered_decided(self):
        public = self.filtered(lambda leave: not leave.resource_id)
        used = public.calendar_id._filtered_decided()
        return public.filtered(
            lambda leave: not leave.calendar_id or leave.calendar_id in used
        )

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        if self.env.su:
            leaves._check_may_decide("create")
        leaves._get_required_persons()._refresh_last_work_day()
        return leaves

    def write(self, vals):
        if LEAVE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        personal = self - self._filtered_decided() if self.env.su else self.browse()
        required = self._get_required_persons()
        result = super().write(vals)
        personal._check_may_decide("write")
        (required | self._get_required_persons())._refresh_last_work_day()
        return result

    def unlink(self):
        required = self._get_required_persons()
        result = super().unlink()
        required._refresh_last_work_day()
        return result

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")

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
