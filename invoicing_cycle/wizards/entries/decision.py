from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_done
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
            values["line_ids"] = [
                Command.create(vals)
                for entry in entries.browse(get_active_ids(self.env))
                for vals in self._prepare_lines(entry)
            ]
        return values

    @api.model
    def _prepare_lines(self, entry):
        """What can be decided of a time entry: the entry itself, and each of its parts,
        as far as they are not invoiced."""
        # sudo: what of it is invoiced does not depend on who asks
        whole = entry.sudo()
        parts = whole.part_ids.filtered(lambda part: part._is_not_billed())
        invoiced = not whole._is_not_billed()
        # Before anybody thinks of a reason.
        if not invoiced or not parts:
            entry._check_may_hold()
        # sudo: taken off, as above
        parts.sudo(False)._check_may_hold()
        rows = [{"part_id": part.id} for part in parts]
        return [{"entry_id": entry.id, **row} for row in [{}, *rows][invoiced:]]

    def action_decide(self):
        """Do what was chosen: in one go for whole entries, one by one for parts."""
        ensure_one(self)
        self.check_access("read")
        lines = self.line_ids.filtered(lambda line: line.hours or not line.part_id)
        if not lines:
            raise UserError(self.env._("Choose the time entries first."))
        # sudo: which of them have parts
        whole = lines.filtered(
            lambda line: line.is_whole and not line.entry_id.sudo().part_ids
        )
        # sudo: what was decided before, of what the user decides on
        before = set(whole.entry_id.sudo().mapped("billing_hold"))
        undo = None
        if whole == lines and before == {"bill"} and self.decision != "bill":
            undo = whole.entry_id, "action_set_billing", "bill"
        if whole:
            whole.entry_id.action_set_billing(self.decision, self.reason)
        # Parts first: those that are billed again go back into their entry.
        for line in (lines - whole).sorted(lambda line: not line.part_id):
            row = line._get_row()
            hours = row.billing_hours if line.is_whole else line.hours
            row.action_set_billing(self.decision, self.reason, hours)
        return tell_done(self._format_done(lines), undo)

    def _format_done(self, lines):
        """What was decided, in one sentence."""
        _ = self.env._
        texts = {
            "bill": _("%(count)s time entries are billed", count=len(lines)),
            "hold": _("%(count)s time entries are held", count=len(lines)),
            "write_off": _("%(count)s time entries are written off", count=len(lines)),
        }
        one = {
            "bill": _("1 time entry is billed"),
            "hold": _("1 time entry is held"),
            "write_off": _("1 time entry is written off"),
        }
        return (one if len(lines) == 1 else texts)[self.decision]


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
    part_id = fields.Many2one("project.billing.part", ondelete="cascade")
    description = fields.Text("Time Entry", compute="_compute_description")
    billing_hold = fields.Selection(
        [("bill", "Bill"), ("hold", "Hold"), ("write_off", "Write off")],
        compute="_compute_now",
        compute_sudo=False,
        string="Now",
    )
    available_hours = fields.Float("Of", compute="_compute_now", compute_sudo=False)
    hours = fields.Float(
        compute="_compute_hours",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="How much is decided on; the rest stays as it is.",
    )
    is_whole = fields.Boolean(compute="_compute_is_whole")

    def _get_row(self):
        """The entry, or the part of it."""
        self.ensure_one()
        return self.part_id or self.entry_id

    @api.depends("entry_id", "part_id")
    def _compute_description(self):
        """In one text, so that the hours have room on a phone."""
        for line in self:
            entry, part = line.entry_id, line.part_id
            texts = [
                format_date(self.env, entry.date),
                # sudo: the name of whose time it is
                entry.sudo().employee_id.name,
                entry.name,
                part._describe_decision() if part else line._describe_rest(),
            ]
            line.description = " · ".join(filter(None, texts))

    def _describe_rest(self):
        """What becomes of the entry without its parts, which have their own lines."""
        entry = self.entry_id
        # sudo: that there are any
        if entry.sudo().part_ids:
            return entry._describe_decision()
        return entry.billing_note

    @api.depends("entry_id.billing_hours", "part_id.billing_hours")
    def _compute_now(self):
        for line in self:
            row = line._get_row()
            line.billing_hold, line.available_hours = (
                row.billing_hold,
                row.billing_hours,
            )

    @api.depends("entry_id", "part_id", "decision_id.decision")
    def _compute_hours(self):
        """All of it; parts are left as they are, but where they are to be billed."""
        for line in self:
            row = line._get_row()
            # sudo: what of it is invoiced does not depend on who asks
            whole = line.entry_id.sudo()
            released = line.decision_id.decision == "bill" != row.billing_hold
            kept = line.part_id and whole._is_not_billed() and not released
            line.hours = 0.0 if kept else row.billing_hours

    @api.depends("hours", "available_hours")
    def _compute_is_whole(self):
        for line in self:
            line.is_whole = abs(line.hours - line.available_hours) <= NOISE
