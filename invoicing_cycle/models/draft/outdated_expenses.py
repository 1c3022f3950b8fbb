from odoo import models
from odoo.tools import SQL, float_compare


class AccountMove(models.Model):
    """Expenses that arrived since a draft was made, or were changed."""

    _inherit = "account.move"

    def _get_outdated_reasons(self, arrived):
        reasons = super()._get_outdated_reasons(arrived)
        lines = self._get_generated_lines()
        for line in lines.filtered(lambda line: line.billing_kind == "expense"):
            reasons[line.move_id.id] += line._get_outdated_expense()
        return reasons

    def _get_arrived_items(self):
        """Posted expenses of the periods of these drafts that wait elsewhere, in one
        query. The same condition as for time: dated in the period, of an order that is
        on the draft.
        """
        arrived = super()._get_arrived_items()
        Item, Expense = "sale.order.line", "hr.expense"
        column = self.env["project.billing.period"]._column
        for draft_id, item in self._execute_arrived(
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
            lambda expense: expense.sale_order_line_id,
        ):
            arrived[draft_id].append(item)
        return arrived

    def _format_arrived_items(self, items):
        sentences = super()._format_arrived_items(items)
        expenses = [item for item in items if item.record._name == "hr.expense"]
        if not expenses:
            return sentences
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
                *sentences,
                self.env._("An expense of %(amount)s arrived since.", amount=amount),
            ]
        return [
            *sentences,
            self.env._(
                "%(count)s expenses of %(amount)s in total arrived since.",
                count=len(expenses),
                amount=amount,
            ),
        ]


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
