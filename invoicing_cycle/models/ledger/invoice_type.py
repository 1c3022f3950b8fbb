from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """A negative draft becomes a credit note, with what the order counts of it."""

    _inherit = "account.move"

    @contextmanager
    def _switching_quantities(self):
        """Odoo switches the type of these documents within this block.

        :raises UserError: where that would give back what they bill
        """
        # Odoo turns the quantities of a negative invoice over as it makes it a credit
        # note: what the order counts of them turns with them.
        # sudo: what a line makes is kept by the ledger alone
        lines = self.sudo().invoice_line_ids.filtered(
            lambda line: line.quantity_made or line.credited_line_id
        )
        if positive := lines.move_id.filtered(
            lambda move: move.currency_id.compare_amounts(move.amount_total, 0.0) >= 0
        ):
            raise UserError(
                self.env._(
                    "%(documents)s bills or credits work, which the other type would "
                    "turn over. Delete the draft instead.",
                    documents=", ".join(positive.mapped("display_name")),
                )
            )
        before = {line: line.quantity for line in lines}
        yield
        for line in lines:
            if line.quantity == -before[line]:
                values = {"quantity_made": -line.quantity_made}
                if made := line.made_with:
                    values["made_with"] = {**made, "quantity": -made["quantity"]}
                line._record(values)
