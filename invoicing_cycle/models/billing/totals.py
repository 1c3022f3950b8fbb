from collections import defaultdict
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

#: In SQL: read, summed, sorted and searched by one expression.
LIVE_TOTALS = ("hours", "late_hours", "amount_to_invoice")
TOTALS = (*LIVE_TOTALS, "expense_amount", "amount_invoiced")

#: How a list may be filtered by a number.
OPERATORS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


class ProjectBillingPeriod(models.Model):
    """Hours and amounts of a period, which lists and groups sum.

    What follows from time is never stored: it is the sum of the rows of that time
    (``project.billing.time``), so that no two people who save time write the same
    record. What is billed beside time, and what invoices bill, is stored.
    """

    _inherit = "project.billing.period"

    hours = fields.Float(
        compute="_compute_live",
        search="_search_hours",
        help="Billable time that lands on this period's invoice, or landed there.",
    )
    late_hours = fields.Float(
        compute="_compute_live",
        search="_search_late_hours",
        help="Part of the hours that is dated outside the period, because its own "
        "period is closed.",
    )
    amount_to_invoice = fields.Monetary(
        compute="_compute_live",
        search="_search_amount_to_invoice",
        help="Untaxed value of what the invoice would bill now, before down payments "
        "are deducted. “≈”: several lines or included taxes are rounded apart, so the "
        "invoice can be off by cents; the preview has its amounts.",
    )
    amount_is_about = fields.Boolean(compute="_compute_amount_is_about")
    expense_amount = fields.Monetary(compute="_compute_totals", store=True)
    amount_invoiced = fields.Monetary(compute="_compute_totals", store=True)
    amount_beside_time = fields.Monetary(
        compute="_compute_totals",
        store=True,
        help="Part of the amount to invoice that follows from no time.",
    )

    # ------------------------------------------------------------ what is stored

    @api.depends(
        "currency_id",
        "date_from",
        "date_to",
        "fixed_amount",
        "invoice_line_ids.amount_currency",
        "invoice_line_ids.billed_count",
        "invoice_line_ids.credit_line_ids.amount_currency",
        "invoice_line_ids.credit_line_ids.parent_state",
        "invoice_line_ids.move_id.invoice_date",
        "invoice_line_ids.move_id.state",
        "sale_line_id",
        "skip_reason",
    )
    def _compute_totals(self):
        """In a fixed number of queries."""
        saved = self.filtered(lambda period: isinstance(period.id, int))
        closed = saved._filtered_closed()
        amounts, expenses = defaultdict(float), defaultdict(float)
        for item in saved._get_items_beside_time():
            period = item.period
            # Rounded once, as the company's invoices are: see _get_untaxed_amount().
            amount = item.sale_line.currency_id._convert(
                item.amount,
                period.currency_id,
                period.company_id,
                period.company_id._get_today(),
                round=False,
            )
            amounts[period.id] += amount
            if item.kind == "expense":
                expenses[period.id] += amount
        for period in saved:
            # A fixed amount counts on the screen also before its item is set.
            if period.fixed_amount and not period.sale_line_id:
                amounts[period.id] += period.fixed_amount
            currency = period.currency_id
            period.amount_beside_time = currency.round(amounts[period.id])
            period.expense_amount = (
                period._get_expense_amount_invoiced()
                if period in closed
                else currency.round(expenses[period.id])
            )
            period.amount_invoiced = period._get_amount_invoiced()
        for period in self - saved:
            origin = period._origin
            # A form that is not saved shows what is saved, with its fixed amount.
            period.amount_beside_time = origin.amount_beside_time + (
                period.fixed_amount - origin.fixed_amount
            )
            period.expense_amount = origin.expense_amount
            period.amount_invoiced = origin.amount_invoiced

    def _get_live_lines(self):
        """Invoice lines of this period with those that credit them."""
        self.ensure_one()
        # A down payment settles a part of the value and makes it no smaller.
        lines = self.invoice_line_ids.filtered(
            lambda line: (
                line.parent_state != "cancel" and line.billing_kind != "down_payment"
            )
        )
        credits = lines.credit_line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )
        return lines | credits

    def _get_amount_invoiced(self, only=lambda line: True):
        # What is booked and not the subtotals, whose cents need not add up to the
        # invoice where the company rounds over all of it. Income is negative there.
        return sum(
            -line.currency_id._convert(
                line.amount_currency,
                self.currency_id,
                line.company_id,
                line.move_id.invoice_date or line.move_id.date,
            )
            for line in self._get_live_lines()
            if only(line)
        )

    def _get_expense_amount_invoiced(self):
        return self._get_amount_invoiced(
            lambda line: any(line.sale_line_ids.mapped("is_expense"))
        )

    # ---------------------------------------------------------- what follows time

    @api.depends(
        "amount_beside_time",
        "closing_line_count",
        "date_from",
        "date_to",
        "fixed_line_count",
        "project_id.billing_rounding",
        "project_id.billing_rounding_per",
        "project_id.billing_unit",
        "skip_reason",
        "part_ids.counted_in",
        "timesheet_ids.counted_in",
        "part_ids.so_line.billing_capped",
        "part_ids.so_line.discount",
        "part_ids.so_line.product_uom_qty",
        "part_ids.so_line.standard_rate",
        "timesheet_ids.so_line.billing_capped",
        "timesheet_ids.so_line.discount",
        "timesheet_ids.so_line.product_uom_qty",
        "timesheet_ids.so_line.standard_rate",
    )
    def _compute_live(self):
        result = super()._compute_live()
        # In a form that is not saved, the amount follows what was typed.
        edited = self.filtered(lambda period: not period.id)
        for period in edited - edited._filtered_closed():
            period.amount_to_invoice += (
                period.amount_beside_time - period._origin.amount_beside_time
            )
        return result

    @api.depends("amount_to_invoice", "late_hours", "project_id.billing_line_detail")
    def _compute_amount_is_about(self):
        """Whether the invoice can amount to something else, by rounding."""
        detailed = self.filtered(
            lambda period: (
                period.project_id.billing_line_detail != "sale_line"
                or 0 < abs(period.late_hours) < abs(period.hours)
            )
        )
        about = detailed | self._filtered_sql(self._has_included_taxes_sql("p"))
        for period in self:
            period.amount_is_about = bool(
                period in about and period.hours and period.amount_to_invoice
            )

    @api.model
    def _has_included_taxes_sql(self, alias):
        """Time waits whose price includes its taxes."""
        column, Line = self._column, "sale.order.line"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM %(time)s time
                  JOIN sale_order_line item ON item.id = time.so_line_id
                 WHERE time.period_id = %(id)s
                   AND time.entry_count > 0
                   AND ROUND((%(net)s - %(price)s)::numeric, 6) <> 0)
            """,
            time=self.env["project.billing.time"]._rows_sql(),
            id=SQL.identifier(alias, "id"),
            net=column("item", "standard_rate", Line),
            price=column("item", "price_unit", Line),
        )

    @api.model
    def _search_hours(self, operator, value):
        return self._search_total("hours", operator, value)

    @api.model
    def _search_late_hours(self, operator, value):
        return self._search_total("late_hours", operator, value)

    @api.model
    def _search_amount_to_invoice(self, operator, value):
        return self._search_total("amount_to_invoice", operator, value)

    @api.model
    def _search_total(self, name, operator, value):
        if operator != "in" and operator not in OPERATORS:
            return NotImplemented
        try:
            numbers = [
                round(float(number or 0.0), 6)
                for number in (value if operator == "in" else [value])
            ]
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no number to compare %(field)s with.",
                    value=value,
                    field=self._fields[name]._description_string(self.env),
                )
            ) from error
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                # As in _search_state(): PostgreSQL takes one in two for true.
                "COALESCE(ROUND(%s::numeric, 6) %s ANY(%s::numeric[]), FALSE)",
                model._field_to_sql(alias, name, query),
                OPERATORS.get(operator, SQL("=")),
                numbers,
            )
        )

    @api.model
    def _get_sql_fields(self):
        return {
            **super()._get_sql_fields(),
            "hours": partial(self._hours_sql, "hours", "billed_hours"),
            "late_hours": partial(self._hours_sql, "late_hours", "billed_late_hours"),
            "amount_to_invoice": self._amount_to_invoice_sql,
        }

    @api.model
    def _hours_sql(self, waiting, billed, alias, due):
        """The sum of what waits in the period and, where it is closed, was billed."""
        return SQL(
            """
            (COALESCE(%(waiting)s, 0)
             + CASE WHEN %(closed)s THEN COALESCE((
                         SELECT SUM(time.%(billed)s)
                           FROM %(time)s time
                          WHERE time.period_id = %(id)s
                            AND (time.billed_hours <> 0
                                 OR time.billed_late_hours <> 0)), 0)
                    ELSE 0
                END)
            """,
            waiting=SQL.identifier(due, waiting),
            closed=self._closed_sql(alias),
            billed=SQL.identifier(billed),
            time=self.env["project.billing.time"]._rows_sql(),
            id=SQL.identifier(alias, "id"),
        )

    @api.model
    def _amount_to_invoice_sql(self, alias, due):
        return SQL(
            """
            (CASE WHEN %(closed)s THEN 0
                  ELSE ROUND(((COALESCE(%(time)s, 0) + COALESCE(%(beside)s, 0))
                              / %(rounding)s)::numeric) * %(rounding)s
              END)
            """,
            closed=self._closed_sql(alias),
            time=SQL.identifier(due, "amount"),
            beside=self._column(alias, "amount_beside_time"),
            rounding=SQL.identifier(due, "rounding"),
        )
