from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..common.news import tell_screens
from ..common.recorded import is_recording, recording


class TimesheetApprovalLog(models.Model):
    """What approvers did with time, written by their actions and never changed.

    The values are copies, so that a row tells what was decided on even when the entry
    was changed or deleted since.
    """

    _name = "timesheet.approval.log"
    _description = "Timesheet Approval Log"
    _order = "id desc"
    _rec_name = "description"

    entry_id = fields.Many2one(
        "account.analytic.line",
        string="Time Entry",
        index=True,
        readonly=True,
        ondelete="set null",
    )
    event = fields.Selection(
        [
            ("approved", "Approved"),
            ("step", "Approved, another approval follows"),
            ("sent_back", "Sent back"),
            ("withdrawn", "Approval withdrawn"),
            ("resubmitted", "Handed in again"),
            ("changed", "Changed after the approval, which ended with it"),
            ("held", "Held back from billing"),
            ("written_off", "Written off"),
            ("released", "To be billed"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    represented_id = fields.Many2one(
        "res.users", string="In Place of", readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, string="On"
    )
    flow_name = fields.Char(string="Flow", readonly=True)
    step_name = fields.Char(string="Approval", readonly=True)
    reason = fields.Char(readonly=True)
    employee_id = fields.Many2one(
        "hr.employee", string="Person", index=True, readonly=True, ondelete="restrict"
    )
    project_id = fields.Many2one(
        "project.project", index=True, readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    entry_date = fields.Date(string="Day", readonly=True)
    hours = fields.Float(readonly=True)
    description = fields.Char(readonly=True)

    # Also for administrators, and without the exception of ondelete for
    # uninstallations, which is a context key.

    @api.model_create_multi
    def create(self, vals_list):
        self._check_is_action("create")
        return super().create(vals_list)

    def write(self, vals):
        self._check_is_action("write")
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        self._check_is_action("unlink")

    def _check_is_action(self, operation):
        if operation != "create" or not is_recording(self):
            raise AccessError(
                self.env._(
                    "The log of decisions is written by approving, sending back, "
                    "holding and writing off; nobody can change it."
                )
            )

    @api.model
    def _log(self, entries, event, reason=None, routes=None, hours=None):
        """Note what the current user did with some entries, in one create.

        :param entries: ``account.analytic.line``, or parts of some
        :param str event: see the field
        :param str reason: why
        :param dict routes: entry id to ``Route``, of what was decided
        :param dict hours: id of each to its hours, the worked ones by default
        """
        routes, hours = routes or {}, hours or {}
        vals_list = []
        # sudo: the log keeps what the entry was, whatever the actor may read of it
        for entry in entries.sudo():
            route = routes.get(entry.id)
            represented = route and route.represented.get(self.env.uid)
            vals_list.append(
                {
                    # A part may go again: its entry keeps what was decided.
                    "entry_id": entry._get_entries().id,
                    "event": event,
                    "user_id": self.env.uid,
                    "represented_id": represented,
                    "flow_name": route and route.flow.name,
                    "step_name": route and route.step.display_name,
                    "reason": reason,
                    "employee_id": entry.employee_id.id,
                    "project_id": entry.project_id.id,
                    "company_id": entry.company_id.id,
                    "entry_date": entry.date,
                    "hours": hours.get(entry.id, entry.unit_amount),
                    "description": entry.name,
                }
            )
        with recording(self._name, {"event"}):
            # sudo: the log has no other way in
            self.sudo().create(vals_list)
        tell_screens(self.env)
