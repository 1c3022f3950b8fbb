import functools
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# What decides which period an entry belongs to, and who must have locked there.
MOVING_FIELDS = frozenset({"date", "employee_id", "project_id", "so_line", "task_id"})
# What decides on which item it is billed.
RATING_FIELDS = MOVING_FIELDS - {"date"}


class AccountAnalyticLine(models.Model):
    """The billing ledger of a time entry.

    An entry is billed on exactly one invoice line (``invoice_line_id``) or it waits in
    exactly one billing period (``billing_period_id``), unless it is held or written
    off. Odoo's ``timesheet_invoice_id`` follows ``invoice_line_id`` and never leads it.
    """

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "billing.sql.mixin"]

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

    def _auto_init(self):
        # Nothing waits in a period and nothing is approved yet: spare a large database
        # the computation.
        for name, kind in (
            ("billing_period_id", "int4"),
            ("approved_by_id", "int4"),
            ("approved_step_id", "int4"),
            ("approved_on", "timestamp"),
            ("approval_key", "varchar"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        if not column_exists(self.env.cr, self._table, "billing_hours"):
            # Neither is anything rounded or split.
            create_column(self.env.cr, self._table, "billing_hours", "float8")
            self.env.cr.execute(
                "UPDATE account_analytic_line SET billing_hours = unit_amount"
            )
        if not column_exists(self.env.cr, self._table, "counted_in"):
            create_column(self.env.cr, self._table, "counted_in", "varchar")
            self.env.cr.execute(
                """
                UPDATE account_analytic_line
                   SET counted_in = project_id || '/0/' || COALESCE(employee_id, 0)
                 WHERE project_id IS NOT NULL
                """
            )
        return super()._auto_init()

    @api.model
    def _get_unbilled_time_domain(self):
        """Billable time that no invoice line bills yet and nobody holds back."""
        return Domain(
            [
                ("project_id", "!=", False),
                ("timesheet_invoice_type", "=", "billable_time"),
                ("so_line.state", "=", "sale"),
                ("invoice_line_id", "=", False),
                ("billing_hold", "=", "bill"),
            ]
        )

    def _is_waiting_for_billing(self):
        """The rule of :meth:`_get_unbilled_time_domain` for one entry in memory."""
        self.ensure_one()
        return not self.invoice_line_id and self._may_be_billed()

    def _may_be_billed(self):
        """Whether this entry is billed by the hour, now or already."""
        self.ensure_one()
        return bool(
            self.project_id
            and self.timesheet_invoice_type == "billable_time"
            and self.so_line.state == "sale"
            and self.billing_hold == "bill"
        )

    @api.model
    def _waiting_for_billing_sql(self, alias):
        """The rule of :meth:`_get_unbilled_time_domain` in SQL.

        :param str alias: of the entry in a query
        """
        return SQL(
            """
            (%(project)s IS NOT NULL
             AND %(type)s = 'billable_time'
             AND %(invoice_line)s IS NULL
             AND %(hold)s = 'bill'
             AND EXISTS (
                SELECT 1
                  FROM sale_order_line item
                 WHERE item.id = %(sale_line)s AND %(state)s = 'sale'))
            """,
            project=self._column(alias, "project_id"),
            type=self._column(alias, "timesheet_invoice_type"),
            invoice_line=self._column(alias, "invoice_line_id"),
            hold=self._column(alias, "billing_hold"),
            sale_line=self._column(alias, "so_line"),
            state=self._column("item", "state", "sale.order.line"),
        )

    @api.depends(
        "project_id",
        "date",
        "timesheet_invoice_type",
        "so_line.state",
        "billing_hold",
        "invoice_line_id",
    )
    def _compute_billing_period_id(self):
        # Changes on the side of the periods come through _find_period_anew(), so that
        # saving one entry does not depend on every field of every period of its
        # project. Odoo computes an entry twice while it is created: the second time it
        # is where it belongs already.
        self._assign_period(settled=lambda line: line._is_in_its_period())

    def _find_period_anew(self):
        """Periods were opened, closed or moved: find the period of these entries."""
        with self.env.protecting([self._fields["billing_period_id"]], self):
            self._assign_period(settled=lambda line: False)

    def _is_in_its_period(self):
        """Whether this entry waits in the period that covers it.

        That one is open: where it is closed, its entries are told.
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
        """Link these entries to their periods, in at most one query.

        :param settled: function that tells whether an entry keeps its period as long
            as it waits
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
        """The period that each of these entries waits in, in at most one query.

        :param settled: as in :meth:`_assign_period`
        :return: dict, entry to id of ``project.billing.period`` or a false value
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

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        self.env["account.move"]._forget_outdated()
        lines = super().create(self._leave_out_derived(vals_list))
        self.env["project.billing.time"]._touch(entries=lines.ids)
        lines._join_places()
        lines._freeze_added()
        # hr_timesheet drops and completes values: look at the records.
        lines._check_held(vals_list)
        lines._check_not_closed("create")
        return lines

    def write(self, vals):
        self._check_billing_values(vals)
        with self._guarding(vals):
            # Before the ledger, which takes what Odoo writes of an invoice out of them.
            self._check_protected(vals)
            self.env["account.move"]._forget_outdated()
            self._touch_changed(vals)
            with (
                self._remembering(vals),
                self._completing(vals) as values,
                self._keeping_parts(values),
            ):
                lines = self._leave_linked(values)
                with lines._following_places(values):
                    return super(AccountAnalyticLine, lines).write(values)

    def unlink(self):
        self.env["account.move"]._forget_outdated()
        places = self._get_places()
        rated = any(line.is_so_line_edited and line.so_line for line in self)
        self._touch_counts()
        result = super().unlink()
        # sudo: as in _join_places
        self.env["project.billing.period"].sudo()._sync_required_at(places, rated)
        return result

    def _join_places(self):
        """New time joins its period, and its people those who are waited for."""
        # sudo: periods follow the time, whoever may log it; nothing of them is returned
        Period = self.env["project.billing.period"].sudo()
        places = self._get_places()
        # An item of their own may be what makes their project bill time.
        edited = self.filtered(lambda line: line.is_so_line_edited and line.so_line)
        rated = edited._get_places()
        Period._sync_required_at(rated, rated=True)
        Period._require_people_at(places - rated)
        self._find_late_period()

    @contextmanager
    def _following_places(self, vals):
        """These entries are written within this block: periods follow where they go."""
        moved = not MOVING_FIELDS.isdisjoint(vals)
        places = self._get_places() if moved else None
        projects = {line: line.project_id for line in self} if moved else {}
        yield
        if moved:
            self.filtered(lambda line: line.project_id != projects[line])._round_anew()
            # sudo: as in _join_places
            self.env["project.billing.period"].sudo()._sync_required_at(
                places | self._get_places(),
                rated=not RATING_FIELDS.isdisjoint(vals),
            )
        if moved or "billing_hold" in vals:
            self._find_late_period()

    def _leave_linked(self, vals):
        """Keep what bills an entry from what Odoo writes of its invoice.

        sale_timesheet frees entries by sale line and invoice: it clears too many when a
        small credit note is posted or one of two lines of a sale line is deleted, and
        none when a credit note is posted by ``_post``. The entry's own link is the
        authority here, and the invoice only follows it: a write that touches the
        invoice alone does nothing to an entry that a line bills.

        :return: the entries that are to be written with these values; of the others
            what is not of the invoice is written here
        """
        if "timesheet_invoice_id" not in vals or "invoice_line_id" in vals:
            return self
        # sudo: whether a line bills the entry does not depend on who asks.
        linked = self.sudo().filtered("invoice_line_id").with_env(self.env)
        rest = {
            name: value
            for name, value in vals.items()
            if name != "timesheet_invoice_id"
        }
        if linked and rest:
            linked.write(rest)
        return self - linked

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

    def _get_places(self):
        """Where these entries make their persons required.

        :return: set of (project id, employee id, date)
        """
        # sudo: who must have locked follows from the time, not from its author
        return {
            (line.project_id.id, line.employee_id.id, line.date)
            for line in self.sudo()
            if line.project_id.billing_frequency
        }

    def _is_not_billed(self):
        # EXTENDS sale_timesheet
        # A link of ours counts even while Odoo has cleared its own for a moment: an
        # entry that looks unbilled would take over its task's project and sale line.
        return not self.invoice_line_id and super()._is_not_billed()

    def _set_invoice_line(self, invoice_line):
        """Bill these entries on one invoice line, or on none.

        The only place besides the generator that writes the link.

        :param invoice_line: ``account.move.line``, empty to give the entries back
        """
        # What is given back, or billed anew, is what it is.
        self.filtered("billed_as")._record({"billed_as": False})
        # Time that is given back stays where it was billed. Odoo computes its project
        # anew when its invoice changes, and with that its sale line: the hours would
        # move to whatever its task was sold on meanwhile.
        settled = [
            self._fields[name]
            for name in ("project_id", "partner_id", "user_id", "so_line")
        ]
        for field in settled:
            self.env.remove_to_compute(field, self)
        with self.env.protecting(settled, self):
            self._record(
                {
                    "invoice_line_id": invoice_line.id,
                    "timesheet_invoice_id": invoice_line.move_id.id,
                }
            )
        if not invoice_line:
            self._round_anew()
