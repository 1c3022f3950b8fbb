from odoo import api, fields, models
from odoo.tools import SQL

ENTRY = "account.analytic.line"
MOVE, LINE = "account.move", "account.move.line"

PLACES = [
    ("open", "Open"),
    ("pending", "Pending approval"),
    ("ready", "Ready"),
    ("held", "Held"),
    ("blocked", "Missing data"),
    ("draft", "On a draft invoice"),
    ("billed", "Invoiced since"),
    ("written_off", "Written off since"),
]
AGES = [
    ("0", "0-30 days"),
    ("31", "31-60 days"),
    ("61", "61-90 days"),
    ("91", "Over 90 days"),
]


class ProjectBillingWip(models.Model):
    """Work in progress at the end of a day: time until then, sold by the hour, that no
    confirmed invoice dated until then bills.

    Documents, credits and write-offs have their dates. Locks and approvals of a past
    day are kept nowhere: time that still waits is where it is today.

    One row for all time of a project, sales order item, age and place: no person is
    told, and no day. Amounts are in the currency of the reader's company.
    """

    _name = "project.billing.wip"
    _description = "Work in Progress"
    _inherit = ["billing.at.day.mixin"]
    _auto = False
    _order = "project_id, sale_line_id, age, place, id"
    _rec_name = "project_id"

    day = fields.Date("At", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    billing_owner_id = fields.Many2one(
        "res.users", string="Invoice Owner", readonly=True
    )
    sale_line_id = fields.Many2one(
        "sale.order.line", string="Sales Order Item", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    age = fields.Selection(AGES, readonly=True, help="Days since the day of the work.")
    place = fields.Selection(
        PLACES,
        string="Status",
        readonly=True,
        help="Of a past day: what became of it since, else where it is today. Odoo "
        "does not keep what was locked or approved on a day of the past.",
    )
    first_day = fields.Date("Oldest Work", readonly=True)
    entry_count = fields.Integer("Time Entries", readonly=True)
    hours = fields.Float(
        readonly=True, help="Hours to bill, rounded as the project asks."
    )
    late_hours = fields.Float(
        readonly=True, help="Part of the hours that is dated outside its period."
    )
    capped_hours = fields.Float(
        "Hours Above a Cap",
        readonly=True,
        help="Part of the hours that the ordered quantity of a capped item leaves no "
        "room for: worth nothing unless it is raised.",
    )
    amount = fields.Monetary(
        readonly=True,
        help="Untaxed value at the agreed price, up to the cap, at the exchange rate "
        "of the day.",
    )
    late_amount = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        self.env["project.billing.time"]._interpret_queries()
        project = self._columns("project", "project.project")
        item = self._columns("item", "sale.order.line")
        day = self._get_report_day()
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY time.project_id, time.so_line, time.age,
                                               time.place) AS id,
                   %(day)s::date AS day,
                   time.project_id,
                   COALESCE(%(order_partner)s, %(project_partner)s) AS partner_id,
                   %(owner)s AS billing_owner_id,
                   time.so_line AS sale_line_id,
                   COALESCE(%(item_company)s, %(company)s) AS company_id,
                   %(currency)s AS currency_id,
                   time.age, time.place, time.first_day, time.entry_count, time.hours,
                   time.late_hours, time.capped_hours, time.amount, time.late_amount
              FROM (
            SELECT time.project_id, time.so_line, time.age, time.place,
                   MIN(time.date) AS first_day,
                   COUNT(*) AS entry_count,
                   SUM(time.hours) AS hours,
                   COALESCE(SUM(time.hours) FILTER (WHERE time.late), 0) AS late_hours,
                   SUM(time.hours - time.fits) AS capped_hours,
                   SUM(time.amount) AS amount,
                   COALESCE(SUM(time.amount) FILTER (WHERE time.late), 0) AS late_amount
              FROM (%(time)s) time
          GROUP BY 1, 2, 3, 4) time
              JOIN project_project project ON project.id = time.project_id
         LEFT JOIN sale_order_line item ON item.id = time.so_line
            """,
            day=day,
            order_partner=item("order_partner_id"),
            project_partner=project("partner_id"),
            owner=project("billing_owner_id"),
            item_company=item("company_id"),
            company=project("billing_company_id"),
            currency=self.env.company.currency_id.id,
            time=self._priced_sql(),
        )

    # ------------------------------------------------------------------- money

    @api.model
    def _priced_sql(self):
        """The time in progress, row by row, with its ``age`` and ``amount``."""
        item = self._columns("item", "sale.order.line")
        return SQL(
            """
            SELECT time.*,
                   CASE WHEN %(day)s::date - time.date > 90 THEN '91'
                        WHEN %(day)s::date - time.date > 60 THEN '61'
                        WHEN %(day)s::date - time.date > 30 THEN '31'
                        ELSE '0'
                    END AS age,
                   -- Without a confirmed order nobody has agreed on a price.
                   CASE WHEN time.place = 'blocked' THEN 0
                        ELSE COALESCE(time.fits * %(price)s * %(hour)s / sold.factor
                                      * COALESCE(own.rate, 1), 0)::float8
                    END AS amount
              FROM (%(time)s) time
         LEFT JOIN sale_order_line item ON item.id = time.so_line
         LEFT JOIN uom_uom sold ON sold.id = %(sold)s
         LEFT JOIN %(own)s ON own.currency_id = %(currency)s
            """,
            day=self._get_report_day(),
            price=self._price_sql(),
            hour=self.env["uom.uom"]._get_time_unit("hour").factor,
            time=self._fitting_sql(),
            sold=item("product_uom_id"),
            own=self._to_own_currency_sql(),
            currency=item("currency_id"),
        )

    # -------------------------------------------------------------------- caps

    @api.model
    def _fitting_sql(self):
        """The time in progress with ``fits``: its hours as far as its item has room.

        The oldest fits first, as on invoices; what is held comes last. What was
        invoiced since, or written off, is not under the cap of today.
        """
        Time = self.env["project.billing.time"]
        if not Time._has_caps():
            return SQL(
                "SELECT time.*, time.hours AS fits FROM (%s) time", self._time_sql()
            )
        return SQL(
            """
            SELECT time.*,
                   CASE WHEN time.room IS NULL OR time.place NOT IN %(waiting)s
                        THEN time.hours
                        ELSE LEAST(time.until, time.room)
                             - LEAST(time.until - time.hours, time.room)
                    END AS fits
              FROM (
            SELECT time.*,
                   %(room)s * sold.factor / %(hour)s AS room,
                   SUM(CASE WHEN time.place IN %(waiting)s THEN time.hours ELSE 0 END)
                       OVER (PARTITION BY time.so_line
                                 ORDER BY time.place = 'held', time.date, time.id
                                  ROWS UNBOUNDED PRECEDING) AS until
              FROM (%(time)s) time
         LEFT JOIN sale_order_line item ON item.id = time.so_line
         LEFT JOIN uom_uom sold ON sold.id = %(sold)s
                   ) time
            """,
            waiting=("open", "pending", "ready", "held"),
            room=Time._room_sql(),
            hour=self.env["uom.uom"]._get_time_unit("hour").factor,
            sold=self._column("item", "product_uom_id", "sale.order.line"),
            time=self._time_sql(),
        )

    # -------------------------------------------------------------------- time

    @api.model
    def _time_sql(self):
        """The time in progress, row by row of the ledger, with its ``place``."""
        entry = self._columns("entry", ENTRY)
        project = self._columns("project", "project.project")
        period = self._columns("period", "project.billing.period")
        move = self._columns("move", MOVE)
        Entry = self.env[ENTRY]
        return SQL(
            """
            SELECT time.*
              FROM (
            SELECT entry.id, %(project_id)s AS project_id, %(so_line)s AS so_line,
                   %(date)s AS date, %(hours)s AS hours,
                   (%(date)s < %(date_from)s OR %(date)s > %(date_to)s) IS TRUE AS late,
                   %(place)s AS place
              FROM %(rows)s
              JOIN project_project project ON project.id = %(project_id)s
         LEFT JOIN project_billing_period period ON period.id = %(period_id)s
         LEFT JOIN account_move_line line ON line.id = %(invoice_line)s
         LEFT JOIN account_move move ON move.id = COALESCE(%(move_id)s, %(invoice)s)
        CROSS JOIN LATERAL (
                SELECT CASE WHEN %(state)s = 'draft' THEN 'infinity'::date
                            WHEN %(state)s = 'posted'
                              OR %(payment)s = 'invoicing_legacy' THEN %(move_date)s
                        END AS date) document
             WHERE %(date)s <= %(day)s
               AND COALESCE(document.date, 'infinity') > %(day)s
               AND (%(so_line)s IS NULL AND %(billable)s AND %(intended)s IS NOT TRUE
                    OR %(type)s = 'billable_time')
               AND NOT EXISTS (
                   SELECT 1 FROM (%(given_back)s) given_back
                    WHERE given_back.row_id = entry.id)
            OFFSET 0) time
             WHERE time.place IS NOT NULL
               AND (time.so_line IS NOT NULL OR time.hours <> 0)
            """,
            project_id=entry("project_id"),
            so_line=entry("so_line"),
            date=entry("date"),
            hours=Entry._hours_to_bill_sql("entry"),
            date_from=period("date_from"),
            date_to=period("date_to"),
            place=self._place_sql(),
            rows=Entry._all_rows_sql("entry"),
            period_id=entry("billing_period_id"),
            invoice_line=entry("invoice_line_id"),
            move_id=self._column("line", "move_id", LINE),
            invoice=entry("timesheet_invoice_id"),
            state=move("state"),
            payment=move("payment_state"),
            move_date=move("date"),
            day=self._get_report_day(),
            billable=project("allow_billable"),
            intended=project("billing_unmapped_intended"),
            type=entry("timesheet_invoice_type"),
            given_back=self._given_back_sql(),
        )

    @api.model
    def _place_sql(self):
        """Where the row ``entry`` is; NULL where it is no work in progress.

        ``document.date`` is that of what bills it, infinity of a draft.
        """
        Entry = self.env[ENTRY]
        entry = self._columns("entry", ENTRY)
        return SQL(
            """
            CASE WHEN document.date = 'infinity' THEN 'draft'
                 WHEN document.date IS NOT NULL THEN 'billed'
                 WHEN %(before)s THEN NULL
                 WHEN %(hold)s = 'write_off' THEN
                      CASE WHEN %(written_off_since)s THEN 'written_off' END
                 WHEN %(hold)s = 'hold' THEN 'held'
                 WHEN NOT COALESCE(%(waiting)s, FALSE) THEN 'blocked'
                 WHEN %(state)s = 'approved' THEN 'ready'
                 ELSE %(state)s
             END
            """,
            before=Entry._before_cutover_sql("entry"),
            hold=entry("billing_hold"),
            written_off_since=self._written_off_since_sql(),
            waiting=Entry._waiting_for_billing_sql("entry"),
            state=Entry._approval_state_sql("entry"),
        )

    @api.model
    def _written_off_since_sql(self):
        """The entry of the row was written off after the day of the report."""
        log = self._columns("log", "timesheet.approval.log")
        return SQL(
            """
            EXISTS (SELECT 1
                      FROM timesheet_approval_log log
                     WHERE %(entry)s = entry.entry_id
                       AND %(event)s = 'written_off' AND %(date)s >= %(moment)s)
            """,
            entry=log("entry_id"),
            event=log("event"),
            date=log("date"),
            moment=self._get_report_moment(),
        )

    @api.model
    def _given_back_sql(self):
        """Rows (``row_id``) that a confirmed document billed at the day, and that a
        credit note of a later day has given back."""
        line, credit = self._columns("line", LINE), self._columns("credit", LINE)
        return SQL(
            """
            SELECT released.row_id
              FROM %(released)s
              JOIN account_move_line line ON line.id = released.line_id
              JOIN account_move_line credit ON %(credited)s = line.id
         LEFT JOIN %(chosen)s ON chosen.line_id = credit.id
                             AND chosen.row_id = released.row_id
             WHERE %(state)s = 'posted' AND %(date)s <= %(day)s
               AND %(credit_state)s = 'posted'
          GROUP BY released.row_id, released.line_id
            -- By the credit it was chosen for, else by the one that completed them.
            HAVING COALESCE(
                       MIN(%(credit_date)s) FILTER (WHERE chosen.row_id IS NOT NULL),
                       MAX(%(credit_date)s)) > %(day)s
            """,
            released=self._remembered_sql("released"),
            chosen=self._remembered_sql("credited", "chosen"),
            credited=credit("credited_line_id"),
            credit_state=credit("parent_state"),
            credit_date=credit("date"),
            state=line("parent_state"),
            date=line("date"),
            day=self._get_report_day(),
        )

    @api.model
    def _remembered_sql(self, name, alias=None):
        """Rows that lines remember: a table of ``line_id`` and ``row_id``.

        :param str name: "released" or "credited"
        :param str alias: of the table, by default its name
        """
        parts = [
            SQL(
                "SELECT %(line)s AS line_id, %(sign)s * %(row)s AS row_id"
                " FROM %(table)s",
                line=SQL.identifier(field.column1),
                row=SQL.identifier(field.column2),
                sign=sign,
                table=SQL.identifier(field.relation, to_flush=field),
            )
            for sign, field in (
                (1, self.env[LINE]._fields[f"{name}_entry_ids"]),
                (-1, self.env[LINE]._fields[f"{name}_part_ids"]),
            )
        ]
        return SQL(
            "(%s) %s", SQL(" UNION ALL ").join(parts), SQL.identifier(alias or name)
        )
