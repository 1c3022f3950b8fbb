from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Merged contacts are one customer, with one salesperson."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # EXTENDS base
        partners = self.env["res.partner"].browse(partner_ids).exists()
        appointed = partners._get_appointed()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # sudo: who it was is compared with who it is
        kept = partners.exists().sudo()
        for partner, (name, salesperson) in appointed.items():
            if partner not in kept and kept.user_id != salesperson:
                partners._check_may_appoint(name, salesperson)
        return result
