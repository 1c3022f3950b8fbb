from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.billing_calendar import add_days


class OpenDays(NamedTuple):
    """How many working days a required person has not locked yet."""

    id: int
    period_id: int
    employee_id: int
    count: int


class ProjectBillingPeriodRequired(models.Model):
    """The working days of a period that a person has not locked yet."""

    _inherit = "project.billing.period.required"

    @api.depends(
        "period_id.date_from",
        "period_id.date_to",
        "employee_id.resource_id.tz",
        "employee_id.version_ids.resource_calendar_id.two_weeks_calendar",
        "employee_id.version_ids.resource_calendar_id.flexible_hours",
        "employee_id.version_ids.resource_calendar_id.attendance_ids.dayofweek",
        "employee_id.version_ids.resource_calendar_id.attendance_ids.week_type",
        "employee_id.version_ids.resource_calendar_id.attendance_ids.day_period",
        "employee_id.version_ids.resource_calendar_id.attendance_ids.hour_from",
        "employee_id.version_ids.resource_calendar_id.attendance_ids.hour_to",
        "employee_id.version_ids.resource_calendar_id",
        "employee_id.version_ids.contract_date_start",
        "employee_id.version_ids.contract_date_end",
        "employee_id.version_ids.active",
        "employee_id.version_ids.date_version",
        "employee_id.version_ids.departure_date",
    )
    def _compute_last_work_day(self):
        # Leave refreshes it by itself, see lock/work_days.py. Of a period without an
        # end it is the day on which this was last asked: such a period is not due.
        days = self._get_work_days()
        for row in self:
            row.last_work_day = row in days and days[row].last(*row._get_span())
            row.is_away = not row.last_work_day

    @api.model
    def _owing_persons_sql(self, of_all=True):
        """Who owes a day in which period.

        :param bool of_all: whether all are asked for, and not some periods
        :return: query for ``id`` of the requirement, ``period_id``, ``employee_id``
        """
        # Of all periods, person by person: what is after the lock stands together in
        # the index, and PostgreSQL knows not how little that is. So those whose day is
        # not counted yet are asked for apart.
        return SQL(
            """
            SELECT required.id, required.period_id, required.employee_id
              FROM hr_employee person
        CROSS JOIN LATERAL (
                   SELECT required.id, %(period)s, %(employee)s
                     FROM project_billing_period_required required
                    WHERE %(employee)s = person.id
                      AND %(expected)s
                      AND %(last_work_day)s > %(locked_until)s
                          %(fence)s) required
         UNION ALL
            SELECT required.id, %(period)s, %(employee)s
              FROM project_billing_period_required required
              JOIN project_billing_period period ON period.id = %(period)s
              JOIN hr_employee person ON person.id = %(employee)s
             WHERE %(last_work_day)s IS NULL AND %(owes)s
            """,
            employee=self._column("required", "employee_id"),
            period=self._column("required", "period_id"),
            expected=self._expected_sql("required", "person"),
            last_work_day=self._column("required", "last_work_day"),
            locked_until=self._locked_until_sql("person"),
            owes=self._owes_day_sql("required", "period", "person"),
            fence=SQL("OFFSET 0") if of_all else SQL(),
        )

    @api.model
    def _owes_day_sql(self, required, period, person):
        """A day of work of a required person is not locked.

        :param str required: alias of this table; the others of period and person
        """
        return SQL(
            "(%s AND COALESCE(%s, %s) > %s)",
            self._expected_sql(required, person),
            self._column(required, "last_work_day"),
            self._column(period, "date_to", "project.billing.period"),
            self._locked_until_sql(person),
        )

    @api.model
    def _expected_sql(self, required, person):
        return SQL(
            "(%s AND %s AND %s IS NOT TRUE)",
            self._column(required, "expected"),
            self._column(person, "active", "hr.employee"),
            self._column(required, "is_away"),
        )

    @api.model
    def _locked_until_sql(self, person):
        return SQL(
            "COALESCE(%s, '-infinity'::date)",
            self.env["hr.employee"]._timesheet_locked_until_sql(person),
        )

    @api.model
    def _count_work_days(self, employees=None):
        """Work out the last day of work of who became required meanwhile.

        Who saves time need not wait for that: it matters when the person locks.

        :param employees: ``hr.employee``, all by default
        """
        domain = Domain("last_work_day", "=", False) & Domain("is_away", "=", False)
        if employees is not None:
            domain &= Domain("employee_id", "in", employees.ids)
        # sudo: on which days people work does not depend on who asks
        self.sudo().search(domain)._refresh_last_work_day()

    def _refresh_last_work_day(self):
        """Leave was entered, moved or taken back for these persons."""
        for name in ("last_work_day", "is_away"):
            self.env.add_to_compute(self._fields[name], self)
        self.modified(["last_work_day"])

    @api.model
    def _count_open_days(self, name, ids):
        """Number of working days, less leave, that required persons have not locked
        yet, in a fixed number of queries.

        :param str name: ``id`` or ``period_id``
        :param ids: the values of that field to look for
        :return: list of :class:`OpenDays`, only of those with any
        """
        if not ids:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT required.id, period.id, person.id,
                       %(date_from)s, %(date_to)s, %(locked_until)s
                  FROM project_billing_period_required required
                  JOIN project_billing_period period ON period.id = %(period)s
                  JOIN hr_employee person ON person.id = %(employee)s
                 WHERE %(field)s IN %(ids)s
                   AND %(date_from)s IS NOT NULL
                   AND (%(owes)s
                        -- Without an end it grows day by day.
                        OR %(date_to)s IS NULL AND %(expected)s AND %(active)s)
                """,
                date_from=self._column("period", "date_from", "project.billing.period"),
                date_to=self._column("period", "date_to", "project.billing.period"),
                locked_until=self.env["hr.employee"]._timesheet_locked_until_sql(
                    "person"
                ),
                period=self._column("required", "period_id"),
                employee=self._column("required", "employee_id"),
                field=self._column("required", name),
                ids=tuple(ids),
                owes=self._owes_day_sql("required", "period", "person"),
                expected=self._column("required", "expected"),
                active=self._column("person", "active", "hr.employee"),
            )
        )
        # sudo: calendars and leave only as far as the days that they leave open
        people = self.env["hr.employee"].sudo().browse({row[2] for row in rows})
        today = {person.id: person._get_today() for person in people}
        spans = []
        for row_id, period_id, person, start, end, locked_until in rows:
            end = end or today[person]
            if locked_until and locked_until >= end:
                continue
            if locked_until:
                start = max(start, add_days(locked_until, 1))
            if start <= end:
                spans.append((row_id, period_id, person, start, end))
        if not spans:
            return []
        days = people._get_days_of_work(
            min(span[3] for span in spans), max(span[4] for span in spans)
        )
        return [
            OpenDays(row_id, period_id, person, count)
            for row_id, period_id, person, start, end in spans
            if (count := days[person].count(start, end))
        ]

    def _get_span(self):
        """First and last day of the period; up to today where it has no end."""
        period = self.period_id
        return period.date_from, period.date_to or self.employee_id._get_today()

    def _get_work_days(self):
        """The days on which each person works, less leave: those of the period, and
        others too.

        :return: dict, row to ``tools.work_days.WorkDays``
        """
        rows = self.filtered(lambda row: row.period_id.date_from and row.employee_id)
        if not rows:
            return {}
        spans = [row._get_span() for row in rows]
        # sudo: calendars and leave only as far as the days that they leave open
        days = rows.employee_id.sudo()._get_days_of_work(
            min(span[0] for span in spans), max(span[1] for span in spans)
        )
        return {row: days[row.employee_id.id] for row in rows}
