from odoo import api, fields, models
from odoo.tools import SQL

from ..entries.costs import ALL_TIMESHEETS

#: Prices with their taxes are rounded to the currency: a thousandth of that is exact.
SCALE = 1000


class ProjectBillingRealization(models.Model):
    """Realization: what time brings in, against what it is worth at the standard rate.

    One row per time entry, or part of one, that is sold by the hour. The worked hours
    of an entry are shared out to its parts, so that each of them is in one state.

    Who may not read all timesheets reads no entry here either: one row for all time of
    a project, customer, sales order item, state and month, dated its first day.
    """

    _name = "project.billing.realization"
    _description = "Realization"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "project_id"

    date = fields.Date(
        readonly=True,
        help="The first day of the month for who may not read all timesheets.",
    )
    project_id = fields.Many2one("project.project", readonly=True)
    task_id = fields.Many2one("project.task", readonly=True, groups=ALL_TIMESHEETS)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    employee_id = fields.Many2one(
        "hr.employee", string="Person", readonly=True, groups=ALL_TIMESHEETS
    )
    sale_line_id = fields.Many2one(
        "sale.order.line", string="Sales Order Item", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    status = fields.Selection(
        [
            ("bill", "To bill"),
            ("hold", "Held"),
            ("write_off", "Written off"),
            ("billed", "Billed"),
        ],
        readonly=True,
    )
    worked_hours = fields.Float(
        readonly=True, help="Hours as their author entered them."
    )
    to_bill_hours = fields.Float(
        "Hours to Bill",
        readonly=True,
        help="Neither billed nor held nor written off, rounded as the project asks.",
    )
    billed_hours = fields.Float(
        readonly=True,
        help="Hours that an invoice bills, drafts included, rounded as the project "
        "asks.",
    )
    held_hours = fields.Float(readonly=True)
    written_off_hours = fields.Float(readonly=True)
    standard_value = fields.Monetary(
        "Value at Standard Rate",
        readonly=True,
        currency_field="currency_id",
        help="Worked hours at the standard rate: the price of the sales order item "
        "before any discount, without taxes. Other currencies are converted at the "
        "rate of the invoice, of the order while there is none.",
    )
    settled_value = fields.Monetary(
        "Settled at Standard Rate",
        readonly=True,
        currency_field="currency_id",
        help="Value at the standard rate of the time that is billed or written off: "
        "what would have been billed without any reduction.",
    )
    billed_value = fields.Monetary(
        readonly=True,
        currency_field="currency_id",
        help="Untaxed amount billed for the time: its share of the invoice line by "
        "hours, less posted credit notes. Drafts are included.",
    )
    realization = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Billed value ÷ value at the standard rate of the time that is billed or "
        "written off. Time that is still to be billed or held does not count yet. "
        "Below 100 %: discounts, lower prices or quantities, write-offs, credits.",
    )

    @property
    def _table_query(self):
        rows = self._rows_sql()
        if not self.env.user.has_group(ALL_TIMESHEETS):
            rows = self._months_sql(rows)
        return SQL(
            """
            SELECT item.*,
                   item.billed_value / NULLIF(item.settled_value, 0) AS realization
              FROM (%s) item
            """,
            rows,
        )

    @api.model
    def _months_sql(self, rows):
        """The rows summed up, with numbers of their own instead of ids of entries.

        :param rows: SQL of :meth:`_rows_sql`
        """
        keys = SQL(
            "project_id, partner_id, sale_line_id, company_id, currency_id, status,"
            " DATE_TRUNC('month', date)"
        )
        sums = SQL(", ").join(
            SQL("SUM(%(name)s) AS %(name)s", name=SQL.identifier(name))
            for name, field in self._fields.items()
            if field.type in ("float", "monetary") and name != "realization"
        )
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY %(keys)s) AS id,
                   CAST(DATE_TRUNC('month', date) AS date) AS date,
                   project_id, partner_id, sale_line_id, company_id, currency_id,
                   status, NULL::integer AS task_id, NULL::integer AS employee_id,
                   %(sums)s
              FROM (%(rows)s) entry_row
          GROUP BY %(keys)s
            """,
            keys=keys,
            sums=sums,
            rows=rows,
        )

    @api.model
    def _rows_sql(self):
        """One row per entry or part; all amounts in the currency of the company.

        The current company, that is: whoever looks at several sees one currency.
        """
        Entry = self.env["account.analytic.line"]
        entry = self._get_columns("entry", Entry._name)
        sale = self._get_columns("sale", "sale.order.line")
        order = self._get_columns("sale_order", "sale.order")
        move = self._get_columns("invoice", "account.move")
        unit = self._get_columns("unit", "uom.uom")
        sold = self._get_columns("sold", "uom.uom")
        person = self._get_columns("person", "hr.employee")
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return SQL(
            """
            SELECT CASE WHEN entry.part_id IS NULL THEN 2 * entry.id
                        ELSE 2 * entry.part_id + 1 END AS id,
                   %(date)s AS date,
                   %(project)s AS project_id,
                   %(task)s AS task_id,
                   %(partner)s AS partner_id,
                   CASE WHEN %(person_company)s IN %(companies)s
                        THEN person.id END AS employee_id,
                   sale.id AS sale_line_id,
                   %(company)s AS company_id,
                   %(currency)s AS currency_id,
                   ledger.status,
                   ledger.worked * ledger.in_hours AS worked_hours,
                   CASE ledger.status WHEN 'bill'
                        THEN ledger.hours * ledger.in_hours ELSE 0 END AS to_bill_hours,
                   CASE ledger.status WHEN 'billed'
                        THEN ledger.hours * ledger.in_hours ELSE 0 END AS billed_hours,
                   CASE ledger.status WHEN 'hold'
                        THEN ledger.hours * ledger.in_hours ELSE 0 END AS held_hours,
                   CASE ledger.status WHEN 'write_off'
                        THEN ledger.hours * ledger.in_hours ELSE 0
                    END AS written_off_hours,
                   ledger.worked * ledger.price AS standard_value,
                   CASE WHEN ledger.status IN ('billed', 'write_off')
                        THEN ledger.worked * ledger.price ELSE 0 END AS settled_value,
                   COALESCE(
                       CASE WHEN ABS(billed.hours) > 1e-9
                            THEN billed.amount * ledger.hours * ledger.in_hours
                                 / billed.hours
                            ELSE billed.amount / billed.entries END
                       * account_currency_table.rate, 0) AS billed_value
              FROM %(rows)s
              JOIN sale_order_line sale ON sale.id = %(so_line)s
              JOIN sale_order ON sale_order.id = %(order)s
              JOIN uom_uom sold ON sold.id = %(sold_uom)s
              JOIN %(rates)s ON account_currency_table.company_id = %(company)s
         LEFT JOIN uom_uom unit ON unit.id = COALESCE(%(entry_uom)s, %(hour)s)
         LEFT JOIN hr_employee person ON person.id = %(employee)s
         LEFT JOIN account_move invoice ON invoice.id = %(invoice)s
         LEFT JOIN (%(billed)s) billed ON billed.line_id = %(invoice_line)s
        CROSS JOIN LATERAL (
                SELECT CASE WHEN %(invoice_line)s IS NULL THEN %(hold)s
                            ELSE 'billed' END AS status,
                       %(hours)s AS hours,
                       CASE WHEN entry.part_id IS NULL
                            THEN %(worked)s - COALESCE(%(split)s, 0)
                            ELSE %(hours)s END AS worked,
                       %(unit_factor)s / %(hour_factor)s AS in_hours,
                       %(rate)s * %(unit_factor)s / %(sold_factor)s
                       / COALESCE(
                           CASE WHEN %(invoice_currency)s = %(sale_currency)s
                                THEN NULLIF(%(invoice_rate)s, 0) END,
                           NULLIF(%(order_rate)s, 0), 1)
                       * account_currency_table.rate AS price) ledger
             WHERE %(invoice_type)s = 'billable_time' AND %(project)s IS NOT NULL
            """,
            date=entry("date"),
            project=entry("project_id"),
            task=entry("task_id"),
            employee=entry("employee_id"),
            partner=order("partner_id"),
            person_company=person("company_id"),
            # Names of people only as far as the reader's companies.
            companies=tuple(self.env.companies.ids),
            company=sale("company_id"),
            currency=self.env.company.currency_id.id,
            so_line=entry("so_line"),
            order=sale("order_id"),
            sold_uom=sale("product_uom_id"),
            rates=self.env["res.currency"]._get_simple_currency_table(
                self.env.companies
            ),
            entry_uom=entry("product_uom_id"),
            hour=hour.id,
            hour_factor=hour.factor,
            invoice=entry("timesheet_invoice_id"),
            invoice_line=entry("invoice_line_id"),
            billed=self._billed_sql(),
            hold=entry("billing_hold"),
            hours=entry("billing_hours"),
            rows=Entry._all_rows_sql("entry"),
            worked=entry("unit_amount"),
            split=entry("split_hours"),
            unit_factor=unit("factor"),
            sold_factor=sold("factor"),
            rate=sale("standard_rate"),
            invoice_currency=move("currency_id"),
            invoice_rate=move("invoice_currency_rate"),
            sale_currency=order("currency_id"),
            order_rate=order("currency_rate"),
            invoice_type=entry("timesheet_invoice_type"),
        )

    @api.model
    def _billed_sql(self):
        """Hours, number of entries and net amount of each invoice line with time."""
        entry = self._get_columns("billed_entry", "account.analytic.line")
        line = self._get_columns("line", "account.move.line")
        credit = self._get_columns("credit", "account.move.line")
        unit = self._get_columns("billed_unit", "uom.uom")
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return SQL(
            """
            SELECT line.id AS line_id, ledger.hours, ledger.entries,
                   -(%(balance)s + COALESCE(credited.balance, 0)) AS amount
              FROM (SELECT %(invoice_line)s AS line_id,
                           COUNT(*) AS entries,
                           SUM(%(hours)s * COALESCE(%(factor)s / %(hour_factor)s, 1))
                               AS hours
                      FROM %(rows)s
                 LEFT JOIN uom_uom billed_unit ON billed_unit.id = %(uom)s
                     WHERE %(invoice_line)s IS NOT NULL
                  GROUP BY 1) ledger
              JOIN account_move_line line ON line.id = ledger.line_id
         LEFT JOIN (SELECT %(credited_line)s AS line_id,
                           SUM(%(credit_balance)s) AS balance
                      FROM account_move_line credit
                     WHERE %(credited_line)s IS NOT NULL
                       AND %(credit_state)s = 'posted'
                  GROUP BY 1) credited ON credited.line_id = line.id
            """,
            rows=self.env["account.analytic.line"]._all_rows_sql("billed_entry"),
            invoice_line=entry("invoice_line_id"),
            hours=entry("billing_hours"),
            uom=entry("product_uom_id"),
            factor=unit("factor"),
            hour_factor=hour.factor,
            balance=line("balance"),
            credited_line=credit("credited_line_id"),
            credit_balance=credit("balance"),
            credit_state=credit("parent_state"),
        )

    @api.model
    def _get_columns(self, alias, model):
        """A function that gives the columns of a table in SQL, flushed before."""
        fields_ = self.env[model]._fields
        return lambda name: SQL.identifier(alias, name, to_flush=fields_[name])

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS base
        # The ratio of the sums: an average of ratios would weigh a minute like a week.
        if aggregate_spec != "realization:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "billed_value", query),
            self._field_to_sql(self._table, "settled_value", query),
        )


class SaleOrderLine(models.Model):
    """The standard rate of time: the price of its item before any discount."""

    _inherit = "sale.order.line"

    standard_rate = fields.Float(
        compute="_compute_standard_rate",
        store=True,
        copy=False,
        digits=False,
        export_string_translation=False,
        help="Untaxed price of one unit before discount, exact.",
        groups="base.group_user",
    )

    @api.depends("price_unit", "tax_ids")
    def _compute_standard_rate(self):
        for line in self:
            rate = line.price_unit
            if any(line.tax_ids.flatten_taxes_hierarchy().mapped("price_include")):
                rate = (
                    line.tax_ids.compute_all(
                        rate, currency=line.currency_id, quantity=SCALE
                    )["total_excluded"]
                    / SCALE
                )
            line.standard_rate = rate

    @api.model
    def _compute_standard_rates_anew(self):
        """Of all lines with a price that includes taxes."""
        lines = self.search([("tax_ids.price_include", "=", True)])
        self.env.add_to_compute(self._fields["standard_rate"], lines)
