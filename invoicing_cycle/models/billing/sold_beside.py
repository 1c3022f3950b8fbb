from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, formatLang


class SoldItem(NamedTuple):
    """A sales order item that is due, and that no billing period bills."""

    id: int
    name: str
    order: str
    amount: float  # untaxed, in the currency of the order
    currency_id: int


class SaleOrderLine(models.Model):
    """Which items billing periods bill; each kind of billing item says its own."""

    _inherit = "sale.order.line"

    @api.model
    def _get_cycle_item_conditions(self, alias):
        """What tells items that billing periods bill, now or later.

        :param str alias: of the item in a query
        :return: list of conditions, of which any holds
        """
        return [
            SQL(
                """
                (%(method)s = 'timesheet' AND EXISTS (
                    SELECT 1
                      FROM product_product product
                      JOIN product_template template
                        ON template.id = product.product_tmpl_id
                     WHERE product.id = %(product)s
                       AND template.invoice_policy = 'delivery'))
                """,
                method=self._column(alias, "qty_delivered_method"),
                product=self._column(alias, "product_id"),
            )
        ]


class ProjectBillingPeriod(models.Model):
    """What was sold beside the work of a project: set-up fees, materials, prepaid
    items, discounts.

    No period bills that. Odoo's own dialog does, by the policy of the product. While it
    is due, the rows of the project say so and the screen names it, so that nobody takes
    a cycle that is clear for all that was sold.
    """

    _inherit = "project.billing.period"

    @api.model
    def _get_sold_beside(self, projects):
        """What is due of the orders of some projects beside billing periods, in one
        query.

        :param projects: ``project.project``, whose choice is the caller's matter
        :return: dict, project id to list of :class:`SoldItem`
        """
        result = defaultdict(list)
        if not projects:
            return result
        column, Item, Order = self._column, "sale.order.line", "sale.order"
        Project = "project.project"
        query = SQL(
            """
            WITH sold AS (
                SELECT project.id AS project_id, %(item_order)s AS order_id
                  FROM project_project project
                  JOIN sale_order_line item ON item.id = %(sale_line)s
                 WHERE project.id IN %(ids)s
                 UNION
                SELECT project.id, %(reinvoiced)s
                  FROM project_project project
                 WHERE project.id IN %(ids)s
                 UNION
                SELECT %(order_project)s, ordered.id
                  FROM sale_order ordered
                 WHERE %(order_project)s IN %(ids)s
                 UNION
                SELECT %(item_project)s, %(item_order)s
                  FROM sale_order_line item
                 WHERE %(item_project)s IN %(ids)s)
            SELECT sold.project_id, item.id, SPLIT_PART(%(name)s, E'\\n', 1),
                   %(order_name)s,
                   %(left)s * CASE WHEN %(quantity)s <> 0
                                   THEN %(subtotal)s / %(quantity)s
                                   ELSE %(price)s END,
                   %(currency)s
              FROM sold
              JOIN project_project project ON project.id = sold.project_id
              JOIN sale_order ordered
                ON ordered.id = sold.order_id
               AND %(order_company)s = COALESCE(%(company)s, %(order_company)s)
              JOIN sale_order_line item ON %(item_order)s = ordered.id
             WHERE %(status)s = 'to invoice'
               AND %(left)s <> 0
               AND %(display)s IS NULL
               AND (%(billed)s) IS NOT TRUE
          ORDER BY ordered.id, %(sequence)s, item.id
            """,
            ids=tuple(projects.ids),
            sale_line=column("project", "sale_line_id", Project),
            reinvoiced=column("project", "reinvoiced_sale_order_id", Project),
            order_project=column("ordered", "project_id", Order),
            order_company=column("ordered", "company_id", Order),
            company=column("project", "billing_company_id", Project),
            order_name=column("ordered", "name", Order),
            item_project=column("item", "project_id", Item),
            item_order=column("item", "order_id", Item),
            name=column("item", "name", Item),
            left=column("item", "qty_to_invoice", Item),
            quantity=column("item", "product_uom_qty", Item),
            subtotal=column("item", "price_subtotal", Item),
            price=column("item", "price_unit", Item),
            currency=column("item", "currency_id", Item),
            status=column("item", "invoice_status", Item),
            display=column("item", "display_type", Item),
            sequence=column("item", "sequence", Item),
            billed=SQL(" OR ").join(self.env[Item]._get_cycle_item_conditions("item")),
        )
        for project_id, *values, amount, currency_id in self.env.execute_query(query):
            item = SoldItem(*values, float(amount), currency_id)
            result[project_id].append(item)
        return result

    # What was sold is no dependency: a change of an order would look for all periods.
    def _get_readiness_details(self, closed):
        """EXTENDS: ``sold``, what is due beside it: id, name, order and amount."""
        details = super()._get_readiness_details(closed)
        # What has not begun, or is over, is not where somebody looks for it.
        due = self.filtered(
            lambda period: (
                period.date_from
                and period.date_from <= period.company_id._get_today()
                and period.state in ("pending", "ready", "upcoming", "empty")
            )
        )
        sold = self._get_sold_beside(due.project_id._origin)
        for period in due:
            if items := sold.get(period.project_id._origin.id):
                details[period]["sold"] = [
                    {
                        "id": item.id,
                        "name": item.name,
                        "order": item.order,
                        "amount": formatLang(
                            self.env,
                            item.amount,
                            currency_obj=self.env["res.currency"].browse(
                                item.currency_id
                            ),
                        ),
                    }
                    for item in items
                ]
        return details
