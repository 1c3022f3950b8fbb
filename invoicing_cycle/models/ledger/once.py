from odoo import models


class AccountMove(models.Model):
    """What bills again, because a cancellation or a credit was undone, bills once.

    Time looks after itself, because each row knows its line. What else a line bills
    may be billed elsewhere by now: then the change is refused with the way out, as for
    time. See ``billing/kinds/kind.py``.
    """

    _inherit = "account.move"

    def _check_once(self, before):
        """
        :param dict before: state of each move before, by id
        :raises UserError: where what bills again is billed elsewhere by now
        """
        # sudo: as in _follow_state
        lines = self.sudo().line_ids._filtered_known()
        reopened = lines.filtered(lambda line: before[line.move_id.id] == "cancel")
        undone = lines.filtered(
            lambda line: (
                before[line.move_id.id] == "posted" and line.parent_state != "posted"
            )
        )
        revived = (reopened | undone.credited_line_id)._filtered_live()
        revived._check_billed_once()
        revived._raise_limits()
        posted = lines.filtered(
            lambda line: (
                line.parent_state == "posted" and before[line.move_id.id] != "posted"
            )
        )
        credits = posted.filtered(lambda line: line.move_id.move_type == "out_refund")
        gone = credits | lines.filtered(lambda line: line.parent_state == "cancel")
        ((posted - credits) | undone)._check_covered(gone)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_billed_once(self):
        """
        :raises UserError: where what these lines bill again is billed elsewhere by now
        """
        for line in self:
            line._check_claimed_once()
