from odoo import api, models
from odoo.tools import SQL

from ...tools.allocation import Allocator


class BillingProof(models.AbstractModel):
    """What waits stands in the period that will bill it: time, milestones, expenses."""

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        _ = self.env._
        texts = {
            "no_period": {
                "known": _("%(record)s is in no period; it belongs to %(expected)s."),
                "unknown": _(
                    "%(record)s is in no period, so nothing bills it: open a billing "
                    "period for it."
                ),
            },
            "closed_period": _(
                "%(record)s waits in %(period)s, which is invoiced or skipped and "
                "bills no more."
            ),
            "wrong_period": _(
                "%(record)s waits in %(period)s, but belongs to %(expected)s."
            ),
            "not_to_be_billed": _(
                "%(record)s is not to be billed, but stands in %(period)s, which would "
                "bill it."
            ),
        }
        misplaced = self._find_misplaced(proof.scope)
        Period = self.env["project.billing.period"]
        periods = Period.browse({key for row in misplaced for key in row[-2:] if key})
        names = {period.id: period.display_name for period in periods}
        found = {
            "account.analytic.line": [],
            "project.milestone": [],
            "sale.order.line": [],
        }
        for model, ids, kind, period_id, expected in misplaced:
            values = {
                "kind": kind,
                "variant": "known" if expected else "unknown",
                "period": names.get(period_id),
                "expected": names.get(expected) or _("none"),
            }
            found[model] += [{"id": record_id, **values} for record_id in ids]
        yield from super()._get_checks(proof)
        for model, rows in found.items():
            yield model, texts, rows

    @api.model
    def _find_misplaced(self, scope):
        """What stands elsewhere than where it will be billed.

        The days of what waits are compared with the rule of the allocation, not record
        by record.

        :return: list of (model, ids, kind of difference, id of the period, id of the
            one it belongs to)
        """
        Period = self.env["project.billing.period"]
        periods = Period._get_allocation(scope.projects.ids)
        allocators = {key: Allocator(values) for key, values in periods.items()}
        closed = {p.key for values in periods.values() for p in values if p.closed}
        projects = {project.id: project for project in scope.projects}
        misplaced = []
        for model, project_id, day, period_id, waits, ids in self._find_waiting(scope):
            allocator = allocators.get(project_id)
            expected = waits and day and allocator and allocator.period_of(day)
            if not waits:
                kind = period_id and "not_to_be_billed"
            elif not period_id:
                project, known = projects[project_id], periods[project_id]
                to_come = day and self._is_day_to_come(project, known, day)
                kind = (expected or not to_come) and "no_period"
            elif period_id in closed:
                kind = "closed_period"
            else:
                # Any open period bills an expense.
                other = period_id != expected and model != "sale.order.line"
                kind = other and "wrong_period"
            if kind:
                misplaced.append((model, ids, kind, period_id, expected))
        return misplaced

    @api.model
    def _is_day_to_come(self, project, periods, day):
        """The schedule has no period for this day yet, as it should be.

        :param periods: ``tools.allocation.Period`` of the project
        """
        today = project._get_today()
        if periods:
            ends = [period.date_to for period in periods if period.date_to]
            return day > max([today, *ends])
        start = project._get_earliest_day()
        return not project.billing_frequency or (start and start > today)

    @api.model
    def _find_waiting(self, scope):
        """What no invoice bills yet by project, day and period, in one query: time,
        reached milestones, and the sales order items of posted expenses.

        :return: list of (model, project id, day, period id, whether it is to be billed,
            ids)
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT model, project_id, day, period_id, waits,
                       ARRAY_AGG(id ORDER BY ABS(id)) AS ids
                  FROM (
                       SELECT 'account.analytic.line' AS model, entry.id,
                              entry.project_id, entry.date AS day,
                              entry.billing_period_id AS period_id, TRUE AS waits
                         FROM %(rows)s
                         JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
                        WHERE %(scope)s AND %(waiting)s
                    UNION ALL
                       SELECT 'project.milestone', milestone.id, milestone.project_id,
                              milestone.reached_date, milestone.billing_period_id,
                              COALESCE(milestone.is_reached
                                       AND milestone.reached_date IS NOT NULL
                                       AND milestone.quantity_percentage <> 0
                                       AND item.qty_delivered_method = 'milestones'
                                       AND item.state = 'sale'
                                       AND NOT %(milestone_before)s, FALSE)
                         FROM project_milestone milestone
                    LEFT JOIN sale_order_line item ON item.id = milestone.sale_line_id
                        WHERE milestone.project_id IN %(projects)s
                          AND milestone.invoice_line_id IS NULL
                    UNION ALL
                       SELECT 'sale.order.line', item.id, expense.billing_project_id,
                              expense.date, expense.billing_period_id,
                              NOT %(expense_before)s
                         FROM hr_expense expense
                         JOIN sale_order_line item
                           ON item.id = expense.sale_order_line_id
                        WHERE %(expenses)s
                          AND expense.state NOT IN ('draft', 'refused')
                          AND item.qty_delivered <> 0
                          AND COALESCE(item.qty_invoiced, 0) = 0) waiting
              GROUP BY 1, 2, 3, 4, 5
              ORDER BY 1, 2, 3, 4
                """,
                expenses=self._scope_sql(scope, "expense", "billing_project_id"),
                milestone_before=self._before_sql(
                    "milestone.project_id", "milestone.reached_date"
                ),
                expense_before=self._before_sql(
                    "expense.billing_project_id", "expense.date"
                ),
                **self._get_terms(scope),
            )
        )
