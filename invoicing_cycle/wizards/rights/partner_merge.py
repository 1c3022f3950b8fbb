from odoo import models


class BasePartnerMerge(models.TransientModel):
    """Merged contacts are one customer, with one salesperson."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # EXTENDS base
        partners = self.env["res.partner"].browse(partner_ids).exists()
        appointed = partners._get_appointed()
        # sudo: of which company a customer is, before and after
        entities = {
            partner: partner.sudo().commercial_partner_id for partner in partners
        }
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # sudo: who it was is compared with who it is
        kept = partners.exists().sudo()
        known = kept.commercial_partner_id.union(*entities.values())
        # sudo: which contacts are one's own companies; flows ask for them
        companies = self.env["res.company"].sudo()
        own = companies.search([("partner_id", "in", known.ids)]).partner_id
        for partner, (name, salesperson) in appointed.items():
            if partner not in kept and kept.user_id != salesperson:
                partners._check_may_appoint(name, salesperson)
            if partner not in kept and (
                entities[partner] not in (partner, kept.commercial_partner_id)
                or (kept.commercial_partner_id in own and entities[partner] not in own)
            ):
                partners._check_may_move(name)
        return result
