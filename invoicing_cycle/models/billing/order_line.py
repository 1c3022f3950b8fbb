from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ...tools.allocation import round_quantity
from ..common.supposed import get_supposition


class SaleOrderLine(models.Model):
    """The order counts what was made by entries, not what a draft was edited to."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "billing.recorded.mixin", "billing.sql.mixin"]

    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        compute="_compute_billing_period_id",
        store=True,
        index="btree_not_null",
        copy=False,
        help="The billing period that takes this re-invoiced expense.",
        groups="base.group_user",
    )

    billed_quantity = fields.Float(
        compute="_compute_billed_quantity",
        store=True,
        digits=False,
        copy=False,
        export_string_translation=False,
        help="Time that invoices bill of this item so far, exact.",
        groups="base.group_user",
    )
    made_quantity = fields.Float(
        compute="_compute_billed_quantity",
        store=True,
        digits=False,
        copy=False,
        export_string_translation=False,
        help="The quantities that were made of it, each rounded.",
        groups="base.group_user",
    )

    def _auto_init(self):
        # No project has a period yet: spare a large database the computation.
        if not column_exists(self.env.cr, self._table, "billing_period_id"):
            create_column(self.env.cr, self._table, "billing_period_id", "int4")
        # It is the price, but for prices with taxes, which post_init_hook computes.
        if not column_exists(self.env.cr, self._table, "standard_rate"):
            create_column(self.env.cr, self._table, "standard_rate", "float8")
            self.env.cr.execute("UPDATE sale_order_line SET standard_rate = price_unit")
        # Nothing is billed by us yet.
        for name in ("billed_quantity", "made_quantity"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "float8")
        return super()._auto_init()

    @api.model
    def _get_recorded_fields(self):
        names = {
            "billed_quantity",
            "billing_period_id",
            "billing_rate_from",
            "billing_replaces_id",
            "made_quantity",
            "reinvoiced_with",
        }
        return super()._get_recorded_fields() | names

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        items = super().create(vals_list)
        items._check_new_links()
        return items

    def write(self, vals):
        if not self:
            return super().write(vals)
        self._check_billing_values(vals)
        self._check_ledger_links(vals)
        replaced = self._write_prices(vals)
        return super(SaleOrderLine, self - replaced).write(vals)

    @api.depends("is_expense", "expense_ids.billing_period_id")
    def _compute_billing_period_id(self):
        for line in self:
            line.billing_period_id = (
                line.is_expense and line.expense_ids.billing_period_id[:1]
            )

    @api.depends(
        "invoice_lines.billed_hours",
        "invoice_lines.parent_state",
        "invoice_lines.quantity_made",
    )
    def _compute_billed_quantity(self):
        """In one query. Time counts for the item that its invoice line is of, also
        where it was moved to another one since."""
        sums = {}
        if ids := tuple(self._origin.filtered("invoice_lines").ids):
            column, Line = self._column, "account.move.line"
            query = SQL(
                """
                SELECT rel.order_line_id, SUM(%(hours)s),
                       SUM(CASE WHEN %(state)s = 'cancel'
                                 AND %(payment)s IS DISTINCT FROM 'invoicing_legacy'
                                THEN 0
                                WHEN %(type)s = 'out_refund' THEN -%(made)s
                                ELSE %(made)s END)
                  FROM sale_order_line_invoice_rel rel
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = %(move)s
                 WHERE rel.order_line_id IN %(ids)s
              GROUP BY 1
                """,
                hours=column("line", "billed_hours", Line),
                state=column("invoice", "state", "account.move"),
                payment=column("invoice", "payment_state", "account.move"),
                type=column("invoice", "move_type", "account.move"),
                made=column("line", "quantity_made", Line),
                move=column("line", "move_id", Line),
                ids=ids,
            )
            sums = {row[0]: row[1:] for row in self.env.execute_query(query)}
        for line in self:
            hours, made = sums.get(line._origin.id, (0.0, 0.0))
            line.billed_quantity = hours and line._convert_time(hours, None)
            line.made_quantity = float(made or 0.0)
        # Lists value time by what was billed before.
        self.env["project.billing.period"].invalidate_model(
            ["amount_to_invoice"], flush=False
        )

    def _convert_time(self, amount, uom):
        """Time in the unit of this sale order line, exact.

        :param float amount: time in ``uom``, hours where an entry has no unit
        """
        self.ensure_one()
        uom = uom or self.env["uom.uom"]._get_time_unit("hour")
        return uom._compute_quantity(amount, self.product_uom_id, round=False)

    def _get_exact_quantity(self, rows):
        """Rows of time as a quantity of this sale order line, not rounded."""
        return sum(
            self._convert_time(sum(group.mapped("billing_hours")), uom)
            for uom, group in rows.grouped("product_uom_id").items()
        )

    def _get_time_quantity(self, rows):
        """Rows of time as a rounded quantity of this sale order line."""
        return round_quantity(
            self._get_exact_quantity(rows), self._get_quantity_digits()
        )

    def _get_expense_quantity(self):
        """What is not invoiced yet of a re-invoiced expense, whatever the policy."""
        self.ensure_one()
        absent = get_supposition().lines
        invoiced = self.qty_invoiced - sum(
            # sudo: how much was invoiced does not depend on who asks
            line._get_signed_made()
            for line in (absent & self.sudo().invoice_lines if absent else ())
        )
        return round_quantity(
            self.qty_delivered - invoiced, self._get_quantity_digits()
        )

    @api.model
    def _get_quantity_digits(self):
        return self.env["decimal.precision"].precision_get("Product Unit")

    @api.model
    def _get_last_digit(self):
        """The smallest quantity that there is."""
        return 10.0 ** -self._get_quantity_digits()

    @api.model
    def _get_tolerance(self, lines):
        """How much a quantity may be off its entries by rounding.

        Quantities round the running total of a sales order item, so a line is off by
        one digit at most, and the total by half of one. A line that was given back out
        of turn takes its own rounding along, until the next invoice makes up for it;
        one that was deleted leaves no trace. So there is a digit for each line that the
        item has, but never room for time: ten at most.

        :param int lines: invoice lines of the sales order item, cancelled ones too
        """
        return self._get_last_digit() * min(max(lines, 1), 10)

    @api.depends(
        "invoice_lines.billing_kind",
        "invoice_lines.billing_period_id",
        "invoice_lines.quantity_made",
    )
    def _compute_qty_invoiced(self):
        result = super()._compute_qty_invoiced()
        self._deliver_invoiced()
        return result

    def _prepare_qty_invoiced(self):
        # EXTENDS sale
        quantities = super()._prepare_qty_invoiced()
        for line in self:
            for invoice_line in line._get_invoice_lines():
                move = invoice_line.move_id
                if move.state == "cancel":
                    continue
                kept = invoice_line | invoice_line.credited_line_id
                if any(kept.mapped("billing_period_id")) or any(
                    kept.mapped("billing_kind")
                ):
                    made = invoice_line.quantity_made
                elif invoice_line._is_credit_to_come():
                    made = 0.0
                else:
                    continue
                sign = 1 if move.move_type == "out_invoice" else -1
                counted = invoice_line.product_uom_id._compute_quantity(
                    invoice_line.quantity, line.product_uom_id
                )
                quantities[line] += sign * (made - counted)
        return quantities

    billing_part_ids = fields.One2many(
        "project.billing.part",
        "so_line",
        export_string_translation=False,
        groups="hr_timesheet.group_hr_timesheet_user",
    )

    def _get_delivered_quantity_by_analytic(self, additional_domain):
        # EXTENDS sale
        # An order delivers what is billed of its time: rounded up by the project's
        # rule, without the parts that are written off. Instead of Odoo's sum of worked
        # time and not after it, because it is taken with every entry that is saved.
        by_time = self.filtered(lambda line: line.qty_delivered_method == "timesheet")
        quantities = super(
            SaleOrderLine, self - by_time
        )._get_delivered_quantity_by_analytic(additional_domain)
        if not by_time:
            return quantities
        domain = Domain("so_line", "in", by_time.ids) & Domain(additional_domain)
        for line, uom, hours in self._get_time_sums(domain):
            if uom:
                quantities[line.id] += uom._compute_quantity(
                    hours, line.product_uom_id, rounding_method="HALF-UP"
                )
        return quantities

    @api.model
    def _get_time_sums(self, domain):
        """Time of sales order items, by item and unit, in one query.

        :param domain: of the entries; parts are asked the same
        :return: list of (sale order line, unit, time in that unit)
        """
        names = ("so_line", "product_uom_id", "billing_hours")
        tables = []
        for model in ("account.analytic.line", "project.billing.part"):
            records = self.env[model]
            columns = [records._column(records._table, name) for name in names]
            tables.append(records._search(domain).select(*columns))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT so_line, product_uom_id, SUM(billing_hours)
                  FROM (%s UNION ALL %s) time
              GROUP BY 1, 2
                """,
                *tables,
            )
        )
        Uom = self.env["uom.uom"]
        return [(self.browse(row[0]), Uom.browse(row[1]), row[2]) for row in rows]

    def _timesheet_compute_delivered_quantity_domain(self):
        # EXTENDS sale_timesheet
        # Written-off time is given up: an order with it alone left is done.
        domain = super()._timesheet_compute_delivered_quantity_domain()
        return [*domain, ("billing_hold", "!=", "write_off")]

    def _recompute_qty_to_invoice(self, start_date, end_date):
        # EXTENDS sale_timesheet
        # The stock wizard offers all time of credited invoices again, however small
        # the credit was; what our links say is still billed is not offered, nor is what
        # is held. The same condition stands in
        # account.move.line._timesheet_domain_get_invoiced_lines.
        result = super()._recompute_qty_to_invoice(start_date, end_date)
        lines = self.filtered(
            lambda line: line.product_id and line.product_id._is_delivered_timesheet()
        )
        domain = [
            *lines._timesheet_compute_delivered_quantity_domain(),
            ("invoice_line_id", "=", False),
            ("billing_hold", "!=", "hold"),
        ]
        if start_date:
            domain.append(("date", ">=", start_date))
        if end_date:
            domain.append(("date", "<=", end_date))
        # sudo: as in sale_timesheet, quantities do not depend on who may read time
        quantities = lines.sudo()._get_delivered_quantity_by_analytic(domain)
        for line in lines:
            status = line.invoice_status
            line.qty_to_invoice = quantities.get(line.id, 0.0)
            if not line.qty_to_invoice:
                line.invoice_status = status
        return result

    def _convert_quantity(self, quantity, uom, digits):
        """A quantity of this sale order line in another unit, rounded."""
        self.ensure_one()
        if uom == self.product_uom_id:
            return round_quantity(quantity, digits)
        return round_quantity(
            self.product_uom_id._compute_quantity(quantity, uom, round=False), digits
        )

    def _get_price_of_untaxed(self, amount):
        """The unit price that makes an untaxed amount, taxes included where this
        line's price includes its taxes."""
        self.ensure_one()
        included = self.tax_ids.filtered("price_include")
        return included.with_context(force_price_include=False).compute_all(
            amount, currency=self.currency_id
        )["total_included"]
