import functools

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Columns of the ledger that time entries and their parts have alike.
ROW_COLUMNS = (
    "approved_on",
    "approved_step_id",
    "billed_as",
    "billing_hold",
    "billing_hours",
    "billing_period_id",
    "company_id",
    "counted_in",
    "date",
    "department_id",
    "employee_id",
    "invoice_line_id",
    "product_uom_id",
    "project_id",
    "sent_back",
    "so_line",
    "task_id",
    "timesheet_invoice_id",
    "timesheet_invoice_type",
    "user_id",
)

#: What of Odoo's hook is asked anyway, see ``_get_delivered_domain``.
OWN_CONDITIONS = (
    Domain("project_id", "!=", False),
    Domain("billing_hold", "!=", "write_off"),
)


class BillingRowMixin(models.AbstractModel):
    """A row of the ledger: a time entry, or a part of one that stands on its own.

    It is billed on exactly one invoice line (``invoice_line_id``) or waits in exactly
    one billing period (``billing_period_id``), unless it is held or written off.
    """

    _name = "billing.row.mixin"
    _description = "Time That Is Billed"
    _inherit = ["billing.recorded.mixin", "billing.sql.mixin"]

    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        compute="_compute_billing_period_id",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The period that bills this entry: the one that covers its date or, where "
        "that one is closed, the next open one.",
        groups="base.group_user",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice line that bills this entry.",
        groups="base.group_user",
    )
    billing_hold = fields.Selection(
        [("bill", "Bill"), ("hold", "Hold"), ("write_off", "Write off")],
        string="Billing",
        default="bill",
        required=True,
        copy=False,
        help="Held time stays unbilled until it is released; written-off time is never "
        "billed and leaves the delivered quantity.",
        groups="base.group_user",
    )
    hold_reason = fields.Char("Reason", copy=False, groups="base.group_user")

    def _get_key(self):
        """See ``entries/row_set.py``."""
        self.ensure_one()
        return self.id

    def _get_entries(self):
        """The time entries that these rows are of."""
        return self

    @api.model
    def _all_rows_sql(self, alias):
        """All rows of the ledger as a table of a query.

        Columns: ``id`` (the key of the row), ``entry_id``, ``part_id`` (NULL of an
        entry), :data:`ROW_COLUMNS`, and what an entry alone has: ``unit_amount``,
        ``split_hours``, ``amount``, ``move_line_id``.

        Two plain tables, without a join or a condition and with columns of the same
        types, so that the database asks each of them by its indexes. Else it would put
        all rows together first.

        :param str alias: of the table
        """
        Part = self.env["project.billing.part"]
        columns = SQL(", ").join(map(SQL.identifier, ROW_COLUMNS))
        return SQL(
            """
            (SELECT id, id AS entry_id, NULL::int AS part_id, %(columns)s,
                    unit_amount, split_hours, amount, move_line_id
               FROM account_analytic_line
              UNION ALL
             SELECT -id, entry_id, id, %(columns)s,
                    0::float8, 0::float8, NULL::numeric, NULL::int
               FROM project_billing_part%(flushed)s) %(alias)s
            """,
            columns=columns,
            flushed=SQL("", to_flush=[Part._fields[name] for name in ROW_COLUMNS]),
            alias=SQL.identifier(alias),
        )

    def _get_billing_lines(self):
        """The invoice lines that bill any of these entries, or parts."""
        return self.invoice_line_id

    # ------------------------------------------------------------ may be billed

    @api.model
    def _get_delivered_domain(self):
        """What other add-ons ask of time before an order counts it, by the hook of
        sale_timesheet: that it is validated, for instance."""
        # Without the key by which Odoo asks for the past.
        items = self.env["sale.order.line"].with_context(accrual_entry_date=False)
        domain = Domain(items._timesheet_compute_delivered_quantity_domain())
        return domain.map_conditions(
            lambda condition: Domain.TRUE if condition in OWN_CONDITIONS else condition
        )

    @api.model
    def _get_delivered_fields(self):
        """Names of the fields that decide whether an order counts time."""
        domain = self._get_delivered_domain()
        return sorted({condition.field_expr for condition in domain.iter_conditions()})

    @api.model
    def _delivered_sql(self, alias):
        """The rule of :meth:`_get_delivered_domain` in SQL.

        :param str alias: of rows, see :meth:`_all_rows_sql`
        """
        domain = self._get_delivered_domain()
        if domain.is_true():
            return SQL("TRUE")
        # sudo: what an order counts does not depend on who may read time
        query = self.env["account.analytic.line"].sudo()._search(domain)
        return SQL("%s IN %s", SQL.identifier(alias, "entry_id"), query.subselect())

    def _is_waiting_for_billing(self):
        """The rule of :meth:`_get_unbilled_time_domain` for one row in memory."""
        self.ensure_one()
        return (
            not self.invoice_line_id
            and not self.is_before_cutover
            and self._may_be_billed()
        )

    def _may_be_billed(self):
        """Whether this row is billed by the hour, now or already."""
        self.ensure_one()
        return bool(
            self.project_id
            and self.timesheet_invoice_type == "billable_time"
            and self.so_line.state == "sale"
            and self.billing_hold == "bill"
            # sudo: as in _delivered_sql
            and self.sudo().filtered_domain(self._get_delivered_domain())
        )

    @api.model
    def _get_unbilled_time_domain(self):
        """Billable time that no invoice line bills yet and nobody holds back."""
        return (
            fields.Domain(
                [
                    ("project_id", "!=", False),
                    ("timesheet_invoice_type", "=", "billable_time"),
                    ("so_line.state", "=", "sale"),
                    ("invoice_line_id", "=", False),
                    ("billing_hold", "=", "bill"),
                    ("is_before_cutover", "=", False),
                ]
            )
            & self._get_delivered_domain()
        )

    @api.model
    def _waiting_for_billing_sql(self, alias, before=None):
        """The rule of :meth:`_get_unbilled_time_domain` in SQL.

        :param str alias: of rows, see :meth:`_all_rows_sql`
        :param SQL before: what is not billed here, by default what is dated before the
            cut-over of its project
        """
        return SQL(
            """
            (%(project)s IS NOT NULL
             AND %(type)s = 'billable_time'
             AND %(invoice_line)s IS NULL
             AND %(hold)s = 'bill'
             AND %(delivered)s
             AND NOT %(before)s
             AND EXISTS (
                SELECT 1
                  FROM sale_order_line item
                 WHERE item.id = %(sale_line)s AND %(state)s = 'sale'))
            """,
            project=self._column(alias, "project_id"),
            type=self._column(alias, "timesheet_invoice_type"),
            invoice_line=self._column(alias, "invoice_line_id"),
            hold=self._column(alias, "billing_hold"),
            delivered=self._delivered_sql(alias),
            before=before or self._before_cutover_sql(alias),
            sale_line=self._column(alias, "so_line"),
            state=self._column("item", "state", "sale.order.line"),
        )

    # ------------------------------------------------------------------ period

    @api.depends(
        lambda self: (
            "project_id",
            "date",
            "timesheet_invoice_type",
            "so_line.state",
            "billing_hold",
            "invoice_line_id",
            *self._get_delivered_fields(),
        )
    )
    def _compute_billing_period_id(self):
        # Changes on the side of the periods come through _find_period_anew(), so that
        # saving one entry does not depend on every field of every period of its
        # project. Odoo computes an entry twice while it is created: the second time it
        # is where it belongs already.
        self._assign_period(settled=lambda line: line._is_in_its_period())

    def _find_period_anew(self):
        """Periods were opened, closed or moved: find the period of these rows."""
        with self.env.protecting([self._fields["billing_period_id"]], self):
            self._assign_period(settled=lambda line: False)

    def _is_in_its_period(self):
        """Whether this row waits in the period that covers it.

        That one is open: where it is closed, its rows are told.
        """
        self.ensure_one()
        period = self.billing_period_id
        return bool(
            period
            and period.project_id == self.project_id
            and period.date_from <= self.date
            and (not period.date_to or self.date <= period.date_to)
        )

    def _assign_period(self, settled):
        """Link these rows to their periods, in at most one query.

        :param settled: function that tells whether a row keeps its period as long as
            it waits
        """
        waiting = self.filtered(lambda line: line._is_waiting_for_billing())
        for line in self - waiting:
            if line.invoice_line_id:
                # Billed through a period, or the stock way while waiting in one.
                line.billing_period_id = (
                    line.invoice_line_id.billing_period_id or line.billing_period_id
                )
            else:
                line.billing_period_id = False
        scheduled = waiting.filtered("project_id.has_billing_periods")
        (waiting - scheduled).billing_period_id = False
        for line, period_id in scheduled._get_allocated_period_ids(settled).items():
            line.billing_period_id = period_id

    def _get_allocated_period_ids(self, settled):
        """The period that each of these rows waits in, in at most one query.

        :param settled: as in :meth:`_assign_period`
        :return: dict, row to id of ``project.billing.period`` or a false value
        """
        Period = self.env["project.billing.period"]

        @functools.cache
        def get_allocators():
            return Period._get_allocators(self.project_id.ids)

        current = self.billing_period_id
        if any(Period._fields["date_from"]._cache_missing_ids(current)):
            # The same query reads what tells whether they are settled.
            get_allocators()
        result = {}
        for line in self:
            if settled(line):
                result[line] = line.billing_period_id.id
            else:
                allocator = get_allocators().get(line.project_id.id)
                result[line] = allocator and allocator.period_of(line.date)
        return result

    def _find_late_period(self):
        """Open a period for time of schedules that have ended, where none takes it."""
        # sudo: authors of time need not read the order that it is billed on
        homeless = self.sudo().filtered(
            lambda line: (
                not line.billing_period_id
                and line.project_id.has_billing_periods
                and line._is_waiting_for_billing()
            )
        )
        homeless.project_id._open_supplementary_periods()

    # -------------------------------------------------------------------- bill

    def _set_invoice_line(self, invoice_line):
        """Bill these rows on one invoice line, or on none.

        The only place besides the generator that writes the link.

        :param invoice_line: ``account.move.line``, empty to give the rows back
        """
        # What is given back, or billed anew, is what it is.
        self.filtered("billed_as")._record({"billed_as": False})
        # Time that is given back stays where it was billed. Odoo computes its project
        # anew when its invoice changes, and with that its sale line: the hours would
        # move to whatever its task was sold on meanwhile.
        settled = [self._fields[name] for name in self._get_settled_fields()]
        for field in settled:
            self.env.remove_to_compute(field, self)
        if invoice_line:
            settled = self._get_derived_fields(
                but={"billing_period_id", "counted_in", "timesheet_invoice_id"}
            )
        with self.env.protecting(settled, self):
            self._record(self._get_billed_values_of(invoice_line))

    @api.model
    def _get_derived_fields(self, but=()):
        """Stored fields that are worked out of others. None of these changes when a row
        is billed, and nobody need find that out row by row.

        :param but: names of those that may change
        """
        return [
            field
            for field in self._fields.values()
            if field.store and field.compute and field.name not in but
        ]

    @api.model
    def _get_settled_fields(self):
        """What stays as it is when rows are billed or given back."""
        return ("so_line",)

    @api.model
    def _get_billed_values_of(self, invoice_line):
        """What a row that a line bills keeps of it."""
        return {"invoice_line_id": invoice_line.id}

    def _get_billed_hours(self):
        """What is billed of these rows, in hours, exact."""
        return sum(
            uom._to_hours(sum(rows.mapped("billing_hours")))
            for uom, rows in self.grouped("product_uom_id").items()
        )
