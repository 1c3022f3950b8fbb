from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...tools.allocation import round_quantity


class AccountMoveLine(models.Model):
    """Credit and re-create: a new draft bills what a credit note has just freed.

    Both are made in one step, which the dialog refuses for a day to come: until its
    credit note is posted, the invoice bills its work itself.
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

    def _is_of_ledger(self):
        """Whether this line bills what can be billed again."""
        self.ensure_one()
        return self.display_type == "product" and bool(
            self.billing_period_id
            or self.quantity_made
            or self._get_known_rows()
            or self._has_claims()
            # Of Odoo's own invoice: an expense
            or self._get_billing_periods()
        )

    def _take_over(self, credits, billed):
        """Bill on these new lines what those that they re-create have given back.

        :param credits: posted lines of the credit notes
        :param dict billed: what each credited line billed before, as :class:`Rows`
        :raises UserError: where that is billed elsewhere
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
                }
            )
            if credit and line.quantity != credit.quantity:
                # Less than the whole line, where entries were credited before.
                line.quantity = credit.quantity
            if original._is_of_ledger():
                rows = billed.get(original, original._get_billed_rows())
                line._take_over_freed(credit, rows - original._get_billed_rows())

    def _take_over_freed(self, credit, rows):
        """
        :param credit: the posted line that has freed what this line bills again
        :param Rows rows: what it has freed
        :raises UserError: where that is billed elsewhere
        """
        self.ensure_one()
        self.recreated_line_id._check_not_billed_elsewhere(rows)
        rows._set_invoice_line(self)
        self._record({"quantity_made": self._get_taken_over(credit)})
        self._record({"made_with": self._get_made_with_again(rows)})
        self._take_over_claims()
        if not rows:
            self._check_billed_once()

    def _get_taken_over(self, credit):
        """What the order counts of this line from now on: what the credit of chosen
        entries took back, else what such credits have left of the credited line."""
        line = self.recreated_line_id
        if choice := credit._filter_choices():
            return choice.credited_made
        choices = line._get_posted_credits()._filter_choices()
        return round_quantity(
            line.quantity_made - sum(choices.mapped("credited_made")),
            self.env["sale.order.line"]._get_quantity_digits(),
        )

    # A line that bills its entries again bills what it was made from, or refuses.
    #
    # While they were free, anybody could change them: move them to another project or
    # sales order item, hold them back, make them longer, delete them.

    def _check_retaken(self, rows, counts_more=False):
        """
        :param Rows rows: that this line is about to take again
        :param bool counts_more: it is to count more, whether or not any are left
        :raises UserError: where they are not what they were
        """
        self.ensure_one()
        billed = self._get_billed_rows()
        if not rows and billed and not counts_more:
            # It gave nothing back.
            return
        if any(self._is_out_of_place(row) for row in rows) or (
            self._is_time_changed(rows | billed)
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

    def _is_out_of_place(self, row):
        """Whether this line could not bill the row now."""
        project = self.billing_period_id.project_id
        return (
            row.billing_hold != "bill"
            or (project and row.project_id != project)
            or (self.sale_line_ids and row.so_line not in self.sale_line_ids)
        )

    def _is_time_changed(self, rows):
        """Whether these rows are not the quantity that this line made."""
        sale_line = self.sale_line_ids[:1]
        if self.billing_kind:
            by_time = self.billing_kind == "time"
        else:
            # Odoo's own wizard tells no kind.
            by_time = rows or (
                self.quantity_made and sale_line.qty_delivered_method == "timesheet"
            )
        if not by_time or not sale_line:
            return False
        exact = sale_line._get_exact_quantity(rows)
        credits = self.credit_line_ids.filtered(
            lambda credit: credit.parent_state == "posted"
        )
        made = self.quantity_made - sum(credits.mapped("quantity_made"))
        if self.move_id.move_type == "out_refund":
            made = -made
        tolerance = sale_line._get_tolerance(len(sale_line.invoice_lines))
        return float_compare(abs(made - exact), tolerance, precision_digits=6) > 0
