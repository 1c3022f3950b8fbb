import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
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

        Whoever is required for such a period is locked up to its end, and so is who has
        left and has time in it. A timesheet in
        which something is missing that stops a lock is left to its person. One person
        who fails keeps nobody else from being locked.
        """
        days = self._get_automatic_lock_days()
        employees = self.browse(days)
        remaining = len(employees)
        for ids in split_every(BATCH, employees.ids, list):
            self.browse(ids)._lock_automatically_apart(days)
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
        Required, Entry = "project.billing.period.required", "account.analytic.line"
        locked_until = self._timesheet_locked_until_sql("employee")
        query = SQL(
            """
            SELECT employee.id, MAX(%(date_to)s)
              FROM (SELECT %(period)s, %(employee)s, TRUE
                      FROM project_billing_period_required required
                     WHERE %(expected)s
                     UNION
                    SELECT %(entry_period)s, %(entry_employee)s, FALSE
                      FROM account_analytic_line entry
                      JOIN hr_employee author ON author.id = %(entry_employee)s
                     WHERE NOT %(has_not_left)s AND %(entry_line)s IS NULL
                   ) AS owing (period_id, employee_id, is_active)
              JOIN project_billing_period period ON period.id = owing.period_id
              JOIN res_company company ON company.id = %(company)s
              JOIN hr_employee employee ON employee.id = owing.employee_id
             WHERE %(automatic)s AND %(active)s = owing.is_active
               -- Not a sum: days of any number are no date.
               AND %(today)s - %(date_to)s > %(after_days)s
               AND (%(locked_until)s IS NULL OR %(locked_until)s < %(date_to)s)
          GROUP BY employee.id
            """,
            date_to=column("period", "date_to"),
            company=column("period", "company_id"),
            period=column("required", "period_id", Required),
            employee=column("required", "employee_id", Required),
            expected=column("required", "expected", Required),
            entry_period=column("entry", "billing_period_id", Entry),
            entry_employee=column("entry", "employee_id", Entry),
            entry_line=column("entry", "invoice_line_id", Entry),
            has_not_left=column("author", "active", "hr.employee"),
            active=column("employee", "active", "hr.employee"),
            automatic=column("company", "timesheet_lock_automatic", "res.company"),
            after_days=column("company", "timesheet_lock_after_days", "res.company"),
            locked_until=locked_until,
            today=self.env["project.billing.period"]._today_sql(SQL("company.id")),
        )
        return dict(self.env.execute_query(query))

    def _lock_automatically_apart(self, days):
        """Lock these people, else those of them that can be.

        :param dict days: employee id to ``datetime.date``
        """
        try:
            with self.env.cr.savepoint():
                self._lock_automatically(days)
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - named below, person by person
            _logger.info("Locking the timesheets of %s failed: %s", self, error)
        for person in self:
            try:
                with self.env.cr.savepoint():
                    person._lock_automatically(days)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception(
                    "Locking the timesheet of %s (%s) failed", person.name, person
                )

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
