from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """No more of a down payment is deducted than was paid."""

    _inherit = "account.move.line"

    def _check_claimed_once(self):
        result = super()._check_claimed_once()
        self._check_deducted()
        return result

    def _check_covered(self, gone):
        # Each credit note gives a deduction back, also beyond what the invoice deducts.
        (gone._filtered_payments() | self)._check_deducted()
        return super()._check_covered(gone)

    def _filtered_payments(self):
        """Those that are down payments, and no deductions of one."""
        return self.filtered(
            lambda line: (
                line.price_subtotal > 0
                and line.sale_line_ids.filtered("is_downpayment")
            )
        )

    def _check_deducted(self):
        """
        :raises UserError: where more of a down payment is deducted than was paid
        """
        for item in self.sale_line_ids.filtered("is_downpayment"):
            if item.currency_id.compare_amounts(item._get_undeducted(), 0) < 0:
                item._raise_deducted(self)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_deducted(self):
        # sudo: what was deducted does not depend on who deletes
        lines = self.sudo()
        for item in lines._filtered_payments().sale_line_ids:
            left = item._get_undeducted(without=lines)
            if item.currency_id.compare_amounts(left, 0) < 0:
                item._raise_deducted(self)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_cycle_item_conditions(self, alias):
        conditions = super()._get_cycle_item_conditions(alias)
        return [*conditions, self._column(alias, "is_downpayment")]

    def _get_undeducted(self, without=None):
        """What all invoices of a down payment leave of it, in the order's currency.

        Drafts count on either side: a down payment that is corrected has been paid.
        Converted once per currency, as when it is deducted.

        :param without: ``account.move.line`` that are about to go
        """
        self.ensure_one()
        amounts = defaultdict(float)
        for line in self.invoice_lines - (without or self.invoice_lines.browse()):
            move = line.move_id
            refund = move.move_type == "out_refund"
            if move.state == "posted" or (move.state == "draft" and not refund):
                sign = -1 if refund else 1
                amounts[line.currency_id] += sign * line.price_subtotal
        today = self.company_id._get_today()
        return sum(
            currency._convert(amount, self.currency_id, self.company_id, today)
            for currency, amount in amounts.items()
        )

    def _raise_deducted(self, lines):
        deductions = self.invoice_lines.filtered(
            lambda line: line.price_subtotal < 0 and line.parent_state != "cancel"
        )
        raise UserError(
            self.env._(
                "More would be deducted of %(item)s (%(order)s) than was paid: see "
                "%(invoices)s. Cancel, credit or change the deduction first.",
                item=(self.name or "").split("\n")[0],
                order=self.order_id.name,
                invoices=", ".join(
                    (deductions - lines or deductions).move_id.mapped("display_name")
                ),
            )
        )
