from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import bounds
from ...tools.billing_calendar import cycle_of
from .values import is_date

APPROVAL_FIELDS = frozenset(
    {
        "timesheet_approval",
        "timesheet_approval_from",
        "timesheet_approval_default",
    }
)


CHECKS = [("warn", "Warning"), ("stop", "Stop")]


CYCLE_FIELDS = frozenset({"billing_cycle", "billing_cycle_anchor"})


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "billing.bounds.mixin", "billing.sql.mixin"]

    billing_cycle = fields.Selection(
        [
            ("weekly", "Weekly"),
            ("biweekly", "Every two weeks"),
            ("monthly", "Monthly"),
            ("quarterly", "Quarterly"),
        ],
        default="monthly",
        required=True,
        help="The stretch of the calendar in which all due invoices are cleared.",
    )
    billing_cycle_anchor = fields.Date(
        string="Cycle Starts On",
        help="Any day on which a cycle begins. Empty: calendar months or quarters, "
        "weeks from Monday.",
    )
    billing_cutover_date = fields.Date(
        string="Cut-over Date",
        help="Time, expenses and milestones dated before this day are not billed here. "
        "A project can have a day of its own.",
    )
    billing_invoice_date_scheduled = fields.Boolean(
        string="Scheduled Date on Invoices",
        help="Draft invoices get the scheduled invoice date. Otherwise the date is "
        "set when the invoice is confirmed.",
    )
    billing_expenses_required = fields.Boolean(
        string="Expenses Hold the Period",
        default=True,
        help="A period is not ready while a re-invoiced expense of it waits for "
        "approval or posting.",
    )
    billing_preview_deviation = fields.Integer(
        string="Unusual Change (%)",
        default=30,
        help="The preview of invoices warns where one is so many percent off what the "
        "last period billed. 0: never.",
    )
    timesheet_approval = fields.Boolean(
        help="Locked time waits for an approver before it is ready for invoicing."
    )
    timesheet_approval_from = fields.Date(
        string="Approval From",
        help="Older time counts as approved once it is locked. Empty: all time is "
        "approved by somebody.",
    )
    timesheet_approval_default = fields.Selection(
        [
            ("hold", "A Timesheets administrator approves"),
            ("automatic", "Approved automatically"),
        ],
        string="Projects Without a Manager",
        default="hold",
        required=True,
        help="What happens with the locked time of projects without a project manager.",
    )

    timesheet_check_days = fields.Selection(
        CHECKS,
        string="Empty Working Days",
        help="What a lock does when a working day of the person, less leave, has no "
        "time.",
    )
    timesheet_check_entries = fields.Selection(
        CHECKS,
        string="Entries Without Task or Description",
        help="What a lock does when an entry lacks a task or a description.",
    )
    timesheet_lock_automatic = fields.Boolean(
        string="Automatic Lock",
        help="Time of billing periods is locked some days after their end.",
    )
    timesheet_lock_after_days = fields.Integer(
        string="Days After the Period",
        default=3,
        help="How many days after a billing period's end its time is locked.",
    )
    timesheet_reminder_digest = fields.Boolean(
        string="Reminders by E-mail",
        help="Once a day at most, people get a mail with the time that they have to "
        "submit, to approve or to mend.",
    )

    _billing_preview_deviation = models.Constraint(
        "CHECK (billing_preview_deviation >= 0)",
        "How far an invoice may be off the last one cannot be negative.",
    )
    _timesheet_lock_after_days = models.Constraint(
        "CHECK (timesheet_lock_after_days >= 0)",
        "Time is locked after the end of its billing period: use 0 days or more.",
    )

    @api.model
    def _get_bounds(self):
        days = bounds.compared_days(fields.Date.context_today(self))
        return {
            **super()._get_bounds(),
            "billing_cutover_date": bounds.billing_days(
                fields.Date.context_today(self)
            ),
            "billing_cycle_anchor": days,
            "billing_preview_deviation": (0, bounds.DEVIATION_PERCENT),
            "timesheet_approval_from": days,
            "timesheet_lock_after_days": (0, bounds.LOCK_AFTER_DAYS),
        }

    def write(self, vals):
        result = super().write(vals)
        if not APPROVAL_FIELDS.isdisjoint(vals):
            self.env["account.analytic.line"]._invalidate_approval_state()
        if not CYCLE_FIELDS.isdisjoint(vals):
            # Refuses what is no cycle.
            self.flush_recordset(CYCLE_FIELDS)
            self._open_billing_periods()
        if "billing_cutover_date" in vals:
            self._follow_cutover()
        return result

    def _open_billing_periods(self):
        """The next cycle of these companies may end later now."""
        # sudo: periods exist up to its end, whoever may change the settings
        projects = self.env["project.project"].sudo()
        projects.search(
            [("billing_company_id", "in", self.ids), ("billing_frequency", "!=", False)]
        )._open_billing_periods()

    def _follow_cutover(self):
        """Projects without a day of their own are billed from another one now."""
        # sudo: as above
        projects = self.env["project.project"].sudo()
        projects.with_context(active_test=False).search(
            [
                ("allow_billable", "=", True),
                ("billing_company_id", "in", self.ids),
                ("billing_cutover_date", "=", False),
            ]
        )._follow_cutover()

    def _get_billing_cycle(self, day):
        """Give the cycle of the company that contains a day.

        :param date day: any day
        :return: first and last day of the cycle
        :rtype: tuple[date, date]
        """
        self.ensure_one()
        return cycle_of(self.billing_cycle, self.billing_cycle_anchor or None, day)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_cycle = fields.Selection(
        related="company_id.billing_cycle", readonly=False, required=True
    )
    billing_cycle_anchor = fields.Date(
        related="company_id.billing_cycle_anchor", readonly=False
    )
    billing_cutover_date = fields.Date(
        related="company_id.billing_cutover_date", readonly=False
    )
    billing_invoice_date_scheduled = fields.Boolean(
        related="company_id.billing_invoice_date_scheduled", readonly=False
    )
    billing_expenses_required = fields.Boolean(
        related="company_id.billing_expenses_required", readonly=False
    )
    billing_preview_deviation = fields.Integer(
        related="company_id.billing_preview_deviation", readonly=False
    )
    timesheet_approval = fields.Boolean(
        related="company_id.timesheet_approval", readonly=False
    )
    timesheet_approval_from = fields.Date(
        related="company_id.timesheet_approval_from", readonly=False
    )
    timesheet_approval_default = fields.Selection(
        related="company_id.timesheet_approval_default", readonly=False, required=True
    )
    timesheet_check_days = fields.Selection(
        related="company_id.timesheet_check_days", readonly=False
    )
    timesheet_check_entries = fields.Selection(
        related="company_id.timesheet_check_entries", readonly=False
    )
    timesheet_lock_automatic = fields.Boolean(
        related="company_id.timesheet_lock_automatic", readonly=False
    )
    timesheet_lock_after_days = fields.Integer(
        related="company_id.timesheet_lock_after_days", readonly=False
    )
    timesheet_reminder_digest = fields.Boolean(
        related="company_id.timesheet_reminder_digest", readonly=False
    )

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        for name in (
            "billing_cutover_date",
            "billing_cycle_anchor",
            "timesheet_approval_from",
        ):
            if isinstance(values, dict) and not is_date(values.get(name)):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is no day of %(field)s. Enter another one.",
                        value=str(values[name]).replace("\0", "\N{SYMBOL FOR NULL}"),
                        field=self._fields[name].get_description(self.env)["string"],
                    )
                )
        return super().onchange(values, field_names, fields_spec)
