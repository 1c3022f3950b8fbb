from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS sale_timesheet
        if not is_modify:
            return super().reverse_moves(is_modify)
        # sudo: the links of the invoice, which the user may reverse, not the time
        entries = (
            self.env["account.analytic.line"]
            .sudo()
            .search([("invoice_line_id", "in", self.move_ids.invoice_line_ids.ids)])
        )
        # The entries are free between the credit note and the new draft. Protected,
        # so that they do not take over their task's project or sale line meanwhile.
        protected = [
            entries._fields[name]
            for name in ("project_id", "partner_id", "user_id", "so_line")
        ]
        with self.env.protecting(protected, entries):
            result = super().reverse_moves(is_modify)
            self.new_move_ids._move_entries_to_recreated()
        return result
