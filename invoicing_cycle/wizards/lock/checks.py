from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...models.entries.guard import ADMINISTRATOR
from ...tools.billing_calendar import add_days, shift_cycle
from ...tools.bounds import LOCK_DAYS_AHEAD
from .timesheet_lock import APPROVER

#: Periods that still take time.
OPEN_STATES = ["upcoming", "pending", "ready", "empty"]


class TimesheetLock(models.TransientModel):
    """Whose timesheets the user may lock and unlock, and how far."""

    _inherit = "timesheet.lock"

    def _check_named_records(self, name, records):
        # EXTENDS billing.named.mixin
        if name == "employee_ids":
            # Consultants' managers may not read hr.employee: everybody reads the names
            # of colleagues, archived ones too. What may be done is asked when it is.
            # sudo: the company of each alone
            records = records.sudo()
            self._check_companies(records.exists())
        return super()._check_named_records(name, records)

    def _get_employees(self):
        """The chosen employees, the archived ones too, as the superuser.

        All of them: those whom the user cannot see are refused, not left out.
        """
        # sudo: see above; what may be done with them is checked by name
        ids = self.sudo().with_context(active_test=False).employee_ids._origin.ids
        # sudo: as above
        return self.env["hr.employee"].sudo().browse(ids)

    def _get_shown_employees(self):
        """The chosen employees of whom the dialog may tell something.

        A client may choose anybody, so names and days stay within the user's companies.
        """
        companies = self.env.user.company_ids
        return self._get_employees().filtered(
            lambda employee: self._is_superuser() or employee.company_id in companies
        )

    def _check_employees(self, employees):
        if not employees:
            raise UserError(
                self.env._(
                    "Choose an employee. For your own timesheet you need an employee "
                    "record in %(company)s.",
                    company=self.env.company.name,
                )
            )

    def _is_superuser(self):
        return self.env.uid == SUPERUSER_ID

    def _check_companies(self, employees):
        foreign = employees.filtered(
            lambda employee: employee.company_id not in self.env.user.company_ids
        )
        if foreign and not self._is_superuser():
            raise AccessError(
                self.env._(
                    "%(count)s of these employees belong to companies that you have "
                    "no access to.",
                    count=len(foreign),
                )
            )

    @api.model
    def _get_not_lockable(self, employees):
        """Those of some people (superuser records) whom the user may not lock."""
        user = self.env.user
        if self._is_superuser() or user.has_group(APPROVER):
            return employees.browse()
        return employees.filtered(
            lambda employee: user not in (employee.user_id, employee.parent_id.user_id)
        )

    def _check_may_lock(self, employees):
        self._check_companies(employees)
        foreign = self._get_not_lockable(employees)
        if foreign:
            raise AccessError(
                self.env._(
                    "You can lock your own timesheet and those of the people you "
                    "manage, not that of %(people)s. Their manager, or somebody with "
                    "access to all timesheets, can.",
                    people=", ".join(foreign.mapped("name")),
                )
            )

    def _check_may_unlock(self):
        if self._is_superuser() or self.env.user.has_group(ADMINISTRATOR):
            self._check_companies(self._get_employees())
            return
        Line = self.env["account.analytic.line"]
        raise AccessError(
            self.env._(
                "Only a Timesheets administrator can unlock: %(names)s.",
                names=Line._format_administrators(),
            )
        )

    def _check_limit(self, employees, day):
        limits = self._get_lock_limits(employees)
        short = employees.filtered(lambda employee: limits[employee.id] < day)
        if short:
            first = short.sorted(lambda employee: limits[employee.id])[:5]
            raise UserError(
                self.env._(
                    "%(date)s is too far ahead. Time can be locked up to the end of "
                    "the last open billing period or of the current cycle, and not "
                    "beyond the next cycle before it is due: %(limits)s.",
                    date=format_date(self.env, day),
                    limits="; ".join(
                        self.env._(
                            "%(person)s until %(date)s",
                            person=employee.name,
                            date=format_date(self.env, limits[employee.id]),
                        )
                        for employee in first
                    ),
                )
            )

    @api.model
    def _get_lock_limits(self, employees):
        """How far each person may be locked, in a fixed number of queries.

        The end of the last open billing period of the projects where the person has
        time or is required, or of the company's current cycle: whichever is later. But
        a period that is not due yet counts up to the end of the next cycle, and one
        that is, because it is billed in advance, a year ahead at most.

        :param employees: superuser ``hr.employee``
        :return: dict, employee id to ``datetime.date``
        """
        today = fields.Date.context_today(self)
        limits = {employee.id: today for employee in employees}
        next_ends = {}
        for company, people in employees.grouped("company_id").items():
            if company:
                today = company._get_today()
                calendar = (company.billing_cycle, company.billing_cycle_anchor)
                next_ends[company] = shift_cycle(*calendar, today, 1)[1]
                end = company._get_billing_cycle(today)[1]
                limits.update(dict.fromkeys(people.ids, end))
        for employee, is_due, end in self._get_open_ends(employees):
            last = (
                add_days(employee._get_today(), LOCK_DAYS_AHEAD)
                if is_due
                else next_ends.get(employee.company_id, employee._get_today())
            )
            limits[employee.id] = max(limits[employee.id], min(end, last))
        return limits

    @api.model
    def _get_open_ends(self, employees):
        """When the open billing periods of some people's projects end.

        :return: list of (employee, whether the period is due, last day)
        """
        # sudo: consultants read neither billing periods nor who is required; they
        # learn one date from it.
        sudo_env = self.sudo().env
        time = sudo_env["account.analytic.line"]._read_group(
            [("employee_id", "in", employees.ids), ("project_id", "!=", False)],
            ["employee_id", "project_id"],
        )
        project_ends = defaultdict(list)
        for project, state, end in sudo_env["project.billing.period"]._read_group(
            [
                ("project_id", "in", list({project.id for _, project in time})),
                ("state", "in", OPEN_STATES),
                ("date_to", "!=", False),
            ],
            ["project_id", "state"],
            ["date_to:max"],
        ):
            project_ends[project].append((state != "upcoming", end))
        required = sudo_env["project.billing.period.required"]._read_group(
            [
                ("employee_id", "in", employees.ids),
                ("period_id.state", "in", OPEN_STATES),
                ("period_id.date_to", "!=", False),
            ],
            ["employee_id", "period_id"],
        )
        return [
            (employee, *end)
            for employee, project in time
            for end in project_ends[project]
        ] + [
            (employee, period.state != "upcoming", period.date_to)
            for employee, period in required
        ]
