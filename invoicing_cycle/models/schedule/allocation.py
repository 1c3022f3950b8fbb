from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...tools.allocation import Allocator, Period


class ProjectBillingPeriod(models.Model):
    """Which period time and expenses of a day go to; see ``tools/allocation.py``."""

    _inherit = "project.billing.period"

    @api.model
    def _get_allocation(self, project_ids):
        """What the allocation of entries needs of the periods of some projects.

        :param list project_ids: ids of ``project.project``
        :return: dict, project id to list of ``tools.allocation.Period``
        """
        result = defaultdict(list)
        if not project_ids:
            return result
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.project_id, p.id, %(date_from)s, %(date_to)s, %(closed)s
                  FROM project_billing_period p
                 WHERE %(project)s IN %(project_ids)s
                """,
                date_from=self._column("p", "date_from"),
                date_to=self._column("p", "date_to"),
                closed=self._closed_sql("p"),
                project=self._column("p", "project_id"),
                project_ids=tuple(project_ids),
            )
        )
        for project_id, *values in rows:
            result[project_id].append(Period(*values))
        # What was read spares reading the period that an entry gets.
        periods = self.browse(row[1] for row in rows)
        for index, name in ((0, "project_id"), (2, "date_from"), (3, "date_to")):
            self._fields[name]._insert_cache(periods, [row[index] for row in rows])
        return result

    @api.model
    def _get_allocators(self, project_ids):
        """What finds the period of any number of days on some projects, in one query.

        :param list project_ids: ids of ``project.project``
        :return: dict, project id to ``tools.allocation.Allocator``; without those that
            have no period
        """
        allocation = self._get_allocation(project_ids)
        # sudo: where time belongs does not depend on who may read the project
        projects = self.env["project.project"].sudo().browse(allocation)
        return {
            project.id: Allocator(periods, project.billing_cutover or None)
            for project, periods in zip(projects, allocation.values(), strict=True)
        }

    def _sweep_closed(self):
        """Move on the time that stands in these periods, where they are closed.

        It was being saved while somebody else closed its period: neither saw the other.
        """
        if not self:
            return
        query = SQL(
            """
            SELECT DISTINCT p.project_id
              FROM project_billing_period p
              JOIN %s time ON time.period_id = p.id
             WHERE p.id = ANY(%s) AND time.entry_count > 0 AND %s
            """,
            self.env["project.billing.time"]._rows_sql(),
            self.ids,
            self._closed_sql("p"),
        )
        rows = self.env.execute_query(query)
        projects = self.env["project.project"].browse(row[0] for row in rows)
        projects._reassign_entries()
        projects._open_supplementary_periods()

    def _reassign_entries(self):
        """These periods were closed or opened: their time finds its place."""
        if not self:
            return
        # One that was just opened again may have missed a change of its item.
        amount = self._fields["fixed_amount"]
        shared = self.filtered("fixed_share") - self.env.protected(amount)
        self.env.add_to_compute(amount, shared)
        shared.modified(["fixed_amount"])
        projects = self.project_id
        projects._reassign_entries()
        projects._open_supplementary_periods()
