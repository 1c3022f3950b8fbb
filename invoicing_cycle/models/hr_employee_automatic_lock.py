import logging

from odoo import api, fields, models
from odoo.tools import SQL, split_every

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
        column = self.env["project.billing.period"]._column
        Required = "project.billing.period.required"
        locked_until = self._timesheet_locked_until_sql("employee")
        query = SQL(
            """
            SELECT employee.id, MAX(%(date_to)s)
              FROM project_billing_period_required required
              JOIN project_billing_period period ON period.id = %(period)s
              JOIN res_company company ON company.id = %(company)s
              JOIN hr_employee employee ON employee.id = %(employee)s
             WHERE %(automatic)s AND %(expected)s AND %(active)s
               -- Not a sum: days of any number are no date.
               AND %(today)s::date - %(date_to)s > %(after_days)s
               AND (%(locked_until)s IS NULL OR %(locked_until)s < %(date_to)s)
          GROUP BY employee.id
            """,
            date_to=column("period", "date_to"),
            company=column("period", "company_id"),
            period=column("required", "period_id", Required),
            employee=column("required", "employee_id", Required),
            expected=column("required", "expected", Required),
            active=column("employee", "active", "hr.employee"),
            automatic=column("company", "timesheet_lock_automatic", "res.company"),
            after_days=column("company", "timesheet_lock_after_days", "res.company"),
            locked_until=locked_until,
            today=fields.Date.context_today(self),
        )
        return dict(self.env.execute_query(query))

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
