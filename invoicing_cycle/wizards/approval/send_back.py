from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_done


class TimesheetSendBack(models.TransientModel):
    """Asks an approver why time is sent back, or why an approval is withdrawn."""

    _name = "timesheet.send.back"
    _description = "Send Back Time"
    _inherit = ["billing.dialog"]

    entry_ids = fields.Many2many(
        "account.analytic.line",
        string="Time Entries",
        default=lambda self: self._default_entry_ids(),
    )
    is_withdrawal = fields.Boolean(
        default=lambda self: self.env.context.get("withdraw_approval", False)
    )
    reason = fields.Char(help="Shown to the author, and kept in the log.")
    hours = fields.Float(compute="_compute_summary")
    summary = fields.Char(compute="_compute_summary")

    @api.model
    def _default_entry_ids(self):
        context = self.env.context
        if context.get("active_model") != "account.analytic.line":
            return False
        return get_active_ids(self.env) or False

    @api.depends("entry_ids")
    def _compute_summary(self):
        for wizard in self:
            entries = wizard.entry_ids
            wizard.hours = sum(entries.mapped("unit_amount"))
            # sudo: the names of people whose time the approver sees
            people = entries.sudo().employee_id.sorted("name").mapped("name")
            if len(people) > 3:
                people = [*people[:3], "…"]
            wizard.summary = ", ".join(people)

    def action_send_back(self):
        """Do what the dialog asks the reason for."""
        ensure_one(self)
        self.check_access("read")
        if not self.entry_ids:
            raise UserError(self.env._("Choose the time entries first."))
        if self.is_withdrawal:
            self.entry_ids.action_withdraw_approval(self.reason)
            message = self.env._("Approval withdrawn: %(people)s", people=self.summary)
        else:
            self.entry_ids.action_send_back(self.reason)
            message = self.env._("Sent back to %(people)s", people=self.summary)
        return tell_done(message)
