from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools.billing_calendar import add_days
from ..common.recorded import check_user_rights, is_recording


class ProjectBillingPeriodRequired(models.Model):
    """Who must have locked for a billing period: one row per person.

    Kept when time appears, so that "somebody still owes time" is an index lookup. Which
    rows there are is no matter of opinion; whether something is expected of a person
    is, and belongs to whoever owns the period.
    """

    _name = "project.billing.period.required"
    _inherit = ["billing.named.mixin", "billing.recount.mixin"]
    _description = "Person Who Must Have Locked"
    _order = "period_id, employee_id"
    _recount_link = "required_id"

    period_id = fields.Many2one(
        "project.billing.period", required=True, index=True, ondelete="cascade"
    )
    employee_id = fields.Many2one(
        "hr.employee", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="period_id.company_id")
    expected = fields.Boolean(
        default=True, help="Untick where nothing is expected of this person."
    )
    reason = fields.Char()
    last_work_day = fields.Date(
        compute="_compute_last_work_day",
        store=True,
        help="The last day of the period on which the person works: locked up to "
        "then, no day is open.",
    )

    can_free = fields.Boolean(
        compute="_compute_can_free",
        help="You may say that nothing is expected of this person.",
    )

    _unique_person = models.UniqueIndex(
        "(period_id, employee_id)", "This person is required for the period already."
    )

    @api.constrains("expected", "reason")
    def _check_reason(self):
        for required in self:
            if not required.expected and not (required.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why nothing is expected of %(person)s.",
                        person=required.employee_id.name,
                    )
                )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_free(self):
        mine = set(self._filtered_access("write").ids)
        for required in self:
            required.can_free = required.id in mine

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        required = super().create(vals_list)
        check_user_rights(required, "create")
        return required

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_recording(self):
        check_user_rights(self, "unlink")

    def write(self, vals):
        if not is_recording(self) and not vals.keys() <= {"expected", "reason"}:
            raise AccessError(
                self.env._(
                    "Who must have locked follows from time and rates. You can say "
                    "that nothing is expected of a person, and why."
                )
            )
        check_user_rights(self, "write")
        if vals.get("expected"):
            vals = {**vals, "reason": False}
        before = {required: required.expected for required in self}
        result = super().write(vals)
        changed = self.filtered(lambda required: required.expected != before[required])
        changed._log_expectation()
        # sudo: whose reminder closes where nothing else is owed
        freed = changed.filtered(lambda required: not required.expected).sudo()
        self.env["project.billing.debt"]._close_reminders(
            "lock", freed.employee_id.user_id
        )
        return result

    def _log_expectation(self):
        """Note on the period who was freed, and why."""
        bodies = {}
        for period, rows in self.grouped("period_id").items():
            bodies[period.id] = "\n".join(
                self.env._("%(person)s has to lock.", person=row.employee_id.name)
                if row.expected
                else self.env._(
                    "Nothing is expected of %(person)s: %(reason)s",
                    person=row.employee_id.name,
                    reason=row.reason,
                )
                for row in rows
            )
        # sudo: the person's name, which the row shows anyway
        self.sudo().period_id._message_log_batch(bodies)

    # ------------------------------------------------------------- work days

    @api.depends(
        "period_id.date_from",
        "period_id.date_to",
        "employee_id.resource_id.tz",
        "employee_id.resource_id.calendar_id.two_weeks_calendar",
        "employee_id.resource_id.calendar_id.flexible_hours",
        "employee_id.resource_id.calendar_id.attendance_ids.dayofweek",
        "employee_id.resource_id.calendar_id.attendance_ids.week_type",
        "employee_id.resource_id.calendar_id.attendance_ids.day_period",
        "employee_id.resource_id.calendar_id.attendance_ids.hour_from",
        "employee_id.resource_id.calendar_id.attendance_ids.hour_to",
        "employee_id.version_ids.resource_calendar_id",
        "employee_id.version_ids.contract_date_start",
        "employee_id.version_ids.contract_date_end",
    )
    def _compute_last_work_day(self):
        # Leave refreshes it by itself, see lock/work_days.py.
        counts = self._count()
        for required in self:
            required.update(counts[required.id])

    @api.model
    def _get_recounted_fields(self):
        return (*super()._get_recounted_fields(), "last_work_day")

    def _count(self):
        days = self._get_work_days()
        return {
            row.id: {"last_work_day": row in days and days[row].last(*row._get_span())}
            for row in self
        }

    def _refresh_last_work_day(self):
        """Leave was entered, moved or taken back for these persons."""
        self.env.add_to_compute(self._fields["last_work_day"], self)
        self.modified(["last_work_day"])

    def _count_open_days(self):
        """Number of working days, less leave, that each person has not locked yet.

        :return: dict, row to number; only of those with any
        """
        counts = {}
        for row, days in self._get_work_days().items():
            start, end = row._get_span()
            if locked_until := row.employee_id.timesheet_locked_until:
                if locked_until >= end:
                    continue
                start = max(start, add_days(locked_until, 1))
            if count := days.count(start, end):
                counts[row] = count
        return counts

    def _get_span(self):
        """First and last day of the period; up to today where it has no end."""
        period = self.period_id
        today = fields.Date.context_today(self)
        return period.date_from, period.date_to or today

    def _get_work_days(self):
        """The days on which each person works, less leave: those of the period, and
        others too.

        :return: dict, row to ``tools.work_days.WorkDays``
        """
        rows = self.filtered(lambda row: row.period_id.date_from and row.employee_id)
        if not rows:
            return {}
        spans = [row._get_span() for row in rows]
        # sudo: calendars and leave only as far as the days that they leave open
        days = rows.employee_id.sudo()._get_days_of_work(
            min(span[0] for span in spans), max(span[1] for span in spans)
        )
        return {row: days[row.employee_id.id] for row in rows}

    def _is_after_lock(self, day):
        """Whether a day is not covered by the person's lock."""
        self.ensure_one()
        locked_until = self.employee_id.timesheet_locked_until
        return bool(day and (not locked_until or day > locked_until))
