from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Credit and re-create: a new line and the one it bills again belong together."""

    _inherit = "billing.proof"

    @api.model
    def _get_line_conditions(self):
        return {
            **super()._get_line_conditions(),
            # What Odoo duplicates names a line as well, and bills nothing. Of a down
            # payment more may be left to deduct: its credit may be undone.
            "recreated": SQL(
                """
                recreated.id IS NOT NULL
                AND (original.id IS NOT NULL
                     OR is_.live AND is_.bills AND line.made_with IS NOT NULL
                        AND (recreated.billing_period_id
                                 IS DISTINCT FROM line.billing_period_id
                             OR recreated.billing_kind <> line.billing_kind
                             OR line.billing_kind <> 'down_payment'
                                AND NOT EXISTS (
                                    SELECT 1
                                      FROM account_move_line credit
                                     WHERE credit.credited_line_id = recreated.id
                                       AND credit.parent_state = 'posted')))
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
        }
