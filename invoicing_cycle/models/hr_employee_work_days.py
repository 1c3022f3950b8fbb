from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytz

from odoo import models
from odoo.tools import SQL

from ..tools.work_days import WorkDays

#: Time zones need room at the ends of the calendar.
FIRST_DAY, LAST_DAY = date(1, 1, 4), date(9999, 12, 28)
DAY = timedelta(days=1)


class HrEmployee(models.Model):
    """The days on which people work, and what their coming and going means."""

    _inherit = "hr.employee"

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

        A flexible schedule says nothing about days: any day may be one of work. What
        this costs grows with calendars, persons and leave, not with the days.

        :param date first: first day to look at
        :param date last: last day to look at
        :return: dict, employee id to ``tools.work_days.WorkDays``, by the days of the
            person's time zone
        """
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        stretches = defaultdict(list)
        if first <= last:
            # A day more at both ends, because days do not begin everywhere at once.
            start = datetime.combine(first - DAY, time.min)
            stop = datetime.combine(last + DAY, time.max)
            for calendar, resources in self._get_calendar_stretches(start, stop):
                for resource, days in calendar._get_work_stretches(
                    start, stop, resources
                ):
                    stretches[resource.id] += days
        return {
            employee.id: WorkDays(stretches[employee.resource_id.id])
            for employee in self
        }

    def _get_calendar_stretches(self, start, stop):
        """By which calendar each of these persons works, and when.

        :return: items of a dict, calendar (none: any day) to {resource: [(first day,
            last day)]}
        """
        by_calendar = defaultdict(lambda: defaultdict(list))
        # sudo: contracts and leave, only as far as the days that they leave open
        resources = self.sudo().resource_id
        validity = resources._get_calendars_validity_within_period(
            pytz.utc.localize(start), pytz.utc.localize(stop)
        )
        for resource in resources:
            zone = pytz.timezone(resource.tz or "UTC")
            flexible = resource._is_flexible()
            for calendar, intervals in validity[resource.id].items():
                # Odoo takes the company's calendar for whoever has none.
                calendar = resource.calendar_id if flexible else calendar
                by_calendar[calendar][resource] += [
                    (begin.astimezone(zone).date(), end.astimezone(zone).date())
                    for begin, end, _records in intervals
                ]
        return by_calendar.items()
