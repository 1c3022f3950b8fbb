from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Credit and re-create: a new line, the line that it bills again, and the credit of
    that belong together."""

    _inherit = "billing.proof"

    @api.model
    def _get_line_conditions(self):
        return {
            **super()._get_line_conditions(),
            # What Odoo duplicates names a line as well, and bills nothing.
            "recreated": SQL(
                """
                original.id IS NOT NULL
                AND (recreated.id IS NOT NULL OR rebilled.id IS NOT NULL)
                OR is_.live AND is_.bills AND line.made_with IS NOT NULL
                   AND line.awaits_credit IS NOT TRUE
                   AND (recreated.id IS NULL) <> (rebilled.id IS NULL)
                """
            ),
            "credit_nothing": SQL(
                """
                original.id IS NULL
                AND (line.made_with IS NOT NULL OR invoice.move_type = 'out_invoice')
                AND (COALESCE(line.credited_quantity, 0) <> 0
                     OR COALESCE(line.credited_made, 0) <> 0)
                """
            ),
            # Both are made at once. The credit note may be deleted, and another one
            # made; the draft waits on, for nothing.
            "credit_unpaired": SQL(
                """
                line.awaits_credit AND rebilled.id IS NULL
                AND EXISTS (
                    SELECT 1
                      FROM account_move_line credit
                     WHERE credit.credited_line_id = line.recreated_line_id
                       AND credit.create_date = line.create_date
                       AND credit.id < line.id
                       AND credit.parent_state = 'draft'
                       AND NOT EXISTS (
                           SELECT 1
                             FROM account_move_line other
                            WHERE other.rebilled_credit_id = credit.id))
                """
            ),
        }

    @api.model
    def _get_more_line_reasons(self):
        _ = self.env._
        return {
            **super()._get_more_line_reasons(),
            "recreated": _(
                "bills another line again, but not after a credit note for that"
            ),
            "credit_nothing": _("takes time back, but is no credit"),
            "credit_unpaired": _(
                "waits for a credit note, and knows none, although there is one for it"
            ),
        }
