from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

STATES = [
    ("upcoming", "Upcoming"),
    ("pending", "Pending"),
    ("ready", "Ready for invoicing"),
    ("empty", "Nothing to invoice"),
    ("to_send", "Ready to be sent"),
    ("sent", "Sent"),
    ("skipped", "Skipped"),
]

#: What is due and has no invoice: which of these depends on time.
FROM_TIME = frozenset({"pending", "ready", "empty"})
CLOSED = frozenset({"to_send", "sent", "skipped"})
NOT_INVOICED = ("upcoming", "pending", "ready")


class ProjectBillingPeriod(models.Model):
    """The state of a billing period, as one SQL expression.

    It depends on today, on locks, approvals, expenses, invoices and their sending, so a
    stored copy would have to be chased from all sides and be wrong in between. As an
    expression it is true at every read, and search, order and grouping use it alike.
    """

    _inherit = "project.billing.period"

    state = fields.Selection(
        STATES,
        compute="_compute_live",
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
        "closing_line_count",
        "fixed_line_count",
        "unsent_line_count",
    )
    def _compute_live(self):
        """All fields that are expressions, in one query."""
        sql_fields = self._get_sql_fields()
        due = self._read_due(*sql_fields.values())
        unsaved = [name == "state" and "upcoming" for name in sql_fields]
        for period in self:
            values = due.get(period._origin.id, unsaved)
            for name, value in zip(sql_fields, values, strict=True):
                period[name] = value

    @api.depends("state", "invoice_date")
    def _compute_is_overdue(self):
        for period in self:
            period.is_overdue = bool(
                period.state in NOT_INVOICED
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
        asked = FROM_TIME.intersection(values)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                # PostgreSQL knows nothing of how many have a state. It takes one in a
                # hundred for a list of values, and compares each of all periods with
                # each of those; as COALESCE, one in two.
                "(%s AND COALESCE(%s IN %s, FALSE))",
                # Of this it knows: most periods are of past years.
                SQL("TRUE")
                if CLOSED.intersection(values)
                else SQL("NOT %s", model._closed_sql(alias)),
                # Where all of these are asked for, or none, no time need be.
                model._field_to_sql(alias, "state", query)
                if asked and asked != FROM_TIME
                else model._state_sql(alias),
                values,
            )
        )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        past = Domain.custom(to_sql=lambda model, alias, query: model._past_sql(alias))
        overdue = past & Domain("state", "in", NOT_INVOICED)
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

        :return: dict, name to function of the alias of the table and of the alias of
            what is due (:meth:`_due_sql`), left joined to it
        """
        return {"state": self._state_sql}

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr == "is_overdue":
            return SQL(
                "(%s AND %s IN %s)",
                self._past_sql(alias),
                self._field_to_sql(alias, "state", query),
                NOT_INVOICED,
            )
        if to_sql := self._get_sql_fields().get(field_expr):
            if query is not None:
                return to_sql(alias, self._join_due(alias, query))
            due = self._due_sql(SQL("= %s", SQL.identifier(alias, "id")))
            return SQL("(SELECT %s FROM (%s) due)", to_sql(alias, "due"), due)
        return super()._field_to_sql(alias, field_expr, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS base
        if field_name == "invoice_date":
            # It groups by the column, where a query has groups.
            super()._order_field_to_sql(alias, field_name, direction, nulls, query)
            # Not by its index: PostgreSQL would take the first rows for enough, and
            # go through all that is due for each of them.
            return SQL(
                "(%s + 0) %s %s",
                self._field_to_sql(alias, field_name, query),
                direction,
                nulls,
            )
        if field_name == "state":
            # In the order in which a period passes through them, not by the alphabet.
            return SQL(
                "ARRAY_POSITION(%s, %s) %s",
                [state for state, _label in STATES],
                self._field_to_sql(alias, field_name, query),
                direction,
            )
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _join_due(self, alias, query):
        """Join what is due to a query, once, whatever the query asks of it.

        :return: its alias
        """
        due = query.make_alias(alias, "due")
        query.add_join(
            "LEFT JOIN",
            due,
            SQL("(%s)", self._due_sql()),
            SQL("%s = %s", SQL.identifier(due, "id"), SQL.identifier(alias, "id")),
        )
        return due

    @api.model
    def _due_sql(self, among=None):
        """What waits in periods, of their time and of all that is billed beside it.

        =============  ================================================================
        ``id``         of the period
        ``hours``      ``late_hours``, ``amount``: of the time, see ``_due_time_sql``
        ``rounding``   of the period's currency
        ``waiting``    whether something is not ready
        ``billable``   whether there is something to put on an invoice
        =============  ================================================================

        :param SQL among: condition on the ids of periods, such as ``IN (1, 2)``, with a
            row for each; by default those that are not closed, or where time waits
        """
        return SQL(
            """
            SELECT p.id, time.hours, time.late_hours, time.amount, currency.rounding,
                   time.waiting OR waiting.period_id IS NOT NULL AS waiting,
                   time.billable OR billable.period_id IS NOT NULL AS billable
              FROM project_billing_period p
         LEFT JOIN (%(time)s) time ON time.period_id = p.id
         LEFT JOIN (%(waiting)s) waiting ON waiting.period_id = p.id
         LEFT JOIN (%(billable)s) billable ON billable.period_id = p.id
         LEFT JOIN res_currency currency ON currency.id = %(currency)s
             WHERE %(asked)s
            -- Worked out once, however often the outer query asks.
            OFFSET 0
            """,
            time=self.env["project.billing.time"]._due_time_sql(among),
            currency=self._column("p", "currency_id"),
            waiting=self._any_of_sql(self._get_waiting_sources(not among), among),
            billable=self._any_of_sql(self._get_billable_sources(), among),
            asked=SQL("p.id %s", among)
            if among
            else SQL("(time.period_id IS NOT NULL OR NOT %s)", self._closed_sql("p")),
        )

    def _read_due(self, *fields):
        """Expressions of these periods and of what is due, in one query.

        :param fields: functions as of :meth:`_get_sql_fields`
        :return: dict, id to tuple of values; only of those that are saved
        """
        ids = tuple(self._origin.ids)
        if not ids:
            return {}
        query = SQL(
            """
            SELECT p.id, %s
              FROM project_billing_period p
              JOIN (%s) due ON due.id = p.id
            """,
            SQL(", ").join(to_sql("p", "due") for to_sql in fields),
            self._due_sql(SQL("IN %s", ids)),
        )
        return {row[0]: row[1:] for row in self.env.execute_query(query)}

    def _filtered_billable(self):
        """Those with something to put on an invoice, ready or not, in one query."""
        billable = self._read_due(lambda _alias, due: SQL.identifier(due, "billable"))
        return self.filtered(lambda period: billable.get(period._origin.id) == (True,))

    # ------------------------------------------------------------------- SQL

    @api.model
    def _state_sql(self, alias, due=None):
        """
        :param due: without it what is due is told from none of its time
        """
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
            invoiced=self._has_live_lines_sql(alias, "closing_line_count"),
            closed=self._closed_sql(alias),
            unsent=self._has_live_lines_sql(alias, "unsent_line_count"),
            invoice_date=self._column(alias, "invoice_date"),
            cycle_end=self._cycle_end_sql(alias),
            waiting=SQL.identifier(due, "waiting") if due else SQL("FALSE"),
            billable=SQL.identifier(due, "billable") if due else SQL("FALSE"),
        )

    @api.model
    def _past_sql(self, alias):
        """The scheduled invoice date is past."""
        return SQL(
            "(%s < %s) IS TRUE",
            self._column(alias, "invoice_date"),
            self._today_sql(self._column(alias, "company_id")),
        )

    @api.model
    def _cycle_end_sql(self, alias):
        """The last day of the current cycle of the period's company."""
        return self._today_sql(
            self._column(alias, "company_id"),
            lambda company, today: company._get_billing_cycle(today)[1],
        )

    @api.model
    def _get_waiting_sources(self, of_all):
        """What keeps periods pending beside their time; kinds of what is billed beside
        time add theirs.

        :param bool of_all: whether all are asked for, and not some periods
        :return: list of queries for ``period_id``
        """
        return [self.env["project.billing.period.required"]._owing_persons_sql(of_all)]

    @api.model
    def _get_billable_sources(self):
        """What there is to put on invoices beside time, as above."""
        return [
            SQL(
                "SELECT id AS period_id FROM project_billing_period fixed WHERE %s > 0",
                self._column("fixed", "fixed_amount"),
            )
        ]

    @api.model
    def _any_of_sql(self, sources, among=None):
        """The periods of any of such queries, once each: to be joined, as PostgreSQL
        keeps but a few for a condition.

        :param SQL among: condition on the ids of periods, all by default
        """
        return SQL(
            "SELECT DISTINCT period_id FROM (%s) source WHERE period_id %s",
            SQL(" UNION ALL ").join(
                SQL("SELECT period_id FROM (%s) source", source) for source in sources
            ),
            among or SQL("IS NOT NULL"),
        )
