from odoo import api, models
from odoo.tools import SQL

#: What may give a task another sales order item.
RATE_FIELDS = frozenset(
    {"milestone_id", "parent_id", "partner_id", "project_id", "sale_line_id"}
)


class ProjectBillingPeriod(models.Model):
    """Keeps the persons who must have locked, with a fixed number of queries."""

    _inherit = "project.billing.period"

    def _get_with_next(self):
        """These periods and the next one of each project: it requires who was here."""
        if not self.ids:
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
        if self:
            self.env.flush_all()
            self.env["project.billing.time"]._count_touched()
            self._sync_required_of(SQL("SELECT UNNEST(%s)", list(self.ids)))

    @api.model
    def _sync_required_at(self, places, rated=False):
        """Time came, went or was moved: sync the periods around it, in one query.

        :param set places: (project id, employee id, date) of the time
        :param bool rated: its item may be what makes its project bill time, or was
        """
        if places:
            self._flush_people()
            if rated:
                self.env["project.billing.time"]._count_touched()
            self._sync_required_of(
                SQL(
                    "SELECT period.id FROM %s JOIN project_billing_period period ON %s",
                    self._places_sql(places),
                    self._is_near_sql(),
                )
            )

    @api.model
    def _sync_required_of(self, periods_sql):
        """
        :param SQL periods_sql: query for the ids of the periods
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(counting)s,
                affected AS MATERIALIZED (%(periods)s),
                wanted AS MATERIALIZED (%(wanted)s),
                removed AS (
                    DELETE FROM project_billing_period_required required
                     WHERE required.period_id IN (SELECT id FROM affected)
                       AND required.expected
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
                     WHERE NOT EXISTS (
                           SELECT 1
                             FROM project_billing_period_required known
                            WHERE known.period_id = wanted.period_id
                              AND known.employee_id = wanted.employee_id)
               ON CONFLICT (period_id, employee_id) DO NOTHING
                 RETURNING id)
                SELECT NULL FROM removed UNION ALL SELECT id FROM added
                """,
                counting=self.env["project.billing.time"]._counting_sql(),
                periods=SQL("SELECT DISTINCT id FROM (%s) AS period (id)", periods_sql),
                wanted=self._required_sql(),
                uid=self.env.uid,
            )
        )
        if not all(id_ for [id_] in rows):
            self.env["project.billing.period.required"].invalidate_model(flush=False)
        ids = [id_ for [id_] in rows]
        self._after_required_changed(ids, filter(None, ids))

    @api.model
    def _require_people_at(self, places):
        """New time makes its person required here and in the next period: one query,
        and another one where somebody is not yet.

        :param set places: (project id, employee id, date) of the time
        """
        if not places:
            return
        self._flush_people()
        missing = self.env.execute_query(
            SQL(
                """
                WITH %(counting)s
                SELECT DISTINCT period.id, place.employee_id
                  FROM %(places)s
                  JOIN hr_employee employee
                    ON employee.id = place.employee_id AND employee.active
                  JOIN project_billing_period period ON %(is_near)s
                 WHERE NOT EXISTS (
                       SELECT 1
                         FROM project_billing_period_required required
                        WHERE required.period_id = period.id
                          AND required.employee_id = place.employee_id)
                """,
                counting=self.env["project.billing.time"]._counting_sql(),
                places=self._places_sql(places),
                is_near=self._is_near_sql(),
            )
        )
        if missing:
            self._require_people(missing)

    @api.model
    def _require_people(self, missing):
        """
        :param missing: (period id, employee id), required where the project bills time
        """
        added = self.env.execute_query(
            SQL(
                """
                WITH added AS (
                    INSERT INTO project_billing_period_required
                                (period_id, employee_id, expected, create_uid,
                                 create_date, write_uid, write_date)
                    SELECT period.id, missing.employee_id, TRUE, %(uid)s,
                           NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
                      FROM (VALUES %(missing)s) AS missing (period_id, employee_id)
                      JOIN project_billing_period period
                        ON period.id = missing.period_id
                      JOIN project_project project ON project.id = period.project_id
                     WHERE %(bills_time)s
               ON CONFLICT (period_id, employee_id) DO NOTHING
                 RETURNING id, period_id, employee_id)
                SELECT added.id, (%(locked_until)s >= period.date_from) IS TRUE
                  FROM added
                  JOIN project_billing_period period ON period.id = added.period_id
                  JOIN hr_employee person ON person.id = added.employee_id
                """,
                locked_until=self.env["hr.employee"]._timesheet_locked_until_sql(
                    "person"
                ),
                uid=self.env.uid,
                missing=SQL(", ").join(SQL("%s", tuple(row)) for row in missing),
                bills_time=self._bills_time_sql(),
            )
        )
        self._after_required_changed(
            [id_ for id_, _is_locked in added],
            [id_ for id_, is_locked in added if is_locked],
        )

    @api.model
    def _flush_people(self):
        """Flush what decides who must have locked.

        Time as a whole: else what is computed of it later costs another query.
        """
        self.env["account.analytic.line"].flush_model()
        self.env["hr.employee"].flush_model(["active"])
        self.env["project.sale.line.employee.map"].flush_model()
        self.env["project.billing.period.required"].flush_model()
        self.flush_model(["project_id", "date_from", "date_to"])

    @api.model
    def _places_sql(self, places):
        return SQL(
            "(VALUES %s) AS place (project_id, employee_id, day)",
            SQL(", ").join(
                SQL("(%s, %s::integer, %s::date)", *place) for place in places
            ),
        )

    @api.model
    def _is_near_sql(self):
        """``period`` covers the day of ``place``, or is the next one after it.

        Not where the day lies before the first period.
        """
        return SQL(
            """
            period.project_id = place.project_id
            AND (period.date_to IS NULL OR period.date_to >= place.day)
            AND NOT EXISTS (
                SELECT 1
                  FROM project_billing_period earlier
                 WHERE earlier.project_id = period.project_id
                   AND earlier.date_from < period.date_from
                   AND earlier.date_from > place.day)
            AND EXISTS (
                SELECT 1
                  FROM project_billing_period started
                 WHERE started.project_id = period.project_id
                   AND started.date_from <= place.day)
            """
        )

    @api.model
    def _after_required_changed(self, ids, to_count):
        """Rows were changed in SQL: forget what follows from them.

        :param list ids: of those that were added, None for one that was removed
        :param to_count: ids of those whose days of work matter already
        """
        if not ids:
            return
        Required = self.env["project.billing.period.required"]
        Required.browse(to_count)._refresh_last_work_day()
        self.invalidate_model(
            ["required_ids", "state", "is_overdue", "readiness"], flush=False
        )

    @api.model
    def _required_sql(self):
        """(period_id, employee_id) of who must have locked for ``affected`` periods."""
        return SQL(
            """
            WITH spans AS MATERIALIZED (
                SELECT p.id, p.project_id, p.date_to,
                       COALESCE(LAG(p.date_from) OVER before, p.date_from) AS since
                  FROM project_billing_period p
                 WHERE p.project_id IN (
                       SELECT project.id
                         FROM project_billing_period period
                         JOIN project_project project ON project.id = period.project_id
                        WHERE period.id IN (SELECT id FROM affected) AND %(bills_time)s)
                WINDOW before AS (PARTITION BY p.project_id ORDER BY p.date_from)),
            people AS (
                SELECT span.id AS period_id, entry.employee_id
                  FROM spans span
                  JOIN account_analytic_line entry
                    ON entry.project_id = span.project_id
                   AND entry.date >= span.since
                   AND (span.date_to IS NULL OR entry.date <= span.date_to)
                 WHERE span.id IN (SELECT id FROM affected)
                 UNION
                SELECT span.id, rate.employee_id
                  FROM spans span
                  JOIN project_sale_line_employee_map rate
                    ON rate.project_id = span.project_id
                 WHERE span.id IN (SELECT id FROM affected))
            SELECT people.period_id, people.employee_id
              FROM people
              JOIN hr_employee employee
                ON employee.id = people.employee_id AND employee.active
            """,
            bills_time=self._bills_time_sql(),
        )

    @api.model
    def _bills_time_sql(self):
        """Whether ``project`` has a sales order item of delivered time.

        As far as the rows know that were counted before.
        """
        Project = self.env["project.project"]
        return Project._has_sale_line_sql(
            "project", Project._time_item_sql(), rows=SQL("project_billing_time")
        )


class ProjectSaleLineEmployeeMap(models.Model):
    """Rates say at which price a person works, and who must have locked."""

    _name = "project.sale.line.employee.map"
    _inherit = [
        "project.sale.line.employee.map",
        "billing.deciding.mixin",
        "billing.values.mixin",
    ]

    @api.model
    def _get_deciding_fields(self):
        return super()._get_deciding_fields() | {
            "employee_id",
            "project_id",
            "sale_line_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        with self._keeping_items(vals_list):
            rates = super().create(vals_list)
        if self.env.su:
            # A confirmed order makes its project as the superuser, rates included.
            other = rates.filtered(
                lambda rate: rate.project_id.create_uid != self.env.user
            )
            other._check_may_decide("create")
        rates.project_id._follow_rates()
        return rates

    def write(self, vals):
        projects = self.project_id
        with self._keeping_items([vals]):
            result = super().write(vals)
        (projects | self.project_id)._follow_rates()
        return result

    def unlink(self):
        projects = self.project_id
        with self._keeping_items():
            result = super().unlink()
        projects._follow_rates()
        return result

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_deciding(self):
        self._check_may_decide("unlink")


class ProjectTask(models.Model):
    """A task's own rate may be what makes its project bill time."""

    _inherit = "project.task"

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks._get_projects_rated_otherwise()._follow_rates()
        return tasks

    def write(self, vals):
        if RATE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        projects = self._get_projects_rated_otherwise()
        with self._keeping_items(vals.keys()):
            result = super().write(vals)
        projects |= self._get_projects_rated_otherwise()
        projects._follow_rates()
        return result

    def _get_projects_rated_otherwise(self):
        """Projects with billing periods of these tasks that have another sales order
        item."""
        # sudo: who must have locked follows from the rates, not from their author
        tasks = self.sudo().filtered(
            lambda task: (
                task.project_id.has_billing_periods
                and task.sale_line_id
                and task.sale_line_id != task.project_id.sale_line_id
            )
        )
        return tasks.project_id
