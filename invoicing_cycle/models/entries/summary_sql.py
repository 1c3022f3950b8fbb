from odoo import api, models
from odoo.tools import SQL

from .summary import TOUCHED

#: What tells rows apart: all time of one period, person, item and department.
KEY = ("project_id", "period_id", "employee_id", "so_line_id", "department_id")

#: What is counted of the time of a row. ``own`` tells of an entry whether it waits to
#: be billed, is billed by its own period or late; ``owed`` whether that needs a lock
#: and an approval.
COUNTS = {
    "total_count": "COUNT(*)",
    "entry_count": "COUNT(*) FILTER (WHERE own.waiting)",
    "is_waiting": "COALESCE(BOOL_OR(own.waiting), FALSE)",
    "hours": "SUM(own.hours) FILTER (WHERE own.waiting)",
    "late_hours": "SUM(own.hours) FILTER (WHERE own.waiting AND own.late)",
    "first_day": "MIN(entry.date) FILTER (WHERE owed.waiting AND NOT owed.sent_back)",
    "last_day": "MAX(entry.date) FILTER (WHERE owed.waiting AND NOT owed.sent_back)",
    "sent_back_count": "COUNT(*) FILTER (WHERE owed.waiting AND owed.sent_back)",
    "unapproved_hours": "SUM(own.hours)"
    " FILTER (WHERE owed.waiting AND NOT owed.approved)",
    "unapproved_last_day": "MAX(entry.date)"
    " FILTER (WHERE owed.waiting AND NOT owed.approved)",
    "billed_hours": "SUM(own.hours) FILTER (WHERE own.billed)",
    "billed_late_hours": "SUM(own.hours) FILTER (WHERE own.billed AND own.late)",
    "unbilled_count": "COUNT(*) FILTER (WHERE own.unbilled)",
    "uninvoiced_hours": "SUM(own.hours) FILTER (WHERE own.unbilled AND own.by_time)",
    "held_hours": "SUM(own.hours) FILTER (WHERE own.held)",
}

#: What is counted where there is no time, by the ending of a name; 0 by default.
NOTHING = {"day": SQL("NULL::date"), "waiting": SQL("FALSE")}


class ProjectBillingTime(models.Model):
    """Counts the rows: one statement for any number of keys and entries."""

    _inherit = "project.billing.time"

    @api.model
    def _take_touched_sql(self):
        """What was touched, which whoever asks for has to count.

        No more than was touched: PostgreSQL plans this with each saved entry, and that
        takes longer than the counting.

        :return: (query for (project id, period id or 0, employee id or 0), whether any
            of them may be without a period)
        """
        data = self.env.cr.precommit.data
        touched = data.get(TOUCHED)
        keys, projects, periods = touched or ((), (), ())
        if touched:
            data[TOUCHED] = tuple(set() for _kind in touched)
        parts = [
            SQL(
                "SELECT * FROM UNNEST(%s::int[], %s::int[], %s::int[])",
                *([key[place] for key in keys] for place in range(3)),
            )
        ]
        if projects:
            parts.append(
                SQL(
                    "SELECT project_id, COALESCE(billing_period_id, 0),"
                    "       COALESCE(employee_id, 0)"
                    "  FROM %s"
                    " WHERE project_id = ANY(%s)",
                    self.env["account.analytic.line"]._all_rows_sql("entry"),
                    list(projects),
                )
            )
        if projects or periods:
            parts.append(
                SQL(
                    "SELECT project_id, COALESCE(period_id, 0),"
                    "       COALESCE(employee_id, 0)"
                    "  FROM project_billing_time"
                    " WHERE project_id = ANY(%s) OR period_id = ANY(%s)",
                    list(projects),
                    list(periods),
                )
            )
        return SQL(" UNION ").join(parts), bool(
            projects or any(not period_id for _project, period_id, _employee in keys)
        )

    @api.model
    def _counting_sql(self):
        """What counts all that was touched anew, as the first part of a statement.

        Entries must be flushed.
        """
        names = SQL(", ").join(map(SQL.identifier, (*KEY, *COUNTS)))
        return SQL(
            """
            %(counted)s,
            known AS (
                SELECT time.*
                  FROM touched
                  JOIN project_billing_time time
                    ON time.project_id = touched.project_id
                   AND COALESCE(time.period_id, 0) = touched.period_id
                   AND COALESCE(time.employee_id, 0) = touched.employee_id),
            saved AS (
                INSERT INTO project_billing_time (%(names)s, counted_on)
                SELECT *, NOW() AT TIME ZONE 'UTC'
                  FROM (SELECT %(names)s FROM counted
                         UNION ALL
                        SELECT %(key)s, %(nothing)s
                          -- Hashed, as no comparison of columns that may be empty is.
                          FROM (SELECT %(key)s FROM known
                                EXCEPT
                                SELECT %(key)s FROM counted) AS gone) AS row
              ORDER BY %(key)s
           ON CONFLICT (project_id, COALESCE(period_id, 0), COALESCE(employee_id, 0),
                        COALESCE(so_line_id, 0), COALESCE(department_id, 0))
             DO UPDATE SET %(values)s, counted_on = EXCLUDED.counted_on)
            """,
            counted=self._counted_sql(*self._take_touched_sql()),
            names=names,
            key=SQL(", ").join(map(SQL.identifier, KEY)),
            nothing=SQL(", ").join(
                NOTHING.get(name.rpartition("_")[2], SQL("0")) for name in COUNTS
            ),
            values=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                for name in COUNTS
            ),
        )

    @api.model
    def _counted_sql(self, keys, without_period=True, among=None):
        """The rows ``counted`` of some keys, as the first part of a statement.

        :param SQL keys: query for (project id, period id or 0, employee id or 0)
        :param bool without_period: whether any of them may have no period
        :param SQL among: what all time of these keys fulfils, as a condition on
            ``entry``: of many keys PostgreSQL knows little, and sorts all time there is
        """
        self.env["project.billing.period"].flush_model(
            ["project_id", "date_from", "date_to"]
        )
        return SQL(
            """
            touched AS MATERIALIZED (
                SELECT key.project_id, key.period_id, key.employee_id,
                       period.date_from, period.date_to, %(billable)s AS billable
                  FROM (%(keys)s) AS key (project_id, period_id, employee_id)
                  JOIN project_project project ON project.id = key.project_id
             LEFT JOIN project_billing_period period ON period.id = key.period_id
                 WHERE key.period_id = 0 OR period.id IS NOT NULL),
            -- By itself, so that what is asked of each entry is planned once.
            time AS MATERIALIZED (
                %(entries)s),
            counted AS (%(rows)s)
            """,
            keys=keys,
            billable=self._column("project", "allow_billable", "project.project"),
            # Apart, so that each is found by its own index.
            entries=SQL(" UNION ALL ").join(
                SQL(
                    """
                    SELECT entry.*, touched.date_from, touched.date_to, touched.billable
                      FROM touched
                      JOIN %s
                        ON %s
                       AND COALESCE(entry.employee_id, 0) = touched.employee_id
                       AND entry.project_id = touched.project_id
                       AND %s
                    """,
                    self.env["account.analytic.line"]._all_rows_sql("entry"),
                    is_there,
                    among or SQL("TRUE"),
                )
                for is_there in (
                    SQL("entry.billing_period_id = touched.period_id"),
                    SQL("touched.period_id = 0 AND entry.billing_period_id IS NULL"),
                )[: 1 + without_period]
            ),
            rows=self._get_rows_sql(),
        )

    @api.model
    def _get_rows_sql(self):
        """The rows of the entries ``time``, each with what it needs of its key."""
        Entry = self.env["account.analytic.line"]
        return SQL(
            """
            SELECT entry.project_id,
                   entry.billing_period_id AS period_id,
                   entry.employee_id,
                   entry.so_line AS so_line_id,
                   entry.department_id,
                   %(counts)s
              FROM time entry
         LEFT JOIN account_move_line line ON line.id = entry.invoice_line_id
        CROSS JOIN LATERAL (
                   SELECT %(hours)s AS hours,
                          %(waiting)s AS waiting,
                          entry.invoice_line_id IS NULL
                          AND entry.timesheet_invoice_id IS NULL
                          AND entry.billing_hold <> 'write_off'
                          AND NOT %(before)s
                          AND (entry.so_line IS NOT NULL OR entry.unit_amount <> 0
                               OR COALESCE(entry.billing_hours, 0) <> 0)
                              AS unbilled,
                          entry.so_line IS NULL
                          OR entry.timesheet_invoice_type = 'billable_time' AS by_time,
                          entry.billing_hold = 'hold' AND NOT %(before)s AS held,
                          line.billing_period_id = entry.billing_period_id AS billed,
                          entry.date < entry.date_from
                          OR entry.date > entry.date_to AS late
                    -- Once for each entry, however many sums ask for it.
                   OFFSET 0) own
        CROSS JOIN LATERAL (
                   SELECT own.waiting AND NOT %(billed)s AS waiting,
                          entry.sent_back IS TRUE AS sent_back,
                          %(approved)s AS approved
                   OFFSET 0) owed
             WHERE entry.so_line IS NOT NULL OR entry.billable
          GROUP BY 1, 2, 3, 4, 5
            """,
            counts=SQL(", ").join(
                SQL("%s AS %s", self._without_noise_sql(name), SQL.identifier(name))
                for name in COUNTS
            ),
            hours=Entry._hours_to_bill_sql("entry"),
            waiting=Entry._waiting_for_billing_sql("entry"),
            billed=Entry._billed_sql("entry"),
            approved=Entry._approval_given_sql("entry"),
            before=Entry._before_cutover_sql("entry"),
        )

    @api.model
    def _without_noise_sql(self, name):
        """What is counted; sums of hours do not depend on the order of the entries."""
        count = SQL(COUNTS[name])
        if not name.endswith("hours"):
            return count
        return SQL("ROUND(COALESCE(%s, 0)::numeric, 12)::float8", count)
