from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

from ..runs.worker import act_as

#: What is done when a period turns Ready, each with all that stands before it.
LEVELS = [
    ("nothing", "Nothing"),
    ("draft", "Draft"),
    ("confirm", "Draft and confirm"),
    ("send", "Draft, confirm and send"),
]
#: Those that do something.
ON = ("draft", "confirm", "send")
#: What the user needs in whose name it acts.
BILLING = "account.group_account_invoice"
#: The system parameter that is there while the autopilot is stopped.
SWITCH = "invoicing_cycle.autopilot_stopped"


class ResCompany(models.Model):
    """What a company lets the autopilot do, as whom, and what keeps it from that."""

    _inherit = "res.company"

    billing_autopilot = fields.Selection(
        LEVELS,
        string="Autopilot",
        default="nothing",
        required=True,
        help="What is done by itself when a billing period turns Ready, if its preview "
        "has no warning. Sending goes by the customer's own way. A project can have a "
        "choice of its own.",
    )
    billing_autopilot_user_id = fields.Many2one(
        "res.users",
        string="Autopilot Acts As",
        domain="[('share', '=', False)]",
        help="The autopilot does what this user may do, and in this user's name. The "
        "user needs the role Invoicing / Billing.",
    )

    @api.constrains("billing_autopilot_user_id")
    def _check_billing_autopilot_user(self):
        for company in self.filtered("billing_autopilot_user_id"):
            if obstacle := company._get_pilot_obstacle():
                raise ValidationError(obstacle)

    def _check_autopilot_has_user(self):
        """Raise where it is on and acts as nobody.

        No constraint: Odoo writes the two settings one after the other.
        """
        for company in self:
            if company.billing_autopilot in ON and (
                obstacle := company._get_pilot_obstacle()
            ):
                raise ValidationError(obstacle)

    @api.model
    def _is_autopilot_stopped(self):
        """Whether somebody has stopped it, for all companies."""
        # sudo: a switch. Asked past the cache of parameters, because a job that is at
        # work would not see there that it was turned.
        parameters = self.env["ir.config_parameter"].sudo()
        return bool(parameters.search_count([("key", "=", SWITCH)], limit=1))

    def _get_pilot_obstacle(self):
        """Why it could not act as the user that is chosen here, or an empty text."""
        self.ensure_one()
        _ = self.env._
        # sudo: who it is and what that user may, asked for whoever looks
        company = self.sudo()
        user = company.billing_autopilot_user_id
        names = {"user": user.name, "company": company.name}
        if not user:
            return _(
                "The autopilot of %(company)s acts as nobody. Choose a user under "
                "Autopilot in the settings of Invoicing Cycle.",
                **names,
            )
        if not user.active or user.id == SUPERUSER_ID:
            return _(
                "%(user)s is archived, and the autopilot of %(company)s acts as this "
                "user. Choose another one under Autopilot in the settings of Invoicing "
                "Cycle.",
                **names,
            )
        if company not in user.company_ids:
            return _(
                "%(user)s has no access to %(company)s, and the autopilot acts as this "
                "user there. Give access, or choose another user under Autopilot in "
                "the settings of Invoicing Cycle.",
                **names,
            )
        if not user.has_group(BILLING):
            return _(
                "%(user)s may not confirm invoices, and the autopilot of %(company)s "
                "acts as this user. Give the role Invoicing / Billing, or choose "
                "another user under Autopilot in the settings of Invoicing Cycle.",
                **names,
            )
        return ""

    def _get_autopilot_obstacle(self):
        """Why the autopilot does nothing here now, or an empty text."""
        self.ensure_one()
        if self._is_autopilot_stopped():
            return self.env._("The autopilot is stopped.")
        return self._get_pilot_obstacle()

    def _get_autopilot_env(self):
        """The environment of the user that it acts as: that user's rights, and this
        company alone."""
        self.ensure_one()
        return act_as(self.billing_autopilot_user_id, self)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_autopilot = fields.Selection(
        related="company_id.billing_autopilot", readonly=False, required=True
    )
    billing_autopilot_user_id = fields.Many2one(
        related="company_id.billing_autopilot_user_id", readonly=False
    )
    billing_autopilot_stopped = fields.Boolean(
        string="Stop the Autopilot",
        config_parameter=SWITCH,
        help="Nothing is done by itself any more, in all companies, from now on.",
    )

    def set_values(self):
        # EXTENDS base
        result = super().set_values()
        self.company_id._check_autopilot_has_user()
        return result
