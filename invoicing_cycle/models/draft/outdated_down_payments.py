from collections import defaultdict

from odoo import models


class AccountMove(models.Model):
    """Drafts know that more is left of down payments, or less, than they deduct."""

    _inherit = "account.move"

    def _get_outdated_reasons(self, arrived):
        reasons = super()._get_outdated_reasons(arrived)
        lines = self._get_generated_lines()
        lines = lines.browse(lines.ids)
        payments = lines.sale_line_ids.order_id._get_down_payments()
        # Read at once what is asked line by line.
        lines.billing_period_id.project_id.fetch(["billing_deduct_down_payments"])
        for draft, own in lines.grouped("move_id").items():
            reasons[draft.id] += draft._get_outdated_deductions(own, payments)
        return reasons

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
