from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.tools import SQL


class HrEmployee(models.Model):
    """The days on which people work, and what their coming and going means."""

    _inherit = "hr.employee"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._get_required_periods()._sync_required()
        return result

    def _get_required_periods(self):
        """The periods for which these persons may have to lock, in one query."""
        # sudo: whoever archives a person need not see the projects
        Period = self.env["project.billing.period"].sudo()
        if not self:
            return Period
        self.env["account.analytic.line"].flush_model(["project_id", "employee_id"])
        self.env["project.sale.line.employee.map"].flush_model()
        query = SQL(
            """
            SELECT p.id
              FROM project_billing_period p
             WHERE p.project_id IN (
                   SELECT project_id FROM account_analytic_line
                    WHERE employee_id IN %(ids)s AND project_id IS NOT NULL
                    UNION
                   SELECT project_id FROM project_sale_line_employee_map
                    WHERE employee_id IN %(ids)s)
            """,
            ids=tuple(self.ids),
        )
        return Period.browse(row[0] for row in self.env.execute_query(query))

    def _get_days_of_work(self, first, last):
        """The days on which these persons work, less leave and public holidays.

        A flexible schedule says nothing about days: any day may be one of work.

        :param date first: first day to look at
        :param date last: last day to look at
        :return: dict, employee id to set of ``datetime.date`` in the person's time zone
        """
        # A day more at both ends, because days do not begin everywhere at once.
        start = pytz.utc.localize(datetime.combine(first - timedelta(days=1), time.min))
        stop = pytz.utc.localize(datetime.combine(last + timedelta(days=1), time.max))
        resources = self.resource_id
        flexible = resources.filtered(lambda resource: resource._is_flexible())
        intervals = {}
        if fixed := resources - flexible:
            intervals.update(fixed._get_valid_work_intervals(start, stop)[0])
        if flexible:
            intervals.update(
                flexible._get_flexible_resource_valid_work_intervals(start, stop)[0]
            )
        days = {}
        for employee in self:
            timezone = pytz.timezone(employee.resource_id.tz or "UTC")
            days[employee.id] = {
                day
                for begin, end, _attendance in intervals.get(
                    employee.resource_id.id, ()
                )
                for day in _days_between(
                    begin.astimezone(timezone), end.astimezone(timezone)
                )
                if first <= day <= last
            }
        return days


def _days_between(begin, end):
    """Days that a stretch of time touches; its end is outside of it."""
    first, last = begin.date(), (end - timedelta(microseconds=1)).date()
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
