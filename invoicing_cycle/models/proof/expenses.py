from odoo import api, models
from odoo.tools import SQL, float_compare

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Re-invoiced expenses are billed once, at what they cost and their mark-up, and
    wait where they will be."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        differences += self._check_expenses_waiting(scope)
        ids = tuple(self._get_expense_item_ids(scope, lines))
        if not ids:
            return differences
        return [
            *differences,
            *self._check_expenses_once(ids),
            *self._check_expense_amounts(ids),
        ]

    @api.model
    def _get_expense_item_ids(self, scope, lines):
        """Sales order items of expenses that periods of the scope bill or will bill.

        Also of those that were taken back after they were billed.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id
                  FROM sale_order_line item
                  JOIN project_billing_period period
                    ON period.id = item.billing_period_id
                 WHERE %s
                """,
                self._period_scope_sql(scope, "period"),
            )
        )
        return {row[0] for row in rows} | {
            billed.sale_line.id for billed in lines if billed.sale_line.is_expense
        }

    @api.model
    def _check_expenses_waiting(self, scope):
        """Posted expenses that no open period will bill, in two queries."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT expense.id, expense.billing_project_id, expense.date,
                       expense.billing_period_id
                  FROM hr_expense expense
                  JOIN sale_order_line item ON item.id = expense.sale_order_line_id
                 WHERE %s
                   AND expense.state NOT IN ('draft', 'refused')
                   AND item.qty_delivered <> 0
                   AND COALESCE(item.qty_invoiced, 0) = 0
              ORDER BY expense.date, expense.id
                """,
                self._scope_sql(scope, "expense", "billing_project_id"),
            )
        )
        if not rows:
            return []
        periods = self.env["project.billing.period"]._get_allocation(scope.projects.ids)
        closed = {p.key for values in periods.values() for p in values if p.closed}
        projects = {project.id: project for project in scope.projects}
        differences = []
        for expense_id, project_id, day, period_id in rows:
            project = projects[project_id]
            # sudo: what is proven tells of the expense what the sales order tells
            expense = self.env["hr.expense"].sudo().browse(expense_id)
            names = {
                "expense": expense.sale_order_line_id.display_name,
                "period": expense.billing_period_id.display_name,
            }
            if not period_id and not (
                day and self._is_day_to_come(project, periods[project_id], day)
            ):
                kind = "no_period"
                text = self.env._(
                    "%(expense)s is in no period, so nothing bills it: open a billing "
                    "period for it.",
                    **names,
                )
            elif period_id in closed:
                kind = "closed_period"
                text = self.env._(
                    "%(expense)s waits in %(period)s, which is invoiced or skipped and "
                    "bills no more.",
                    **names,
                )
            else:
                continue
            item = expense.sale_order_line_id.sudo(False)
            differences.append(Difference(kind, text, item, project))
        return differences

    @api.model
    def _check_expenses_once(self, ids):
        """Expenses that live lines bill more often than they were spent, in one query.

        :param ids: of sale order lines
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, billed.project_id, spent.quantity, billed.quantity
                  FROM sale_order_line item
            CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(expense.quantity), 0) AS quantity
                         FROM hr_expense expense
                        WHERE expense.sale_order_line_id = item.id
                          AND expense.state NOT IN ('draft', 'refused')) spent
            CROSS JOIN LATERAL (
                       SELECT MAX(period.project_id) AS project_id,
                              SUM(CASE WHEN COALESCE(
                                            line.billing_kind, original.billing_kind,
                                            period.id::text) IS NULL
                                       THEN CASE WHEN invoice.move_type = 'out_refund'
                                                 THEN -line.quantity
                                                 ELSE line.quantity END
                                       ELSE %(made)s END) AS quantity
                         FROM sale_order_line_invoice_rel rel
                         JOIN account_move_line line ON line.id = rel.invoice_line_id
                         JOIN account_move invoice ON invoice.id = line.move_id
                    LEFT JOIN account_move_line original
                           ON original.id = line.credited_line_id
                    LEFT JOIN project_billing_period period
                           ON period.id = COALESCE(
                              line.billing_period_id, original.billing_period_id)
                        WHERE rel.order_line_id = item.id AND %(live)s
                          AND NOT (invoice.move_type = 'out_refund'
                                   AND invoice.state = 'draft')) billed
                 WHERE item.id IN %(ids)s
              ORDER BY item.id
                """,
                made=self._made_sql("invoice", "line"),
                live=self._live_sql("invoice"),
                ids=ids,
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        digits = items._get_quantity_digits()
        Project = self.env["project.project"]
        return [
            Difference(
                "expense_twice",
                self.env._(
                    "%(item)s is billed beyond the expense: %(billed)s instead of "
                    "%(spent)s.",
                    item=item.display_name,
                    billed=self._format_number(float(billed)),
                    spent=self._format_number(float(spent)),
                ),
                item,
                Project.browse(project_id)
                or item.billing_period_id.project_id
                or item.order_id.project_ids[:1],
            )
            for item, (_id, project_id, spent, billed) in zip(items, rows, strict=True)
            if billed
            and float_compare(
                abs(float(billed)), abs(float(spent)), precision_digits=digits
            )
            > 0
        ]

    @api.model
    def _check_expense_amounts(self, ids):
        """Expenses that are not billed at their cost and mark-up, in one query.

        Compared as they were posted: what a person changes on the sales order holds.
        Those of before that was kept are not judged.

        :param ids: of sale order lines
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id,
                       SUM(expense.untaxed_amount) / NULLIF(SUM(expense.quantity), 0),
                       (item.reinvoiced_with->>'price')::float,
                       (item.reinvoiced_with->>'markup')::float,
                       (SELECT MIN(line.id)
                          FROM sale_order_line_invoice_rel rel
                          JOIN account_move_line line ON line.id = rel.invoice_line_id
                          JOIN account_move invoice ON invoice.id = line.move_id
                         WHERE rel.order_line_id = item.id
                           AND line.billing_kind = 'expense'
                           AND ABS(line.price_made - item.price_unit) > %(noise)s
                           AND %(price)s = (item.reinvoiced_with->>'price')::float
                           AND item.price_unit
                               = (item.reinvoiced_with->>'price')::numeric
                           AND %(live)s)
                  FROM sale_order_line item
                  JOIN hr_expense expense ON expense.sale_order_line_id = item.id
                 WHERE item.id IN %(ids)s
                   AND item.reinvoiced_with->>'markup' IS NOT NULL
              GROUP BY item.id
              ORDER BY item.id
                """,
                price=SQL("(line.made_with->'source'->>'price')::float"),
                # Lines keep their price with as many digits, not the sales order.
                noise=10.0
                ** -self.env["decimal.precision"].precision_get("Product Price"),
                live=self._live_sql("invoice"),
                ids=ids,
            )
        )
        differences = []
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        for item, (_id, cost, price, markup, line_id) in zip(items, rows, strict=True):
            currency, company = item.currency_id, item.company_id
            expected = company.currency_id.round(float(cost or 0.0)) * (
                1 + markup / 100
            )
            expected = company.currency_id._convert(
                expected, currency, company, item.order_id.date_order, round=False
            )
            if not line_id and not currency.compare_amounts(price, expected):
                continue
            line = self.env["account.move.line"].browse(line_id)
            text = self.env._(
                "%(item)s is billed at %(price)s; its expense and the mark-up of "
                "%(markup)s %% are %(expected)s.",
                item=item.display_name,
                price=self._format_number(line.price_made if line else price),
                markup=f"{markup:g}",
                expected=self._format_number(expected),
            )
            project = item.expense_ids.billing_project_id[:1]
            differences.append(
                Difference("expense_amount", text, line or item, project)
            )
        return differences
