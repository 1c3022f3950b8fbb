from dataclasses import dataclass

from odoo import models
from odoo.tools import SQL

from ....tools.shares import left_quantity
from ...common.supposed import get_supposition


@dataclass
class DownPayment:
    """What is left of one down payment line of an order, in the order's currency."""

    line: models.BaseModel  # sale.order.line
    paid: float  # untaxed, on confirmed down payment invoices
    left: float  # not deducted yet; drafts that deduct count
    quantity: float  # that it was invoiced with
    counted: float  # that the order counts as invoiced now

    @property
    def is_whole(self):
        return self.line.currency_id.compare_amounts(self.left, self.paid) == 0

    def deduct(self, amount, digits):
        """
        :return: the quantity that the order counts for it, negative
        """
        self.left = self.line.currency_id.round(self.left - amount)
        target = left_quantity(self.left, self.paid, self.quantity, digits)
        made, self.counted = target - self.counted, target
        return made


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_down_payments(self):
        """What is left of the down payments of these orders, in two queries.

        :return: dict, ``sale.order.line`` to :class:`DownPayment`, of lines with
            something paid, in the order of the lines
        """
        # sudo: what an order has paid does not depend on who bills it
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("order_id", "in", self.ids),
                    ("is_downpayment", "=", True),
                    ("display_type", "=", False),
                ]
            )
        )
        if not lines:
            return {}
        absent = get_supposition().lines
        result = {}
        for line in lines:
            counted = line.qty_invoiced - sum(
                absent_line._get_signed_made()
                for absent_line in (absent & line.invoice_lines if absent else ())
            )
            result[line] = DownPayment(line, 0.0, 0.0, 0.0, counted)
        for line_id, currency_id, paid, quantity, deducted in self.env.execute_query(
            self._down_payments_sql(lines)
        ):
            line = lines.browse(line_id)
            currency = self.env["res.currency"].browse(currency_id)
            paid, deducted = (
                currency._convert(
                    float(amount or 0.0),
                    line.currency_id,
                    line.company_id,
                    line.company_id._get_today(),
                )
                for amount in (paid, deducted)
            )
            payment = result[line]
            payment.paid += paid
            payment.left += paid + deducted
            payment.quantity += float(quantity or 0.0)
        return {
            line: payment
            for line, payment in result.items()
            if line.currency_id.compare_amounts(payment.paid, 0) > 0
        }

    def _down_payments_sql(self, lines):
        """Paid and deducted on the invoices of down payment lines.

        A line with a negative subtotal deducts, or is the credit of one that does.
        """
        Line, Move = "account.move.line", "account.move"
        column = self.env[Line]._column
        return SQL(
            """
            SELECT rel.order_line_id, %(currency)s,
                   SUM(sign.value * %(subtotal)s)
                       FILTER (WHERE %(subtotal)s > 0 AND %(state)s = 'posted'),
                   SUM(sign.value * %(quantity)s)
                       FILTER (WHERE %(subtotal)s > 0 AND %(state)s = 'posted'),
                   SUM(sign.value * %(subtotal)s)
                       FILTER (WHERE %(subtotal)s < 0
                               AND (%(state)s = 'posted' OR sign.value > 0))
              FROM sale_order_line_invoice_rel rel
              JOIN account_move_line line ON line.id = rel.invoice_line_id
              JOIN account_move invoice ON invoice.id = %(move)s
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN %(type)s = 'out_refund' THEN -1 ELSE 1 END
                   ) AS sign (value)
             WHERE rel.order_line_id IN %(ids)s
               AND %(state)s <> 'cancel'
               AND line.id <> ALL(%(absent)s)
          GROUP BY 1, 2
            """,
            currency=column("invoice", "currency_id", Move),
            subtotal=column("line", "price_subtotal"),
            quantity=column("line", "quantity"),
            move=column("line", "move_id"),
            state=column("invoice", "state", Move),
            type=column("invoice", "move_type", Move),
            absent=get_supposition().line_ids,
            ids=tuple(lines.ids),
        )
