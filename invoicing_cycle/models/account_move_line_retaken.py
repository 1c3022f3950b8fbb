from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class AccountMoveLine(models.Model):
    """A line that bills its entries again bills what it was made from, or refuses.

    While they were free, anybody could change them: move them to another project or
    sales order item, hold them back, make them longer, delete them.
    """

    _inherit = "account.move.line"

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
        tolerance = self.env["billing.proof"]._get_tolerance(
            len(sale_line.invoice_lines)
        )
        return float_compare(abs(made - exact), tolerance, precision_digits=6) > 0
