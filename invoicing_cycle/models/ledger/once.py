from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What bills again, because a cancellation or a credit was undone, bills once.

    Time looks after itself, because each row knows its line. What else a line bills
    may be billed elsewhere by now: then the change is refused with the way out, as for
    time. See ``billing/claims.py``.
    """

    _inherit = "account.move"

    def _check_once(self, before):
        """
        :param dict before: state of each move before, by id
        :raises UserError: where what bills again is billed elsewhere by now
        """
        # sudo: as in _follow_state
        lines = self.sudo().invoice_line_ids
        reopened = lines.filtered(lambda line: before[line.move_id.id] == "cancel")
        undone = lines.filtered(
            lambda line: (
                before[line.move_id.id] == "posted" and line.parent_state != "posted"
            )
        )
        revived = (reopened | undone.credited_line_id)._filtered_live()
        revived._check_billed_once()
        revived._raise_limits()
        posted = lines.filtered(
            lambda line: (
                line.parent_state == "posted" and before[line.move_id.id] != "posted"
            )
        )
        credits = posted.filtered(lambda line: line.move_id.move_type == "out_refund")
        gone = credits | lines.filtered(lambda line: line.parent_state == "cancel")
        # Each credit note gives a deduction back, also beyond what the invoice deducts.
        checked = gone._filtered_payments() | (posted - credits) | undone
        checked._check_deducted()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_billed_once(self):
        """
        :raises UserError: where what these lines bill again is billed elsewhere by now
        """
        for line in self:
            line._check_claimed_once()
            if line.sale_line_ids.filtered("is_downpayment"):
                line._check_deducted()

    # ---------------------------------------------------------- down payments

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
        today = fields.Date.context_today(self)
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
