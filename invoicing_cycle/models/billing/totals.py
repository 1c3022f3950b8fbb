from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

TOTALS = (
    "hours",
    "late_hours",
    "expense_amount",
    "amount_to_invoice",
    "amount_invoiced",
)


class ProjectBillingPeriod(models.Model):
    """Hours and amounts of a period. Stored, because lists and groups sum them."""

    _name = "project.billing.period"
    _inherit = ["project.billing.period", "billing.recount.mixin"]
    _recount_link = "period_id"

    hours = fields.Float(
        compute="_compute_totals",
        store=True,
        prefetch="totals",
        help="Billable time that lands on this period's invoice, or landed there.",
    )
    late_hours = fields.Float(
        compute="_compute_totals",
        store=True,
        prefetch="totals",
        help="Part of the hours that is dated outside the period, because its own "
        "period is closed.",
    )
    expense_amount = fields.Monetary(
        compute="_compute_totals", store=True, prefetch="totals"
    )
    amount_to_invoice = fields.Monetary(
        compute="_compute_totals",
        store=True,
        prefetch="totals",
        help="Untaxed value of what the invoice would bill now, before down payments "
        "are deducted.",
    )
    amount_invoiced = fields.Monetary(
        compute="_compute_totals", store=True, prefetch="totals"
    )

    @api.depends(
        "date_from",
        "date_to",
        "fixed_amount",
        "sale_line_id",
        "currency_id",
        "skip_reason",
        "project_id.billing_line_detail",
        "project_id.billing_rounding",
        "project_id.billing_rounding_per",
        "project_id.billing_unit",
        "timesheet_ids.date",
        "timesheet_ids.employee_id",
        "timesheet_ids.task_id",
        "timesheet_ids.billing_hours",
        "timesheet_ids.product_uom_id",
        "timesheet_ids.so_line",
        "timesheet_ids.so_line.price_unit",
        "timesheet_ids.so_line.discount",
        "timesheet_ids.so_line.tax_ids",
        "timesheet_ids.invoice_line_id",
        "expense_line_ids.qty_delivered",
        "expense_line_ids.qty_invoiced",
        "expense_line_ids.price_unit",
        "invoice_line_ids.amount_currency",
        "invoice_line_ids.move_id.state",
        "invoice_line_ids.move_id.invoice_date",
        "invoice_line_ids.credit_line_ids.amount_currency",
        "invoice_line_ids.credit_line_ids.parent_state",
    )
    def _compute_totals(self):
        saved = self.filtered(lambda period: isinstance(period.id, int))
        totals = saved._count()
        for period in saved:
            period.update(totals[period.id])
        for period in self - saved:
            period.update(period._get_unsaved_totals())

    def _get_unsaved_totals(self):
        """What a form that is not saved shows: what is saved, with its fixed amount."""
        self.ensure_one()
        saved = self._origin
        values = {name: saved[name] for name in TOTALS}
        if not saved._filtered_closed():
            values["amount_to_invoice"] += self.fixed_amount - saved.fixed_amount
        return values

    @api.model
    def _get_recounted_fields(self):
        return (*super()._get_recounted_fields(), *TOTALS)

    def _count(self):
        # In a fixed number of queries.
        closed = self._filtered_closed()
        hours = self._get_hours(closed)
        amounts, expenses = defaultdict(float), defaultdict(float)
        today = fields.Date.context_today(self)
        for item in (self - closed)._get_billing_items():
            period = item.period
            # Rounded once, as the company's invoices are: see _get_untaxed_amount().
            amount = item.sale_line.currency_id._convert(
                item.amount, period.currency_id, period.company_id, today, round=False
            )
            amounts[period.id] += amount
            if item.kind == "expense":
                expenses[period.id] += amount
        # A fixed amount counts on the screen also before its sales order item is set.
        for period in self - closed:
            if period.fixed_amount and not period.sale_line_id:
                amounts[period.id] += period.fixed_amount
        result = {}
        for period in self:
            time, late = hours.get(period.id, (0.0, 0.0))
            result[period.id] = {
                "hours": time,
                "late_hours": late,
                "expense_amount": period._get_expense_amount_invoiced()
                if period in closed
                else period.currency_id.round(expenses[period.id]),
                "amount_to_invoice": period.currency_id.round(amounts[period.id]),
                "amount_invoiced": period._get_amount_invoiced(),
            }
        return result

    def _prepare_recount(self):
        # Time that was being saved while somebody else closed its period stands there
        # unbilled: neither saw the other. Each save leaves a note, so it is found here.
        Entry = "account.analytic.line"
        query = SQL(
            """
            SELECT DISTINCT p.project_id
              FROM project_billing_period p
             WHERE p.id IN %(ids)s
               AND EXISTS (
                   SELECT 1
                     FROM account_analytic_line entry
                    WHERE %(period)s = p.id AND %(invoice_line)s IS NULL)
               AND %(closed)s
            """,
            ids=tuple(self.ids),
            period=self._column("entry", "billing_period_id", Entry),
            invoice_line=self._column("entry", "invoice_line_id", Entry),
            closed=self._closed_sql("p"),
        )
        rows = self.env.execute_query(query)
        projects = self.env["project.project"].browse(row[0] for row in rows)
        projects._reassign_entries()
        projects._open_supplementary_periods()
        return super()._prepare_recount()

    def _get_hours(self, closed):
        """(hours, late hours) by period id, in one query.

        :param closed: those of these periods that are closed
        """
        ids = tuple(self._origin.ids)
        if not ids:
            return {}
        Entry = "account.analytic.line"
        query = SQL(
            """
            SELECT p.id, SUM(%(hours)s),
                   SUM(%(hours)s) FILTER (
                       WHERE %(date)s < %(date_from)s OR %(date)s > %(date_to)s)
              FROM project_billing_period p
              JOIN account_analytic_line entry ON %(period)s = p.id
             WHERE p.id IN %(ids)s AND %(own)s
          GROUP BY p.id
            """,
            own=self._own_time_sql("entry", closed._origin),
            hours=self.env[Entry]._hours_to_bill_sql("entry"),
            date=self._column("entry", "date", Entry),
            period=self._column("entry", "billing_period_id", Entry),
            date_from=self._column("p", "date_from"),
            date_to=self._column("p", "date_to"),
            ids=ids,
        )
        return {
            period_id: (hours, late or 0.0)
            for period_id, hours, late in self.env.execute_query(query)
        }

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

    @api.model
    def _refresh_totals_of(self, sale_lines):
        """Price the open periods of these sale order lines again.

        The quantity of the next line follows from all that was billed before.
        """
        # sudo: the amounts of a period do not depend on who bills another one
        Entry = self.env["account.analytic.line"].sudo()
        groups = Entry._read_group(
            [
                ("so_line", "in", sale_lines.ids),
                ("invoice_line_id", "=", False),
                ("billing_period_id", "!=", False),
            ],
            ["billing_period_id"],
        )
        periods = self.union(*(group[0] for group in groups))
        self.env.add_to_compute(self._fields["amount_to_invoice"], periods)
