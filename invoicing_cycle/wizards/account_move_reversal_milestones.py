from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        # EXTENDS account
        result = super().reverse_moves(is_modify)
        if is_modify:
            self.new_move_ids.invoice_line_ids._recreate_milestones()
        return result
