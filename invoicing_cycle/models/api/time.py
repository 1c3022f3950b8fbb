from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..approval.state import APPROVAL_STATES
from ..common.call_arguments import get_day, get_text
from .calls import as_day, as_moment, as_named, call, get_error_code


class InvoicingCycleApi(models.AbstractModel):
    """Time: which there is, lock and unlock, approve and send back."""

    _inherit = "invoicing.cycle.api"

    @api.model
    @api.readonly
    @call
    def list_time(
        self,
        states=None,
        to_approve=False,
        entry_ids=None,
        period_ids=None,
        project_ids=None,
        employee_ids=None,
        date_from=None,
        date_to=None,
        changed_since=None,
        after=None,
        limit=None,
    ):
        """Time entries, as far as the user reads them.

        :param states: list of approval states, all by default
        :param bool to_approve: only what waits for an approval that the user may give
        """
        domain = Domain("project_id", "!=", False)
        if states is not None and states is not False:
            states = self._check_choices("states", states, list(dict(APPROVAL_STATES)))
            domain &= Domain("approval_state", "in", states)
        if to_approve is True:
            domain &= Domain("is_to_approve", "=", True)
        domain &= self._ids_domain("id", entry_ids)
        domain &= self._ids_domain("billing_period_id", period_ids)
        domain &= self._ids_domain("project_id", project_ids)
        domain &= self._ids_domain("employee_id", employee_ids)
        if day := get_day(self.env, date_from):
            domain &= Domain("date", ">=", day)
        if day := get_day(self.env, date_to):
            domain &= Domain("date", "<=", day)
        domain &= self._changed_domain(changed_since)
        entries, following = self._get_page(
            self.env["account.analytic.line"], domain, after, limit
        )
        return self._get_answer(
            [self._prepare_entry(entry) for entry in entries], following
        )

    def _prepare_entry(self, entry):
        """A time entry as plain values."""
        # sudo: the invoice that bills an entry which the user reads
        invoice = entry.sudo().invoice_line_id.move_id
        return {
            "id": entry.id,
            "date": as_day(entry.date),
            "employee": as_named(entry.employee_id),
            "project": as_named(entry.project_id),
            "task": as_named(entry.task_id),
            "description": entry.name or None,
            "hours": entry.unit_amount,
            "billing_hours": entry.billing_hours,
            "billing": entry.billing_hold,
            "approval_state": entry.approval_state,
            "may_approve": entry.is_to_approve,
            "sent_back_reason": entry.sent_back_reason or None
            if entry.sent_back
            else None,
            "period_id": entry.billing_period_id.id or None,
            "invoice_id": invoice.id or None,
            "changed_on": as_moment(entry.write_date),
        }

    # ------------------------------------------------------------------- lock

    @api.model
    @call
    def lock(self, locked_until, employee_ids=None):
        """Lock timesheets up to and including a day.

        :param employee_ids: of whom; by default of the user
        """
        dialog = self._create_lock(locked_until, employee_ids)
        try:
            dialog.action_lock()
        except UserError as error:
            # A call that was sent again finds its work done.
            if get_error_code(error) != "nothing_to_lock":
                raise
        return self._get_locks(dialog)

    @api.model
    @call
    def unlock(self, employee_ids, reason, locked_until=None):
        """Open timesheets after a day again, or all of them.

        :param str reason: why; it is logged
        """
        dialog = self._create_lock(locked_until, employee_ids, reason)
        dialog.action_unlock()
        return self._get_locks(dialog)

    def _create_lock(self, locked_until, employee_ids, reason=None):
        """The dialog that locks and unlocks; it asks who may."""
        values = {
            "locked_until": get_day(self.env, locked_until),
            "reason": get_text(self.env, reason),
        }
        if employee_ids is not None:
            employees = self._get_records("hr.employee", employee_ids, "employee_ids")
            values["employee_ids"] = [Command.set(employees.ids)]
        return self.env["timesheet.lock"].create(values)

    def _get_locks(self, dialog):
        return {
            "employees": [
                {
                    **as_named(employee),
                    "locked_until": as_day(employee.timesheet_locked_until),
                }
                for employee in dialog._get_employees()
            ]
        }

    # --------------------------------------------------------------- approval

    @api.model
    @call
    def approve(self, entry_ids):
        """Approve what waits for the user's approval.

        :return: the entries as :meth:`list_time` tells them, approved now or not
        """
        entries = self._get_records("account.analytic.line", entry_ids, "entry_ids")
        entries.action_approve()
        return self._get_states(entries)

    @api.model
    @call
    def send_back(self, entry_ids, reason):
        """Open just these entries again for their authors.

        :param str reason: why, shown to the authors
        """
        entries = self._get_records("account.analytic.line", entry_ids, "entry_ids")
        entries.action_send_back(reason)
        return self._get_states(entries)

    def _get_states(self, entries):
        return {
            "entries": [
                {"id": entry.id, "approval_state": entry.approval_state}
                for entry in entries
            ]
        }
