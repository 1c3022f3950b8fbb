from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AccountMove(models.Model):
    _inherit = "account.move"

    def _follow_state(self, before):
        result = super()._follow_state(before)
        # sudo: as for time
        lines = self.sudo().invoice_line_ids
        lines.filtered(
            lambda line: (
                line.parent_state == "cancel" and before[line.move_id.id] == "draft"
            )
        )._check_not_awaited()
        return result


class AccountMoveLine(models.Model):
    """Credit and re-create: a new draft bills the very entries that a credit frees.

    Odoo makes the draft at once, and the credit note may be posted later, on its date.
    Until then the credited invoice bills the time, and after that the draft does.
    """

    _inherit = "account.move.line"

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

    def _rebill(self, credits):
        """Pair these new lines with the credit lines whose time they bill again.

        :param credits: lines of the credit note, posted or not yet
        """
        credit_of = {credit.credited_line_id: credit for credit in credits}
        for line in self:
            original = line.recreated_line_id
            credit = credit_of.get(original, self.browse())
            line.write(
                {
                    "billing_period_id": original.billing_period_id.id,
                    "billing_kind": original.billing_kind,
                    "is_supplementary": original.is_supplementary,
                    "price_made": original.price_made,
                    "discount_made": original.discount_made,
                    "rebilled_credit_id": credit.id,
                }
            )
            if credit and line.quantity != credit.quantity:
                # Less than the whole line, where entries were credited before.
                line.quantity = credit.quantity

    def _take_over(self, entries, made):
        """Bill entries, or what else it was, in place of the line that was credited.

        :raises UserError: where that is billed elsewhere
        """
        self.ensure_one()
        if entries:
            entries._set_invoice_line(self)
        self.quantity_made = made
        self.made_with = self._get_made_with_again(entries)
        self._take_over_milestones()
        if not entries:
            self._check_billed_once()

    def _take_over_freed(self, billed):
        """Bill what credit notes that are posted already have freed.

        :param dict billed: entries that each credited line billed before
        :raises UserError: where they are billed elsewhere
        """
        for line in self.filtered(
            lambda line: line.rebilled_credit_id.parent_state == "posted"
        ):
            original = line.recreated_line_id
            # Credited before, and not billed since: then this draft bills it.
            entries = billed.get(original) or original.released_entry_ids
            original._check_not_billed_elsewhere(entries)
            made = line.rebilled_credit_id.quantity_made or (
                entries.so_line[:1]._get_time_quantity(entries)
                if entries
                else original.quantity_made
            )
            line._take_over(entries, made)

    @api.model
    def _waits_for_credit_sql(self, alias):
        """The credit note of what this line is to bill again is not posted yet.

        :param str alias: of the line
        """
        column = self.env["project.billing.period"]._column
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM account_move_line awaited
                 WHERE awaited.id = %s AND %s = 'draft')
            """,
            column(alias, "rebilled_credit_id", self._name),
            column("awaited", "parent_state", self._name),
        )

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_awaited(self):
        # sudo: what waits for the credit note, whoever deletes it
        self.sudo()._check_not_awaited()

    def _check_not_awaited(self):
        """
        :raises UserError: where a draft waits for these credit lines, which are about
            to go: it would bill for the second time what the invoice bills
        """
        waiting = self.rebilling_line_ids.filtered(
            lambda line: line._is_waiting_for_credit()
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(drafts)s bills again what %(credits)s is to credit. Delete or "
                    "cancel that first.",
                    drafts=", ".join(waiting.move_id.mapped("display_name")),
                    credits=", ".join(
                        waiting.rebilled_credit_id.move_id.mapped("display_name")
                    ),
                )
            )

    def _is_waiting_for_credit(self):
        self.ensure_one()
        return self.parent_state != "cancel" and not (
            self.quantity_made or self.timesheet_entry_ids or self.released_entry_ids
        )

    def _hand_over(self, entries):
        """Free entries of this line, or give them to the lines that bill them again.

        :raises UserError: where such a line finds nothing to bill
        """
        self.ensure_one()
        if entries:
            self._remember_entries(entries)
        for credit in self._get_posted_credits():
            for line in credit.rebilling_line_ids.filtered(
                lambda line: line._is_waiting_for_credit()
            ):
                taken = entries & (credit.credited_entry_ids or entries)
                if not taken and (
                    self.released_entry_ids
                    or (self.quantity_made and not credit.quantity_made)
                ):
                    raise UserError(
                        self.env._(
                            "%(draft)s shall bill what %(invoice)s bills again, which "
                            "was credited before. Delete that draft first.",
                            draft=line.move_id.display_name,
                            invoice=self.move_id.display_name,
                        )
                    )
                line._take_over(taken, credit.quantity_made)
                entries -= taken
        if entries:
            entries._set_invoice_line(self.browse())
