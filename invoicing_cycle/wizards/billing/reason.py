from odoo import fields, models

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_done


class ProjectBillingPeriodReason(models.TransientModel):
    """Asks why: before periods are invoiced anyway or skipped, and before their late
    time is written off."""

    _name = "project.billing.period.reason"
    _description = "Reason for a Billing Period"
    _inherit = ["billing.dialog"]

    mode = fields.Selection(
        [
            ("generate", "Invoice anyway"),
            ("skip", "Skip"),
            ("write_off", "Write off late time"),
        ],
        required=True,
        default="generate",
    )
    period_ids = fields.Many2many(
        "project.billing.period",
        string="Billing Periods",
        default=lambda self: get_active_ids(self.env),
        required=True,
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do what was asked, with its reason."""
        ensure_one(self)
        if self.mode == "generate":
            return self.period_ids.action_generate_invoices(reason=self.reason)
        _, periods = self.env._, self.period_ids
        # Who may do it knows their names.
        if self.mode == "write_off":
            periods.action_write_off_late_time(self.reason)
            return tell_done(
                _("Late time of %(periods)s written off", periods=periods._tell_names())
            )
        periods.action_skip(self.reason)
        return tell_done(
            _("%(periods)s skipped", periods=periods._tell_names()),
            undo=(periods, "action_unskip"),
        )
