from odoo import api, models
from odoo.tools import SQL, format_date, formatLang

from ..items import BillingItem


class ProjectBillingPeriod(models.Model):
    """Re-invoiced expenses are billed with the period that they are dated in, once
    they are posted; handed in and not posted, they hold it up."""

    _inherit = "project.billing.period"

    # ----------------------------------------------------------------- state

    @api.depends(
        "company_id.billing_expenses_required",
        "expense_ids.sale_order_line_id",
        "expense_ids.approval_state",
        "expense_line_ids.qty_delivered",
        "expense_line_ids.qty_invoiced",
    )
    def _compute_live(self):
        return super()._compute_live()

    @api.depends(
        "expense_line_ids.price_unit",
        "expense_line_ids.qty_delivered",
        "expense_line_ids.qty_invoiced",
    )
    def _compute_totals(self):
        return super()._compute_totals()

    @api.model
    def _get_waiting_sources(self, of_all):
        return [*super()._get_waiting_sources(of_all), self._unposted_expenses_sql()]

    @api.model
    def _get_billable_sources(self):
        Line, column = "sale.order.line", self._column
        return [
            *super()._get_billable_sources(),
            SQL(
                "SELECT %s AS period_id FROM sale_order_line item WHERE %s <> %s",
                column("item", "billing_period_id", Line),
                column("item", "qty_delivered", Line),
                column("item", "qty_invoiced", Line),
            ),
        ]

    @api.model
    def _holding_sql(self, alias):
        return SQL(
            "(%s OR EXISTS (SELECT 1 FROM hr_expense expense WHERE %s = %s))",
            super()._holding_sql(alias),
            self._column("expense", "billing_period_id", "hr.expense"),
            SQL.identifier(alias, "id"),
        )

    @api.model
    def _unposted_expenses_sql(self):
        Expense = "hr.expense"
        return SQL(
            """
            SELECT period.id AS period_id
              FROM hr_expense expense
              JOIN project_billing_period period ON period.id = %(period)s
              JOIN res_company company ON company.id = %(company)s
             WHERE %(waiting)s AND %(switch)s IS NOT FALSE
            """,
            company=self._column("period", "company_id"),
            period=self._column("expense", "billing_period_id", Expense),
            waiting=self._expense_waiting_sql("expense"),
            switch=self._column("company", "billing_expenses_required", "res.company"),
        )

    @api.model
    def _expense_waiting_sql(self, alias):
        """Handed in, but without the sales order item that its posting creates: an
        expense reads "posted" while its journal entry is still a draft."""
        Expense = "hr.expense"
        return SQL(
            "(%s NOT IN ('draft', 'refused') AND %s IS NULL)",
            self._column(alias, "state", Expense),
            self._column(alias, "sale_order_line_id", Expense),
        )

    # ----------------------------------------------------------------- items

    def _prepare_items_beside_time(self, counters):
        items = super()._prepare_items_beside_time(counters)
        return items + self._prepare_expense_items()

    def _prepare_expense_items(self):
        self.ensure_one()
        items = []
        for sale_line in self._get_waiting("expense_line_ids"):
            quantity = sale_line._get_expense_quantity()
            if not quantity:
                continue
            # sudo: the days of what the customer is billed
            days = sale_line.sudo().expense_ids.mapped("date")
            items.append(
                BillingItem(
                    period=self,
                    sale_line=sale_line,
                    kind="expense",
                    quantity=quantity,
                    made=quantity,
                    amount=sale_line._get_untaxed_amount(quantity),
                    uom=sale_line.product_uom_id,
                    price_unit=sale_line.price_unit,
                    discount=sale_line.discount,
                    date_from=min(days, default=None),
                    date_to=max(days, default=None),
                )
            )
        return items

    @api.model
    def _get_line_text(self, item, name):
        text = super()._get_line_text(item, name)
        if item.kind != "expense":
            return text
        notes = self._localize(item)._get_expense_notes()
        return "\n".join([text, *notes])


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _has_expense_markup(self):
        """Whether the expense of this line is re-invoiced at more than it cost."""
        return bool((self.reinvoiced_with or {}).get("markup"))

    def _get_expense_notes(self):
        """When the expenses of this line arose, and what was paid in another currency.

        The latter not where a mark-up was taken: it would tell how much.

        :return: list of texts, in the language of the environment
        """
        self.ensure_one()
        env, notes = self.env, []
        # sudo: the days and amounts of what the customer is billed
        line = self.sudo()
        for expense in line.expense_ids.sorted("date"):
            parts = [format_date(env, expense.date)]
            currency = expense.currency_id
            if currency != line.currency_id and not line._has_expense_markup():
                amount = expense.total_amount_currency
                parts.append(formatLang(env, amount, currency_obj=currency))
            notes.append(" · ".join(parts))
        return notes
