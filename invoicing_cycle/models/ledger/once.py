from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class AccountMove(models.Model):
    """What bills again, because a cancellation or a credit was undone, bills once.

    Time and milestones look after themselves, because each knows its line. What else a
    line bills may be billed elsewhere by now: then the change is refused with the way
    out, as for time.
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
            items = line.sale_line_ids
            if line.billing_kind == "fixed" and line.billing_period_id:
                line._check_fixed_once()
            if line.billing_kind in ("expense", False):
                line._check_expenses_once()
            if not line.billing_kind:
                line._check_item_once()
            if line.quantity_made > 0 and items.filtered("billing_capped"):
                line._check_cap()
            if items.filtered("is_downpayment"):
                line._check_deducted()

    def _check_fixed_once(self):
        """The fixed amount of a period is what it was, and on no other line."""
        self.ensure_one()
        period = self.billing_period_id
        names = {
            "document": self.move_id.display_name,
            "period": period.display_name,
        }
        others = (
            period.invoice_line_ids.filtered(lambda line: line.billing_kind == "fixed")
            - self
        )._filtered_live()
        if others:
            raise UserError(
                self.env._(
                    "The fixed amount of %(period)s, which %(document)s bills, is "
                    "billed on %(invoices)s by now. Cancel or credit that first.",
                    invoices=", ".join(others.move_id.mapped("display_name")),
                    **names,
                )
            )
        if not self._is_amount_of_period():
            raise UserError(
                self.env._(
                    "The fixed amount of %(period)s, which %(document)s bills, has "
                    "changed since. Leave the document as it is, and create a new "
                    "invoice of the period.",
                    **names,
                )
            )
        period._check_shares_billed()

    def _is_amount_of_period(self):
        """Whether this line was made with the fixed amount of its period."""
        self.ensure_one()
        item, period = self.sale_line_ids[:1], self.billing_period_id
        taxes = (self.made_with or {}).get("tax_ids", item.tax_ids.ids)
        if not item or set(taxes) != set(item.tax_ids.ids):
            # Nothing to compare with: an included tax is part of the price.
            return True
        return item == period.sale_line_id and not item.currency_id.compare_amounts(
            self.price_made, item._get_price_of_untaxed(period.fixed_amount)
        )

    def _check_expenses_once(self):
        for item in self.sale_line_ids.filtered("is_expense"):
            if (
                float_compare(
                    abs(item.qty_invoiced),
                    abs(item.qty_delivered),
                    precision_digits=item._get_quantity_digits(),
                )
                > 0
            ):
                others = (item.invoice_lines - self)._filtered_live()
                if not (self.billing_kind or others) and item.qty_delivered:
                    # On an invoice of Odoo's dialog a person has raised the quantity.
                    continue
                raise UserError(
                    self.env._(
                        "%(item)s, which %(document)s bills, was taken back or is "
                        "billed elsewhere by now (%(invoices)s).",
                        item=item.display_name,
                        document=self.move_id.display_name,
                        invoices=", ".join(others.move_id.mapped("display_name"))
                        or self.env._("none"),
                    )
                )

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
