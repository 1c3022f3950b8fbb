from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.retainer import earned_share


class SaleOrderLine(models.Model):
    """What sales order items have delivered: Odoo's accruals, sale analysis and
    profitability rest on it.

    Odoo counts hours on an item that is sold for an amount, time above a cap, and at a
    day of the past what was reached or spent later.
    """

    _inherit = "sale.order.line"

    billing_amount_period_ids = fields.One2many(
        "project.billing.period",
        "sale_line_id",
        export_string_translation=False,
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Billing periods that may bill an amount of this item.",
    )

    @api.depends(
        "billing_amount_period_ids.fixed_amount",
        "billing_capped",
        "product_uom_qty",
        "timesheet_ids.billing_hours",
        "timesheet_ids.billing_hold",
        "billing_part_ids.billing_hours",
        "billing_part_ids.billing_hold",
    )
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        # EXTENDS sale
        quantities = super()._prepare_qty_delivered()
        day = self._get_accrual_day()
        if day:
            quantities.update(self._get_reached_at(day))
            quantities.update(self._get_spent_at(day))
        # In this order: time is saved often, and most of it is on neither.
        amounts = self._filtered_pieces()._filtered_amounts()
        capped = self.filtered("billing_capped") - amounts
        capped = capped.filtered(lambda line: line.qty_delivered_method == "timesheet")
        invoiced = (amounts | capped)._prepare_qty_invoiced() if day else None
        for line in amounts | capped:
            made = invoiced[line] if day else line.qty_invoiced
            quantities[line] = (
                # What a person has billed above the cap was delivered.
                min(quantities[line], max(line.product_uom_qty, made))
                if line in capped
                else made
            )
        return quantities

    def _deliver_invoiced(self):
        """What is invoiced of these has changed: some deliver just that.

        Told to those alone. As a dependency it would have the time of every item, and
        the moves of goods, counted anew with each invoice.
        """
        field = self._fields["qty_delivered"]
        lines = self.filtered("billing_capped") | self._filtered_pieces()
        lines -= self.env.protected(field)
        self.env.add_to_compute(field, lines)
        lines.modified(["qty_delivered"])

    # ----------------------------------------------------------------- at a day

    @api.model
    def _get_accrual_day(self):
        """The day of the past that is asked for, if one is."""
        if not self._date_in_the_past():
            return None
        return fields.Date.to_date(self.env.context["accrual_entry_date"])

    def _get_reached_at(self, day):
        """What milestones had delivered, in one query.

        :return: dict, item to quantity
        """
        lines = self.filtered(lambda line: line.qty_delivered_method == "milestones")
        # sudo: as Odoo, quantities do not depend on who may read milestones
        groups = (
            self.env["project.milestone"]
            .sudo()
            ._read_group(
                [
                    ("sale_line_id", "in", lines.ids),
                    ("is_reached", "=", True),
                    ("reached_date", "<=", day),
                ],
                ["sale_line_id"],
                ["quantity_percentage:sum"],
            )
        )
        shares = {line.id: share for line, share in groups}
        return {line: shares.get(line.id, 0.0) * line.product_uom_qty for line in lines}

    def _get_spent_at(self, day):
        """What had been spent: expenses by their own day, whenever they were posted.

        :return: dict, item to quantity
        """
        lines = self.filtered(lambda line: line.qty_delivered_method == "analytic")
        # sudo: as Odoo, quantities do not depend on who may read costs
        lines = lines.sudo()
        of_expenses = lines.filtered("expense_ids")
        costs = (lines - of_expenses)._get_delivered_quantity_by_analytic(
            [("amount", "<=", 0.0), ("date", "<=", day)]
        )
        spent = {line: costs[line.id] for line in lines - of_expenses}
        for line in of_expenses:
            # One without a day is of the day on which it was posted.
            days = [
                expense.date or expense.account_move_id.date
                for expense in line.expense_ids
            ]
            is_spent = min(filter(None, days), default=day) <= day
            spent[line] = line.qty_delivered if is_spent else 0.0
        return spent

    def _compute_qty_delivered_at_date(self):
        # EXTENDS sale
        result = super()._compute_qty_delivered_at_date()
        pieces = self._filtered_pieces()
        orders = pieces.order_id._filtered_scheduled()
        for line in pieces.filtered(lambda line: line.order_id in orders):
            # It is delivered as it is billed, …
            line.qty_delivered_at_date = line.qty_invoiced_at_date
        for line, amount in self._get_earned_amounts().items():
            # … and an amount of a period day by day.
            line.qty_delivered_at_date = line._get_quantity_of(amount)
        return result

    def _compute_amount_to_invoice_at_date(self):
        # EXTENDS sale
        # After discount and without the taxes that a price includes.
        result = super()._compute_amount_to_invoice_at_date()
        earned = self._get_earned_amounts()
        for line in self:
            line.amount_to_invoice_at_date = (
                line.currency_id.round(earned[line] - line._get_invoiced_at_date())
                if line in earned
                else line._get_untaxed_amount(
                    line.qty_delivered_at_date - line.qty_invoiced_at_date
                )
            )
        return result

    # ------------------------------------------------------------------ amounts

    def _filtered_amounts(self):
        """Those of which periods bill amounts, in one query."""
        prepaid = self.filtered(
            lambda line: (
                not (line.product_id and line.product_id._is_delivered_timesheet())
            )
        )
        if not prepaid.ids:
            return self.browse()
        column = self.env["project.billing.period"]._column
        query = SQL(
            """
            SELECT DISTINCT %(item)s
              FROM project_billing_period period
             WHERE %(item)s IN %(ids)s AND %(amount)s > 0
            """,
            item=column("period", "sale_line_id"),
            ids=tuple(prepaid.ids),
            amount=column("period", "fixed_amount"),
        )
        found = {row[0] for row in self.env.execute_query(query)}
        return self.filtered(lambda line: line._origin.id in found)

    def _filtered_pieces(self):
        """Prepaid ones that are not sold by time: hours are no quantity of them."""
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return self.filtered(
            lambda line: (
                line.qty_delivered_method == "timesheet"
                and line.product_id.invoice_policy == "order"
                and not line.product_uom_id._has_common_reference(hour)
            )
        )

    def _get_earned_amounts(self):
        """What periods have earned of their amounts, day by day.

        As it was billed, where it is; a skipped period earns nothing.

        :return: dict, item of which periods bill amounts to its untaxed amount
        """
        lines = self._filtered_amounts()
        if not lines:
            return {}
        day = fields.Date.to_date(self.env.context.get("accrual_entry_date"))
        # sudo: what is earned does not depend on who may read billing periods
        periods = self.env["project.billing.period"].sudo()
        periods = periods.search(
            [("sale_line_id", "in", lines.ids), ("fixed_amount", ">", 0)]
        )
        billed = periods._filtered_fixed_amount_billed()
        earned = defaultdict(float)
        for period in periods:
            if period in billed:
                fixed = period.invoice_line_ids.filtered(
                    lambda line: line.billing_kind == "fixed"
                )
                amount = period.sale_line_id._get_amount_of(
                    fixed | fixed.credit_line_ids
                )
            else:
                amount = 0.0 if period.skip_reason else period.fixed_amount
            earned[period.sale_line_id.id] += amount * earned_share(
                period.date_from, period.date_to, day or period.company_id._get_today()
            )
        return {line: line.currency_id.round(earned[line._origin.id]) for line in lines}

    def _get_invoiced_at_date(self):
        """Untaxed amount that is invoiced of this item by the day asked for."""
        self.ensure_one()
        past = self._get_accrual_day()
        # sudo: what is invoiced does not depend on who may read invoices
        line = self.sudo()
        return line._get_amount_of(
            line._get_invoice_lines() if past else line.invoice_lines
        )

    def _get_amount_of(self, invoice_lines):
        """Untaxed amount of live invoice lines, in the currency of this item."""
        self.ensure_one()
        return sum(
            -line.move_id.direction_sign
            * line.currency_id._convert(
                line.price_subtotal,
                self.currency_id,
                self.company_id,
                line.move_id.invoice_date or self.company_id._get_today(),
                round=False,
            )
            for line in invoice_lines
            if line.parent_state != "cancel" and not line._is_credit_to_come()
        )

    def _get_quantity_of(self, amount):
        """The quantity of this item that an untaxed amount stands for."""
        self.ensure_one()
        price = self._get_untaxed_amount(1.0)
        return round(amount / price, self._get_quantity_digits()) if price else 0.0
