from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: What only the ledger writes.
LEDGER_FIELDS = frozenset(
    {
        "billing_kind",
        "billing_period_id",
        "is_supplementary",
        "timesheet_entry_ids",
        "milestone_ids",
        "quantity_made",
        "price_made",
        "discount_made",
        "released_entry_ids",
        "credit_line_ids",
    }
)
#: What Odoo's reversal sets on new lines by copying, as the user who reverses.
COPIED_FIELDS = frozenset({"credited_line_id", "recreated_line_id"})


class AccountMoveLine(models.Model):
    """The invoice side of the billing ledger: which entries a line bills.

    A line gives its entries back when it is deleted, its invoice is cancelled or it is
    credited in full, and takes them again when that is undone.
    """

    _inherit = "account.move.line"

    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    timesheet_entry_ids = fields.One2many(
        "account.analytic.line",
        "invoice_line_id",
        string="Billed Time Entries",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    quantity_made = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="The quantity that follows from the billed entries, in the unit of the "
        "sales order line. What a person changes on the draft is the difference.",
        groups="base.group_user",
    )
    price_made = fields.Float(
        digits="Product Price",
        readonly=True,
        copy=False,
        help="The unit price that the line was made with.",
        groups="base.group_user",
    )
    discount_made = fields.Float(
        digits="Discount",
        readonly=True,
        copy=False,
        help="The discount that the line was made with.",
        groups="base.group_user",
    )
    billing_kind = fields.Selection(
        [
            ("time", "Time"),
            ("fixed", "Fixed amount"),
            ("milestone", "Milestone"),
            ("expense", "Expense"),
            ("down_payment", "Down payment"),
            ("section", "Section"),
        ],
        readonly=True,
        copy=False,
        help="What the invoicing cycle made this line from; empty on lines that a "
        "person added.",
        groups="base.group_user",
    )
    is_supplementary = fields.Boolean(
        readonly=True,
        copy=False,
        help="Bills late time of a period that was closed before: the line does not "
        "keep the period closed.",
        groups="base.group_user",
    )
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
    recreated_line_id = fields.Many2one(
        "account.move.line",
        string="Re-creates Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )
    released_entry_ids = fields.Many2many(
        "account.analytic.line",
        "invoicing_cycle_released_entry_rel",
        "move_line_id",
        "entry_id",
        string="Released Time Entries",
        readonly=True,
        copy=False,
        help="The entries that this line billed before its invoice was cancelled or "
        "credited; it takes them again when that is undone.",
        groups="base.group_user",
    )

    # ------------------------------------------------------------------ CRUD

    @api.model
    def default_get(self, fields):
        # Defaults from the context or from ir.default would get past create()'s check.
        values = super().default_get(fields)
        for name in LEDGER_FIELDS | COPIED_FIELDS:
            values.pop(name, None)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(not LEDGER_FIELDS.isdisjoint(v) for v in vals_list):
            self._raise_ledger_access()
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not (LEDGER_FIELDS | COPIED_FIELDS).isdisjoint(vals):
            self._raise_ledger_access()
        return super().write(vals)

    def _raise_ledger_access(self):
        raise AccessError(
            self.env._(
                "What an invoice line bills is kept by the invoicing cycle and cannot "
                "be written by hand. Delete the line to give its time entries back."
            )
        )

    def unlink(self):
        periods = self._get_billing_periods()
        # Before Odoo's own freeing, which takes all entries of the sale line.
        self._give_entries_back(remember=False)
        result = super().unlink()
        periods._reassign_entries()
        return result

    @api.constrains("credited_line_id")
    def _check_credited_line(self):
        # The link frees time. A line gets it by being copied, so it must be true of
        # the document that the line is on, whoever copied in whatever context.
        for line in self.filtered("credited_line_id"):
            move = line.move_id
            if (
                move.move_type != "out_refund"
                or line.credited_line_id.move_id != move.reversed_entry_id
            ):
                raise ValidationError(
                    self.env._(
                        "Only the credit note that reverses %(invoice)s credits its "
                        "lines.",
                        invoice=line.credited_line_id.move_id.display_name,
                    )
                )

    def _copy_data_extend_business_fields(self, values):
        # EXTENDS account
        result = super()._copy_data_extend_business_fields(values)
        # Other documents have no time to give back. The key is set by _reverse_moves
        # alone; copies that re-create an invoice after its reversal do not carry it.
        if self.move_id.move_type == "out_invoice":
            reversing = "move_reverse_cancel" in self.env.context
            values["credited_line_id" if reversing else "recreated_line_id"] = self.id
        return result

    # ---------------------------------------------------------------- ledger

    def _get_billing_periods(self):
        """The periods whose invoicing depends on these lines (superuser records)."""
        # sudo: the links of a line to its periods, not the periods' data.
        lines = self.sudo()
        return (
            lines.billing_period_id
            | lines.credited_line_id.billing_period_id
            | lines.recreated_line_id.billing_period_id
        )

    def _adopt_billing_period(self):
        """Tie lines made the stock way to the one period that they bill completely."""
        for line in self.filtered(lambda line: not line.billing_period_id):
            period = line._get_billed_periods()
            if len(period) == 1 and period._is_billed_completely():
                line.billing_period_id = period

    def _get_billed_periods(self):
        """The periods in which waited what these lines bill."""
        return self.timesheet_entry_ids.billing_period_id

    def _give_entries_back(self, remember=True):
        """Free the entries of these lines.

        :param bool remember: keep them for :meth:`_take_entries_again`
        """
        # sudo: whoever may cancel or delete the invoice gives its time back, also
        # without the right to read timesheets.
        entries = (
            self.env["account.analytic.line"]
            .sudo()
            .search([("invoice_line_id", "in", self.ids)])
        )
        if not entries:
            return
        if remember:
            for line, line_entries in entries.grouped("invoice_line_id").items():
                line.released_entry_ids = [fields.Command.set(line_entries.ids)]
        entries._set_invoice_line(self.browse())

    def _take_entries_again(self):
        """Bill the entries that were given back before.

        :raises UserError: where one of them is billed elsewhere by now
        """
        # sudo: as in _give_entries_back
        for line in self.sudo().filtered("released_entry_ids"):
            entries = line.released_entry_ids
            elsewhere = entries.invoice_line_id - line
            if elsewhere:
                raise UserError(
                    self.env._(
                        "The time of %(document)s is billed on %(invoices)s by now. "
                        "Cancel or credit that first.",
                        document=line.move_id.display_name,
                        invoices=", ".join(elsewhere.move_id.mapped("display_name")),
                    )
                )
            entries._set_invoice_line(line)
            line.released_entry_ids = [fields.Command.clear()]

    def _follow_cancel(self):
        """Lines of invoices that were just cancelled bill nothing any more."""
        self._give_entries_back()
        # What a credit note took back from them went with them.
        self.sudo().credit_line_ids.filtered("quantity_made").quantity_made = 0.0

    def _unfollow_cancel(self):
        """Lines of cancelled invoices that were re-opened bill again, but for what was
        credited meanwhile."""
        credited = self.sudo()._get_fully_credited()
        (self - credited)._take_entries_again()
        credited._take_back_made()

    def _get_fully_credited(self):
        """These lines less those that no posted credit note has credited in full."""
        credited = {
            line.id: quantity
            for line, quantity in self.sudo()._read_group(
                [
                    ("credited_line_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                ],
                ["credited_line_id"],
                ["quantity:sum"],
            )
        }
        return self.filtered(
            lambda line: (
                line.id in credited
                and line.product_uom_id.compare(credited[line.id], line.quantity) >= 0
                if line.product_uom_id
                else line.id in credited and credited[line.id] >= line.quantity
            )
        )

    def _follow_credit(self):
        """Credit lines that were just posted: free what they credit in full."""
        # sudo: as in _give_entries_back; quantity_made is kept by the ledger alone.
        originals = self.sudo().credited_line_id._get_fully_credited()
        # What was credited before is free already, and may be billed again by now.
        for original in originals._take_back_made():
            original._give_entries_back()

    def _unfollow_credit(self):
        """Credit lines that are posted no more: their invoice bills again."""
        lines = self.sudo().filtered("credited_line_id")
        lines.filtered("quantity_made").quantity_made = 0.0
        # A cancelled invoice bills nothing, credited or not.
        originals = lines.credited_line_id.filtered(
            lambda line: line.parent_state != "cancel"
        )
        credited = originals._get_fully_credited()
        (originals - credited)._take_entries_again()
        # Another credit note credits them in full as well.
        credited._take_back_made()

    def _take_back_made(self):
        """Let one credit note of each fully credited line take back what it made.

        The order counts what was made: a full credit takes all of it back, a smaller
        one is a matter of price and takes nothing, and so does a second one.

        :return: those of these lines of which nothing was taken back before
        """
        taken = self.browse()
        for original in self.filtered(lambda line: line.parent_state != "cancel"):
            credits = original.credit_line_ids.filtered(
                lambda line: line.parent_state == "posted"
            )
            if not any(credits.mapped("quantity_made")):
                credits[:1].quantity_made = original.quantity_made
                taken |= original
        return taken

    @api.model
    def _timesheet_domain_get_invoiced_lines(self, sale_line_delivery):
        # EXTENDS sale_timesheet
        # The other half of sale.order.line._recompute_qty_to_invoice.
        domain = super()._timesheet_domain_get_invoiced_lines(sale_line_delivery)
        return [
            ("invoice_line_id", "=", False),
            ("billing_hold", "!=", "write_off"),
            *domain,
        ]
