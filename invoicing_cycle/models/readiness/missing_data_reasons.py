from odoo import api, models
from odoo.tools import SQL

from odoo.addons.project.models.project_task import CLOSED_STATES

# What a billable project may lack, in the order in which people mend it.
MISSING_CODES = (
    "schedule",
    "customer",
    "sale_line",
    "order_not_confirmed",
    "price",
    "periods",
    "unmapped_time",
    "unmapped_expense",
)

# Without these nothing can be invoiced at all.
BLOCKING_CODES = frozenset({"customer", "sale_line", "order_not_confirmed", "price"})


class ProjectProject(models.Model):
    """The gaps in a project's data, each as one SQL condition on a row of projects.

    So one query tells those of any number of projects. They are plain conditions and
    never a list of ids, because the database is ten times slower with that.
    """

    _inherit = "project.project"

    def _get_missing_labels(self):
        """How to mend each gap, in the user's language."""
        _ = self.env._
        return {
            "schedule": _("Set a billing schedule."),
            "customer": _("Choose the customer."),
            "sale_line": _("Create or choose a sales order item."),
            "order_not_confirmed": _("Confirm the sales order."),
            "price": _("Give the sales order item a price."),
            "periods": _("Enter the next custom period."),
            "unmapped_time": _("Map the time without a sales order item."),
            "unmapped_expense": _(
                "Choose the project of re-invoiced expenses: on their sales order, or "
                "by the project's analytic account on the expense."
            ),
        }

    @api.model
    def _missing_sql(self, alias, codes):
        """Whether a project lacks any of some of MISSING_CODES; never NULL.

        :param str alias: alias of the table project_project
        :param codes: some of MISSING_CODES
        """
        gaps = [getattr(self, f"_missing_{code}_sql")(alias) for code in codes]
        return SQL(
            "COALESCE(%s AND (%s), FALSE)",
            self._billed_project_sql(alias),
            SQL(" OR ").join(gaps),
        )

    @api.model
    def _billed_project_sql(self, alias):
        """Billable projects that are worked on: no templates, nothing archived."""
        return SQL(
            "(%s AND %s AND %s IS NOT TRUE)",
            self._column(alias, "allow_billable"),
            self._column(alias, "active"),
            self._column(alias, "is_template"),
        )

    # ------------------------------------------------------------------ gaps

    @api.model
    def _missing_schedule_sql(self, alias):
        return SQL("%s IS NULL", self._column(alias, "billing_frequency"))

    @api.model
    def _missing_customer_sql(self, alias):
        return SQL("%s IS NULL", self._column(alias, "partner_id"))

    @api.model
    def _missing_sale_line_sql(self, alias):
        return SQL("NOT %s", self._has_sale_line_sql(alias))

    @api.model
    def _missing_order_not_confirmed_sql(self, alias):
        state = self._column("line", "state", "sale.order.line")
        return self._has_sale_line_sql(alias, SQL("%s <> 'sale'", state), in_use=True)

    @api.model
    def _missing_price_sql(self, alias):
        price = self._column("line", "price_unit", "sale.order.line")
        return self._has_sale_line_sql(
            alias, SQL("%s = 0 AND %s", price, self._time_item_sql()), in_use=True
        )

    @api.model
    def _missing_periods_sql(self, alias):
        """A custom schedule without a period, or with time that no period takes."""
        column, Period = self._column, "project.billing.period"
        return SQL(
            """
            (%(frequency)s = 'custom'
             AND (NOT EXISTS (
                     SELECT 1
                       FROM project_billing_period period
                      WHERE %(period_project)s = %(project)s)
                  OR EXISTS (
                     SELECT 1
                       FROM %(time)s time
                      WHERE time.project_id = %(project)s
                        AND time.period_id IS NULL
                        AND time.entry_count > 0)
                  OR %(milestone)s
                  OR %(expense)s))
            """,
            frequency=column(alias, "billing_frequency"),
            period_project=column("period", "project_id", Period),
            time=self.env["project.billing.time"]._rows_sql(),
            project=SQL.identifier(alias, "id"),
            milestone=self._homeless_milestone_sql(alias),
            expense=self._homeless_expense_sql(alias),
        )

    @api.model
    def _missing_unmapped_time_sql(self, alias):
        return SQL(
            """
            (%(intended)s IS NOT TRUE
             AND EXISTS (
                SELECT 1
                  FROM %(time)s time
                 WHERE time.project_id = %(project)s
                   AND time.so_line_id IS NULL
                   AND time.unbilled_count > 0))
            """,
            intended=self._column(alias, "billing_unmapped_intended"),
            time=self.env["project.billing.time"]._rows_sql(),
            project=SQL.identifier(alias, "id"),
        )

    @api.model
    def _missing_unmapped_expense_sql(self, alias):
        """Several projects bill on the order of an expense, and none takes it."""
        orders = SQL(
            "SELECT %s FROM hr_expense expense WHERE %s",
            self._column("expense", "sale_order_id", "hr.expense"),
            self._unmapped_expense_sql(),
        )
        return SQL(
            "(%s IN (%s) OR %s)",
            self._column(alias, "reinvoiced_sale_order_id"),
            orders,
            self._has_sale_line_sql(
                alias,
                SQL(
                    "%s IN (%s)",
                    self._column("line", "order_id", "sale.order.line"),
                    orders,
                ),
            ),
        )

    @api.model
    def _unmapped_expense_sql(self):
        """Handed in to be re-invoiced, not invoiced, and of no project."""
        column, Expense = self._column, "hr.expense"
        return SQL(
            """
            (%(order)s IS NOT NULL
             AND %(project)s IS NULL
             AND %(state)s NOT IN ('draft', 'refused')
             AND NOT EXISTS (
                SELECT 1
                  FROM res_company begun
                 WHERE begun.id = %(company)s AND %(day)s < %(cutover)s)
             AND (%(line)s IS NULL
                  OR EXISTS (
                    SELECT 1
                      FROM sale_order_line expense_line
                     WHERE expense_line.id = %(line)s
                       AND %(delivered)s <> %(invoiced)s)))
            """,
            company=column("expense", "company_id", Expense),
            day=column("expense", "date", Expense),
            cutover=column("begun", "billing_cutover_date", "res.company"),
            order=column("expense", "sale_order_id", Expense),
            project=column("expense", "billing_project_id", Expense),
            state=column("expense", "state", Expense),
            line=column("expense", "sale_order_line_id", Expense),
            delivered=column("expense_line", "qty_delivered", "sale.order.line"),
            invoiced=column("expense_line", "qty_invoiced", "sale.order.line"),
        )

    # ------------------------------------------------------ sales order items

    @api.model
    def _time_item_sql(self):
        """The sales order item ``line`` is billed by delivered time."""
        return SQL(
            """
            line.product_id IN (
                SELECT product.id
                  FROM product_product product
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE template.type = 'service'
                   AND template.invoice_policy = 'delivery'
                   AND template.service_type = 'timesheet')
            """
        )

    @api.model
    def _has_sale_line_sql(self, alias, condition=None, in_use=False, rows=None):
        """The project bills on a sales order item: its own, one of its rate table, of
        a task, of its time or of a milestone.

        :param str alias: alias of the table project_project
        :param SQL condition: on ``line``
        :param SQL rows: the table of the rows of time, by default what they are now
        :param bool in_use: leave out those of closed tasks and of billed time: what
            became of an old order is no gap any more
        """
        column = self._column
        Task, Milestone = "project.task", "project.milestone"
        condition = condition or SQL("TRUE")
        open_task = open_milestone = SQL("TRUE")
        open_time = SQL("time.total_count > 0")
        if in_use:
            open_task = SQL(
                "%s AND %s NOT IN %s",
                column("task", "active", Task),
                column("task", "state", Task),
                tuple(CLOSED_STATES),
            )
            open_time = SQL("time.unbilled_count > 0")
            open_milestone = SQL(
                "%s IS NULL", column("milestone", "invoice_line_id", Milestone)
            )
        return SQL(
            """
            (EXISTS (
                SELECT 1 FROM sale_order_line line
                 WHERE line.id = %(own)s AND %(condition)s)
             OR EXISTS (
                SELECT 1
                  FROM project_sale_line_employee_map rate
                  JOIN sale_order_line line ON line.id = %(rate_line)s
                 WHERE %(rate_project)s = %(project)s AND %(condition)s)
             OR EXISTS (
                SELECT 1
                  FROM project_task task
                  JOIN sale_order_line line ON line.id = %(task_line)s
                 WHERE %(task_project)s = %(project)s
                   AND %(open_task)s AND %(condition)s)
             OR EXISTS (
                SELECT 1
                  FROM %(time)s time
                  JOIN sale_order_line line ON line.id = time.so_line_id
                 WHERE time.project_id = %(project)s
                   AND %(open_time)s AND %(condition)s)
             OR EXISTS (
                SELECT 1
                  FROM project_milestone milestone
                  JOIN sale_order_line line ON line.id = %(milestone_line)s
                 WHERE %(milestone_project)s = %(project)s
                   AND %(open_milestone)s AND %(condition)s))
            """,
            own=column(alias, "sale_line_id"),
            project=SQL.identifier(alias, "id"),
            rate_line=column("rate", "sale_line_id", "project.sale.line.employee.map"),
            rate_project=column("rate", "project_id", "project.sale.line.employee.map"),
            task_line=column("task", "sale_line_id", Task),
            task_project=column("task", "project_id", Task),
            time=rows or self.env["project.billing.time"]._rows_sql(),
            open_task=open_task,
            open_time=open_time,
            milestone_line=column("milestone", "sale_line_id", Milestone),
            milestone_project=column("milestone", "project_id", Milestone),
            open_milestone=open_milestone,
            condition=condition,
        )
