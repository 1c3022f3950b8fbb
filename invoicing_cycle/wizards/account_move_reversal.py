from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ..models.account_analytic_line_protected import recording_odoo_link
from ..models.call_arguments import ensure_one


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS sale_timesheet
        ensure_one(self)
        with recording_odoo_link(), self.env["account.move.line"]._reversing():
            if not is_modify or self.credit_scope != "invoice":
                return super().reverse_moves(is_modify)
            with self._handing_over():
                return super().reverse_moves(is_modify)

    @contextmanager
    def _handing_over(self):
        """Whole invoices are reversed in this block: the new drafts bill the same."""
        # sudo: the links of the invoice, which the user may reverse, not the time
        invoices = self.sudo().move_ids
        for invoice in invoices:
            self._check_not_credited(invoice)
        entries = invoices.invoice_line_ids.timesheet_entry_ids
        billed = entries.grouped("invoice_line_id")
        before = invoices.reversal_move_ids
        # The entries are free between the credit note and the new draft. Protected,
        # so that they do not take over their task's project or sale line meanwhile,
        # nor a rounding that the project has got since: the draft has what was billed.
        protected = [
            entries._fields[name]
            for name in (
                "project_id",
                "partner_id",
                "user_id",
                "so_line",
                "billing_hours",
            )
        ]
        # The periods are open for that moment, too, and keep the amounts of their
        # shares.
        periods = invoices.invoice_line_ids.billing_period_id
        amounts = [periods._fields["fixed_amount"]]
        with self.env.protecting([(protected, entries), (amounts, periods)]):
            yield
            # sudo: as above, for the drafts that were just made
            lines = self.sudo().new_move_ids.invoice_line_ids.filtered(
                "recreated_line_id"
            )
            lines._rebill((invoices.reversal_move_ids - before).invoice_line_ids)
            lines._take_over_freed(billed)
            lines._get_billing_periods()._reassign_entries()

    def _check_not_credited(self, invoice):
        """What is credited already would be credited again, and at once.

        :raises UserError: with the credit notes, and the way to the rest
        """
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity
        )
        credited = lines.filtered(lambda line: line._is_taken_back())
        if not credited or not (
            lines.billing_period_id or lines.released_entry_ids or self.bills_time
        ):
            return
        names = {
            "invoice": invoice.display_name,
            "credits": ", ".join(
                credited._get_posted_credits().move_id.mapped("display_name")
            ),
        }
        if credited == lines:
            raise UserError(
                self.env._(
                    "%(invoice)s is credited in full already, by %(credits)s. Create "
                    "a new invoice of the billing period instead.",
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "%(lines)s of %(invoice)s is credited already, by %(credits)s. Choose "
                "the lines that are left instead of the whole invoice.",
                lines=", ".join((line.name or "").split("\n")[0] for line in credited),
                **names,
            )
        )
