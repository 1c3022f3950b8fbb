from odoo import api, fields, models
from odoo.tools import SQL

from .reminder_activities import REMIND_APPROVE, REMIND_LOCK

KINDS = [("lock", "Time to lock"), ("approve", "Time to approve")]


REMINDERS = {"lock": REMIND_LOCK, "approve": REMIND_APPROVE}


class ProjectBillingDebt(models.Model):
    """Who owes what: what keeps the due periods from being ready, by person.

    One row per period, person and kind. A person owes time that is not locked; time
    that is locked waits for its approvers. A view on periods, required persons and the
    rows of their time, read with the rights on billing periods.
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
        """Hours are asked row by row, so that PostgreSQL adds none up for who only
        counts the rows or looks for the first ones."""
        Time = self.env["project.billing.time"]
        column = self.env["project.billing.period"]._column
        names = (
            "project_id",
            "partner_id",
            "company_id",
            "billing_owner_id",
            "invoice_date",
        )
        return SQL(
            """
            SELECT debt.id, debt.kind, debt.required_id,
                   CASE debt.kind WHEN 'lock' THEN COALESCE(%(open)s, 0)
                        ELSE %(pending)s END AS hours,
                   person.id AS employee_id,
                   %(locked_until)s AS locked_until,
                   period.id AS period_id,
                   %(columns)s
              FROM (%(days)s UNION ALL %(open_time)s UNION ALL %(pending_time)s) debt
              JOIN project_billing_period period ON period.id = debt.period_id
              JOIN hr_employee person ON person.id = debt.employee_id
             WHERE %(due)s
            """,
            open=self._hours_sql(Time._open_hours_sql()),
            pending=self._hours_sql(Time._pending_hours_sql()),
            locked_until=self.env["hr.employee"]._timesheet_locked_until_sql("person"),
            columns=SQL(", ").join(column("period", name) for name in names),
            days=self._owed_days_sql(),
            open_time=self._open_time_sql(),
            pending_time=self._pending_time_sql(),
            due=self._due_sql(),
        )

    @api.model
    def _hours_sql(self, hours):
        """
        :param SQL hours: of a row of ``project.billing.time``
        """
        return SQL(
            """
            (SELECT SUM(%(hours)s)
               FROM %(time)s time
              WHERE time.is_waiting
                AND time.period_id = period.id AND time.employee_id = person.id)
            """,
            hours=hours,
            time=self.env["project.billing.time"]._rows_sql(),
        )

    @api.model
    def _owed_days_sql(self):
        """Who has not locked up to the last working day of a period."""
        return SQL(
            """
            SELECT owing.id * 4 AS id, 'lock' AS kind, owing.id AS required_id,
                   owing.period_id, owing.employee_id
              FROM (%s) owing
            """,
            self.env["project.billing.period.required"]._owing_persons_sql(),
        )

    @api.model
    def _open_time_sql(self):
        """Who owes no day of a period, but has open time in it."""
        no_day = SQL(
            """
            %(open)s AND NOT EXISTS (
                SELECT 1
                  FROM (%(owing)s) owing
                 WHERE owing.period_id = time.period_id
                   AND owing.employee_id = time.employee_id)
            """,
            open=self.env["project.billing.time"]._open_sql(),
            owing=self.env["project.billing.period.required"]._owing_persons_sql(),
        )
        return self._owed_time_sql(1, "lock", no_day)

    @api.model
    def _pending_time_sql(self):
        """Whose time has to be approved."""
        pending = self.env["project.billing.time"]._pending_hours_sql()
        return self._owed_time_sql(2, "approve", SQL("%s IS NOT NULL", pending))

    @api.model
    def _owed_time_sql(self, place, kind, condition):
        """
        :param int place: of 4 ids that belong to a row of time
        :param str kind: of the debt
        :param SQL condition: of the rows of time that make it
        """
        return SQL(
            """
            SELECT MIN(time.id) * 4 + %(place)s, %(kind)s, NULL::int,
                   time.period_id, time.employee_id
              FROM %(time)s
             WHERE time.is_waiting AND time.period_id IS NOT NULL AND %(condition)s
          GROUP BY time.period_id, time.employee_id
            """,
            place=place,
            kind=kind,
            time=self.env["project.billing.time"]._from_sql(),
            condition=condition,
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

    # ---------------------------------------------------------------- computes

    @api.depends("required_id", "locked_until")
    def _compute_open_days(self):
        rows = self.required_id._count_open_days("id", self.required_id.ids)
        open_days = {row.id: row.count for row in rows}
        for debt in self:
            debt.open_days = open_days.get(debt.required_id.id, 0)

    @api.depends("kind", "employee_id", "period_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_waits_for(self):
        Period = self.env["project.billing.period"]
        companies = Period._get_visible_companies()
        debtors = self._get_debtors()
        for debt in self:
            debt.can_remind = bool(debtors[debt])
            if debt.kind == "lock" and (debt.employee_id.active or not debtors[debt]):
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

    @api.depends("kind", "employee_id", "period_id")
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
        approvers = self.env["project.billing.time"]._get_pending_approvers(
            approvals.period_id
        )
        debtors = {}
        for debt in self:
            # sudo: whom a row is about, read for the names of those to turn to
            debt_sudo = debt.sudo()
            users = (
                debt_sudo.employee_id._get_lockers()
                if debt.kind == "lock"
                else approvers[debt_sudo.period_id.id, debt_sudo.employee_id.id]
            )
            debtors[debt] = users.filtered(
                lambda user: user.active and user._is_internal()
            )
        return debtors
