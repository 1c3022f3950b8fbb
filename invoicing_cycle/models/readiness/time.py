from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL


class ProjectBillingTime(models.Model):
    """What of the time that waits to be billed is open or pending approval, in SQL.

    For a row ``time`` of a period, with its ``person`` and its ``period``. Told by the
    row alone, but for a person whose lock falls between the days of a row: there the
    entries of this row are asked.
    """

    _inherit = "project.billing.time"

    @api.model
    def _from_sql(self):
        """The rows with what their conditions need.

        Left joins: PostgreSQL leaves out the periods where no company asks for
        approval, as nothing of them is asked then.
        """
        return SQL(
            """
            %s time
         LEFT JOIN project_billing_period period ON period.id = time.period_id
         LEFT JOIN hr_employee person ON person.id = time.employee_id
            """,
            self._rows_sql(),
        )

    @api.model
    def _lock_sql(self):
        return SQL(
            "COALESCE(%s, '-infinity'::date)",
            self.env["hr.employee"]._timesheet_locked_until_sql("person"),
        )

    @api.model
    def _open_sql(self):
        """Some of it is not locked."""
        return SQL(
            "(time.is_waiting"
            " AND (time.sent_back_count > 0 OR time.last_day > %s) IS TRUE)",
            self._lock_sql(),
        )

    @api.model
    def _unlocked_sql(self):
        """None of it is locked."""
        return SQL("(time.first_day > %s)", self._lock_sql())

    @api.model
    def _unapproved_sql(self):
        """Some of it is not approved and has to be, locked or not."""
        return SQL(
            "(time.unapproved_last_day IS NOT NULL AND %s AND NOT %s)",
            self._approval_needed_sql(SQL("time.unapproved_last_day")),
            self._automatic_sql(),
        )

    @api.model
    def _approval_needed_sql(self, day):
        return self.env["res.company"]._approval_needed_sql(self._company_sql(), day)

    @api.model
    def _automatic_sql(self):
        """The company approves it itself."""
        project, company = SQL("time.project_id"), self._company_sql()
        flow = self.env["timesheet.approval.flow"]._matching_sql(
            project, SQL("time.employee_id"), SQL("time.department_id"), company
        )
        return self.env["res.company"]._automatic_approval_sql(company, project, flow)

    @api.model
    def _company_sql(self):
        return self.env["project.billing.period"]._column("period", "company_id")

    # ----------------------------------------------------------------- hours

    @api.model
    def _open_hours_sql(self):
        """Hours that are not locked, NULL where there are none."""
        return SQL(
            """
            CASE WHEN NOT %(open)s THEN NULL
                 WHEN %(unlocked)s IS NOT FALSE THEN time.hours
                 ELSE %(entries)s
             END
            """,
            open=self._open_sql(),
            unlocked=self._unlocked_sql(),
            entries=self._of_entries_sql("hours", "open"),
        )

    @api.model
    def _pending_hours_sql(self):
        """Hours that are locked and wait for approval, NULL where there are none."""
        return SQL(
            """
            CASE WHEN %(unlocked)s IS NOT FALSE OR NOT %(unapproved)s THEN NULL
                 WHEN %(open)s OR NOT %(all_needed)s THEN %(entries)s
                 ELSE time.unapproved_hours
             END
            """,
            unlocked=self._unlocked_sql(),
            unapproved=self._unapproved_sql(),
            open=self._open_sql(),
            all_needed=self._approval_needed_sql(SQL("time.first_day")),
            entries=self._of_entries_sql("hours", "pending"),
        )

    @api.model
    def _approved_automatically_sql(self):
        """Some of it is locked, and approved by the company's choice alone."""
        return SQL(
            """
            (%(unlocked)s IS FALSE
             AND time.unapproved_last_day IS NOT NULL
             AND %(needed)s
             AND %(automatic)s)
            """,
            unlocked=self._unlocked_sql(),
            needed=self._approval_needed_sql(SQL("time.unapproved_last_day")),
            automatic=self._automatic_sql(),
        )

    @api.model
    def _of_entries_sql(self, what, state):
        """Hours, or the first id, of the entries of ``time`` in an approval state."""
        Entry = self.env["account.analytic.line"]
        return SQL(
            """
            (SELECT %(what)s
               FROM %(rows)s
              WHERE entry.billing_period_id = time.period_id
                -- No lock falls between the days of nobody.
                AND entry.employee_id = time.employee_id
                AND entry.so_line = time.so_line_id
                AND entry.department_id IS NOT DISTINCT FROM time.department_id
                AND entry.invoice_line_id IS NULL
                AND %(state)s = %(value)s)
            """,
            rows=Entry._all_rows_sql("entry"),
            what=SQL("MIN(entry.entry_id)")
            if what == "id"
            else SQL("SUM(%s)", Entry._hours_to_bill_sql("entry")),
            state=Entry._approval_state_sql("entry"),
            value=state,
        )

    # ---------------------------------------------------------------- people

    @api.model
    def _get_hours_by_person(self, periods):
        """What waits in some periods, by person, in one query.

        :param periods: ``project.billing.period``
        :return: dict, period id to {employee id or None: {"open", "pending", "ready":
            hours, "billed": hours, "automatic": whether the company approved any}}
        """
        result = defaultdict(dict)
        if not periods.ids:
            return result
        rows = self.env.execute_query(
            SQL(
                """
                SELECT time.period_id, time.employee_id, SUM(owed.open),
                       SUM(owed.pending),
                       -- Without the noise of floats: it shows where nothing is left.
                       SUM(ROUND((time.hours - owed.open - owed.pending)::numeric, 9)),
                       SUM(time.billed_hours), BOOL_OR(%(automatic)s)
                  FROM %(time)s
            CROSS JOIN LATERAL (
                       SELECT COALESCE(%(open)s, 0) AS open,
                              COALESCE(%(pending)s, 0) AS pending) owed
                 WHERE time.period_id IN %(ids)s
                   AND (time.entry_count > 0 OR time.billed_hours <> 0)
              GROUP BY 1, 2
                """,
                time=self._from_sql(),
                open=self._open_hours_sql(),
                pending=self._pending_hours_sql(),
                automatic=self._approved_automatically_sql(),
                ids=tuple(periods.ids),
            )
        )
        for period_id, employee_id, open_, pending, ready, billed, automatic in rows:
            result[period_id][employee_id] = {
                "open": open_,
                "pending": pending,
                "ready": float(ready),
                "billed": billed,
                "automatic": automatic,
            }
        return result

    @api.model
    def _get_pending_approvers(self, periods):
        """Who may approve what waits for that in some periods, in few queries.

        :param periods: ``project.billing.period``
        :return: dict, (period id, employee id) to ``res.users`` (superuser records);
            by default none
        """
        # sudo: of the entries only the names of those to turn to
        Entry = self.env["account.analytic.line"].sudo()
        rows = ()
        if periods.ids:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT time.period_id, time.employee_id, MIN(%(entry)s)
                      FROM %(time)s
                     WHERE time.period_id IN %(ids)s AND %(pending)s IS NOT NULL
                  GROUP BY 1, 2
                    """,
                    entry=self._of_entries_sql("id", "pending"),
                    time=self._from_sql(),
                    pending=self._pending_hours_sql(),
                    ids=tuple(periods.ids),
                )
            )
        approvers = Entry.browse(row[2] for row in rows)._get_approvers()
        return defaultdict(
            Entry.env["res.users"].browse,
            {(period, person): approvers[entry] for period, person, entry in rows},
        )
