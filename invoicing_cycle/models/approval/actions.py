from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..common.call_arguments import get_text
from ..common.news import tell_done
from ..entries.guard import ADMINISTRATOR

NOT_APPROVED = {
    "approval_key": False,
    "approved_by_id": False,
    "approved_on": False,
    "approved_step_id": False,
}


class AccountAnalyticLine(models.Model):
    """What approvers do with time entries.

    Who they are follows from the flows, see ``approval/route.py``. An
    administrator may approve everything but the own time.
    """

    _inherit = "account.analytic.line"

    # ---------------------------------------------------------------- actions

    def action_approve(self):
        """Approve those of these entries that wait for it; many at once.

        Where several approvals follow one another, all that are the user's to give.

        :return: True, or the notification of what somebody else has approved or has
            in hand
        :raises AccessError: where one of them is not the user's to approve
        :raises UserError: where all of it is open, or in somebody else's hands
        """
        pending, busy = self._lock_decidable({"pending"})
        if not pending:
            busy._check_not_busy()
            open_lines = self.filtered(lambda line: line.approval_state == "open")
            if open_lines:
                raise UserError(
                    self.env._(
                        "Open time cannot be approved. It waits for approval as soon "
                        "as it is locked: %(entries)s",
                        entries=open_lines._format_entries(),
                    )
                )
            # Somebody else was faster, or it was clicked twice.
            self._close_approval_reminders()
            return self._notify_not_approved(busy)
        not_approved = self._notify_not_approved(busy)
        routes = pending._get_routes()
        while pending:
            pending._approve_step(routes)
            # What waits for another approval that is the user's as well.
            pending = pending.filtered(lambda line: not line.approved_on)
            routes = pending._get_routes()
            pending = pending._filter_decidable(self.env.user, routes)
        self._close_approval_reminders()
        self.env["res.company"]._wake_autopilot()
        return not_approved

    def action_approve_and_tell(self):
        """The same for the buttons of lists, which tell what was done.

        :return: client action; True where nothing waited
        """
        waiting = self.filtered(lambda line: line.approval_state == "pending")
        result = self.action_approve()
        if result is not True or not waiting:
            # What was open, or approved before, is not told as if this had done it.
            return result
        return tell_done(
            self.env._("1 time entry approved")
            if len(waiting) == 1
            else self.env._("%(count)s time entries approved", count=len(waiting)),
            undo=(
                waiting,
                "action_withdraw_approval",
                self.env._("It was taken back at once."),
            ),
        )

    def _approve_step(self, routes):
        """Give the approval that is next for these entries.

        :param dict routes: entry id to ``Route``
        """
        Log = self.env["timesheet.approval.log"]
        groups = self.grouped(
            lambda line: (routes[line.id].step, routes[line.id].is_last())
        )
        for (step, is_last), lines in groups.items():
            values = {"approved_step_id": step.id}
            if is_last:
                values["approved_by_id"] = self.env.uid
                values["approved_on"] = fields.Datetime.now()
            lines._record(values)
            Log._log(lines, "approved" if is_last else "step", routes=routes)
        self._take_down_approval_key()

    def action_send_back(self, reason):
        """Open just these entries again for their author, who mends and locks again.

        :param str reason: why, shown to the author
        :raises AccessError: where one of them is not the user's to approve
        """
        reason = self._get_given_reason(
            reason, self.env._("Say why the time is sent back.")
        )
        lines = self._get_decidable({"pending", "approved"})
        lines._check_not_invoiced()
        if not lines:
            raise UserError(
                self.env._("Only time that is locked and not invoiced is sent back.")
            )
        lines._check_somebody_approves(self.env.user)
        routes = lines._get_routes()
        lines._record({"sent_back": True, "sent_back_reason": reason, **NOT_APPROVED})
        self.env["timesheet.approval.log"]._log(lines, "sent_back", reason, routes)
        lines._remind_of_sent_back(reason)
        self._close_approval_reminders()
        return True

    def action_withdraw_approval(self, reason):
        """Take an approval back: these entries wait for it again, and stay locked.

        :param str reason: why
        :raises AccessError: where one of them is not the user's to approve
        """
        reason = self._get_given_reason(
            reason, self.env._("Say why the approval is withdrawn.")
        )
        lines = self._get_decidable({"pending", "approved"}).filtered(
            lambda line: line.approved_on or line.approved_step_id
        )
        lines._check_not_invoiced()
        if not lines:
            raise UserError(
                self.env._(
                    "Only an approval of time that is not invoiced is withdrawn."
                )
            )
        routes = lines._get_routes()
        lines._record(NOT_APPROVED)
        self.env["timesheet.approval.log"]._log(lines, "withdrawn", reason, routes)
        return True

    @api.model
    def _get_given_reason(self, reason, complaint):
        reason = get_text(self.env, reason)
        if not reason:
            raise UserError(complaint)
        return reason

    def _check_not_invoiced(self):
        closed = self.filtered(lambda line: not line._is_not_billed())
        if closed:
            raise UserError(closed._format_closed(closed._get_closings(), "write"))

    def _take_down_approval_key(self):
        """Note at once what was approved: a change right after is compared with it."""
        self.env.add_to_compute(self._fields["approval_key"], self)
        self.flush_recordset(["approval_key"])

    def _get_decidable(self, states):
        """Those of these entries that are in some states, locked for an update.

        :param set states: approval states
        :return: superuser entries
        :raises AccessError: where one of them is not the user's to approve
        :raises UserError: where somebody else has one of them in hand
        """
        lines, busy = self._lock_decidable(states)
        busy._check_not_busy()
        return lines

    def _lock_decidable(self, states):
        """As :meth:`_get_decidable`, without what somebody else has in hand.

        :return: (superuser entries, those in somebody else's hands)
        """
        self.check_access("read")
        # sudo: approving needs no right to change time; who may is checked here.
        lines = self.sudo().filtered(lambda line: line.approval_state in states)
        lines._check_may_approve(self.env.user)
        locked = lines.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset(["approval_state"], flush=False)
        deciding = locked.filtered(lambda line: line.approval_state in states)
        return deciding, lines - locked

    def _filter_decidable(self, user, routes):
        """Those of these entries that a user may approve.

        :param user: ``res.users``
        :param dict routes: entry id to ``Route``
        """
        administrator = user.has_group(ADMINISTRATOR)
        return self.filtered(
            lambda line: self._is_decidable(
                routes[line.id], user, line._is_author(user), administrator
            )
        )

    # ----------------------------------------------------------------- checks

    def _check_not_busy(self):
        if self:
            raise UserError(self._format_busy())

    def _check_may_approve(self, user):
        routes = self._get_routes()
        refused = self - self._filter_decidable(user, routes)
        own = refused.filtered(lambda line: line._is_author(user))
        if own:
            raise AccessError(
                self.env._(
                    "Nobody approves their own time. %(approvers)s can: %(entries)s",
                    approvers=own._format_approvers(routes),
                    entries=own._format_entries(),
                )
            )
        if refused:
            raise AccessError(
                self.env._(
                    "This time is not yours to approve. %(approvers)s can: %(entries)s",
                    approvers=refused._format_approvers(routes),
                    entries=refused._format_entries(),
                )
            )

    def _check_somebody_approves(self, user):
        """Where nobody has to approve, sending back would be a way round unlocking."""
        if self._may_change_closed_time(user):
            return
        untouched = self.filtered(
            lambda line: (
                line.approval_state == "approved"
                and not line.approved_on
                and not line.approved_step_id
            )
        )
        if untouched:
            raise AccessError(
                self.env._(
                    "Nobody has to approve this time, so it is not sent back either. A "
                    "Timesheets administrator can unlock it: %(names)s. %(entries)s",
                    names=self._format_administrators(),
                    entries=untouched._format_entries(),
                )
            )

    # ---------------------------------------------------------------- wording

    def _format_busy(self):
        return self.env._(
            "Somebody else has this time in hand right now, try again: %(entries)s",
            entries=self._format_entries(),
        )

    def _notify_not_approved(self, busy):
        """What is not approved by this, as a notification; True where it all is.

        :param busy: those of these entries that somebody else has in hand
        """
        texts = [busy._format_busy()] if busy else []
        # sudo: who approved time that the user sees
        others = self.sudo().filtered(
            lambda line: line.approved_on and line.approved_by_id != self.env.user
        )
        if others:
            texts.append(
                self.env._(
                    "Approved by %(users)s already: %(entries)s",
                    users=self._format_users(others.approved_by_id),
                    entries=others._format_entries(),
                )
            )
        return self._notify_approver("\n".join(texts)) if texts else True

    @api.model
    def _notify_approver(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _format_approvers(self, routes):
        # sudo: names of the people to turn to, as in _resolve_routes
        Users = self.env["res.users"].sudo()
        users = Users.union(*(routes[line.id].approvers for line in self))
        if not users:
            return self.env._("A Timesheets administrator")
        return self._format_users(users)

    def _format_entries(self):
        # sudo: whoever sees the entry may read the names on it
        texts = [
            self.env._(
                "%(person)s on %(date)s, %(project)s",
                person=line.employee_id.name,
                date=format_date(self.env, line.date),
                project=line.project_id.display_name,
            )
            for line in self.sudo()[:5]
        ]
        if len(self) > 5:
            texts.append(self.env._("%(count)s more", count=len(self) - 5))
        return "; ".join(texts)

    # A reminder closes by itself when nothing waits for the approver any more.

    @api.model
    def _close_approval_reminders(self):
        """Mark the reminders of those for whom no due period waits any more as done."""
        self.env["project.billing.debt"]._close_reminders("approve")
