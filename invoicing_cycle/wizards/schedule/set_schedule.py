from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.call_arguments import ensure_one, get_active_ids


class ProjectBillingSchedule(models.TransientModel):
    """Sets the billing schedule of many projects at once."""

    _name = "project.billing.schedule"
    _description = "Set Billing Schedule"
    _inherit = ["billing.bounds.mixin", "billing.dialog"]

    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        default=lambda self: get_active_ids(self.env),
        required=True,
    )
    billing_frequency = fields.Selection(
        lambda self: self.env["project.project"]._fields["billing_frequency"].selection,
        required=True,
        default="monthly",
    )
    billing_start_date = fields.Date(
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        )
    )
    billing_invoice_delay = fields.Integer()
    billing_owner_id = fields.Many2one(
        "res.users",
        string="Invoice Owner",
        domain="[('share', '=', False)]",
        help="Leave empty to keep each project's own.",
    )

    @api.model
    def _get_bounds(self):
        return {**super()._get_bounds(), **self.env["project.project"]._get_bounds()}

    def action_apply(self):
        """Write the schedule on every project: all of them or none."""
        ensure_one(self)
        if not self.project_ids:
            raise UserError(self.env._("Choose at least one project."))
        vals = {
            "billing_frequency": self.billing_frequency,
            "billing_start_date": self.billing_start_date,
            "billing_invoice_delay": self.billing_invoice_delay,
        }
        if self.billing_owner_id:
            vals["billing_owner_id"] = self.billing_owner_id.id
        self.project_ids.write(vals)
        return {"type": "ir.actions.act_window_close"}
