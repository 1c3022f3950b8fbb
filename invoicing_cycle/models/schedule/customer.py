from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

from .project_rights import MANAGER

#: With these a contact gets another salesperson: Odoo takes over that of a company.
SALESPERSON_FIELDS = frozenset({"parent_id", "user_id"})


#: With these it becomes part of another company, or one of its own.
ENTITY_FIELDS = frozenset({"commercial_partner_id", "is_company", "parent_id"})


class ResPartner(models.Model):
    """Who becomes the salesperson of a customer with projects.

    The salesperson bills them, and sees them, their periods and their amounts. So one
    does not appoint oneself: sales managers and billing managers appoint, and a
    salesperson hands over. The user decides, whoever the code runs as.
    """

    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS base
        if (SALESPERSON_FIELDS | ENTITY_FIELDS).isdisjoint(vals):
            return super().write(vals)
        appointed = self._get_appointed()
        # sudo: of which company a customer is, before and after
        entities = {
            partner: partner.sudo().commercial_partner_id for partner in appointed
        }
        result = super().write(vals)
        for partner, entity in entities.items():
            # sudo: as above
            if partner.sudo().commercial_partner_id != entity:
                self._check_may_move(appointed[partner][0])
        for partner, (name, salesperson) in appointed.items():
            # sudo: who it was is compared with who it is
            if partner.sudo().user_id != salesperson:
                self._check_may_appoint(name, salesperson)
        return result

    def _get_appointed(self):
        """Those among these contacts whose salesperson has rights by it.

        :return: dict, ``res.partner`` to (name, ``res.users``)
        """
        # sudo: whether there are projects does not depend on who may see them
        projects = self.env["project.project"].sudo().with_context(active_test=False)
        # sudo: as above
        periods = self.env["project.billing.period"].sudo()
        domain = [("partner_id", "in", self.ids)]
        customers = {
            partner.id
            for model, condition in (
                (projects, [("is_template", "=", False)]),
                (periods, []),
            )
            for [partner] in model._read_group(domain + condition, ["partner_id"])
        }
        # sudo: who is the salesperson now, and the name for the refusal
        return {
            partner: (partner.sudo().display_name, partner.sudo().user_id)
            for partner in self
            if partner.id in customers
        }

    @api.model
    def _check_may_move(self, name):
        """Raise unless the user may make a customer part of another company.

        Approval flows ask whether the customer is one of one's own companies, and who
        may bill a project whose customer it is.

        :param str name: of the customer
        """
        user = self.env.user
        if user.id != SUPERUSER_ID and not (
            user.has_group("sales_team.group_sale_manager") or user.has_group(MANAGER)
        ):
            raise AccessError(
                self.env._(
                    "%(customer)s has projects. Only a sales administrator or a "
                    "billing manager can make it part of another company.",
                    customer=name,
                )
            )

    @api.model
    def _check_may_appoint(self, name, salesperson):
        """Raise unless the user may take a customer from a salesperson.

        :param str name: of the customer
        :param salesperson: the present one, ``res.users``, may be empty
        """
        user = self.env.user
        if (
            user.id == SUPERUSER_ID
            or user == salesperson
            or user.has_group("sales_team.group_sale_manager")
            or user.has_group(MANAGER)
        ):
            return
        if salesperson:
            raise AccessError(
                self.env._(
                    "%(customer)s has projects, which its salesperson bills. Only "
                    "%(salesperson)s, a sales administrator or a billing manager can "
                    "give it another salesperson: ask one of them.",
                    customer=name,
                    salesperson=salesperson.name,
                )
            )
        raise AccessError(
            self.env._(
                "%(customer)s has projects, which its salesperson bills. Only a sales "
                "administrator or a billing manager can give it one: ask one of them.",
                customer=name,
            )
        )
