from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.supposed import get_supposition

STATES = [
    ("upcoming", "Upcoming"),
    ("pending", "Pending"),
    ("ready", "Ready for invoicing"),
    ("empty", "Nothing to invoice"),
    ("to_send", "Ready to be sent"),
    ("sent", "Sent"),
    ("skipped", "Skipped"),
]


class ProjectBillingPeriod(models.Model):
    """The state of a billing period, as one SQL expression.

    It depends on today, on locks, approvals, expenses, invoices and their sending, so a
    stored copy would have to be chased from all sides and be wrong in between. As an
    expression it is true at every read, and search, order and grouping use it alike.
    """

    _inherit = "project.billing.period"

    state = fields.Selection(
        STATES,
        compute="_compute_state",
        search="_search_state",
        group_expand="_group_expand_state",
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue",
        search="_search_is_overdue",
        help="The scheduled invoice date is past and nothing was created.",
    )

    @api.depends(
        "skip_reason",
        "date_from",
        "date_to",
        "invoice_date",
        "fixed_amount",
        "company_id",
        "company_id.billing_cycle",
        "company_id.billing_cycle_anchor",
        "part_ids.counted_in",
        "timesheet_ids.counted_in",
        "project_id.billing_rounding",
        "project_id.billing_rounding_per",
        "project_id.billing_unit",
        "project_id.user_id",
        "required_ids.expected",
        "required_ids.last_work_day",
        "required_ids.employee_id.active",
        "required_ids.employee_id.timesheet_locked_until",
        "invoice_line_ids.quantity",
        "invoice_line_ids.billed_count",
        "invoice_line_ids.credit_line_ids.quantity",
        "invoice_line_ids.credit_line_ids.parent_state",
        "invoice_line_ids.move_id.state",
        "invoice_line_ids.move_id.sent_on",
    )
    def _compute_state(self):
        states = {}
        if ids := tuple(self._origin.ids):
            query = SQL(
                "SELECT p.id, %s FROM project_billing_period p WHERE p.id IN %s",
                self._state_sql("p"),
                ids,
            )
            states = dict(self.env.execute_query(query))
        for period in self:
            period.state = states.get(period._origin.id, "upcoming")

    @api.depends("state", "invoice_date")
    def _compute_is_overdue(self):
        for period in self:
            period.is_overdue = bool(
                period.state in ("upcoming", "pending", "ready")
                and period.invoice_date
                and period.invoice_date < period.company_id._get_today()
            )

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        values = tuple(state for state in value if isinstance(state, str) and state)
        if not values:
            # Every period has a state.
            return Domain.FALSE
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN %s", model._state_sql(alias), values
            )
        )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        past = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%s < %s) IS TRUE",
                model._column(alias, "invoice_date"),
                model._today_sql(model._column(alias, "company_id")),
            )
        )
        overdue = past & Domain("state", "in", ("upcoming", "pending", "ready"))
        return overdue if True in value else ~overdue

    def _group_expand_state(self, states, domain):
        # The columns of the screen's first list; other states only where they occur.
        return [
            state
            for state, _label in STATES
            if state in states or state in ("pending", "ready")
        ]

    @api.model
    def _get_sql_fields(self):
        """Fields that are no columns but expressions.

        :return: dict, name to function of the alias of the table
        """
        return {"state": self._state_sql}

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if to_sql := self._get_sql_fields().get(field_expr):
            return to_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS base
        if field_name == "state":
            # In the order in which a period passes through them, not by the alphabet.
            states = [state for state, _label in STATES]
            return SQL(
                "ARRAY_POSITION(%s, %s) %s", states, self._state_sql(alias), direction
            )
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _filtered_billable(self):
        """Those with something to put on an invoice, ready or not, in one query."""
        return self._filtered_sql(self._billable_sql("p"))

    # ------------------------------------------------------------------- SQL

    @api.model
    def _state_sql(self, alias):
        return SQL(
            """
            CASE WHEN %(skipped)s IS NOT NULL AND NOT %(invoiced)s THEN 'skipped'
                 WHEN %(closed)s THEN
                      CASE WHEN %(unsent)s THEN 'to_send' ELSE 'sent' END
                 WHEN %(invoice_date)s IS NULL
                   OR %(invoice_date)s > %(cycle_end)s THEN 'upcoming'
                 WHEN %(waiting)s THEN 'pending'
                 WHEN %(billable)s THEN 'ready'
                 ELSE 'empty'
             END
            """,
            skipped=self._column(alias, "skip_reason"),
            invoiced=self._invoiced_sql(alias),
            closed=self._closed_sql(alias),
            unsent=self._invoiced_sql(
                alias,
                SQL(
                    "invoice.sent_on IS NULL",
                    to_flush=self.env["account.move"]._fields["sent_on"],
                ),
            ),
            invoice_date=self._column(alias, "invoice_date"),
            cycle_end=self._cycle_end_sql(alias),
            waiting=self._waiting_sql(alias),
            billable=self._billable_sql(alias),
        )

    @api.model
    def _closed_sql(self, alias):
        """Invoiced or skipped: the period takes no more time."""
        return SQL(
            "(%s IS NOT NULL OR (%s AND NOT %s))",
            self._column(alias, "skip_reason"),
            self._invoiced_sql(alias),
            self._fixed_amount_left_sql(alias),
        )

    @api.model
    def _invoiced_sql(self, alias, condition=None):
        """There is a line on an invoice that is neither cancelled nor credited.

        A line that bills time is credited as long as it bills none any more: a person
        may credit more than was chosen.

        :param condition: of the line and its invoice; by default that the line is not
            one of late time, which is invoiced while the period is closed anyway, and
            bills something itself
        """
        Line, Move = "account.move.line", "account.move"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM account_move_line line
                  JOIN account_move invoice ON invoice.id = %(move)s
                 WHERE %(period)s = %(alias_id)s
                   AND %(state)s <> 'cancel'
                   AND line.id <> ALL(%(absent)s)
                   AND (%(billed_count)s > 0 OR NOT %(credited)s)
                   AND %(condition)s)
            """,
            move=self._column("line", "move_id", Line),
            period=self._column("line", "billing_period_id", Line),
            alias_id=SQL.identifier(alias, "id"),
            state=self._column("invoice", "state", Move),
            absent=get_supposition().line_ids,
            credited=self.env[Line]._taken_back_sql("line"),
            billed_count=self._column("line", "billed_count", Line),
            condition=condition
            or SQL(
                "(%s IS NOT TRUE AND %s IS DISTINCT FROM 'down_payment')",
                self._column("line", "is_supplementary", Line),
                self._column("line", "billing_kind", Line),
            ),
        )

    @api.model
    def _cycle_end_sql(self, alias):
        """The last day of the current cycle of the period's company."""
        return self._today_sql(
            self._column(alias, "company_id"),
            lambda company, today: company._get_billing_cycle(today)[1],
        )

    @api.model
    def _waiting_sql(self, alias):
        """Something that lands on this period's invoice is not ready."""
        return SQL("(%s)", SQL(" OR ").join(self._get_waiting_conditions(alias)))

    @api.model
    def _get_waiting_conditions(self, alias):
        """What keeps a period pending, each a condition in SQL; kinds of what is billed
        beside time add theirs."""
        return [self._unready_time_sql(alias), self._owing_person_sql(alias)]

    @api.model
    def _unready_time_sql(self, alias):
        Time = self.env["project.billing.time"]
        state = self.env["account.analytic.line"]._approval_state_sql("entry")
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM %(time)s
                 WHERE time.period_id = %(alias_id)s
                   AND (%(open)s OR %(unapproved)s)
                   AND %(billable)s)
            """,
            time=Time._from_sql(),
            alias_id=SQL.identifier(alias, "id"),
            open=Time._open_sql(),
            unapproved=Time._unapproved_sql(),
            billable=Time._billable_sql(SQL("%s <> 'approved'", state)),
        )

    @api.model
    def _owing_person_sql(self, alias):
        Required = self.env["project.billing.period.required"]
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_billing_period_required required
                  JOIN hr_employee person ON person.id = %(employee)s
                 WHERE %(period)s = %(alias_id)s AND %(owes)s)
            """,
            employee=Required._column("required", "employee_id"),
            period=Required._column("required", "period_id"),
            alias_id=SQL.identifier(alias, "id"),
            owes=Required._owes_day_sql("required", alias, "person"),
        )

    @api.model
    def _billable_sql(self, alias):
        """There is something to put on an invoice.

        Time that comes to nothing is none: work and its correction, minutes that are
        less than the last digit of a day. An hour is more than that in any unit.
        """
        Time = self.env["project.billing.time"]
        return SQL(
            """
            (%(fixed_amount)s > 0
             OR EXISTS (
                SELECT 1
                  FROM %(time)s time
                 WHERE time.period_id = %(alias_id)s
                   AND time.entry_count > 0
                   AND %(billable)s
              GROUP BY time.so_line_id
                HAVING ABS(SUM(time.hours)) >= 1
                    OR ABS(SUM(time.hours)) > 1e-9 AND %(amount)s <> 0))
            """,
            fixed_amount=self._column(alias, "fixed_amount"),
            time=Time._rows_sql(),
            billable=Time._billable_sql(),
            alias_id=SQL.identifier(alias, "id"),
            amount=self._time_amount_sql(alias),
        )
