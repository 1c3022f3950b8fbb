from odoo import api, fields, models
from odoo.tools import SQL

from .activities import REMIND_APPROVE, REMIND_LOCK

KINDS = [("lock", "Time to lock"), ("approve", "Time to approve")]


REMINDERS = {"lock": REMIND_LOCK, "approve": REMIND_APPROVE}


class ProjectBillingDebt(models.Model):
    """Who owes what: what keeps the due periods from being ready, by person.

    One row per period, person and kind. A person owes time that is not locked; time
    that is locked waits for its approvers. A view on periods, required persons and
    time entries, read with the rights on billing periods.
    """

    _name = "project.billing.debt"
    _description = "Who Owes What"
    _auto = False
    _order = "employee_id, invoice_date, kind desc, id"

    kind = fields.Selection(KINDS, readonly=True)
    employee_id = fields.Many2one("hr.employee", string="Person", readonly=True)
    period_id = fields.Many2one(
        "project.billing.period", string="Billing Period", readonly=True
    )
    project_id = fields.Many2one("project.project", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    billing_owner_id = fields.Many2one(
        "res.users", string="Invoice Owner", readonly=True
    )
    invoice_date = fields.Date("Scheduled Invoice Date", readonly=True)
    period_label = fields.Char("Period", related="period_id.period_label")
    hours = fields.Float(readonly=True)
    locked_until = fields.Date(readonly=True)
    required_id = fields.Many2one("project.billing.period.required", readonly=True)
    entry_id = fields.Many2one(
        "account.analytic.line",
        readonly=True,
        groups="base.group_system",
        help="One of the entries: it tells who approves them.",
    )
    open_days = fields.Integer(compute="_compute_open_days", compute_sudo=True)
    waits_for = fields.Char(compute="_compute_waits_for", compute_sudo=True)
    can_remind = fields.Boolean(compute="_compute_waits_for", compute_sudo=True)
    reminded_on = fields.Date(
        compute="_compute_reminded_on",
        compute_sudo=True,
        help="Since then a reminder is open.",
    )

    # --------------------------------------------------------------------- SQL

    @property
    def _table_query(self):
        due = self._due_sql()
        return SQL("%s UNION ALL %s", self._days_sql(due), self._entries_sql(due))

    @api.model
    def _days_sql(self, due):
        """Who has not locked up to the last working day of a due period."""
        column = self.env["project.billing.period"]._column
        Entry = self.env["account.analytic.line"]
        return SQL(
            """
            SELECT required.id * 4 AS id,
                   'lock' AS kind,
                   %(columns)s,
                   required.id AS required_id,
                   NULL::int AS entry_id,
                   COALESCE(
                       (SELECT SUM(%(hours)s)
                          FROM account_analytic_line entry
                         WHERE %(entry_period)s = period.id
                           AND %(entry_employee)s = employee.id
                           AND NOT %(billed)s
                           AND %(locked)s IS NOT TRUE), 0) AS hours
              FROM project_billing_period_required required
              JOIN project_billing_period period ON period.id = %(required_period)s
              JOIN hr_employee employee ON employee.id = %(required_employee)s
             WHERE %(due)s AND %(short)s
            """,
            columns=self._columns_sql(),
            hours=Entry._hours_to_bill_sql("entry"),
            entry_period=column("entry", "billing_period_id", Entry._name),
            entry_employee=column("entry", "employee_id", Entry._name),
            # Open, as in the state of an entry, without looking for flows.
            billed=Entry._billed_sql("entry"),
            locked=Entry._locked_sql("entry"),
            required_period=column(
                "required", "period_id", "project.billing.period.required"
            ),
            required_employee=column(
                "required", "employee_id", "project.billing.period.required"
            ),
            due=due,
            short=self._short_sql("required"),
        )

    @api.model
    def _entries_sql(self, due):
        """Time of due periods that is open, unless told already, or not approved."""
        # OFFSET 0 keeps PostgreSQL from working out the state of an entry again at each
        # place where it is used, and before it is known to be of a due period.
        column = self.env["project.billing.period"]._column
        Entry = self.env["account.analytic.line"]
        return SQL(
            """
            SELECT MIN(entry.id) * 4 + CASE WHEN approval.state = 'open' THEN 1 ELSE 2
                                        END AS id,
                   CASE WHEN approval.state = 'open' THEN 'lock' ELSE 'approve'
                    END AS kind,
                   %(columns)s,
                   NULL::int AS required_id,
                   MIN(entry.id) AS entry_id,
                   SUM(%(hours)s) AS hours
              FROM project_billing_period period
              JOIN account_analytic_line entry ON %(entry_period)s = period.id
              JOIN hr_employee employee ON employee.id = %(entry_employee)s
        CROSS JOIN LATERAL (SELECT %(state)s AS state OFFSET 0) approval
             WHERE %(due)s
               AND approval.state IN ('open', 'pending')
               AND NOT (approval.state = 'open' AND EXISTS (
                   SELECT 1
                     FROM project_billing_period_required required
                    WHERE %(required_period)s = period.id
                      AND %(required_employee)s = employee.id
                      AND %(short)s))
          GROUP BY period.id, employee.id, approval.state
            """,
            columns=self._columns_sql(),
            hours=Entry._hours_to_bill_sql("entry"),
            entry_period=column("entry", "billing_period_id", Entry._name),
            entry_employee=column("entry", "employee_id", Entry._name),
            state=Entry._approval_state_sql("entry"),
            required_period=column(
                "required", "period_id", "project.billing.period.required"
            ),
            required_employee=column(
                "required", "employee_id", "project.billing.period.required"
            ),
            due=due,
            short=self._short_sql("required"),
        )

    @api.model
    def _columns_sql(self):
        """The columns of both halves that come from the period and the person."""
        column = self.env["project.billing.period"]._column
        names = (
            "project_id",
            "partner_id",
            "company_id",
            "billing_owner_id",
            "invoice_date",
        )
        return SQL(
            "employee.id AS employee_id, %s AS locked_until, period.id AS period_id, "
            "%s",
            self.env["hr.employee"]._timesheet_locked_until_sql("employee"),
            SQL(", ").join(column("period", name) for name in names),
        )

    @api.model
    def _due_sql(self):
        Period = self.env["project.billing.period"]
        return SQL(
            "(%s <= %s AND NOT %s)",
            Period._column("period", "invoice_date"),
            Period._cycle_end_sql("period"),
            Period._closed_sql("period"),
        )

    @api.model
    def _short_sql(self, alias):
        """A required person has a working day in the period that is not locked."""
        column = self.env["project.billing.period"]._column
        Required = "project.billing.period.required"
        return SQL(
            "(%s AND %s AND %s > COALESCE(%s, '-infinity'::date))",
            column(alias, "expected", Required),
            column("employee", "active", "hr.employee"),
            # Counted when it is read, see billing.recount.mixin.
            self.env[Required]._field_to_sql(alias, "last_work_day"),
            self.env["hr.employee"]._timesheet_locked_until_sql("employee"),
        )

    # ---------------------------------------------------------------- computes

    @api.depends("required_id", "locked_until")
    def _compute_open_days(self):
        open_days = self.required_id._count_open_days()
        for debt in self:
            debt.open_days = open_days.get(debt.required_id, 0)

    @api.depends("kind", "employee_id", "entry_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_waits_for(self):
        Period = self.env["project.billing.period"]
        companies = Period._get_visible_companies()
        debtors = self._get_debtors()
        for debt in self:
            debt.can_remind = bool(debtors[debt])
            if debt.kind == "lock":
                people = [(debt.employee_id, debt.employee_id.company_id)]
            else:
                people = [(user, user.company_ids) for user in debtors[debt]]
            names = sorted(
                Period._get_visible_name(who, theirs, companies)
                for who, theirs in people
            )
            if not names:
                debt.waits_for = self.env._("nobody can approve it")
            elif debtors[debt]:
                debt.waits_for = ", ".join(names)
            else:
                debt.waits_for = self.env._("%(person)s (no user)", person=names[0])

    @api.depends("kind", "employee_id", "entry_id")
    @api.depends_context("tz")
    def _compute_reminded_on(self):
        debtors = self._get_debtors()
        reminded = {}
        for kind, xmlid in REMINDERS.items():
            debts = self.filtered(lambda debt, kind=kind: debt.kind == kind)
            users = self.env["res.users"].union(*(debtors[debt] for debt in debts))
            reminders = self.env["mail.activity"]._search_reminders(xmlid, users)
            for reminder in reminders:
                reminded[kind, reminder.user_id] = fields.Datetime.context_timestamp(
                    self, reminder.create_date
                ).date()
        for debt in self:
            days = [reminded.get((debt.kind, user)) for user in debtors[debt]]
            debt.reminded_on = min(filter(None, days), default=False)

    def _get_debtors(self):
        """The users who can do something about each row, as superuser.

        :return: dict, row to ``res.users``: none where a person has no user who could
            log in, or nobody can approve
        """
        approvals = self.filtered(lambda debt: debt.kind == "approve")
        # sudo: of the entries only the names of those to turn to
        approvers = approvals.sudo().entry_id._get_approvers()
        debtors = {}
        for debt in self:
            # sudo: whom a row is about, read for the names of those to turn to
            debt_sudo = debt.sudo()
            users = (
                debt_sudo.employee_id.user_id
                if debt.kind == "lock"
                else approvers[debt_sudo.entry_id.id]
            )
            debtors[debt] = users.filtered(
                lambda user: user.active and user._is_internal()
            )
        return debtors
