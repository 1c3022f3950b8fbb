from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, float_compare, formatLang


class ArrivedItem(NamedTuple):
    """What a draft's period would bill besides time, and waits in another period."""

    record: models.BaseModel  # hr.expense or project.milestone
    period_id: int

    @property
    def billed(self):
        """What waits in a period: of an expense its sales order item."""
        if self.record._name == "project.milestone":
            return self.record
        return self.record.sale_order_line_id

    def is_billed(self, items):
        """
        :param list items: ``BillingItem``
        """
        if self.record._name == "project.milestone":
            return any(item.milestone_id == self.record.id for item in items)
        return any(item.sale_line == self.billed for item in items)


class AccountMove(models.Model):
    """Drafts know what else became billable, or another, since they were made:
    expenses, milestones and fixed amounts."""

    _inherit = "account.move"

    def _add_outdated_items(self, reasons):
        """
        :param dict reasons: id of the draft to list of sentences; changed
        """
        expenses = self._get_arrived_expenses()
        milestones = self._get_arrived_milestones()
        for draft in self:
            reasons[draft.id] += draft._format_arrived_expenses(expenses[draft.id])
            reasons[draft.id] += draft._format_arrived_milestones(milestones[draft.id])
        lines = self._get_generated_lines()
        lines = lines.browse(lines.ids)
        for line in lines.filtered(lambda line: line.billing_kind == "expense"):
            reasons[line.move_id.id] += line._get_outdated_expense()
        for draft, sentence in self._get_changed_amounts(lines):
            reasons[draft.id].append(sentence)

    # ---------------------------------------------------------- what has arrived

    def _get_arrived_items(self):
        """Expenses and milestones that a refresh takes in.

        :return: list of :class:`ArrivedItem`
        """
        self.ensure_one()
        return [
            *self._get_arrived_expenses()[self.id],
            *self._get_arrived_milestones()[self.id],
        ]

    def _get_arrived_expenses(self):
        """Posted expenses of the periods of these drafts that wait elsewhere, in one
        query. The same condition as for time: dated in the period, of an order that is
        on the draft.

        :return: dict, id of the draft to list of :class:`ArrivedItem`
        """
        Item, Expense = "sale.order.line", "hr.expense"
        column = self.env["project.billing.period"]._column
        return self._execute_arrived(
            Expense,
            SQL(
                """
                  JOIN hr_expense item
                    ON %(project)s = %(period_project)s
                   AND %(date)s >= %(date_from)s
                   AND (%(date_to)s IS NULL OR %(date)s <= %(date_to)s)
                  JOIN sale_order_line sold
                    ON sold.id = %(sold)s AND %(order)s = draft.order_id
                 WHERE %(waiting)s IS NOT NULL
                   AND %(waiting)s <> period.id
                   AND %(delivered)s <> %(invoiced)s
                """,
                **self._period_columns(),
                project=column("item", "billing_project_id", Expense),
                date=column("item", "date", Expense),
                sold=column("item", "sale_order_line_id", Expense),
                order=column("sold", "order_id", Item),
                waiting=column("sold", "billing_period_id", Item),
                delivered=column("sold", "qty_delivered", Item),
                invoiced=column("sold", "qty_invoiced", Item),
            ),
        )

    def _get_arrived_milestones(self):
        """Milestones that were reached in the periods of these drafts and wait
        elsewhere, in one query.

        :return: dict, id of the draft to list of :class:`ArrivedItem`
        """
        Milestone = "project.milestone"
        column = self.env["project.billing.period"]._column
        return self._execute_arrived(
            Milestone,
            SQL(
                """
                  JOIN project_milestone item
                    ON %(project)s = %(period_project)s
                   AND %(date)s >= %(date_from)s
                   AND (%(date_to)s IS NULL OR %(date)s <= %(date_to)s)
                  JOIN sale_order_line sold
                    ON sold.id = %(sold)s AND %(order)s = draft.order_id
                 WHERE %(invoice_line)s IS NULL
                   AND %(waiting)s IS NOT NULL
                   AND %(waiting)s <> period.id
                """,
                **self._period_columns(),
                project=column("item", "project_id", Milestone),
                date=column("item", "reached_date", Milestone),
                sold=column("item", "sale_line_id", Milestone),
                order=column("sold", "order_id", "sale.order.line"),
                invoice_line=column("item", "invoice_line_id", Milestone),
                waiting=column("item", "billing_period_id", Milestone),
            ),
        )

    def _period_columns(self):
        column = self.env["project.billing.period"]._column
        return {
            "period_project": column("period", "project_id"),
            "date_from": column("period", "date_from"),
            "date_to": column("period", "date_to"),
        }

    def _execute_arrived(self, model, joins):
        """
        :param str model: of the table ``item``
        :param SQL joins: it and what it depends on, to ``draft`` and ``period``
        """
        result = defaultdict(list)
        if not self.ids:
            return result
        # Supplementary invoices bill late time alone.
        supplementary = self.env["account.move.line"]._fields["is_supplementary"]
        rows = self.env.execute_query(
            SQL(
                """
                WITH draft AS (%s)
                SELECT DISTINCT draft.id, item.id, period.id
                  FROM draft
                  JOIN project_billing_period period ON period.id = draft.period_id
                  %s
              ORDER BY 1, 2
                """,
                self._drafted_sql(
                    SQL("line.is_supplementary IS NOT TRUE", to_flush=supplementary)
                ),
                joins,
            )
        )
        records = self.env[model].browse(dict.fromkeys(row[1] for row in rows))
        records = dict(zip(records.ids, records, strict=True))
        for draft_id, record_id, period_id in rows:
            result[draft_id].append(ArrivedItem(records[record_id], period_id))
        return result

    @api.model
    def _place_arrived(self, items):
        """Let these wait in the period of a draft, for the generator to bill them
        there."""
        for item in items:
            item.record._record({"billing_period_id": item.period_id})
        self.env.flush_all()

    # -------------------------------------------------------------- fixed amounts

    def _get_changed_amounts(self, lines):
        """Fixed amounts of the periods of these drafts that are others by now.

        :param lines: all generated lines of these drafts
        :return: list of (draft, sentence)
        """
        lines = lines.filtered(
            lambda line: line.billing_period_id and not line.is_supplementary
        )
        amounts = {
            (draft, period): (
                period.fixed_amount
                if period.sale_line_id.order_id in own.sale_line_ids.order_id
                else 0.0,
                sum(
                    line._get_made_amount()
                    for line in own
                    if line.billing_kind == "fixed"
                ),
            )
            for (draft, period), own in lines.grouped(
                lambda line: (line.move_id, line.billing_period_id)
            ).items()
        }
        left = lines.billing_period_id.browse(
            period.id
            for (_draft, period), (now, made) in amounts.items()
            if now and not made
        )._filtered_fixed_amount_left()
        return [
            (draft, draft._format_changed_amount(period, now, made))
            for (draft, period), (now, made) in amounts.items()
            if draft.currency_id.compare_amounts(now, made) and (made or period in left)
        ]

    # ------------------------------------------------------------------- wording

    def _format_money(self, amount, currency=None):
        return formatLang(self.env, amount, currency_obj=currency or self.currency_id)

    def _format_arrived_expenses(self, expenses):
        if not expenses:
            return []
        amount = self._format_money(
            sum(
                item.record.sale_order_line_id._get_untaxed_amount(
                    item.record.sale_order_line_id._get_expense_quantity()
                )
                for item in expenses
            )
        )
        if len(expenses) == 1:
            return [
                self.env._("An expense of %(amount)s arrived since.", amount=amount)
            ]
        return [
            self.env._(
                "%(count)s expenses of %(amount)s in total arrived since.",
                count=len(expenses),
                amount=amount,
            )
        ]

    def _format_arrived_milestones(self, milestones):
        return [
            self.env._(
                "The milestone %(milestone)s is reached since.",
                milestone=item.record.display_name,
            )
            for item in milestones
        ]

    def _format_changed_amount(self, period, amount, made):
        texts = {
            "period": period.display_name,
            "now": self._format_money(amount),
            "made": self._format_money(made),
        }
        if not made:
            return self.env._(
                "The fixed amount of %(period)s, %(now)s, is not on it.", **texts
            )
        return self.env._(
            "The fixed amount of %(period)s is %(now)s now, the line was made with "
            "%(made)s.",
            **texts,
        )

    # Drafts know that more is left of down payments, or less, than they deduct.

    def _add_outdated_down_payments(self, reasons):
        """
        :param dict reasons: id of the draft to list of sentences; changed
        """
        lines = self._get_generated_lines()
        lines = lines.browse(lines.ids)
        payments = lines.sale_line_ids.order_id._get_down_payments()
        # Read at once what is asked line by line.
        lines.billing_period_id.project_id.fetch(["billing_deduct_down_payments"])
        for draft, own in lines.grouped("move_id").items():
            reasons[draft.id] += draft._get_outdated_deductions(own, payments)

    def _get_outdated_deductions(self, lines, payments):
        """What this draft would deduct now and does not, or the reverse.

        As :meth:`ProjectBillingPeriod._prepare_down_payment_items`, of the lines as
        they were made instead of what they would be made from.

        :param lines: its generated lines
        :param dict payments: as of ``sale.order._get_down_payments``
        :return: list of sentences
        """
        self.ensure_one()
        if self.move_type != "out_invoice":
            return []
        Period = self.env["project.billing.period"]
        billed, deducted, given = [defaultdict(float) for _number in range(3)]
        for line in lines.filtered("sale_line_ids"):
            item = line.sale_line_ids[:1]
            amount = line._get_made_amount()
            if line.billing_kind == "down_payment":
                deducted[item] -= amount
                given[item] -= line.price_subtotal
            elif line.billing_period_id.project_id.billing_deduct_down_payments:
                billed[Period._get_down_payment_key(item)] += amount
        differences = defaultdict(float)
        for item, amount in deducted.items():
            differences[item.order_id] -= amount
        for item, payment in payments.items():
            key = Period._get_down_payment_key(item)
            # What is left counts what this draft deducts, as it is now.
            left = payment.left + given[item]
            amount = max(item.currency_id.round(min(left, billed[key])), 0.0)
            billed[key] -= amount
            differences[item.order_id] += amount
        return [
            self._format_deduction(order, difference)
            for order, difference in differences.items()
            if self.currency_id.compare_amounts(difference, 0.0)
        ]

    def _format_deduction(self, order, difference):
        texts = {"order": order.name, "amount": self._format_money(abs(difference))}
        if difference > 0:
            return self.env._(
                "%(amount)s more of the down payments of %(order)s can be deducted "
                "now.",
                **texts,
            )
        return self.env._(
            "%(amount)s less of the down payments of %(order)s can be deducted now.",
            **texts,
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_outdated_expense(self):
        """What became of the expense that this line bills.

        :return: list of sentences
        """
        self.ensure_one()
        item = self.sale_line_ids[:1]
        digits = item._get_quantity_digits()
        if not float_compare(
            item.qty_delivered, item.qty_invoiced, precision_digits=digits
        ):
            return []
        texts = {
            "item": (self.name or "").split("\n")[0],
            "amount": self.move_id._format_money(self._get_made_amount()),
        }
        return [self.env._("The expense %(item)s of %(amount)s was changed.", **texts)]
