import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

#: People between two commits.
BATCH = 200


class HrEmployee(models.Model):
    """Locks by the calendar, where the company wants them."""

    _inherit = "hr.employee"

    @api.model
    def _cron_lock_timesheets(self):
        """Lock the time of billing periods that ended some days ago.

        Whoever is required for such a period is locked up to its end. A timesheet in
        which something is missing that stops a lock is left to its person.
        """
        days = self._get_automatic_lock_days()
        employees = self.browse(days)
        remaining = len(employees)
        for ids in split_every(BATCH, employees.ids, list):
            batch = self.browse(ids)
            batch._lock_automatically({id_: days[id_] for id_ in ids})
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break

    @api.model
    def _get_automatic_lock_days(self):
        """Up to which day people are to be locked now.

        :return: dict, employee id to ``datetime.date``, only of those who have not
            locked that far
        """
        days = {}
        companies = self.env["res.company"].search(
            [("timesheet_lock_automatic", "=", True)]
        )
        today = fields.Date.context_today(self)
        for company in companies:
            ended = today - timedelta(days=company.timesheet_lock_after_days + 1)
            groups = self.env["project.billing.period.required"]._read_group(
                [
                    ("period_id.company_id", "=", company.id),
                    ("period_id.date_to", "<=", ended),
                    ("expected", "=", True),
                    ("employee_id.active", "=", True),
                ],
                ["employee_id", "period_id"],
            )
            for employee, period in groups:
                locked_until = employee.timesheet_locked_until
                if not locked_until or locked_until < period.date_to:
                    day = days.get(employee.id, period.date_to)
                    days[employee.id] = max(day, period.date_to)
        return days

    def _lock_automatically(self, days):
        """Lock these people, but those whose timesheet lacks something that stops it.

        :param dict days: employee id to ``datetime.date``
        """
        Lock = self.env["timesheet.lock"]
        able = self.browse()
        for day, employees in self.grouped(lambda person: days[person.id]).items():
            texts = Lock._get_gap_texts(employees, day)
            stopped = [person for person, (_text, stop) in texts.items() if stop]
            able |= employees - self.browse().union(*stopped)
            for person in stopped:
                _logger.info("Timesheet of %s not locked: %s", person, texts[person][0])
        able._set_timesheet_locked_until(
            {person.id: days[person.id] for person in able},
            self.env._("Automatically, after the end of the billing period"),
        )
