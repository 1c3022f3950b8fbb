from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.bounds import billing_days


class ProjectProject(models.Model):
    """Re-invoiced expenses of schedules that have ended find a period, as time does."""

    _inherit = "project.project"

    @api.depends("sale_line_id.order_id.expense_ids.billing_period_id")
    def _compute_billing_missing(self):
        return super()._compute_billing_missing()

    def _get_homeless_time(self):
        """EXTENDS: also expenses that no period takes."""
        days = dict(super()._get_homeless_time())
        last = billing_days(fields.Date.context_today(self))[1]
        # sudo: as in _get_waiting_records
        expenses = (
            self.env["hr.expense"]
            .sudo()
            .search(
                [
                    ("billing_project_id", "in", self.ids),
                    ("billing_project_id.has_billing_periods", "=", True),
                    ("billing_period_id", "=", False),
                    ("date", "<=", last),
                    ("state", "not in", ("draft", "refused")),
                ]
            )
        )
        # Asked of these few: the database would have to count all orders first.
        for expense in expenses.filtered(lambda expense: not expense._is_reinvoiced()):
            project = expense.billing_project_id
            days[project] = max(expense.date, days.get(project, expense.date))
        return list(days.items())

    @api.model
    def _homeless_expense_sql(self, alias):
        """An expense that was handed in, and that no period takes."""
        column, Expense = self._column_sql, "hr.expense"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM hr_expense expense
             LEFT JOIN sale_order_line line ON line.id = %(sale_line)s
                 WHERE %(expense_project)s = %(project)s
                   AND %(date)s IS NOT NULL
                   AND %(state)s NOT IN ('draft', 'refused')
                   AND COALESCE(%(invoiced)s, 0) = 0
                   AND %(period)s IS NULL)
            """,
            sale_line=column("expense", "sale_order_line_id", Expense),
            expense_project=column("expense", "billing_project_id", Expense),
            project=SQL.identifier(alias, "id"),
            date=column("expense", "date", Expense),
            state=column("expense", "state", Expense),
            invoiced=column("line", "qty_invoiced", "sale.order.line"),
            period=column("expense", "billing_period_id", Expense),
        )
