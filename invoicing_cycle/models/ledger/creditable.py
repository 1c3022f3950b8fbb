from odoo import fields, models

from ...tools.allocation import round_quantity
from ...tools.credit import NOISE, Rest


class AccountMoveLine(models.Model):
    """What is left to credit of a line, and the entries that a credit of it frees."""

    _inherit = "account.move.line"

    def _get_pending_choices(self):
        """Credit lines of drafts that will free entries of this line."""
        return self.credit_line_ids.filtered(
            lambda credit: (
                credit.parent_state == "draft" and credit._get_credited_rows()
            )
        )

    def _get_partly_credited(self):
        """Lines of which entries were credited, with those that they still bill.

        :return: dict, line to :class:`Rows`
        """
        return {
            line: line._get_billed_rows()
            for line in self
            if line._get_posted_credits()._filter_choices()
        }

    def _record_rest(self, rest):
        """Lines of a new credit note that credit all that was left of their lines.

        They free what was left, also when an earlier credit is taken back.

        :param dict rest: see :meth:`_get_partly_credited`
        """
        for credit in self:
            line = credit.credited_line_id
            if rows := rest.get(line):
                others = line._get_posted_credits() - credit
                made = line.quantity_made - sum(others.mapped("quantity_made"))
                credit._record_choice(rows, made)

    def _record_choice(self, rows, made):
        """Make this credit line free these rows while it is posted."""
        self._record(
            {
                "credited_entry_ids": [fields.Command.set(rows.entries.ids)],
                "credited_part_ids": [fields.Command.set(rows.parts.ids)],
                "credited_quantity": self.quantity if rows else 0.0,
                "credited_made": made if rows else 0.0,
            }
        )

    def _get_unchosen_quantity(self):
        """Quantity of this line but for the entries that posted credit notes freed."""
        self.ensure_one()
        choices = self._get_posted_credits()._filter_choices()
        return round_quantity(
            self.quantity - sum(choices.mapped("credited_quantity")),
            self.env["sale.order.line"]._get_quantity_digits(),
        )

    def _get_creditable_rows(self):
        """Time that this line bills and no draft credit note takes already."""
        self.ensure_one()
        return (
            self._get_billed_rows() - self._get_pending_choices()._get_credited_rows()
        )

    def _get_creditable_quantity(self):
        """What is left to credit of this line's quantity, drafts with a choice of
        entries included; not rounded."""
        self.ensure_one()
        posted, pending = self._get_posted_credits(), self._get_pending_choices()
        choices = posted._filter_choices() | pending
        chosen = sum(choices.mapped("credited_quantity"))
        credited = sum(credit._get_credit_quantity() for credit in posted | pending)
        if self._is_covered(self.quantity - chosen, credited - chosen):
            return 0.0
        return self.quantity - credited

    def _get_creditable_rest(self):
        """What is left to credit of this line, as :class:`Rest`.

        A rest that is no round part of the quantity is a part of the price, so that it
        is credited to the cent; time goes by its quantity.
        """
        self.ensure_one()
        posted, pending = self._get_posted_credits(), self._get_pending_choices()
        rows = self._get_creditable_rows()
        sale_line = rows.mapped("so_line")[:1]
        unit = sale_line.product_uom_id
        digits = sale_line._get_quantity_digits()
        left, price = self._get_creditable_quantity(), self.price_unit
        quantity = round_quantity(left, digits)
        if not rows and self.quantity and abs(left - quantity) > NOISE:
            quantity = self.quantity
            price = round_quantity(price * left / quantity, self._get_price_digits())
        return Rest(
            quantity=quantity,
            price=price,
            made=self.quantity_made
            - sum(posted.mapped("quantity_made"))
            - sum(pending.mapped("credited_made")),
            time=sale_line._get_exact_quantity(rows) if rows else 0.0,
            factor=unit._compute_quantity(1.0, self.product_uom_id, round=False)
            if unit and self.product_uom_id
            else 1.0,
            digits=digits,
        )

    def _get_amount_of(self, quantity, price):
        """Untaxed amount of a quantity of this line at another unit price, rounded.

        A line of quantity 0 has no price per unit that is its own.
        """
        self.ensure_one()
        net = self.price_subtotal / self.quantity if self.quantity else 0.0
        if self.price_unit:
            net *= price / self.price_unit
        return self.currency_id.round(net * quantity)
