from odoo import fields, models
from odoo.tools import SQL

MOVE, LINE, PERIOD = "account.move", "account.move.line", "project.billing.period"


class ProjectBillingPace(models.Model):
    """How long it takes from the end of a period until its invoice is sent.

    One row per period that a confirmed invoice bills. Late time on an invoice of its
    own does not count, nor do credit notes.
    """

    _name = "project.billing.pace"
    _description = "Time to Invoice"
    _inherit = ["billing.at.day.mixin"]
    _auto = False
    _order = "date_to desc, id desc"
    _rec_name = "project_id"

    project_id = fields.Many2one("project.project", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    billing_owner_id = fields.Many2one(
        "res.users", string="Invoice Owner", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date_to = fields.Date("End of Period", readonly=True)
    invoice_date = fields.Date("Scheduled Invoice Date", readonly=True)
    invoiced_on = fields.Date("Invoice Date", readonly=True)
    sent_on = fields.Date(
        readonly=True, help="The day on which the last invoice of the period was sent."
    )
    days_to_invoice = fields.Float(
        "Days to Invoice",
        readonly=True,
        aggregator="avg",
        digits=(8, 1),
        help="From the end of the period to the date of its first invoice. A negative "
        "number: it was billed in advance.",
    )
    days_to_sent = fields.Float(
        "Days to Sent",
        readonly=True,
        aggregator="avg",
        digits=(8, 1),
        help="From the end of the period until all its invoices were sent. Empty while "
        "one is not.",
    )
    days_behind = fields.Float(
        "Days behind Schedule",
        readonly=True,
        aggregator="avg",
        digits=(8, 1),
        help="From the scheduled invoice date to the date of the first invoice.",
    )
    amount = fields.Monetary(
        readonly=True,
        help="Untaxed, as it was booked, in the currency of the reader's company at "
        "today's rate.",
    )

    @property
    def _table_query(self):
        self.env["project.billing.time"]._interpret_queries()
        period = self._columns("period", PERIOD)
        line, move = self._columns("line", LINE), self._columns("move", MOVE)
        return SQL(
            """
            SELECT period.id,
                   %(project)s AS project_id, %(partner)s AS partner_id,
                   %(owner)s AS billing_owner_id, %(company)s AS company_id,
                   %(currency)s AS currency_id,
                   %(date_to)s AS date_to, %(invoice_date)s AS invoice_date,
                   invoiced.invoiced_on, invoiced.sent_on, invoiced.amount,
                   (invoiced.invoiced_on - %(date_to)s)::float8 AS days_to_invoice,
                   (invoiced.sent_on - %(date_to)s)::float8 AS days_to_sent,
                   (invoiced.invoiced_on - %(invoice_date)s)::float8 AS days_behind
              FROM project_billing_period period
              JOIN (SELECT %(period_id)s AS period_id,
                           MIN(%(document_date)s) AS invoiced_on,
                           CASE WHEN BOOL_AND(%(sent)s IS NOT NULL)
                                THEN (MAX(%(sent)s) AT TIME ZONE 'UTC'
                                      AT TIME ZONE %(zone)s)::date END AS sent_on,
                           SUM(-(%(balance)s) * COALESCE(own.rate, 1)) AS amount
                      FROM account_move_line line
                      JOIN account_move move ON move.id = %(move_id)s
                 LEFT JOIN %(own)s ON own.currency_id = %(booked_in)s
                     WHERE %(period_id)s IS NOT NULL
                       AND %(state)s = 'posted' AND %(type)s = 'out_invoice'
                       AND %(supplementary)s IS NOT TRUE
                       AND %(kind)s IS DISTINCT FROM 'down_payment'
                  GROUP BY 1) invoiced ON invoiced.period_id = period.id
             WHERE %(date_to)s IS NOT NULL
            """,
            project=period("project_id"),
            partner=period("partner_id"),
            owner=period("billing_owner_id"),
            company=period("company_id"),
            currency=self.env.company.currency_id.id,
            date_to=period("date_to"),
            invoice_date=period("invoice_date"),
            period_id=line("billing_period_id"),
            document_date=move("invoice_date"),
            sent=move("sent_on"),
            zone=str(self.env.tz),
            balance=line("balance"),
            move_id=line("move_id"),
            own=self._to_own_currency_sql(),
            booked_in=line("company_currency_id"),
            state=move("state"),
            type=move("move_type"),
            supplementary=line("is_supplementary"),
            kind=line("billing_kind"),
        )
