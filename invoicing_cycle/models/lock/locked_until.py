from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..common.news import tell_screens


class HrEmployee(models.Model):
    """Up to which day a person has handed in the timesheet."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "billing.recorded.mixin"]

    # Without a group, and on hr.employee.public as well: consultants see how far they
    # have locked, and the lock is read with their rights.
    timesheet_locked_until = fields.Date(
        readonly=True,
        copy=False,
        tracking=True,
        help="Up to and including this day the person's time entries are closed. "
        "Set by locking the timesheet, never by hand.",
    )

    @api.model
    def _timesheet_locked_until_sql(self, alias):
        """The day up to which a person has locked, in SQL.

        The seam of locks: whatever reads the field, in memory or in a query, evaluates
        it, so another source of locks overrides this alone.

        :param str alias: alias of the table hr_employee, or of that of public employees
        """
        field = self.env["hr.employee"]._fields["timesheet_locked_until"]
        return SQL.identifier(alias, field.name, to_flush=field)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr == "timesheet_locked_until":
            return self._timesheet_locked_until_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {"timesheet_locked_until"}

    def write(self, vals):
        result = super().write(vals)
        if "timesheet_locked_until" in vals:
            self.env["project.billing.period.required"]._count_work_days(self)
            self.env["account.analytic.line"]._invalidate_approval_state()
            tell_screens(self.env)
        if "active" in vals:
            self._get_required_periods()._sync_required()
        return result

    @api.model
    def _format_recorded(self, names):
        return self.env._(
            "The date up to which a timesheet is locked is not written by hand: use "
            '"Submit (lock) my timesheet" or "Lock timesheets". Only a Timesheets '
            "administrator can unlock."
        )

    def _set_timesheet_locked_until(self, days, reason=None):
        """Move locks and log each move, with a fixed number of queries.

        Whether that is allowed is the caller's to check (``timesheet.lock``).

        :param dict days: employee id to ``datetime.date`` or False, for these employees
        :param str reason: why
        """
        # sudo: the only way to the lock; tracking would write message by message.
        employees = self.sudo().with_context(tracking_disable=True)
        bodies = {}
        for employee in employees:
            bodies[employee.id] = self._format_lock_message(
                employee.timesheet_locked_until, days[employee.id], reason
            )
        for day, group in employees.grouped(lambda employee: days[employee.id]).items():
            group._record({"timesheet_locked_until": day})
        employees._message_log_batch(bodies)
        # A reminder closes by itself when the person owes no time any more.
        # sudo: whose timesheet it is
        self.env["project.billing.debt"]._close_reminders(
            "lock", employees._get_lockers()
        )
        self.env["res.company"]._wake_autopilot()

    def _get_lockers(self):
        """The users who hand in the time of these people: of who has left the manager.

        :return: ``res.users``
        """
        left = self.filtered(lambda employee: not employee.active)
        return (self - left).user_id | left.parent_id.user_id

    def _format_locked_until(self):
        """How far this person has locked, in the language of the user."""
        self.ensure_one()
        day = self.timesheet_locked_until
        if not day:
            return self._format_lock_day(day)
        return self.env._("Locked until %(date)s", date=format_date(self.env, day))

    @api.model
    def _format_lock_day(self, day):
        return format_date(self.env, day) if day else self.env._("Never locked")

    @api.model
    def _format_lock_message(self, before, after, reason):
        values = {
            "before": self._format_lock_day(before),
            "after": self._format_lock_day(after),
            "reason": (reason or "").strip(),
        }
        if not after or (before and after < before):
            return self.env._(
                "Timesheet unlocked: %(before)s → %(after)s. Reason: %(reason)s",
                **values,
            )
        if values["reason"]:
            return self.env._(
                "Timesheet locked: %(before)s → %(after)s. Reason: %(reason)s",
                **values,
            )
        return self.env._("Timesheet locked: %(before)s → %(after)s", **values)


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    timesheet_locked_until = fields.Date(readonly=True)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr == "timesheet_locked_until":
            return self.env["hr.employee"]._timesheet_locked_until_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)
