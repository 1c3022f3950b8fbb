from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

from ...tools.allocation import round_quantity
from ...tools.credit import is_covered
from ..entries.row_set import Rows


class AccountMoveLine(models.Model):
    """What posted credit notes free of the lines of an invoice.

    A credit line frees the entries that were chosen for it, or, together with others,
    all of the line once it is credited in full. A smaller one, in quantity or in price,
    is a matter of money and frees none. Posted no more, the invoice takes the entries
    again.
    """

    _inherit = "account.move.line"

    credited_line_id = fields.Many2one(
        "account.move.line",
        string="Credits Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )
    credit_line_ids = fields.One2many(
        "account.move.line",
        "credited_line_id",
        string="Credited By",
        copy=False,
        groups="base.group_user",
    )
    credited_entry_ids = fields.Many2many(
        "account.analytic.line",
        "invoicing_cycle_credited_entry_rel",
        "move_line_id",
        "entry_id",
        string="Credited Time Entries",
        readonly=True,
        copy=False,
        help="The entries that this credit frees while it is posted, chosen in the "
        "dialog.",
        groups="base.group_user",
    )
    credited_part_ids = fields.Many2many(
        "project.billing.part",
        "invoicing_cycle_credited_part_rel",
        "move_line_id",
        "part_id",
        string="Credited Parts of Time Entries",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    credited_quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="What the chosen entries stand for on the credited line. A credit of less "
        "is a matter of price and frees none of them.",
        groups="base.group_user",
    )
    credited_made = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="What the sales order no longer counts once the chosen entries are free.",
        groups="base.group_user",
    )

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_credited(self):
        self._check_not_credited()

    def _check_not_credited(self):
        """These lines are to go.

        :raises UserError: where a posted credit note would stay, and take back what
            nothing bills
        """
        # sudo: credit notes keep what they credit from going, also those that the user
        # cannot see; their numbers are the way out
        credits = self.sudo().filtered("quantity_made")._get_posted_credits()
        if credits:
            raise UserError(
                self.env._(
                    "%(credits)s credits %(invoices)s. Reset the credit note to draft "
                    "and cancel it first.",
                    credits=", ".join(credits.move_id.mapped("display_name")),
                    invoices=", ".join(self.move_id.mapped("display_name")),
                )
            )

    # ---------------------------------------------------------------- ledger

    def _settle_credits(self):
        """Free what posted credit notes credit of these invoice lines by now, and take
        again what they no longer do."""
        # sudo: whoever may post a credit note frees its time, also without the right
        # to read timesheets; quantity_made is kept by the ledger alone.
        # A cancelled invoice bills nothing, credited or not.
        lines = self.sudo().filtered(lambda line: line.parent_state != "cancel")
        before = {line: line._get_taken_back() for line in lines}
        credited = {line: line._settle_credited() for line in lines}
        for line, rows in credited.items():
            line._release(line._get_billed_rows() & rows)
        for line, rows in credited.items():
            line._take_again(
                line._get_released_rows() - rows,
                counts_more=abs(line._get_taken_back()) < abs(before[line]),
            )

    def _get_taken_back(self):
        """What credit notes take back of the quantity that this line made."""
        digits = self.env["sale.order.line"]._get_quantity_digits()
        return round_quantity(sum(self.credit_line_ids.mapped("quantity_made")), digits)

    def _settle_credited(self):
        """Let the credit notes of this line take back what it made, neither more nor
        less than what the entries that they free have made.

        :return: the rows that are credited
        """
        self.ensure_one()
        posted = self._get_posted_credits()
        choices = posted._filter_choices()
        made = dict.fromkeys(self.credit_line_ids, 0.0)
        made.update({credit: credit.credited_made for credit in choices})
        rows = choices._get_credited_rows()
        if self._is_fully_credited():
            rows = self._get_known_rows()
            rest = self.quantity_made - sum(made.values())
            made[(posted - choices)[:1] or choices[:1]] += rest
        digits = self.env["sale.order.line"]._get_quantity_digits()
        for credit, quantity in made.items():
            quantity = round_quantity(quantity, digits)
            if credit.quantity_made != quantity:
                credit._record({"quantity_made": quantity})
        return rows & self._get_known_rows()

    def _get_credited_rows(self):
        """What was chosen for these credit lines, as :class:`Rows`."""
        return Rows(self.credited_entry_ids, self.credited_part_ids)

    def _check_choices(self):
        """Credit lines that were just posted must find their entries, and those of
        invoices that were just posted go on to free theirs.

        :raises UserError: where one was credited before, or has another price by now
        """
        # sudo: as in _settle_credits
        lines = self.sudo()
        for line in lines.filtered("credit_line_ids"):
            line._check_choices_kept(self)
        lines._check_credited_live()
        groups = lines._filter_choices().grouped("credited_line_id")
        for line, credits in groups.items():
            if not line or line.parent_state == "cancel":
                continue
            billed = line._get_billed_rows()
            for credit in credits:
                if credit._get_credited_rows() - billed:
                    others = line._get_posted_credits().move_id - credit.move_id
                    raise UserError(
                        self.env._(
                            "%(credit)s credits time that %(invoice)s does not bill "
                            "any more. It was credited before, see %(others)s.",
                            credit=credit.move_id.display_name,
                            invoice=line.move_id.display_name,
                            others=", ".join(others.mapped("display_name"))
                            or line.move_id.display_name,
                        )
                    )
                billed -= credit._get_credited_rows()

    def _check_credited_live(self):
        """
        :raises UserError: where one of these credit lines credits a cancelled invoice
        """
        cancelled = self.credited_line_id.filtered(
            lambda line: line.parent_state == "cancel" and line.quantity_made
        )
        if cancelled:
            raise UserError(
                self.env._(
                    "%(credits)s credits %(invoices)s, which is cancelled and bills "
                    "nothing. Reset that to draft first, or cancel the credit note.",
                    credits=", ".join(
                        (cancelled.credit_line_ids & self).move_id.mapped(
                            "display_name"
                        )
                    ),
                    invoices=", ".join(cancelled.move_id.mapped("display_name")),
                )
            )

    def _check_choices_kept(self, posted):
        """A price that was raised on a draft would make its credits smaller in price.

        :param posted: the lines that were just posted, with this one
        """
        self.ensure_one()
        credits = (self._get_posted_credits() - posted).filtered(
            lambda credit: credit._get_credited_rows() and credit.quantity_made
        )
        lost = credits - credits._filter_choices()
        if lost and not self._is_fully_credited():
            raise UserError(
                self.env._(
                    "%(credits)s credits time of %(invoice)s at the price that it had "
                    "then, and would credit only a part of it at the new one. Set the "
                    "price back, or reset %(credits)s to draft first.",
                    credits=", ".join(lost.move_id.mapped("display_name")),
                    invoice=self.move_id.display_name,
                )
            )

    # How much of a line its posted credit notes take back.
    #
    # A line is credited in full when less than the last digit is left, of its quantity
    # and of its price.

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
            and self._get_billing_periods()
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
                    credit._get_credited_rows()
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

        def net_price(alias):
            return SQL(
                "(%s * (100 - COALESCE(%s, 0)))",
                self._column(alias, "price_unit"),
                self._column(alias, "discount"),
            )

        return SQL(
            "(%s * COALESCE(%s / NULLIF(%s, 0), 1))",
            self._column(credit, "quantity"),
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
            quantity=self._column(line, "quantity"),
            price=SQL(
                "ABS(%s * (1 - COALESCE(%s, 0) / 100))",
                self._column(line, "price_unit"),
                self._column(line, "discount"),
            ),
            price_digits=self._get_price_digits(),
            credited_line=self._column("credit", "credited_line_id"),
            line_id=SQL.identifier(line, "id"),
            state=self._column("credit", "parent_state"),
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
