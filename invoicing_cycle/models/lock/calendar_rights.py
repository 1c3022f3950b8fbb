from odoo import api, models


class ResourceCalendar(models.Model):
    """By the days of a calendar goes who owes time: officers for employees set them.

    A calendar by which nobody works decides nothing. Odoo gives such a one to each new
    company, for whoever makes that.
    """

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "active",
            "attendance_ids",
            "attendance_ids_1st_week",
            "attendance_ids_2nd_week",
            "company_id",
            "flexible_hours",
            "global_leave_ids",
            "hours_per_day",
            "leave_ids",
            "schedule_type",
            "two_weeks_calendar",
            "tz",
        }

    def _filtered_decided(self):
        used = set()
        for model, name in (
            ("hr.version", "resource_calendar_id"),
            ("resource.resource", "calendar_id"),
        ):
            # sudo: whether anybody works by a calendar, not who
            groups = (
                self.env[model]
                .sudo()
                .with_context(active_test=False)
                ._read_group([(name, "in", self.ids)], [name])
            )
            used.update(calendar.id for [calendar] in groups)
        return self.filtered(lambda calendar: calendar.id in used)

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")


class ResourceCalendarAttendance(models.Model):
    """The hours of a calendar are a part of it."""

    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "billing.deciding.mixin"]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "calendar_id",
            "day_period",
            "dayofweek",
            "display_type",
            "duration_hours",
            "hour_from",
            "hour_to",
            "week_type",
        }

    @api.model_create_multi
    def create(self, vals_list):
        hours = super().create(vals_list)
        if self.env.su:
            hours._check_may_decide("create")
        return hours

    def write(self, vals):
        result = super().write(vals)
        if self.env.su and "calendar_id" in vals:
            self._check_may_decide("write")
        return result

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")

    def _check_may_decide(self, operation):
        # EXTENDS billing.deciding.mixin
        self.calendar_id._check_may_decide("write")
