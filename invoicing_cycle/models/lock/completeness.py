from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.billing_calendar import add_days
from ...tools.bounds import YEARS_BACK, years_from

#: How far back a timesheet that was never locked is looked at, in days.
LOOK_BACK = 92


class Gaps(NamedTuple):
    """What is missing in a stretch of somebody's timesheet."""

    #: ``datetime.date`` of working days without time, in order
    empty_days: list
    #: ``account.analytic.line`` without a task or a description (superuser records)
    entries: models.BaseModel


class HrEmployee(models.Model):
    """Whether a timesheet is complete: the question before it is locked."""

    _inherit = "hr.employee"

    def _get_timesheet_gaps(self, day):
        """What is missing in these people's timesheets, since their last lock.

        Working days are those of the person's calendar less leave. Who has left owes
        none after the last one with time. For a fixed number of queries.

        :param date day: up to and including this day
        :return: dict, employee id to :class:`Gaps`
        """
        # sudo: time and calendars only as far as what is missing in them
        employees = self.sudo()
        first_days = employees._get_first_unlocked_days(day)
        start = min(first_days.values(), default=day)
        work_days = employees._get_days_of_work(start, day)
        # By the days of each: whoever locked last years ago brings in only own time.
        unlocked = Domain.OR(
            Domain("employee_id", "in", people.ids) & Domain("date", ">=", first)
            for first, people in self.grouped(lambda e: first_days[e.id]).items()
        )
        # sudo: as above, also those of projects that the asker cannot see
        entries = self.env["account.analytic.line"].sudo()
        entries = entries.search(
            unlocked & Domain("project_id", "!=", False) & Domain("date", "<=", day),
            order="date, id",
        )
        entries.fetch(["employee_id", "date", "task_id", "name"])
        by_employee = defaultdict(entries.browse)
        for employee, lines in entries.grouped("employee_id").items():
            by_employee[employee.id] = lines
        gaps = {}
        for employee in employees:
            first = first_days[employee.id]
            lines = by_employee[employee.id]
            logged = set(lines.mapped("date"))
            last = day if employee.active else max(logged, default=date.min)
            gaps[employee.id] = Gaps(
                [
                    work_day
                    for work_day in work_days[employee.id].between(first, last)
                    if work_day not in logged
                ],
                lines.filtered(lambda line: line._is_incomplete()),
            )
        return gaps

    def _get_first_unlocked_days(self, day):
        """From which day on each timesheet is open.

        For one that was never locked: the first day with time, at most three months
        back, and without any the first day of the company's cycle.

        :return: dict, employee id to ``datetime.date``
        """
        never = self.filtered(lambda employee: not employee.timesheet_locked_until)
        earliest = add_days(day, -LOOK_BACK)
        groups = self.env["account.analytic.line"]._read_group(
            [
                ("employee_id", "in", never.ids),
                ("project_id", "!=", False),
                ("date", ">=", earliest),
            ],
            ["employee_id"],
            ["date:min"],
        )
        first_days = {
            employee.id: employee.company_id._get_billing_cycle(day)[0]
            for employee in never
        }
        first_days.update((employee.id, first) for employee, first in groups)
        # Nobody looks through more than may be billed.
        oldest = years_from(day, -YEARS_BACK)
        for employee in self - never:
            first = add_days(employee.timesheet_locked_until, 1)
            first_days[employee.id] = max(first, oldest)
        return first_days

    def _filtered_open(self):
        """Those with time that waits for an invoice and is not locked."""
        groups = self.env["account.analytic.line"]._read_group(
            [
                ("employee_id", "in", self.ids),
                ("billing_period_id", "!=", False),
                ("invoice_line_id", "=", False),
                ("approval_state", "=", "open"),
            ],
            ["employee_id"],
        )
        return self & self.browse().union(*(employee for [employee] in groups))

    @api.model
    def get_my_timesheet_status(self):
        """Up to which day the own timesheet is locked, and complete.

        :return: False for a user without an employee, else a dict of
            ``locked_until`` (ISO date or False), ``complete_until`` (ISO date or False:
            the day before the first working day without time, today when none is
            missing), ``empty_days`` (number of working days without time up to today)
        """
        # sudo: the own employee, which hr keeps from most users
        employee = self.env.user.sudo().employee_ids.filtered(
            lambda employee: employee.company_id == self.env.company
        )[:1]
        if not employee:
            return False
        today = fields.Date.context_today(self)
        empty_days = employee._get_timesheet_gaps(today)[employee.id].empty_days
        # Who has not logged today yet is not late.
        empty_days = [day for day in empty_days if day != today]
        complete = add_days(empty_days[0], -1) if empty_days else today
        locked = employee.timesheet_locked_until
        return {
            "locked_until": fields.Date.to_string(locked) or False,
            "complete_until": fields.Date.to_string(max(complete, locked or complete)),
            "empty_days": len(empty_days),
        }


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def _is_incomplete(self):
        """Whether a task or a description is missing."""
        self.ensure_one()
        # hr_timesheet writes a slash for an empty description.
        return not self.task_id or (self.name or "/").strip() == "/"
