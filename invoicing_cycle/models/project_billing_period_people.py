from odoo import api, models
from odoo.tools import SQL


class ProjectBillingPeriod(models.Model):
    """Keeps the persons who must have locked, with a fixed number of queries."""

    _inherit = "project.billing.period"

    def _get_with_next(self):
        """These periods and the next one of each project: it requires who was here."""
        if not self:
            return self
        query = SQL(
            """
            SELECT DISTINCT next.id
              FROM project_billing_period p
              JOIN LATERAL (
                   SELECT n.id
                     FROM project_billing_period n
                    WHERE n.project_id = p.project_id AND n.date_from > p.date_from
                 ORDER BY n.date_from
                    LIMIT 1) next ON TRUE
             WHERE p.id IN %s
            """,
            tuple(self.ids),
        )
        self.flush_model(["project_id", "date_from"])
        return self | self.browse(row[0] for row in self.env.execute_query(query))

    def _sync_required(self):
        """Bring the required persons of these periods up to date, in one query.

        Active employees who have time on the project in the period, or in the period
        before, or stand in its rate table; nobody where no time is billed. Rows that
        say "not expected" stay.
        """
        if not self:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH wanted AS MATERIALIZED (%(wanted)s),
                removed AS (
                    DELETE FROM project_billing_period_required required
                     WHERE required.period_id IN %(ids)s AND required.expected
                       AND NOT EXISTS (
                           SELECT 1 FROM wanted
                            WHERE wanted.period_id = required.period_id
                              AND wanted.employee_id = required.employee_id)
                 RETURNING required.id),
                added AS (
                    INSERT INTO project_billing_period_required
                                (period_id, employee_id, expected, create_uid,
                                 create_date, write_uid, write_date)
                    SELECT wanted.period_id, wanted.employee_id, TRUE, %(uid)s,
                           NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
                      FROM wanted
               ON CONFLICT (period_id, employee_id) DO NOTHING
                 RETURNING id)
                SELECT id, FALSE FROM removed UNION ALL SELECT id, TRUE FROM added
                """,
                wanted=self._required_sql(),
                ids=tuple(self.ids),
                uid=self.env.uid,
            )
        )
        if not all(is_added for _id, is_added in rows):
            self.env["project.billing.period.required"].invalidate_model(flush=False)
            self._invalidate_required()
        self._after_required_added([row[0] for row in rows if row[1]])

    @api.model
    def _require_people_of(self, entries):
        """New time makes its person required here and in the next period: one query.

        :param entries: ``account.analytic.line`` that were just created
        """
        self.env.flush_all()
        added = self.env.execute_query(
            SQL(
                """
                INSERT INTO project_billing_period_required
                            (period_id, employee_id, expected, create_uid, create_date,
                             write_uid, write_date)
                SELECT DISTINCT period.id, entry.employee_id, TRUE, %(uid)s,
                       NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM account_analytic_line entry
                  JOIN hr_employee employee
                    ON employee.id = entry.employee_id AND employee.active
                  JOIN project_project project ON project.id = entry.project_id
                  JOIN project_billing_period period
                    ON period.project_id = entry.project_id
                   AND (period.date_to IS NULL OR period.date_to >= entry.date)
                   AND NOT EXISTS (
                       SELECT 1
                         FROM project_billing_period earlier
                        WHERE earlier.project_id = period.project_id
                          AND earlier.date_from < period.date_from
                          AND earlier.date_from > entry.date)
                   AND EXISTS (
                       SELECT 1
                         FROM project_billing_period started
                        WHERE started.project_id = period.project_id
                          AND started.date_from <= entry.date)
                 WHERE entry.id IN %(ids)s AND %(bills_time)s
           ON CONFLICT (period_id, employee_id) DO NOTHING
             RETURNING id
                """,
                uid=self.env.uid,
                ids=tuple(entries.ids),
                bills_time=self._bills_time_sql(),
            )
        )
        self._after_required_added([row[0] for row in added])

    @api.model
    def _after_required_added(self, ids):
        if not ids:
            return
        Required = self.env["project.billing.period.required"]
        self._invalidate_required()
        self.env.add_to_compute(Required._fields["last_work_day"], Required.browse(ids))

    @api.model
    def _invalidate_required(self):
        """Forget what follows from the rows that were changed in SQL."""
        self.invalidate_model(
            ["required_ids", "state", "is_overdue", "readiness"], flush=False
        )

    def _required_sql(self):
        """(period_id, employee_id) of who must have locked for these periods."""
        return SQL(
            """
            WITH spans AS MATERIALIZED (
                SELECT p.id, p.project_id, p.date_to,
                       COALESCE(LAG(p.date_from) OVER before, p.date_from) AS since
                  FROM project_billing_period p
                 WHERE p.project_id IN (
                       SELECT project.id
                         FROM project_project project
                        WHERE project.id IN %(project_ids)s AND %(bills_time)s)
                WINDOW before AS (PARTITION BY p.project_id ORDER BY p.date_from)),
            people AS (
                SELECT span.id AS period_id, entry.employee_id
                  FROM spans span
                  JOIN account_analytic_line entry
                    ON entry.project_id = span.project_id
                   AND entry.date >= span.since
                   AND (span.date_to IS NULL OR entry.date <= span.date_to)
                 WHERE span.id IN %(ids)s
                 UNION
                SELECT span.id, rate.employee_id
                  FROM spans span
                  JOIN project_sale_line_employee_map rate
                    ON rate.project_id = span.project_id
                 WHERE span.id IN %(ids)s)
            SELECT people.period_id, people.employee_id
              FROM people
              JOIN hr_employee employee
                ON employee.id = people.employee_id AND employee.active
            """,
            ids=tuple(self.ids),
            project_ids=tuple(self.project_id.ids),
            bills_time=self._bills_time_sql(),
        )

    @api.model
    def _bills_time_sql(self):
        """Whether ``project`` has a sales order item of delivered time."""
        Project = self.env["project.project"]
        return Project._has_sale_line_sql("project", Project._time_item_sql())
