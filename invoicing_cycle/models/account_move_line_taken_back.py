from odoo import api, models
from odoo.tools import SQL, float_compare

from ..tools.allocation import round_quantity
from ..tools.credit import is_covered


class AccountMoveLine(models.Model):
    """How much of a line its posted credit notes take back.

    A line is credited in full when less than the last digit is left, of its quantity
    and of its price.
    """

    _inherit = "account.move.line"

    def _get_posted_credits(self):
        return self.credit_line_ids.filtered(
            lambda credit: credit.parent_state == "posted"
        ).sorted("id")

    def _is_credit_to_come(self):
        """A draft that credits Odoo's own invoice of what billing periods bill again.

        Odoo counts it as if it were posted. Until then nothing is free, and it may be
        deleted.
        """
        self.ensure_one()
        return bool(
            self.credited_line_id
            and self.parent_state == "draft"
            and self.move_id.move_type == "out_refund"
            and self._is_of_periods()
        )

    def _is_of_periods(self):
        """Billing periods bill, or could bill again, what this line does."""
        self.ensure_one()
        return bool(
            self._get_billing_periods() or self.sale_line_ids._get_fixed_periods()
        )

    def _filter_choices(self):
        """Those credit lines that free the entries chosen for them.

        Also where such an entry, free by now, was deleted: the credit goes on to take
        back what it has made.
        """
        return self.filtered(
            lambda credit: (
                credit.credited_line_id
                and (
                    credit.credited_entry_ids
                    or credit.credited_quantity
                    or credit.credited_made
                )
                and credit.credited_line_id._is_covered(
                    credit.credited_quantity, credit._get_credit_quantity()
                )
            )
        )

    def _get_credit_quantity(self):
        """What this credit line takes back, as a quantity of the line that it credits.

        At that line's price: five hours for a tenth of it take back half an hour.
        """
        self.ensure_one()
        line = self.credited_line_id
        price, full = self._get_net_price(), line._get_net_price()
        digits = self._get_price_digits()
        if not full or not float_compare(price, full, precision_digits=digits):
            return self.quantity
        return self.quantity * price / full

    def _get_net_price(self):
        self.ensure_one()
        return self.price_unit * (1 - (self.discount or 0.0) / 100)

    @api.model
    def _get_price_digits(self):
        return self.env["decimal.precision"].precision_get("Product Price")

    def _is_covered(self, quantity, credited):
        """Whether a credit takes back all of a quantity of this line.

        Less than the last digit is left of the quantity, and of the price: of a fixed
        amount, which is one unit, a hundredth of the quantity is money.
        """
        self.ensure_one()
        price = self._get_net_price() / self.quantity if self.quantity else 0.0
        return is_covered(
            quantity, credited, self.env["sale.order.line"]._get_quantity_digits()
        ) and is_covered(
            quantity * abs(price), credited * abs(price), self._get_price_digits()
        )

    @api.model
    def _credit_quantity_sql(self, credit, line):
        """:meth:`_get_credit_quantity` in SQL.

        :param str credit: alias of the credit line
        :param str line: alias of the line that it credits
        """

        def column(alias, name):
            return SQL.identifier(alias, name, to_flush=self._fields[name])

        def net_price(alias):
            return SQL(
                "(%s * (100 - COALESCE(%s, 0)))",
                column(alias, "price_unit"),
                column(alias, "discount"),
            )

        return SQL(
            "(%s * COALESCE(%s / NULLIF(%s, 0), 1))",
            column(credit, "quantity"),
            net_price(credit),
            net_price(line),
        )

    def _is_taken_back(self):
        """Whether posted credit notes take back all of this line."""
        self.ensure_one()
        posted = self._get_posted_credits()
        credited = sum(credit._get_credit_quantity() for credit in posted)
        return bool(posted) and self._is_covered(abs(self.quantity), abs(credited))

    @api.model
    def _taken_back_sql(self, line):
        """Whether posted credit notes take back all of a line, whatever was chosen.

        :meth:`_is_taken_back` in SQL.

        :param str line: alias
        """

        def column(alias, name):
            return SQL.identifier(alias, name, to_flush=self._fields[name])

        return SQL(
            """
            COALESCE((SELECT ROUND(sums.missing, %(digits)s) <= 0
                             AND COALESCE(ROUND(sums.missing * %(price)s
                                                / NULLIF(ABS(%(quantity)s), 0),
                                                %(price_digits)s) <= 0, TRUE)
                        FROM (SELECT ABS(%(quantity)s) - ABS(SUM(%(credited)s))
                                     AS missing
                                FROM account_move_line credit
                               WHERE %(credited_line)s = %(line_id)s
                                 AND %(state)s = 'posted') sums), FALSE)
            """,
            credited=self._credit_quantity_sql("credit", line),
            digits=self.env["sale.order.line"]._get_quantity_digits(),
            quantity=column(line, "quantity"),
            price=SQL(
                "ABS(%s * (1 - COALESCE(%s, 0) / 100))",
                column(line, "price_unit"),
                column(line, "discount"),
            ),
            price_digits=self._get_price_digits(),
            credited_line=column("credit", "credited_line_id"),
            line_id=SQL.identifier(line, "id"),
            state=column("credit", "parent_state"),
        )

    def _is_fully_credited(self, without=None):
        """Whether posted credit notes take back all that was not chosen for one.

        :param without: a credit line that does not count
        """
        self.ensure_one()
        digits = self.env["sale.order.line"]._get_quantity_digits()
        posted = self._get_posted_credits() - (without or self.browse())
        choices = posted._filter_choices()
        chosen = sum(choices.mapped("credited_quantity"))
        credited = sum(credit._get_credit_quantity() for credit in posted) - chosen
        rest = round_quantity(self.quantity - chosen, digits)
        if not rest:
            # Nothing is left to credit. Whoever credits the line as well means it.
            return bool(posted - choices)
        return self._is_covered(rest, credited)
