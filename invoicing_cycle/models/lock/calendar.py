from collections import defaultdict
from datetime import datetime, timedelta

import pytz

from odoo import models
from odoo.tools.date_utils import float_to_time
from odoo.tools.intervals import Intervals

from ...tools.work_days import EVERY_DAY, rota_place, without

DAY = timedelta(days=1)


#: Intervals carry records; ours carry none.
NOTHING = frozenset()


class ResourceCalendar(models.Model):
    """The days of a calendar, by arithmetic: Odoo lists them one by one."""

    _inherit = "resource.calendar"

    def _get_work_stretches(self, start, stop, resources):
        """The days on which some people work by this calendar, less leave.

        :param datetime start: from when leave counts
        :param datetime stop: up to when
        :param dict resources: resource to its [(first day, last day)] by this calendar
        :return: list of (resource, stretches of ``tools.work_days.WorkDays``)
        """
        hours = self._get_rota_hours()
        rota = tuple(map(bool, hours)) if hours else EVERY_DAY
        people = self.env["resource.resource"].union(*resources)
        leave = self._get_leave(start, stop, people)
        return [
            (
                resource,
                without(
                    [(*span, rota) for span in spans],
                    _days_off(leave[resource], resource.tz, hours),
                ),
            )
            for resource, spans in resources.items()
        ]

    def _get_leave(self, start, stop, resources):
        """When people who work by this calendar are off, in one query.

        As ``_leave_intervals_batch``, but that looks at the leave of each for each, and
        knows no day of leave that ends with the calendar of all time.

        :param datetime start: from when, in UTC as leave is kept
        :param datetime stop: up to when
        :return: dict, resource to ``Intervals``
        """
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            [
                ("time_type", "=", "leave"),
                # A person's own leave, also of when the schedule was another one.
                "|",
                ("resource_id", "in", resources.ids),
                "&",
                ("resource_id", "=", False),
                ("calendar_id", "in", [False, *self.ids]),
                ("date_from", "<=", stop),
                ("date_to", ">=", start),
            ],
            ["resource_id", "company_id", "date_from", "date_to"],
        )
        own = leaves.grouped("resource_id")
        public = own.get(resources.browse(), leaves.browse()).grouped("company_id")
        return {
            resource: Intervals(
                (max(leave.date_from, start), min(leave.date_to, stop), NOTHING)
                for leaves in (own.get(resource), public.get(resource.company_id))
                for leave in leaves or ()
            )
            for resource in resources
        }

    def _get_rota_hours(self):
        """The hours of work on each of the 14 days of ``tools/work_days.py``.

        :return: 14 lists of (hour, hour); none where any day may be one of work
        """
        if not self or self.flexible_hours:
            return None
        hours = [[] for _day in EVERY_DAY]
        for attendance in self._get_global_attendances():
            for week in (0, 1):
                if not self.two_weeks_calendar or week == int(attendance.week_type):
                    hours[int(attendance.dayofweek) + 7 * week].append(
                        (attendance.hour_from, attendance.hour_to)
                    )
        return hours


def _days_off(leave, zone, hours):
    """The days that leave takes off.

    :param leave: ``Intervals``, merged
    :param zone: name of the person's time zone
    :param hours: as of ``_get_rota_hours``: a day on which some are left is none
    :return: list of (first day, last day), in order
    """
    zone = pytz.timezone(zone or "UTC")
    days_off, edges = [], defaultdict(list)
    for begin, end, _records in leave:
        begin = pytz.utc.localize(begin).astimezone(zone)
        end = pytz.utc.localize(end).astimezone(zone)
        # The end is outside of it.
        first, last = begin.date(), (end - timedelta(microseconds=1)).date()
        if hours is None:
            days_off.append((first, last))
            continue
        for day in {first, last}:
            edges[day].append((begin, end, NOTHING))
        if (last - first).days > 1:
            days_off.append((first + DAY, last - DAY))
    days_off += [
        (day, day)
        for day, around in edges.items()
        if not _work_on(day, zone, hours) - Intervals(around)
    ]
    return sorted(days_off)


def _work_on(day, zone, hours):
    return Intervals(
        (
            zone.localize(datetime.combine(day, float_to_time(begin))),
            zone.localize(datetime.combine(day, float_to_time(end))),
            NOTHING,
        )
        for begin, end in hours[rota_place(day)]
    )
