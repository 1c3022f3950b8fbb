from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.allocation import Allocator
from ..entries.row_set import Rows
from .proof import Difference


class BillingProof(models.AbstractModel):
    """Time that waits stands in the period that will bill it."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        _ = self.env._
        for entry, kind, expected in self._get_misplaced(scope):
            names = {
                "entry": self._describe_entry(entry),
                "period": entry.billing_period_id.display_name,
                "expected": expected.display_name,
            }
            if kind == "no_period":
                text = (
                    _("%(entry)s is in no period; it belongs to %(expected)s.", **names)
                    if expected
                    else _(
                        "%(entry)s is in no period, so nothing bills it: open a "
                        "billing period for it.",
                        **names,
                    )
                )
            elif kind == "closed_period":
                text = _(
                    "%(entry)s waits in %(period)s, which is invoiced or skipped and "
                    "bills no more.",
                    **names,
                )
            else:
                text = _(
                    "%(entry)s waits in %(period)s, but belongs to %(expected)s.",
                    **names,
                )
            differences.append(Difference(kind, text, entry, entry.project_id))
        return differences

    @api.model
    def _get_misplaced(self, scope):
        """Waiting entries that stand elsewhere than where they belong.

        The days of the time are compared with the rule of the allocation, not entry
        by entry.

        :return: list of (entry, kind of difference, period it belongs to)
        """
        Period = self.env["project.billing.period"]
        periods = Period._get_allocation(scope.projects.ids)
        allocators = {key: Allocator(values) for key, values in periods.items()}
        closed = {p.key for values in periods.values() for p in values if p.closed}
        projects = {project.id: project for project in scope.projects}
        wrong = {}
        for project_id, day, period_id in self._get_waiting_days(scope):
            allocator = allocators.get(project_id)
            expected = allocator and allocator.period_of(day)
            if period_id == expected and (
                expected
                or self._is_day_to_come(projects[project_id], periods[project_id], day)
            ):
                continue
            if not period_id:
                kind = "no_period"
            else:
                kind = "closed_period" if period_id in closed else "wrong_period"
            wrong[project_id, day, period_id] = (kind, expected)
        return [
            (row._get_entries(), kind, Period.browse(expected))
            for row in self._get_waiting_on(wrong)
            for kind, expected in [
                wrong[row.project_id.id, row.date, row.billing_period_id.id or None]
            ]
        ]

    @api.model
    def _is_day_to_come(self, project, periods, day):
        """The schedule has no period for this day yet, as it should be.

        :param periods: ``tools.allocation.Period`` of the project
        """
        today = fields.Date.context_today(self)
        if periods:
            ends = [period.date_to for period in periods if period.date_to]
            return day > max([today, *ends])
        start = project.billing_start_date
        return not project.billing_frequency or (start and start > today)

    @api.model
    def _get_waiting_days(self, scope):
        """(project id, day, period id) of waiting time, in one query."""
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT entry.project_id, entry.date, entry.billing_period_id
                  FROM %s
                  JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
                 WHERE %s AND %s
                """,
                self._all_rows_sql(),
                self._scope_sql(scope),
                self._waiting_sql(),
            )
        )

    @api.model
    def _get_waiting_on(self, days):
        """Waiting time by project, day and period, in one query.

        :param days: (project id, day, period id), several
        """
        if not days:
            return ()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.id
                  FROM %s
                  JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
                  JOIN (VALUES %s) AS wrong (project_id, day, period_id)
                    ON entry.project_id = wrong.project_id
                   AND entry.date = wrong.day
                   AND entry.billing_period_id
                       IS NOT DISTINCT FROM wrong.period_id::int
                 WHERE %s
              ORDER BY entry.project_id, entry.date, entry.id
                """,
                self._all_rows_sql(),
                SQL(", ").join(SQL("(%s, %s, %s)", *key) for key in days),
                self._waiting_sql(),
            )
        )
        return Rows.browse(self.env, (row[0] for row in rows))
