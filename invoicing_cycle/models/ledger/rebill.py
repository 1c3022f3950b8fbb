from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...tools.allocation import round_quantity


class AccountMove(models.Model):
    _inherit = "account.move"

    waiting_reason = fields.Char(
        string="Waits For",
        compute="_compute_waiting_reason",
        compute_sudo=True,
        help="The credit note that has to be confirmed before this draft.",
        groups="base.group_user",
    )

    @api.depends(
        "state",
        "invoice_line_ids.awaits_credit",
        "invoice_line_ids.rebilled_credit_id.parent_state",
    )
    def _compute_waiting_reason(self):
        for move in self:
            waiting = move.invoice_line_ids.filtered(
                lambda line: line.awaits_credit and line.parent_state == "draft"
            )
            move.waiting_reason = waiting._get_waiting_reason() if waiting else False


class AccountMoveLine(models.Model):
    """Credit and re-create: a new draft bills the very entries that a credit frees.

    Odoo makes the draft at once, and the credit note may be posted later, on its date.
    Until then the credited invoice bills the time; the draft waits, bills nothing and
    cannot be confirmed. When the credit note is posted, the draft takes over.
    """

    _inherit = "account.move.line"

    awaits_credit = fields.Boolean(
        readonly=True,
        copy=False,
        help="Bills nothing before the credit note of what it bills again is posted.",
        groups="base.group_user",
    )
    recreated_line_id = fields.Many2one(
        "account.move.line",
        string="Re-creates Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )
    rebilled_credit_id = fields.Many2one(
        "account.move.line",
        string="Re-bills Credit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The credit line whose time this line bills again.",
        groups="base.group_user",
    )
    rebilling_line_ids = fields.One2many(
        "account.move.line",
        "rebilled_credit_id",
        string="Re-billed By",
        copy=False,
        groups="base.group_user",
    )

    # ------------------------------------------------------------------- checks

    def _check_not_waiting(self, along=()):
        """
        :param along: documents that are posted together with these lines
        :raises UserError: where posted lines would bill nothing: what they were made
            to bill again is on another invoice, or was freed without them
        """
        waiting = self.filtered(
            lambda line: (
                line.awaits_credit and line.rebilled_credit_id.move_id not in along
            )
        )
        if waiting:
            raise UserError(waiting._get_waiting_reason())

    def _get_waiting_reason(self):
        """
        :return: why these lines bill nothing yet, and the way out
        :rtype: str
        """
        credit = self.rebilled_credit_id.move_id[:1]
        names = {
            "draft": self.move_id[:1].display_name,
            "invoice": self.recreated_line_id.move_id[:1].display_name,
            "credit": credit.display_name,
        }
        if credit.state == "draft" and names["invoice"]:
            return self.env._(
                "%(draft)s is to bill again what %(invoice)s bills until %(credit)s is "
                "confirmed. Confirm that credit note first, or delete the draft.",
                **names,
            )
        return self.env._(
            "%(draft)s was to bill again what %(invoice)s billed, but the credit note "
            "for that is gone, or was confirmed without it. Delete the draft.",
            **names,
        )

    def _check_credited_once(self):
        """
        :raises UserError: where a draft waits for these credit lines, which were just
            posted, and finds nothing: another credit note gave all of it back
        """
        for credit in self:
            waiting, line = credit._get_waiting_lines(), credit.credited_line_id
            if (
                waiting
                and credit not in credit._filter_choices()
                and line._is_fully_credited(without=credit)
            ):
                raise UserError(
                    self.env._(
                        "%(draft)s shall bill what %(invoice)s bills again, which was "
                        "credited before. Delete that draft first.",
                        draft=waiting.move_id[:1].display_name,
                        invoice=line.move_id.display_name,
                    )
                )

    # ------------------------------------------------------------------- ledger

    def _rebill(self, credits):
        """Pair these new lines with the credit lines whose time they bill again.

        :param credits: lines of the credit note, posted or not yet
        """
        credit_of = {credit.credited_line_id: credit for credit in credits}
        for line in self:
            original = line.recreated_line_id
            credit = credit_of.get(original, self.browse())
            line._record(
                {
                    "billing_period_id": original.billing_period_id.id,
                    "billing_kind": original.billing_kind,
                    "is_supplementary": original.is_supplementary,
                    "price_made": original.price_made,
                    "discount_made": original.discount_made,
                    "rebilled_credit_id": credit.id,
                    "awaits_credit": original._is_of_ledger(),
                }
            )
            if credit and line.quantity != credit.quantity:
                # Less than the whole line, where entries were credited before.
                line.quantity = credit.quantity

    def _is_of_ledger(self):
        """Whether this line bills what can be billed again."""
        self.ensure_one()
        return self.display_type == "product" and bool(
            self.billing_period_id
            or self.quantity_made
            or self.timesheet_entry_ids
            or self.released_entry_ids
            or self.milestone_ids
            # Of Odoo's own invoice: an expense, an item of fixed amounts
            or self._is_of_periods()
        )

    def _take_over(self, entries):
        """Bill entries, or what else it was, in place of the line that was credited.

        :raises UserError: where that is billed elsewhere
        """
        self.ensure_one()
        if entries:
            entries._set_invoice_line(self)
        self._record(
            {
                "awaits_credit": False,
                "quantity_made": self._get_taken_over(),
            }
        )
        self._record({"made_with": self._get_made_with_again(entries)})
        self._take_over_milestones()
        if self.billing_kind == "expense":
            # Free for a moment, it has gone to the next period.
            expenses = self.sale_line_ids.expense_ids
            expenses._find_period_anew()
            # A link that is computed on demand does not tell what depends on it.
            expenses.modified(["billing_period_id"])
        if not entries:
            self._check_billed_once()

    def _get_taken_over(self):
        """What the order counts of this line from now on: what the credit of chosen
        entries took back, else what such credits have left of the credited line."""
        credit, line = self.rebilled_credit_id, self.recreated_line_id
        if choice := credit._filter_choices():
            return choice.credited_made
        choices = line._get_posted_credits()._filter_choices()
        return round_quantity(
            line.quantity_made - sum(choices.mapped("credited_made")),
            self.env["sale.order.line"]._get_quantity_digits(),
        )

    def _take_over_freed(self, billed):
        """Bill what credit notes that are posted already have freed.

        :param dict billed: entries that each credited line billed before
        :raises UserError: where they are billed elsewhere
        """
        for line in self.filtered(
            lambda line: (
                line.awaits_credit and line.rebilled_credit_id.parent_state == "posted"
            )
        ):
            original = line.recreated_line_id
            entries = billed.get(original, original.timesheet_entry_ids.browse())
            original._check_not_billed_elsewhere(entries)
            line._take_over(entries)

    def _get_waiting_lines(self):
        """Lines that bill again what these credit lines credit, and wait for them."""
        return self.rebilling_line_ids.filtered(
            lambda line: line.awaits_credit and line.parent_state != "cancel"
        )

    def _hand_over(self, entries):
        """Free entries of this line, or give them to the lines that bill them again."""
        self.ensure_one()
        if entries:
            self._remember_entries(entries)
        posted = self._get_posted_credits()
        choices = posted._filter_choices()
        for credit in posted:
            waiting = credit._get_waiting_lines()
            if not waiting:
                continue
            if credit in choices:
                taken = entries & credit.credited_entry_ids
                if not taken:
                    continue
            elif self._is_fully_credited() and not self._is_fully_credited(credit):
                taken = entries - choices.credited_entry_ids
            else:
                # Not this one gave back what was left of the line.
                continue
            waiting[0]._take_over(taken)
            entries -= taken
        if entries:
            entries._set_invoice_line(self.browse())

    # A line that bills its entries again bills what it was made from, or refuses.
    #
    # While they were free, anybody could change them: move them to another project or
    # sales order item, hold them back, make them longer, delete them.

    def _check_retaken(self, entries, counts_more=False):
        """
        :param entries: that this line is about to take again
        :param bool counts_more: it is to count more, whether or not any are left
        :raises UserError: where they are not what they were
        """
        self.ensure_one()
        if not entries and self.timesheet_entry_ids and not counts_more:
            # It gave nothing back.
            return
        if any(self._is_out_of_place(entry) for entry in entries) or (
            self._is_time_changed(entries | self.timesheet_entry_ids)
        ):
            raise UserError(
                self.env._(
                    "The time that %(document)s billed (%(line)s) has changed since. "
                    "Leave the document as it is, and create a new invoice of that "
                    "time.",
                    document=self.move_id.display_name,
                    line=(self.name or "").split("\n")[0],
                )
            )

    def _is_out_of_place(self, entry):
        """Whether this line could not bill the entry now."""
        project = self.billing_period_id.project_id
        return (
            entry.billing_hold != "bill"
            or (project and entry.project_id != project)
            or (self.sale_line_ids and entry.so_line not in self.sale_line_ids)
        )

    def _is_time_changed(self, entries):
        """Whether these entries are not the quantity that this line made."""
        sale_line = self.sale_line_ids[:1]
        if self.billing_kind:
            by_time = self.billing_kind == "time"
        else:
            # Odoo's own wizard tells no kind.
            by_time = entries or (
                self.quantity_made and sale_line.qty_delivered_method == "timesheet"
            )
        if not by_time or not sale_line:
            return False
        exact = sum(
            sale_line._convert_time(sum(group.mapped("billing_hours")), uom)
            for uom, group in entries.grouped("product_uom_id").items()
        )
        credits = self.credit_line_ids.filtered(
            lambda credit: credit.parent_state == "posted"
        )
        made = self.quantity_made - sum(credits.mapped("quantity_made"))
        if self.move_id.move_type == "out_refund":
            made = -made
        tolerance = sale_line._get_tolerance(len(sale_line.invoice_lines))
        return float_compare(abs(made - exact), tolerance, precision_digits=6) > 0
