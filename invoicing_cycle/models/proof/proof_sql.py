from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Invoice lines with their document and the line that they credit.
LINES = SQL(
    """
    (account_move_line line
     JOIN account_move invoice ON invoice.id = line.move_id
     LEFT JOIN account_move_line original ON original.id = line.credited_line_id)
    """
)
#: The same by sales order item, with the period of either line: a table of its own for
#: ``rel.order_line_id``.
ITEM_LINES = SQL(
    """
    (sale_order_line_invoice_rel rel
     JOIN %s ON line.id = rel.invoice_line_id
     LEFT JOIN project_billing_period period
            ON period.id = COALESCE(line.billing_period_id, original.billing_period_id))
    """,
    LINES,
)
#: The quantity of ``line`` comes from entries, not from a fixed amount. A credit note's
#: line is of the kind that it credits; one that Odoo's own wizard made says nothing, so
#: that is judged by what it bills.
BY_TIME = SQL(
    """
    COALESCE(COALESCE(line.billing_kind, original.billing_kind) = 'time',
             time.entries > 0
             OR COALESCE(sale_line.qty_delivered_method, 'timesheet') = 'timesheet'
                AND COALESCE(period.fixed_amount, 0) = 0)
    """
)
#: No tax of ``line`` is included in its price.
TAX_EXCLUDED = SQL(
    """
    NOT EXISTS (
        SELECT 1
          FROM account_move_line_account_tax_rel rel
          JOIN account_tax tax ON tax.id = rel.account_tax_id
          JOIN res_company company ON company.id = tax.company_id
         WHERE rel.account_move_line_id = line.id
           AND (tax.amount_type = 'group'
                OR COALESCE(tax.price_include_override,
                            company.account_price_include) = 'tax_included'))
    """
)
#: What is billed or to be billed of ``entry``, in its own unit.
TIME = SQL("COALESCE(entry.billing_hours, 0)")


class BillingProof(models.AbstractModel):
    """The parts of SQL that the queries of the proof share."""

    _inherit = "billing.proof"

    @api.model
    def _get_terms(self, scope):
        """What queries name, as in ``%(live)s``; see the methods below.

        They are of the tables ``entry`` (``rows``) with its ``sale_line``, ``period``,
        and ``line`` of ``invoice`` with the ``original`` that it credits.
        """
        return {
            **self._get_scope_terms(scope),
            "item_ids": scope.item_ids or (None,),
            "scope": self._scope_sql(scope),
            "periods": self._period_scope_sql(scope),
            # All time that is billed or to be billed.
            "rows": self.env["account.analytic.line"]._all_rows_sql("entry"),
            "released": self._kept_rows_sql("released"),
            "chosen": self._kept_rows_sql("credited", "chosen"),
            "time": TIME,
            "hours": self._hours_sql(TIME),
            "quantity": self._quantity_sql(),
            "delivered": self._delivered_sql(),
            "waiting": self._waiting_sql(),
            "lines": LINES,
            "item_lines": ITEM_LINES,
            "live": self._live_sql("invoice"),
            "sign": self._sign_sql("invoice"),
            "made": self._made_sql("invoice", "line"),
            "credited": self._credited_sql("line"),
            # A live line bills the fixed amount of the period.
            "fixed": SQL(
                "(line.billing_period_id = period.id AND line.billing_kind = 'fixed'"
                " AND %s AND NOT %s)",
                self._live_sql("invoice"),
                self._credited_sql("line"),
            ),
            "by_time": BY_TIME,
            "excluded": TAX_EXCLUDED,
            "tolerance": self.env["sale.order.line"]._get_tolerance(10),
            **self._get_noise(),
        }

    # ----------------------------------------------------------------- scope

    @api.model
    def _get_scope_terms(self, scope):
        return {
            "projects": tuple(scope.projects.ids),
            "date_from": scope.date_from,
            "date_to": scope.date_to,
        }

    @api.model
    def _scope_sql(self, scope, alias="entry", project="project_id"):
        """An entry is of the projects and days that are proven.

        :param str alias: of its table
        :param str project: the column with its project
        """
        return SQL(
            """
            (%(project)s IN %(projects)s
             AND (%(date_from)s::date IS NULL OR %(day)s >= %(date_from)s)
             AND (%(date_to)s::date IS NULL OR %(day)s <= %(date_to)s))
            """,
            project=SQL.identifier(alias, project),
            day=SQL.identifier(alias, "date"),
            **self._get_scope_terms(scope),
        )

    @api.model
    def _period_scope_sql(self, scope):
        """The billing period ``period`` covers a day that is proven."""
        return SQL(
            """
            (period.project_id IN %(projects)s
             AND (%(date_from)s::date IS NULL
                  OR COALESCE(period.date_to, 'infinity'::date) >= %(date_from)s)
             AND (%(date_to)s::date IS NULL OR period.date_from <= %(date_to)s))
            """,
            **self._get_scope_terms(scope),
        )

    @api.model
    def _line_scope_sql(self, scope):
        """Ids of the invoice lines that bill time of the scope, or its periods."""
        return SQL(
            """
            SELECT entry.invoice_line_id
              FROM %(rows)s
             WHERE %(scope)s AND entry.invoice_line_id IS NOT NULL
             UNION
            SELECT line.id
              FROM account_move_line line
              JOIN project_billing_period period ON period.id = line.billing_period_id
             WHERE %(periods)s
            """,
            **self._get_terms(scope),
        )

    @api.model
    def _ledger_lines_sql(self, scope):
        """Ids of all invoice lines on items that the scope is billed on, of those that
        bill it without one, and of what stands on the same documents."""
        linked = SQL(
            """
            SELECT rel.invoice_line_id
              FROM sale_order_line_invoice_rel rel
             WHERE rel.order_line_id IN %(item_ids)s
             UNION
            %(own)s
             UNION
            SELECT milestone.invoice_line_id
              FROM project_milestone milestone
             WHERE milestone.project_id IN %(projects)s
               AND milestone.invoice_line_id IS NOT NULL
             UNION
            SELECT credit.id
              FROM account_move_line credit
             WHERE credit.credited_line_id IN (%(own)s)
            """,
            own=self._line_scope_sql(scope),
            **self._get_terms(scope),
        )
        return SQL(
            """
            SELECT line.id
              FROM account_move_line line
             WHERE line.id IN (%(linked)s)
                OR line.display_type IN ('product', 'line_section', 'line_subsection')
                   AND line.move_id IN (
                       SELECT linked.move_id
                         FROM account_move_line linked
                        WHERE linked.id IN (%(linked)s))
            """,
            linked=linked,
        )

    # ------------------------------------------------------------------ time

    @api.model
    def _kept_rows_sql(self, name, alias=None):
        """The keys of rows that lines keep: a table of ``move_line_id`` and
        ``entry_id``.

        :param str name: "released" or "credited"
        :param str alias: of the table, by default its name
        """
        return SQL(
            """
            (SELECT move_line_id, entry_id FROM %(entries)s
              UNION ALL
             SELECT move_line_id, -part_id FROM %(parts)s) %(alias)s
            """,
            entries=SQL.identifier(f"invoicing_cycle_{name}_entry_rel"),
            parts=SQL.identifier(f"invoicing_cycle_{name}_part_rel"),
            alias=SQL.identifier(alias or name),
        )

    @api.model
    def _hours_sql(self, amount):
        """Hours of an amount of time in the unit of ``entry``."""
        return SQL(
            "(%s * %s / %s)",
            amount,
            self._factor_sql(SQL("entry.product_uom_id")),
            self._get_hour_factor(),
        )

    @api.model
    def _quantity_sql(self):
        """What is billed or to be billed of ``entry``, in the unit of ``sale_line``,
        exact."""
        return SQL(
            "(%s * %s / %s)",
            self._hours_sql(TIME),
            self._get_hour_factor(),
            self._factor_sql(SQL("sale_line.product_uom_id")),
        )

    @api.model
    def _factor_sql(self, unit):
        """The factor of a unit, an hour's without one.

        Values and no query: it is asked of each entry several times.
        """
        units = self.env["uom.uom"].with_context(active_test=False).search(Domain.TRUE)
        return SQL(
            "(CASE %s %s ELSE %s END)::numeric",
            unit,
            SQL(" ").join(SQL("WHEN %s THEN %s", own.id, own.factor) for own in units),
            self._get_hour_factor(),
        )

    @api.model
    def _get_hour_factor(self):
        return self.env["uom.uom"]._get_time_unit("hour").factor

    @api.model
    def _delivered_sql(self):
        """The entry ``entry`` is delivered time on a confirmed order; never NULL."""
        return SQL(
            """
            COALESCE(entry.timesheet_invoice_type = 'billable_time'
                     AND sale_line.state = 'sale' AND %s, FALSE)
            """,
            self.env["account.analytic.line"]._delivered_sql("entry"),
        )

    @api.model
    def _waiting_sql(self):
        """The entry ``entry`` on ``sale_line`` is to be billed; never NULL.

        The rule of ``account.analytic.line._get_unbilled_time_domain``.
        """
        return SQL(
            """
            COALESCE(%s AND entry.billing_hold = 'bill'
                     AND entry.invoice_line_id IS NULL AND NOT %s, FALSE)
            """,
            self._delivered_sql(),
            self._before_sql("entry.project_id", "entry.date"),
        )

    @api.model
    def _before_sql(self, project, day):
        """Dated before the day from which its project is billed here; never NULL."""
        # Most projects have none, which is known once.
        return SQL(
            """
            (%(project)s IN (
                 SELECT own.id
                   FROM project_project own
              LEFT JOIN res_company company ON company.id = own.billing_company_id
                  WHERE COALESCE(own.billing_cutover_date,
                                 company.billing_cutover_date) IS NOT NULL) IS TRUE
             AND EXISTS (
                 SELECT 1
                   FROM project_project own
              LEFT JOIN res_company company ON company.id = own.billing_company_id
                  WHERE own.id = %(project)s
                    AND %(day)s < COALESCE(own.billing_cutover_date,
                                           company.billing_cutover_date)))
            """,
            project=SQL(project),
            day=SQL(day),
        )

    # ------------------------------------------------------ lines of invoices

    @api.model
    def _live_sql(self, alias):
        """An invoice that bills: neither cancelled nor gone; never NULL.

        Cancelled invoices of another invoicing app still bill their time, as in Odoo.
        """
        alias = SQL.identifier(alias)
        return SQL(
            """
            COALESCE(%(alias)s.state <> 'cancel'
                     OR %(alias)s.payment_state = 'invoicing_legacy', FALSE)
            """,
            alias=alias,
        )

    @api.model
    def _sign_sql(self, move):
        """A credit note counts as negative."""
        return SQL(
            "(CASE WHEN %s.move_type = 'out_refund' THEN -1 ELSE 1 END)",
            SQL.identifier(move),
        )

    @api.model
    def _made_sql(self, move, line):
        """What the order counts of an invoice line."""
        return SQL(
            "(%s * COALESCE(%s.quantity_made, 0))",
            self._sign_sql(move),
            SQL.identifier(line),
        )

    @api.model
    def _credited_sql(self, alias):
        """Posted credit notes credit all of an invoice line; never NULL.

        What is left beside the entries chosen for credit notes says so: work of 3 h may
        be credited of a line that a correction has made 2 h.
        """
        alias = SQL.identifier(alias)
        return SQL(
            """
            COALESCE((
                SELECT CASE WHEN chosen.rest > %(noise)s
                            THEN chosen.credited >= %(alias)s.quantity - %(noise)s
                                 AND %(alias)s.quantity - chosen.credited
                                     < chosen.price_noise
                            WHEN chosen.rest < -%(noise)s
                            THEN chosen.credited <= %(alias)s.quantity + %(noise)s
                                 AND chosen.credited - %(alias)s.quantity
                                     < chosen.price_noise
                            ELSE chosen.unchosen END
                  FROM (SELECT COALESCE(
                                   %(price_noise)s * ABS(%(alias)s.quantity)
                                   / NULLIF(ABS(%(alias)s.price_unit
                                     * (1 - COALESCE(%(alias)s.discount, 0) / 100)),
                                     0), 'Infinity') AS price_noise, %(alias)s.quantity
                               - SUM(COALESCE(credit.credited_quantity, 0)) AS rest,
                               ROUND(SUM(%(at_full_price)s), 6) AS credited,
                               BOOL_OR(COALESCE(credit.credited_quantity, 0) = 0)
                                   AS unchosen
                          FROM account_move_line credit
                         WHERE credit.credited_line_id = %(alias)s.id
                           AND credit.parent_state = 'posted') chosen), FALSE)
            """,
            alias=alias,
            at_full_price=self._at_full_price_sql(alias),
            # Of a fixed amount, which is one unit, a hundredth is money.
            **self._get_noise(),
        )

    @api.model
    def _at_full_price_sql(self, alias):
        """The quantity of the line ``alias`` that is worth what ``credit`` takes back.

        :param SQL alias: identifier
        """
        return SQL(
            """
            (credit.quantity * COALESCE(
                credit.price_unit * (1 - COALESCE(credit.discount, 0) / 100)
                / NULLIF(%(alias)s.price_unit
                         * (1 - COALESCE(%(alias)s.discount, 0) / 100), 0), 1))
            """,
            alias=alias,
        )

    @api.model
    def _get_noise(self):
        """Half of the last digit of quantities, and of prices."""
        Precision = self.env["decimal.precision"]
        return {
            "noise": 10.0 ** -Precision.precision_get("Product Unit") / 2,
            "price_noise": 10.0 ** -Precision.precision_get("Product Price") / 2,
        }
