from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

#: Of the transaction: what is to be counted before it ends.
TOUCHED = "invoicing_cycle.touched"

#: Of the transaction: its queries are not compiled.
INTERPRETED = "invoicing_cycle.interpreted"

#: Days for which rows without time are kept, see :meth:`_sweep`.
KEPT_DAYS = 1


class ProjectBillingTime(models.Model):
    """The time of a period by person and item, added up.

    What the screen asks is asked of these rows and never of each entry. They follow
    from the entries alone and are counted anew, by one statement, at the end of each
    transaction that touches them; whoever asks before that counts first. What changes
    without a change of time (locks, flows, prices, switches, today) is not in them.

    Rules for whoever changes this, each of which was seen to break when left out:

    * A touched key is written whether it changed or not, so that two who touch it at
      once collide, and Odoo runs one of them again.
    * No transaction of a user deletes a row: rows without time stay, until they are
      swept at night.
    * Counting is the last thing that a transaction does, or the last of saving time,
      its keys in order: so it keeps nobody waiting.
    """

    _name = "project.billing.time"
    _inherit = ["billing.sql.mixin"]
    _description = "Time of a Billing Period"
    _log_access = False
    _order = "id"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    period_id = fields.Many2one(
        "project.billing.period",
        ondelete="cascade",
        help="None: time that is held, that has no sales order item, or that no period "
        "takes.",
    )
    employee_id = fields.Many2one(
        "hr.employee", ondelete="cascade", groups="base.group_system"
    )
    so_line_id = fields.Many2one("sale.order.line", ondelete="cascade")
    department_id = fields.Many2one("hr.department", ondelete="cascade")
    total_count = fields.Integer(help="All entries.")
    entry_count = fields.Integer(help="Entries that wait to be billed.")
    is_waiting = fields.Boolean(
        help="There are any: by this the rows that wait are found. An index on their "
        "number would be written with each entry."
    )
    hours = fields.Float(help="Of the entries that wait to be billed, as all below.")
    late_hours = fields.Float(help="Dated outside the period.")
    first_day = fields.Date()
    last_day = fields.Date()
    sent_back_count = fields.Integer()
    unapproved_hours = fields.Float(help="That nobody has approved, needed or not.")
    unapproved_last_day = fields.Date()
    billed_hours = fields.Float(help="Billed by an invoice of this period.")
    billed_late_hours = fields.Float()
    unbilled_count = fields.Integer(
        help="Entries that no invoice bills and nobody has written off; those without "
        "an item as far as they have hours."
    )
    uninvoiced_hours = fields.Float(
        help="Of those, by delivered time or without an item."
    )
    held_hours = fields.Float()
    counted_on = fields.Datetime()

    _unique_key = models.UniqueIndex(
        "(project_id, COALESCE(period_id, 0), COALESCE(employee_id, 0),"
        " COALESCE(so_line_id, 0), COALESCE(department_id, 0))"
    )
    _period_idx = models.Index("(period_id, employee_id) WHERE period_id IS NOT NULL")
    _waiting_idx = models.Index("(so_line_id, period_id) WHERE is_waiting")
    #: Small, and cheap to plan for: few of the periods that a screen asks are closed.
    _billed_idx = models.Index(
        "(period_id) INCLUDE (billed_hours, billed_late_hours)"
        " WHERE billed_hours <> 0 OR billed_late_hours <> 0"
    )
    _so_line_idx = models.Index("(so_line_id) WHERE so_line_id IS NOT NULL")
    _department_idx = models.Index("(department_id) WHERE department_id IS NOT NULL")
    _employee_idx = models.Index("(employee_id)")

    # -------------------------------------------------------------- what to count

    @api.model
    def _touch(self, keys=(), projects=(), periods=()):
        """Have something counted before this transaction ends.

        :param keys: (project id, period id or 0, employee id or 0)
        :param projects: ids of projects, with all their time
        :param periods: ids of periods, with all their time
        """
        precommit = self.env.cr.precommit
        touched = precommit.data.get(TOUCHED)
        if touched is None:
            touched = precommit.data[TOUCHED] = tuple(set() for _kind in range(3))
            # sudo: counts do not depend on who saves
            precommit.add(self.with_user(SUPERUSER_ID)._count_touched)
        added = (keys, projects, periods)
        for ids, more in zip(touched, added, strict=True):
            ids.update(more)

    @api.model
    def _count_touched(self):
        """Count what this transaction has touched; without that, do nothing."""
        self.env["account.analytic.line"].flush_model()
        self.env["project.billing.part"].flush_model()
        if self._is_touched():
            self.env.execute_query(SQL("WITH %s SELECT TRUE", self._counting_sql()))

    @api.model
    def _is_touched(self):
        return any(self.env.cr.precommit.data.get(TOUCHED, ()))

    @api.model
    def _rows_sql(self):
        """The table of these rows, which are true from here on."""
        self._count_touched()
        self._interpret_queries()
        return SQL.identifier(self._table)

    @api.model
    def _interpret_queries(self):
        """Have PostgreSQL run the long queries of this transaction as they are.

        By default it compiles what it takes for expensive, which took 10 s for queries
        that run for a tenth of one.
        """
        data = self.env.cr.precommit.data
        if INTERPRETED not in data:
            data[INTERPRETED] = True
            self.env.cr.execute("SET LOCAL jit = off")

    # ---------------------------------------------------------------- maintenance

    @api.model
    def _sweep(self):
        """Drop rows without time that have not changed since yesterday."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM project_billing_time
                 WHERE total_count = 0
                   AND counted_on < (NOW() AT TIME ZONE 'UTC') - %s * INTERVAL '1 day'
                """,
                KEPT_DAYS,
            )
        )

    @api.model
    def _count_all(self):
        """Count all time, where the add-on meets time that was there before."""
        # A database that was filled or restored just now has no statistics: PostgreSQL
        # would go through all entries for each key.
        self.env.cr.execute("ANALYZE account_analytic_line, project_billing_period")
        self._touch(
            projects=self.env["project.project"]
            .with_context(active_test=False)
            .search(
                [
                    "|",
                    ("allow_billable", "=", True),
                    ("timesheet_ids.so_line", "!=", False),
                ]
            )
            .ids
        )
        self._count_touched()
        self.env.cr.execute("ANALYZE project_billing_time")
