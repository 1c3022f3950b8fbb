from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.allocation import round_quantity


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
        for line, entries in credited.items():
            line._hand_over(line.timesheet_entry_ids & entries)
        for line, entries in credited.items():
            line._take_entries_again(
                line.released_entry_ids - entries,
                counts_more=abs(line._get_taken_back()) < abs(before[line]),
            )

    def _get_taken_back(self):
        """What credit notes take back of the quantity that this line made."""
        digits = self.env["sale.order.line"]._get_quantity_digits()
        return round_quantity(sum(self.credit_line_ids.mapped("quantity_made")), digits)

    def _settle_credited(self):
        """Let the credit notes of this line take back what it made, neither more nor
        less than what the entries that they free have made.

        :return: the entries that are credited
        """
        self.ensure_one()
        posted = self._get_posted_credits()
        choices = posted._filter_choices()
        made = dict.fromkeys(self.credit_line_ids, 0.0)
        made.update({credit: credit.credited_made for credit in choices})
        entries = choices.credited_entry_ids
        if self._is_fully_credited():
            entries = self.timesheet_entry_ids | self.released_entry_ids
            rest = self.quantity_made - sum(made.values())
            made[(posted - choices)[:1] or choices[:1]] += rest
        digits = self.env["sale.order.line"]._get_quantity_digits()
        for credit, quantity in made.items():
            quantity = round_quantity(quantity, digits)
            if credit.quantity_made != quantity:
                credit._record({"quantity_made": quantity})
        return entries & (self.timesheet_entry_ids | self.released_entry_ids)

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
            billed = line.timesheet_entry_ids
            for credit in credits:
                if credit.credited_entry_ids - billed:
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
                billed -= credit.credited_entry_ids

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
            lambda credit: credit.credited_entry_ids and credit.quantity_made
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
