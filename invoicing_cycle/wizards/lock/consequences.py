from markupsafe import Markup

from odoo import api, fields, models

#: How many periods and invoices are named.
SHOWN = 10


class TimesheetLock(models.TransientModel):
    """What unlocking would change, told before it happens."""

    _inherit = "timesheet.lock"

    unlock_consequences = fields.Html(
        compute="_compute_unlock_consequences",
        help="Billing periods that are not ready any more, and invoices that already "
        "contain the time and stay as they are.",
    )

    @api.depends("employee_ids", "locked_until")
    def _compute_unlock_consequences(self):
        for wizard in self:
            wizard.unlock_consequences = (
                wizard._format_consequences() if wizard._may_see_consequences() else ""
            )

    def _may_see_consequences(self):
        # Periods and invoices are named: only to those who may unlock at all.
        Line = self.env["account.analytic.line"]
        return Line._may_change_closed_time(self.env.user)

    def _format_consequences(self):
        opening = self._get_opening_lines()
        periods = self._get_periods_not_ready(opening)
        invoices = {
            move: hours
            for move, hours in self._get_hours_by(opening, "timesheet_invoice_id")
            if move.state != "cancel"
        }
        named, named_invoices = self._get_named(periods), self._get_named(invoices)
        rows = []
        rows += [
            self.env._(
                "%(period)s turns from Ready for invoicing to Pending",
                period=period.display_name,
            )
            for period in named
        ]
        if len(periods) > len(named):
            rows.append(
                self.env._(
                    "%(count)s more billing periods turn to Pending",
                    count=len(periods) - len(named),
                )
            )
        rows += [
            self.env._(
                "%(invoice)s contains %(hours).2f h of this time, which stay closed",
                invoice=move.display_name,
                hours=invoices[move],
            )
            for move in named_invoices
        ]
        if len(invoices) > len(named_invoices):
            rows.append(
                self.env._(
                    "%(count)s more invoices contain such time",
                    count=len(invoices) - len(named_invoices),
                )
            )
        if not rows:
            rows.append(
                self.env._("No billing period changes, and no invoice has this time.")
            )
        return Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % row for row in rows
        )

    @api.model
    def _get_named(self, records):
        """The first of some records that are named: those of the user's companies.
        People work for others as well, of which there is only the number."""
        companies = self.env.user.company_ids
        return [record for record in records if record.company_id in companies][:SHOWN]

    def _get_opening_lines(self):
        """Domain of the locked entries that would open, billed ones included."""
        employees = self._get_shown_employees().filtered("timesheet_locked_until")
        domain = [
            ("employee_id", "in", employees.ids),
            ("project_id", "!=", False),
            ("approval_state", "!=", "open"),
        ]
        if self.locked_until:
            domain.append(("date", ">", self.locked_until))
        return domain

    def _get_hours_by(self, domain, name):
        # sudo: see _may_see_consequences
        return (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group([*domain, (name, "!=", False)], [name], ["unit_amount:sum"])
        )

    def _get_periods_not_ready(self, domain):
        """Ready periods that have such time, or need these people's lock."""
        # sudo: see _may_see_consequences
        Period = self.env["project.billing.period"].sudo()
        # sudo: as above
        Required = self.env["project.billing.period.required"].sudo()
        with_time = Period.browse(
            period.id
            for period, _hours in self._get_hours_by(
                [*domain, ("invoice_line_id", "=", False)], "billing_period_id"
            )
        )
        employees = self._get_shown_employees().filtered("timesheet_locked_until")
        owing = [
            ("employee_id", "in", employees.ids),
            ("employee_id.active", "=", True),
            ("expected", "=", True),
            ("last_work_day", "!=", False),
        ]
        if self.locked_until:
            owing.append(("last_work_day", ">", self.locked_until))
        periods = with_time | Required.search(owing).period_id
        return periods.filtered(lambda period: period.state == "ready")
