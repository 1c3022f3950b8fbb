from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..common.call_arguments import is_one_of
from ..schedule.project_rights import MANAGER
from .settings import BILLING, LEVELS, ON

#: Whoever switches on what is done by itself may do it by hand.
LEVEL_GROUPS = {"draft": MANAGER, "confirm": BILLING, "send": BILLING}


class ProjectProject(models.Model):
    """What the autopilot does for a project, and who may say so."""

    _inherit = "project.project"

    billing_autopilot = fields.Selection(
        LEVELS,
        string="Autopilot",
        copy=False,
        tracking=True,
        help="What is done by itself when a billing period of the project turns Ready, "
        "if its preview has no warning. Empty: as the company's settings say.",
        groups="base.group_user",
    )

    @api.constrains("billing_autopilot", "billing_company_id")
    def _check_billing_autopilot(self):
        for project in self:
            # sudo: as whom the autopilot of the project's company acts
            company = project.sudo().billing_company_id
            if project.billing_autopilot in ON and not (
                company.billing_autopilot_user_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(project)s cannot be on autopilot yet: it acts as nobody. "
                        "Let an administrator choose a user under Autopilot in the "
                        "settings of Invoicing Cycle.",
                        project=project.display_name,
                    )
                )

    def _get_autopilot(self):
        """What is done by itself for this project: one of ``LEVELS``."""
        self.ensure_one()
        # sudo: a switch of the company that bills the project
        project = self.sudo()
        return (
            project.billing_autopilot
            or project.billing_company_id.billing_autopilot
            or "nothing"
        )

    def _get_lowest_autopilot(self):
        """What may be done with an invoice of all these projects."""
        order = [level for level, _label in LEVELS]
        levels = [project._get_autopilot() for project in self]
        return min(levels, key=order.index, default="nothing")

    @api.model
    def _get_autopilot_domain(self, company, path=""):
        """Projects of a company for which something is done by itself.

        :param str path: from the model that is searched to its project
        """
        domain = Domain(f"{path}billing_autopilot", "in", ON)
        if company.billing_autopilot in ON:
            domain |= Domain(f"{path}billing_autopilot", "=", False)
        return domain

    def _check_autopilot_rights(self, vals):
        """Whether the user may switch the autopilot of these projects so.

        To stop it is for whoever may set the schedule.

        :param dict vals: values of ``write``
        :raises AccessError: where more is done by itself than the user may do by hand
        """
        if "billing_autopilot" not in vals:
            return
        chosen = vals["billing_autopilot"]
        # sudo: which of them it would change
        for project in self.sudo():
            if project.billing_autopilot != chosen:
                level = chosen or project.billing_company_id.billing_autopilot
                project._check_may_switch_on(level)

    def _check_new_autopilot(self):
        """The same for new projects: no default goes past it either."""
        # sudo: as above
        for project in self.sudo().filtered("billing_autopilot"):
            project._check_may_switch_on(project.billing_autopilot)

    def _check_may_switch_on(self, level):
        user = self.env.user
        if (
            not is_one_of(level, LEVEL_GROUPS)
            or user.id == SUPERUSER_ID
            or user.has_group(LEVEL_GROUPS[level])
        ):
            return
        raise AccessError(
            self.env._(
                "“%(level)s” by itself is for those who may do it by hand. Ask a "
                "billing manager who confirms invoices to switch the autopilot of this "
                "project on.",
                level=dict(
                    self._fields["billing_autopilot"]._description_selection(self.env)
                )[level],
            )
        )
