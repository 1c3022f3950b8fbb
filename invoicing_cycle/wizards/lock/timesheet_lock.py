from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.refusal import refusal
from ...tools.billing_calendar import add_days
from ...tools.bounds import LOCK_DAYS_AHEAD

APPROVER = "hr_timesheet.group_hr_timesheet_approver"


class TimesheetLock(models.TransientModel):
    """Submit (lock) one's own timesheet, lock those of others, unlock.

    ==========================  =========  ===============================
    who                         may lock   may unlock
    ==========================  =========  ===============================
    the employee                own        no
    the employee's manager      theirs     no
    Timesheets / all timesheets everybody  no
    Timesheets / Administrator  everybody  everybody, with a reason
    ==========================  =========  ===============================

    Who may what, and how far, is checked in ``checks.py``; what is missing in
    ``gaps.py``; what unlocking changes is told by ``consequences.py``.
    """

    _name = "timesheet.lock"
    # Consultants cannot read hr.employee; the mixin lets them name employees.
    _inherit = ["billing.dialog", "hr.mixin"]
    _description = "Lock Timesheets"

    employee_ids = fields.Many2many(
        "hr.employee",
        string="Employees",
        context={"active_test": False},
        domain=lambda self: self._get_employee_domain(),
        default=lambda self: self._default_employee_ids(),
    )
    scope = fields.Selection(
        [
            ("chosen", "Chosen people"),
            ("department", "A department"),
            ("all", "Everybody"),
            ("complete", "Everybody whose time is complete"),
        ],
        string="Whose Time",
        default="chosen",
        required=True,
    )
    department_id = fields.Many2one("hr.department")
    locked_until = fields.Date(
        help="Up to and including this day time is locked. To unlock: time after this "
        "day opens; empty opens all of it."
    )
    reason = fields.Char(help="Required to unlock; kept in the employee's chatter.")
    is_for_others = fields.Boolean(compute="_compute_is_for_others")
    lockable_until = fields.Date(
        compute="_compute_lockable_until",
        help="Timesheets can be locked up to the end of the last open billing period "
        "or of the current cycle, and not beyond the next cycle before it is due.",
    )
    lock_status = fields.Text(compute="_compute_lock_status")

    # --------------------------------------------------------------- defaults

    @api.model
    def _get_employee_domain(self):
        user = self.env.user
        domain = [("company_id", "in", self.env.companies.ids)]
        if not user.has_group(APPROVER):
            domain += ["|", ("user_id", "=", user.id)]
            domain += [("parent_id.user_id", "=", user.id)]
        return domain

    @api.model
    def _default_employee_ids(self):
        context = self.env.context
        if context.get("active_model") in ("hr.employee", "hr.employee.public"):
            # The ids of public employees are those of the employees. Who may be
            # locked is checked when it is done.
            return get_active_ids(self.env)
        if context.get("timesheet_unlock"):
            return []
        # sudo: the user's own employees, which hr keeps from most users
        employees = self.env.user.sudo().employee_ids
        return employees.filtered(
            lambda employee: employee.company_id in self.env.companies
        ).ids

    @api.onchange("employee_ids")
    def _onchange_employee_ids(self):
        # A proposal in the dialog only: to API clients, an empty date is one.
        employees = self._get_shown_employees()
        if not employees or self.locked_until:
            return
        days = employees.mapped("timesheet_locked_until")
        company = employees.company_id[:1]
        if self.env.context.get("timesheet_unlock"):
            # The last cycle that is locked.
            day = max(filter(None, days), default=False)
            if day:
                start = company._get_billing_cycle(day)[0]
                self.locked_until = add_days(start, -1)
            return
        # What is usually due is the cycle before; once that is locked, time up to now.
        today = fields.Date.context_today(self)
        due = add_days(company._get_billing_cycle(today)[0], -1)
        done = all(day and day >= due for day in days)
        self.locked_until = today if done else due

    @api.onchange("scope", "department_id", "locked_until")
    def _onchange_scope(self):
        if self.scope == "chosen" or not self.is_for_others:
            return
        domain = self._get_employee_domain()
        if self.scope == "department":
            domain += [("department_id", "child_of", self.department_id.ids)]
        # sudo: consultants' managers cannot read hr.employee; see the domain
        employees = self.env["hr.employee"].sudo().with_context(active_test=False)
        employees = employees.search(domain)
        present = employees.filtered("active")
        # Who has left is somebody as long as time of theirs is open.
        employees = present | (employees - present)._filtered_open()
        if self.scope == "complete":
            today = fields.Date.context_today(self)
            # Nobody is complete a year ahead.
            day = min(self.locked_until or today, add_days(today, LOCK_DAYS_AHEAD))
            gaps = employees._get_timesheet_gaps(day)
            employees = employees.filtered(
                lambda employee: (
                    not gaps[employee.id].empty_days and not gaps[employee.id].entries
                )
            )
        self.employee_ids = employees.ids

    @api.depends_context("uid")
    def _compute_is_for_others(self):
        user = self.env.user
        is_for_others = user.has_group(APPROVER)
        if not is_for_others:
            # sudo: whether the user has subordinates at all
            Employee = self.env["hr.employee"].sudo()
            is_for_others = bool(
                Employee.search_count([("parent_id.user_id", "=", user.id)], limit=1)
            )
        self.is_for_others = is_for_others

    @api.depends("employee_ids")
    def _compute_lockable_until(self):
        for wizard in self:
            # Of people whom the user locks: what colleagues work on is not told.
            employees = wizard._get_shown_employees()
            employees -= wizard._get_not_lockable(employees)
            limits = wizard._get_lock_limits(employees)
            wizard.lockable_until = min(limits.values(), default=False)

    @api.depends("employee_ids")
    def _compute_lock_status(self):
        for wizard in self:
            employees = wizard._get_shown_employees()
            rows = [
                self.env._(
                    "%(person)s: %(lock)s",
                    person=employee.name,
                    lock=employee._format_locked_until(),
                )
                for employee in employees[:10]
            ]
            more = len(employees) - len(rows)
            if more > 0:
                rows.append(self.env._("and %(count)s more", count=more))
            wizard.lock_status = "\n".join(rows)

    # ---------------------------------------------------------------- actions

    def action_lock(self):
        """Lock these people's time up to and including a day.

        A lock never moves back: who has locked further is left as is. Entries that
        were sent back are handed in again.
        """
        ensure_one(self)
        self.check_access("read")
        employees = self._get_employees()
        self._check_employees(employees)
        self._check_may_lock(employees)
        day = self.locked_until
        if not day:
            raise UserError(self.env._("Choose the day up to which time is locked."))
        self._check_limit(employees, day)
        moving = employees.filtered(
            lambda employee: (
                not employee.timesheet_locked_until
                or employee.timesheet_locked_until < day
            )
        )
        self._check_gaps(moving, day)
        resubmitted = self._resubmit(employees, day)
        if not moving and not resubmitted:
            raise refusal(
                self.env._(
                    "Nothing to lock: all time up to %(date)s is locked already.",
                    date=format_date(self.env, day),
                ),
                "nothing_to_lock",
            )
        moving._set_timesheet_locked_until(dict.fromkeys(moving.ids, day), self.reason)
        return self._notify(
            self.env._(
                "Time up to %(date)s is locked.", date=format_date(self.env, day)
            )
        )

    def action_unlock(self):
        """Open these people's time after a day again, or all of it.

        Approvals and invoices stay as they are: invoiced time does not open.
        """
        ensure_one(self)
        self.check_access("read")
        self._check_may_unlock()
        employees = self._get_employees()
        self._check_employees(employees)
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give a reason for unlocking."))
        day = self.locked_until
        opening = employees.filtered(
            lambda employee: (
                employee.timesheet_locked_until
                and (not day or employee.timesheet_locked_until > day)
            )
        )
        if not opening:
            raise UserError(
                self.env._(
                    "Nothing to unlock: no time after %(date)s is locked.",
                    date=format_date(self.env, day),
                )
                if day
                else self.env._("Nothing to unlock: no time is locked.")
            )
        opening._set_timesheet_locked_until(
            dict.fromkeys(opening.ids, day), self.reason
        )
        return self._notify(
            self.env._(
                "Time after %(date)s is open again.", date=format_date(self.env, day)
            )
            if day
            else self.env._("All time is open again.")
        )

    def _resubmit(self, employees, day):
        """Hand in again what was sent back and lies within the lock.

        :return: the entries
        """
        # sudo: consultants may not write the mark of what was sent back to them.
        entries = self.env["account.analytic.line"].sudo()
        entries = entries.search(
            [
                ("employee_id", "in", employees.ids),
                ("sent_back", "=", True),
                ("date", "<=", day),
            ]
        )
        entries._resubmit()
        return entries

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
