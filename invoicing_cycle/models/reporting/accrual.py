from odoo import api, fields, models
from odoo.tools import SQL

MOVE, LINE = "account.move", "account.move.line"
ITEM, PERIOD, PROJECT = "sale.order.line", "project.billing.period", "project.project"

KINDS = [
    ("time", "Time"),
    ("fixed", "Fixed amount"),
    ("retainer", "Retainer"),
    ("milestone", "Milestone"),
    ("expense", "Expense"),
]


class ProjectBillingAccrual(models.Model):
    """Revenue that was earned and invoiced by the end of a day, by project and item.

    =============  ================================================================
    time           earned as it was invoiced, and what is in progress, up to the cap
    fixed amounts  and retainers: in equal parts by the days of their period, as
                   billed where they are billed, nothing where they are skipped
    milestones     on the day on which they were reached
    expenses       on their own day, once they are posted
    =============  ================================================================

    That is what Odoo's dialog *Accrued Revenue Entry* books of these items, see
    ``billing/delivered.py``, which asks the records of one order after another. Down
    payments are no revenue. Amounts are in the currency of the reader's company:
    invoiced ones as they were booked, others at the rate of the day.
    """

    _name = "project.billing.accrual"
    _description = "Accrued Revenue"
    _inherit = ["billing.at.day.mixin"]
    _auto = False
    _order = "project_id, sale_line_id, kind, id"
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
    kind = fields.Selection(KINDS, readonly=True)
    earned = fields.Monetary(
        readonly=True,
        help="Untaxed, until the day: time as it was worked, fixed amounts and "
        "retainers by the days of their periods, milestones as they were reached.",
    )
    invoiced = fields.Monetary(
        readonly=True,
        help="Untaxed, by confirmed invoices and credit notes until the day, without "
        "down payments.",
    )
    accrued = fields.Monetary(
        "To Accrue",
        readonly=True,
        help="Earned and not invoiced; negative where it was invoiced before it was "
        "earned.",
    )
    unbilled = fields.Monetary(
        "Unbilled",
        readonly=True,
        help="Earned and not invoiced: to accrue, where that is positive.",
    )
    in_advance = fields.Monetary(readonly=True, help="Invoiced and not earned yet.")

    @property
    def _table_query(self):
        self.env["project.billing.time"]._interpret_queries()
        project, item = self._columns("project", PROJECT), self._columns("item", ITEM)
        rounding = self.env.company.currency_id.rounding
        return SQL(
            """
            SELECT row.id, %(day)s::date AS day, row.project_id,
                   COALESCE(%(order_partner)s, %(partner)s) AS partner_id,
                   %(owner)s AS billing_owner_id,
                   row.sale_line_id,
                   COALESCE(%(item_company)s, %(company)s) AS company_id,
                   %(currency)s AS currency_id,
                   row.kind, row.earned, row.invoiced,
                   row.earned - row.invoiced AS accrued,
                   GREATEST(row.earned - row.invoiced, 0) AS unbilled,
                   GREATEST(row.invoiced - row.earned, 0) AS in_advance
              FROM (
            SELECT ROW_NUMBER() OVER (ORDER BY project_id, sale_line_id, kind) AS id,
                   project_id, sale_line_id, kind,
                   ROUND((SUM(earned) / %(rounding)s)::numeric)::float8 * %(rounding)s
                       AS earned,
                   ROUND((SUM(invoiced) / %(rounding)s)::numeric)::float8 * %(rounding)s
                       AS invoiced
              FROM (%(parts)s) part
          GROUP BY project_id, sale_line_id, kind) row
              JOIN project_project project ON project.id = row.project_id
         LEFT JOIN sale_order_line item ON item.id = row.sale_line_id
             WHERE row.earned <> 0 OR row.invoiced <> 0
            """,
            day=self._get_report_day(),
            order_partner=item("order_partner_id"),
            partner=project("partner_id"),
            owner=project("billing_owner_id"),
            item_company=item("company_id"),
            company=project("billing_company_id"),
            currency=self.env.company.currency_id.id,
            rounding=rounding,
            parts=SQL(" UNION ALL ").join(
                SQL("SELECT * FROM (%s) part", part) for part in self._get_parts()
            ),
        )

    @api.model
    def _get_parts(self):
        """Queries for ``project_id``, ``sale_line_id``, ``kind``, ``earned`` and
        ``invoiced``."""
        return [
            self._in_progress_sql(),
            self._invoiced_sql(),
            self._periods_sql(),
            self._milestones_sql(),
            self._expenses_sql(),
        ]

    # -------------------------------------------------------------------- time

    @api.model
    def _in_progress_sql(self):
        """Time that was given up since was never earned."""
        return SQL(
            """
            SELECT time.project_id, time.so_line AS sale_line_id, 'time' AS kind,
                   time.amount AS earned, 0 AS invoiced
              FROM (%s) time
             WHERE time.place <> 'written_off' AND time.amount <> 0
            """,
            self.env["project.billing.wip"]._priced_sql(),
        )

    # ---------------------------------------------------------------- invoices

    @api.model
    def _invoiced_sql(self):
        """What confirmed documents charge of periods. Time and expenses are earned as
        they are charged."""
        line = self._columns("line", LINE)
        return SQL(
            """
            SELECT %(project)s AS project_id, charged.sale_line_id, charged.kind,
                   CASE WHEN charged.kind IN ('time', 'expense') THEN charged.amount
                        ELSE 0 END AS earned,
                   charged.amount AS invoiced
              FROM (%(charged)s) charged
              JOIN account_move_line line ON line.id = charged.line_id
              JOIN project_billing_period period ON period.id = charged.period_id
             WHERE %(state)s = 'posted' AND %(date)s <= %(day)s
            """,
            project=self._column("period", "project_id", PERIOD),
            charged=self._charged_sql(),
            state=line("parent_state"),
            date=line("date"),
            day=self._get_report_day(),
        )

    @api.model
    def _charged_sql(self):
        """Each line of a period, and each that credits one, with its ``kind`` and
        ``amount`` as it was booked; not of cancelled documents."""
        line, original = self._columns("line", LINE), self._columns("original", LINE)
        return SQL(
            """
            SELECT line.id AS line_id,
                   COALESCE(original.id, line.id) AS of_line_id,
                   COALESCE(%(period)s, %(original_period)s) AS period_id,
                   item.order_line_id AS sale_line_id,
                   CASE WHEN kind.kind = 'fixed' AND %(retainer)s THEN 'retainer'
                        ELSE kind.kind END AS kind,
                   -(%(balance)s) * COALESCE(own.rate, 1) AS amount
              FROM account_move_line line
         LEFT JOIN account_move_line original ON original.id = %(credited)s
              JOIN project_billing_period period
                ON period.id = COALESCE(%(period)s, %(original_period)s)
         LEFT JOIN LATERAL (
                SELECT rel.order_line_id
                  FROM sale_order_line_invoice_rel rel
                 WHERE rel.invoice_line_id IN (line.id, original.id)
              ORDER BY rel.order_line_id LIMIT 1) item ON TRUE
        CROSS JOIN LATERAL (
                SELECT COALESCE(%(original_kind)s, %(kind)s, 'time') AS kind) kind
         LEFT JOIN %(own)s ON own.currency_id = %(currency)s
             WHERE (%(period)s IS NOT NULL OR %(original_period)s IS NOT NULL)
               AND %(state)s <> 'cancel' AND kind.kind <> 'down_payment'
               AND (%(credited)s IS NULL OR %(state)s = 'posted')
            """,
            period=line("billing_period_id"),
            original_period=original("billing_period_id"),
            retainer=self._column("period", "is_retainer", PERIOD),
            balance=line("balance"),
            credited=line("credited_line_id"),
            original_kind=original("billing_kind"),
            kind=line("billing_kind"),
            own=self._to_own_currency_sql(),
            currency=line("company_currency_id"),
            state=line("parent_state"),
        )

    # --------------------------------------------------- fixed amounts, retainers

    @api.model
    def _periods_sql(self):
        """The amounts of periods, earned day by day: ``tools/retainer.py`` in SQL."""
        period = self._columns("period", PERIOD)
        Period = self.env[PERIOD]
        return SQL(
            """
            SELECT %(project)s AS project_id, %(item)s AS sale_line_id,
                   CASE WHEN %(retainer)s THEN 'retainer' ELSE 'fixed' END AS kind,
                   CASE WHEN %(billed)s THEN COALESCE(charged.amount, 0)
                        WHEN %(skipped)s IS NOT NULL THEN 0
                        ELSE %(amount)s * COALESCE(own.rate, 1)
                    END * (LEAST(%(day)s::date, %(date_to)s) - %(date_from)s + 1)
                        / (%(date_to)s - %(date_from)s + 1)::float8 AS earned,
                   0 AS invoiced
              FROM project_billing_period period
         LEFT JOIN (SELECT charged.period_id, SUM(charged.amount) AS amount
                      FROM (%(charged)s) charged
                     WHERE charged.kind IN ('fixed', 'retainer')
                  GROUP BY 1) charged ON charged.period_id = period.id
         LEFT JOIN %(own)s ON own.currency_id = %(currency)s
             WHERE %(amount)s > 0 AND %(date_from)s <= %(day)s
            """,
            project=period("project_id"),
            item=period("sale_line_id"),
            retainer=period("is_retainer"),
            billed=Period._fixed_amount_billed_sql("period"),
            skipped=period("skip_reason"),
            amount=period("fixed_amount"),
            day=self._get_report_day(),
            # Empty until the end is known: nothing is earned.
            date_to=period("date_to"),
            date_from=period("date_from"),
            charged=self._charged_sql(),
            own=self._to_own_currency_sql(),
            currency=period("currency_id"),
        )

    # -------------------------------------------------------------- milestones

    @api.model
    def _milestones_sql(self):
        """Reached milestones of confirmed orders, as billed where they are billed."""
        milestone = self._columns("milestone", "project.milestone")
        item = self._columns("item", ITEM)
        return SQL(
            """
            SELECT %(project)s AS project_id, item.id AS sale_line_id,
                   'milestone' AS kind,
                   COALESCE(charged.amount,
                            %(share)s * %(ordered)s * %(price)s * COALESCE(own.rate, 1))
                       AS earned,
                   0 AS invoiced
              FROM project_milestone milestone
              JOIN sale_order_line item ON item.id = %(item)s
         LEFT JOIN (SELECT charged.of_line_id, SUM(charged.amount) AS amount
                      FROM (%(charged)s) charged
                     WHERE charged.kind = 'milestone'
                  GROUP BY 1) charged ON charged.of_line_id = %(invoice_line)s
         LEFT JOIN %(own)s ON own.currency_id = %(currency)s
             WHERE %(reached)s AND %(reached_date)s <= %(day)s
               AND %(method)s = 'milestones' AND %(state)s = 'sale'
               AND (%(invoice_line)s IS NOT NULL OR NOT %(before)s)
            """,
            project=milestone("project_id"),
            share=milestone("quantity_percentage"),
            ordered=item("product_uom_qty"),
            price=self._price_sql(),
            item=milestone("sale_line_id"),
            charged=self._charged_sql(),
            invoice_line=milestone("invoice_line_id"),
            own=self._to_own_currency_sql(),
            currency=item("currency_id"),
            reached=milestone("is_reached"),
            reached_date=milestone("reached_date"),
            day=self._get_report_day(),
            method=item("qty_delivered_method"),
            state=item("state"),
            before=self.env[PROJECT]._before_cutover_sql(
                milestone("project_id"), milestone("reached_date")
            ),
        )

    # ---------------------------------------------------------------- expenses

    @api.model
    def _expenses_sql(self):
        """Re-invoiced expenses of periods that no document of until the day charges."""
        item, line = self._columns("item", ITEM), self._columns("line", LINE)
        expense = self._columns("expense", "hr.expense")
        return SQL(
            """
            SELECT %(project)s AS project_id, item.id AS sale_line_id,
                   'expense' AS kind,
                   %(delivered)s * %(price)s * COALESCE(own.rate, 1) AS earned,
                   0 AS invoiced
              FROM sale_order_line item
              JOIN project_billing_period period ON period.id = %(period)s
         LEFT JOIN %(own)s ON own.currency_id = %(currency)s
             WHERE %(is_expense)s
               AND (SELECT MIN(%(date)s)
                      FROM hr_expense expense
                     WHERE %(expense_item)s = item.id) <= %(day)s
               AND NOT EXISTS (
                   SELECT 1
                     FROM sale_order_line_invoice_rel rel
                     JOIN account_move_line line ON line.id = rel.invoice_line_id
                    WHERE rel.order_line_id = item.id
                      AND %(state)s = 'posted' AND %(line_date)s <= %(day)s)
            """,
            project=self._column("period", "project_id", PERIOD),
            delivered=item("qty_delivered"),
            price=self._price_sql(),
            period=item("billing_period_id"),
            own=self._to_own_currency_sql(),
            currency=item("currency_id"),
            is_expense=item("is_expense"),
            date=expense("date"),
            expense_item=expense("sale_order_line_id"),
            day=self._get_report_day(),
            state=line("parent_state"),
            line_date=line("date"),
        )
