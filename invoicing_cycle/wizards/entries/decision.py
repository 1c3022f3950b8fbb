from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.entries.hours import NOISE


class TimesheetBillingDecision(models.TransientModel):
    """Asks whether time is billed, held or written off, how much of it, and why."""

    _name = "timesheet.billing.decision"
    _description = "Bill, Hold or Write Off Time"
    _inherit = ["billing.dialog"]

    decision = fields.Selection(
        [("bill", "Bill"), ("hold", "Hold"), ("write_off", "Write off")],
        default="hold",
        required=True,
    )
    reason = fields.Char(help="Kept with the time, and in its log.")
    line_ids = fields.One2many(
        "timesheet.billing.decision.line", "decision_id", string="Time Entries"
    )

    @api.model
    def _get_opening_values(self, names):
        # EXTENDS billing.dialog
        values = super()._get_opening_values(names)
        context = self.env.context
        if (
            "line_ids" in names
            and context.get("active_model") == "account.analytic.line"
        ):
            # sudo: taken off, as whatever a caller names
            entries = self.env["account.analytic.line"].sudo(False)
            entries = entries.browse(get_active_ids(self.env))
            # Before anybody thinks of a reason.
            entries._check_may_hold()
            values["line_ids"] = [
                Command.create({"entry_id": entry.id, "hours": entry.billing_hours})
                for entry in entries
            ]
        return values

    def action_decide(self):
        """Do what was chosen: in one go for whole entries, one by one for parts."""
        ensure_one(self)
        self.check_access("read")
        lines = self.line_ids
        if not lines:
            raise UserError(self.env._("Choose the time entries first."))
        whole = lines.filtered("is_whole")
        whole.entry_id.action_set_billing(self.decision, self.reason)
        for line in lines - whole:
            line.entry_id.action_set_billing(self.decision, self.reason, line.hours)
        return {"type": "ir.actions.act_window_close"}


class TimesheetBillingDecisionLine(models.TransientModel):
    """How much of one time entry is decided on."""

    _name = "timesheet.billing.decision.line"
    _description = "Time Entry to Bill, Hold or Write Off"
    _inherit = ["billing.dialog"]

    decision_id = fields.Many2one(
        "timesheet.billing.decision", required=True, ondelete="cascade"
    )
    entry_id = fields.Many2one(
        "account.analytic.line", required=True, ondelete="cascade"
    )
    description = fields.Text("Time Entry", compute="_compute_description")
    billing_hold = fields.Selection(
        related="entry_id.billing_hold", related_sudo=False, string="Now"
    )
    available_hours = fields.Float(
        related="entry_id.billing_hours", related_sudo=False, string="Of"
    )
    hours = fields.Float(
        compute="_compute_hours",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="How much is decided on; the rest stays as it is.",
    )
    is_whole = fields.Boolean(compute="_compute_is_whole")

    @api.depends("entry_id")
    def _compute_description(self):
        """In one text, so that the hours have room on a phone."""
        for line in self:
            entry = line.entry_id
            parts = [
                format_date(self.env, entry.date),
                # sudo: the name of whose time it is
                entry.sudo().employee_id.name,
                entry.name,
                entry.billing_note,
            ]
            line.description = " · ".join(filter(None, parts))

    @api.depends("entry_id")
    def _compute_hours(self):
        for line in self:
            line.hours = line.entry_id.billing_hours

    @api.depends("hours", "entry_id.billing_hours")
    def _compute_is_whole(self):
        for line in self:
            line.is_whole = abs(line.hours - line.available_hours) <= NOISE
