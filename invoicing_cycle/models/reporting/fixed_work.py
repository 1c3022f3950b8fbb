from odoo import api, fields, models
from odoo.tools import SQL

ITEM, PERIOD, PROJECT = "sale.order.line", "project.billing.period", "project.project"

#: Ratios and the sums that they are of: an average of ratios would weigh an hour like
#: a month.
RATIOS = {
    "realization": ("amount", "standard_value"),
    "effective_rate": ("amount", "hours"),
}


class ProjectBillingFixedWork(models.Model):
    """Realization of work for a fixed amount or a retainer: what was billed, against
    what its hours are worth.

    One row per period of which an invoice bills the amount, as realization counts what
    is settled. Its hours are those on the item within its days. They have no price of
    their own: they are worth that of the person in the project's rate table, else of
    the item on which hours beyond the retainer are billed, else the list price of the
    project's service. What was not billed yet is in the accrued revenue.
    """

    _name = "project.billing.fixed.work"
    _description = "Fixed and Retainer Work"
    _inherit = ["billing.at.day.mixin"]
    _auto = False
    _order = "date_from desc, id desc"
    _rec_name = "project_id"

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
    kind = fields.Selection(
        [("fixed", "Fixed amount"), ("retainer", "Retainer")], readonly=True
    )
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    invoice_date = fields.Date("Scheduled Invoice Date", readonly=True)
    amount = fields.Monetary(
        "Billed", readonly=True, help="Untaxed, less posted credit notes."
    )
    included_hours = fields.Float(readonly=True, help="Of the retainer.")
    hours = fields.Float(
        "Worked Hours",
        readonly=True,
        help="On the item, within the days of the period.",
    )
    standard_value = fields.Monetary(
        "Value at Standard Rate",
        readonly=True,
        help="The hours at the price of the person in the project's rate table, else "
        "of the item for hours beyond the retainer, else at the list price of the "
        "project's service.",
    )
    realization = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Billed ÷ value at the standard rate. Below 100 %: more was worked than "
        "the amount pays for.",
    )
    effective_rate = fields.Float(
        "Billed per Hour", readonly=True, aggregator="avg", digits=(16, 2)
    )

    @property
    def _table_query(self):
        self.env["project.billing.time"]._interpret_queries()
        period = self._columns("period", PERIOD)
        return SQL(
            """
            SELECT period.id, %(names)s,
                   CASE WHEN %(retainer)s THEN 'retainer' ELSE 'fixed' END AS kind,
                   %(currency)s AS currency_id,
                   charged.amount,
                   COALESCE(%(included)s, 0) AS included_hours,
                   COALESCE(worked.hours, 0) AS hours,
                   COALESCE(worked.value, 0) AS standard_value,
                   charged.amount / NULLIF(worked.value, 0) AS realization,
                   charged.amount / NULLIF(worked.hours, 0) AS effective_rate
              FROM project_billing_period period
              JOIN (SELECT line.period_id, SUM(line.amount) AS amount
                      FROM (%(charged)s) line
                     WHERE line.kind IN ('fixed', 'retainer')
                  GROUP BY 1) charged ON charged.period_id = period.id
         LEFT JOIN (%(worked)s) worked ON worked.period_id = period.id
             WHERE %(billed)s
            """,
            names=SQL(", ").join(
                period(name)
                for name in (
                    "project_id",
                    "partner_id",
                    "billing_owner_id",
                    "sale_line_id",
                    "company_id",
                    "date_from",
                    "date_to",
                    "invoice_date",
                )
            ),
            retainer=period("is_retainer"),
            currency=self.env.company.currency_id.id,
            included=period("retainer_hours"),
            charged=self.env["project.billing.accrual"]._charged_sql(),
            worked=self._worked_sql(),
            billed=self.env[PERIOD]._fixed_amount_billed_sql("period"),
        )

    @api.model
    def _worked_sql(self):
        """Hours and their value of each period with an amount, in the reader's
        currency."""
        project = self._columns("project", PROJECT)
        product = self._columns("template", "product.template")
        rate = self._columns("rate", "project.sale.line.employee.map")
        return SQL(
            """
            SELECT p.id AS period_id, SUM(time.hours) AS hours,
                   SUM(time.hours * COALESCE(
                       item.price * %(hour)s / sold.factor * COALESCE(own.rate, 1),
                       %(list_price)s * %(hour)s / listed.factor
                       * COALESCE(home.rate, 1), 0)) AS value
              FROM %(drawn)s
              JOIN project_project project ON project.id = p.project_id
              JOIN res_company company ON company.id = p.company_id
        CROSS JOIN LATERAL (SELECT %(hours)s AS hours) time
         LEFT JOIN project_sale_line_employee_map rate
                ON %(rate_project)s = project.id
               AND %(rate_employee)s = entry.employee_id
               AND %(rate_item)s <> p.sale_line_id
         LEFT JOIN LATERAL (
                SELECT %(price)s AS price, %(item_currency)s AS currency_id,
                       %(item_unit)s AS unit_id
                  FROM sale_order_line item
                 WHERE item.id = COALESCE(%(rate_item)s, %(overrun)s)) item ON TRUE
         LEFT JOIN uom_uom sold ON sold.id = item.unit_id
         LEFT JOIN product_product product ON product.id = %(service)s
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom listed ON listed.id = %(service_unit)s
         LEFT JOIN %(own)s ON own.currency_id = item.currency_id
         LEFT JOIN %(home)s ON home.currency_id = company.currency_id
             WHERE p.fixed_amount > 0
          GROUP BY 1
            """,
            hour=self.env["uom.uom"]._get_time_unit("hour").factor,
            list_price=product("list_price"),
            drawn=self.env[PERIOD]._drawn_sql(),
            hours=self.env["account.analytic.line"]._hours_to_bill_sql("entry"),
            rate_project=rate("project_id"),
            rate_employee=rate("employee_id"),
            rate_item=rate("sale_line_id"),
            price=self._price_sql(),
            item_currency=self._column("item", "currency_id", ITEM),
            item_unit=self._column("item", "product_uom_id", ITEM),
            overrun=project("billing_retainer_overrun_line_id"),
            service=project("timesheet_product_id"),
            service_unit=product("uom_id"),
            own=self._to_own_currency_sql(),
            home=self._to_own_currency_sql("home"),
        )

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS base
        name, _, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        above, below = (
            self._field_to_sql(self._table, field, query) for field in RATIOS[name]
        )
        # Of periods without hours there is nothing to compare with.
        return SQL(
            "SUM(CASE WHEN %(below)s <> 0 THEN %(above)s END)"
            " / NULLIF(SUM(%(below)s), 0)",
            above=above,
            below=below,
        )
