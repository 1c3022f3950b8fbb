from collections import defaultdict
from datetime import date, datetime, time, timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.billing_calendar import add_days
from ...tools.work_days import WorkDays

#: Time zones need room at the ends of the calendar.
FIRST_DAY, LAST_DAY = date(1, 1, 4), date(9999, 12, 28)


DAY = timedelta(days=1)


#: What decides which days a leave frees, and of whom.
LEAVE_FIELDS = frozenset(
    {"calendar_id", "company_id", "date_from", "date_to", "resource_id", "time_type"}
)


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
            schedules = self._get_schedules(first - DAY, last + DAY)
            for calendar, resources in schedules.items():
                for resource, days in calendar._get_work_stretches(
                    start, stop, resources
                ):
                    stretches[resource.id] += days
        return {
            employee.id: WorkDays(stretches[employee.resource_id.id])
            for employee in self
        }

    def _get_schedules(self, first, last):
        """By which calendar each of these persons worked, and when, in one query.

        Of people without a contract Odoo knows the calendar of today alone, and of a
        contract it mixes those of all its versions.

        :return: dict, calendar (none: any day) to {resource: [(first day, last day)]}
        """
        # sudo: contracts and departures, only as far as the days that they leave open
        versions = self.env["hr.version"].sudo()
        versions = versions.search([("employee_id", "in", self.ids)])
        schedules = defaultdict(lambda: defaultdict(list))
        for employee, own in versions.grouped("employee_id").items():
            for version, begin, end in own._get_spans():
                begin, end = max(begin, first), min(end, last)
                if begin <= end:
                    calendar = schedules[version.resource_calendar_id]
                    calendar[employee.resource_id].append((begin, end))
        return schedules


class HrVersion(models.Model):
    """When the schedule of each version of an employee holds."""

    _inherit = "hr.version"

    def _get_spans(self):
        """The days on which each version of one person holds.

        It holds until the next one, and within its contract. The first one holds from
        the beginning, also of a person who was entered later. Who has a contract works
        by contracts alone.

        :return: list of (version, first day, last day)
        """
        contracts = self.grouped("contract_date_start")
        if len(contracts) > 1:
            contracts.pop(False, None)
        spans = []
        for start, versions in contracts.items():
            versions = versions.sorted("date_version")
            start = start or date.min
            later = versions[1:].mapped("date_version")
            begins = [start, *(max(start, day) for day in later)]
            ends = [*(add_days(begin, -1) for begin in begins[1:]), date.max]
            for version, begin, end in zip(versions, begins, ends, strict=True):
                left = version.contract_date_end, version.departure_date
                spans.append((version, begin, min([end, *filter(None, left)])))
        return spans


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
