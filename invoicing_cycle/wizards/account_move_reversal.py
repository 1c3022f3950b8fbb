from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS sale_timesheet
        if not is_modify or self.credit_scope != "invoice":
            return super().reverse_moves(is_modify)
        # sudo: the links of the invoice, which the user may reverse, not the time
        invoices = self.sudo().move_ids
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
        with self.env.protecting(protected, entries):
            result = super().reverse_moves(is_modify)
            lines = self.sudo().new_move_ids.invoice_line_ids.filtered(
                "recreated_line_id"
            )
            lines._rebill((invoices.reversal_move_ids - before).invoice_line_ids)
            lines._take_over_freed(billed)
            lines._get_billing_periods()._reassign_entries()
        return result
