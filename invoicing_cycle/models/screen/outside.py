from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.call_arguments import is_one_of


class ProjectBillingPeriod(models.Model):
    """What "clear" says nothing about, named so that nobody forgets it."""

    _inherit = "project.billing.period"

    @api.model
    def _get_outside_cycle(self, date_from, date_to):
        """
        :return: dict, see the methods below; numbers, names of orders, and whether the
            user may open them
        """
        Project = self.env["project.project"]
        own = Project.search(self._get_own_projects_domain())
        unscheduled = Project.search(
            self._get_own_projects_domain()
            & Domain("billing_missing", "ilike", "schedule")
        )
        expenses, orders = self._get_unmapped_expenses()
        return {
            "unscheduled_projects": len(unscheduled),
            "unscheduled_hours": sum(unscheduled.mapped("uninvoiced_hours")),
            "unmapped_expenses": expenses,
            "unmapped_expense_orders": orders,
            "skipped": self.search_count(
                Domain("state", "=", "skipped")
                & Domain("invoice_date", ">=", date_from)
                & Domain("invoice_date", "<=", date_to)
            ),
            **self._get_hours_outside(own),
            **self._get_sold_outside(own),
        }

    @api.model
    def _get_hours_outside(self, projects):
        """Hours that are held, and those dated where no period will bill them."""
        held = unplaced = 0.0
        if projects:
            query = SQL(
                """
                SELECT COALESCE(SUM(held_hours), 0),
                       COALESCE(SUM(hours) FILTER (WHERE %(scheduled)s), 0)
                  FROM %(time)s time
                  JOIN project_project project ON project.id = time.project_id
                 WHERE time.project_id IN %(ids)s
                   -- As the index has it: such time stands in no period.
                   AND COALESCE(time.period_id, 0) = 0
                """,
                time=self.env["project.billing.time"]._rows_sql(),
                scheduled=self._column(
                    "project", "has_billing_periods", "project.project"
                ),
                ids=tuple(projects.ids),
            )
            held, unplaced = self.env.execute_query(query)[0]
        return {
            "held_hours": held,
            "unplaced_hours": unplaced,
            "can_open_time": self.env["account.analytic.line"].has_access("read"),
        }

    @api.model
    def _get_sold_outside(self, projects):
        """What is due of the orders beside periods: amounts by currency, and on which
        orders."""
        items = {
            item.id: item
            for found in self._get_sold_beside(projects).values()
            for item in found
        }
        amounts = defaultdict(float)
        for item in items.values():
            amounts[item.currency_id] += item.amount
        currencies = self.env["res.currency"].browse(amounts)
        return {
            "sold": [
                {"currency_id": currency.id, "amount": currency.round(amount)}
                for currency, amount in zip(currencies, amounts.values(), strict=True)
                if not currency.is_zero(amount)
            ],
            "sold_orders": sorted({item.order for item in items.values()}),
            "can_open_orders": self.env["sale.order"].has_access("read"),
        }

    @api.model
    def get_outside_action(self, kind):
        """The window action of something that is not part of a cycle.

        :param str kind: ``sold`` (orders of which something is due beside periods) or
            ``unplaced`` (time that no period takes)
        """
        self.browse().check_access("read")
        if not is_one_of(kind, ("sold", "unplaced")):
            raise UserError(
                self.env._(
                    "“%(kind)s” is nothing that lies outside of a cycle: %(kinds)s.",
                    kind=kind,
                    kinds="sold, unplaced",
                )
            )
        own = self.env["project.project"].search(self._get_own_projects_domain())
        Action = self.env["ir.actions.act_window"]
        if kind == "sold":
            self.env["sale.order"].check_access("read")
            items = self.env["sale.order.line"].browse(
                {
                    item.id
                    for found in self._get_sold_beside(own).values()
                    for item in found
                }
            )
            # sudo: which orders these are; the list shows those that the user may read
            orders = items.sudo().order_id
            action = Action._for_xml_id("sale.action_orders_to_invoice")
            domain = Domain("id", "in", orders.ids)
        else:
            Entry = self.env["account.analytic.line"]
            Entry.check_access("read")
            action = Action._for_xml_id(
                "invoicing_cycle.account_analytic_line_action_billing"
            )
            domain = (
                Entry._get_unbilled_time_domain()
                & Domain("project_id", "in", own.ids)
                & Domain("project_id.has_billing_periods", "=", True)
                & Domain("billing_period_id", "=", False)
            )
        return {**action, "domain": list(domain), "context": {"create": False}}

    @api.model
    def _get_unmapped_expenses(self):
        """How many re-invoiced expenses no project takes, and on which orders.

        Where no project bills on the order, no row of Missing data can tell it.
        """
        if not self.env.user.has_group("invoicing_cycle.group_invoicing_cycle_manager"):
            return 0, []
        # sudo: a number and names of orders, of this user's companies only; who bills
        # need not read expenses.
        Project = self.env["project.project"].sudo()
        query = SQL(
            "SELECT %(order)s, COUNT(*) FROM hr_expense expense"
            " WHERE %(company)s IN %(companies)s AND %(unmapped)s"
            " GROUP BY 1 ORDER BY 1",
            order=self._column("expense", "sale_order_id", "hr.expense"),
            company=self._column("expense", "company_id", "hr.expense"),
            companies=tuple(self.env.companies.ids),
            unmapped=Project._unmapped_expense_sql(),
        )
        counts = dict(self.env.execute_query(query))
        orders = Project.env["sale.order"].browse(counts)
        return sum(counts.values()), orders.mapped("name")
