from odoo import api, models
from odoo.tools import SQL


class ProjectBillingPeriod(models.Model):
    """What the time of a period is worth, in SQL.

    The same steps as ``billing/items.py`` takes for each line, here for all time of a
    sales order item at once: its hours are a quantity that continues what was billed
    before, in the unit that the invoice shows, at the item's net price. Where several
    lines bill one item each is rounded apart, so the sum is off by half a cent a line
    at most, and by what a rule that rounds hours up per line adds. The preview and the
    invoice have the last word.
    """

    _inherit = "project.billing.period"

    @api.model
    def _amount_to_invoice_sql(self, alias):
        return SQL(
            """
            (CASE WHEN %(closed)s THEN 0
                  ELSE ROUND(((%(time)s + COALESCE(%(beside)s, 0))
                              / %(rounding)s)::numeric) * %(rounding)s
              END)
            """,
            closed=self._closed_sql(alias),
            time=self._time_amount_sql(alias),
            beside=self._column(alias, "amount_beside_time"),
            rounding=self._currency_rounding_sql(self._column(alias, "currency_id")),
        )

    @api.model
    def _currency_rounding_sql(self, currency):
        """The smallest amount of a currency."""
        return SQL(
            "(SELECT currency.rounding FROM res_currency currency"
            " WHERE currency.id = %s)",
            currency,
        )

    @api.model
    def _time_amount_sql(self, alias):
        column, Line = self._column, "sale.order.line"
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return SQL(
            """
            COALESCE((
                SELECT SUM(ROUND((worth.amount / worth.rounding)::numeric)
                           * worth.rounding)
                  FROM (SELECT time.so_line_id, SUM(time.hours) AS hours
                          FROM %(time)s time
                         WHERE time.period_id = %(id)s AND time.entry_count > 0
                      GROUP BY time.so_line_id) due
                  JOIN sale_order_line item ON item.id = due.so_line_id
                  JOIN project_project project ON project.id = %(project)s
                  JOIN res_company company ON company.id = %(company)s
                  JOIN uom_uom sold ON sold.id = %(item_unit)s
                  JOIN uom_uom shown ON shown.id = %(shown_unit)s
            CROSS JOIN LATERAL (
                       SELECT COALESCE(%(billed)s, 0) AS billed,
                              COALESCE(%(made)s, 0) AS made) before
            CROSS JOIN LATERAL (
                       SELECT CASE WHEN %(capped)s THEN GREATEST(
                                       %(ordered)s - %(invoiced)s + before.made
                                       - GREATEST(before.billed, before.made), 0)
                               END AS quantity) room
            CROSS JOIN LATERAL (
                       SELECT LEAST(due.hours * %(hour)s / sold.factor, room.quantity)
                                  AS quantity) fits
            CROSS JOIN LATERAL (
                       SELECT before.made + %(made_next)s AS made) after
            CROSS JOIN LATERAL (
                       SELECT CASE WHEN %(step)s > 0
                                   THEN LEAST(%(stepped)s, %(room_shown)s)
                                   WHEN shown.id = sold.id
                                   THEN after.made - before.made
                                   ELSE %(after_shown)s - %(before_shown)s
                               END AS quantity) line
            CROSS JOIN LATERAL (
                       SELECT line.quantity * COALESCE(%(price)s, 0)
                              * (100 - COALESCE(%(discount)s, 0)) / 100
                              * shown.factor / sold.factor * %(rate)s AS amount,
                              %(rounding)s AS rounding) worth
                   ), 0)
            """,
            time=self.env["project.billing.time"]._rows_sql(),
            id=SQL.identifier(alias, "id"),
            project=column(alias, "project_id"),
            company=column(alias, "company_id"),
            item_unit=column("item", "product_uom_id", Line),
            shown_unit=self._shown_unit_sql(),
            billed=column("item", "billed_quantity", Line),
            made=column("item", "made_quantity", Line),
            capped=column("item", "billing_capped", Line),
            ordered=column("item", "product_uom_qty", Line),
            invoiced=column("item", "qty_invoiced", Line),
            hour=hour.factor,
            made_next=self._round_sql(
                SQL(
                    "%s - before.made", self._round_sql("before.billed + fits.quantity")
                )
            ),
            step=self._rounding_hours_sql(),
            stepped=self._round_sql(
                SQL(
                    "SIGN(fits.quantity) * CEIL(ROUND((ABS(fits.quantity) * sold.factor"
                    " / %(hour)s / %(step)s)::numeric, 6)) * %(step)s * %(hour)s"
                    " / shown.factor",
                    step=self._rounding_hours_sql(),
                    hour=hour.factor,
                )
            ),
            room_shown=self._round_sql(
                SQL(
                    "CASE WHEN room.quantity IS NOT NULL"
                    " THEN GREATEST(room.quantity - %s, 0) END"
                    " * sold.factor / shown.factor",
                    self._written_up_sql(),
                )
            ),
            after_shown=self._round_sql(
                "(before.billed + fits.quantity) * sold.factor / shown.factor"
            ),
            before_shown=self._round_sql("before.billed * sold.factor / shown.factor"),
            price=column("item", "standard_rate", Line),
            discount=column("item", "discount", Line),
            rate=self._rate_sql(alias),
            rounding=self._currency_rounding_sql(column("item", "currency_id", Line)),
        )

    @api.model
    def _written_up_sql(self):
        """What live invoices show of the time of ``item`` beyond what was made, as
        ``sale.order.line._get_written_up``; in its unit, ``sold``."""
        column = self.env["account.move.line"]._column
        return SQL(
            """
            COALESCE((
                SELECT SUM(CASE WHEN %(type)s = 'out_refund' THEN -1 ELSE 1 END
                           * (%(quantity)s * unit.factor / sold.factor - %(made)s))
                  FROM sale_order_line_invoice_rel rel
                  JOIN account_move_line own ON own.id = rel.invoice_line_id
             LEFT JOIN account_move_line original ON original.id = %(credited)s
                  JOIN account_move invoice ON invoice.id = %(move)s
                  JOIN uom_uom unit ON unit.id = %(unit)s
                 WHERE rel.order_line_id = item.id
                   AND (%(kind)s = 'time' AND %(state)s <> 'cancel'
                        OR %(original_kind)s = 'time' AND %(original_state)s <> 'cancel'
                           AND %(state)s = 'posted')), 0)
            """,
            type=column("invoice", "move_type", "account.move"),
            quantity=column("own", "quantity"),
            made=column("own", "quantity_made"),
            credited=column("own", "credited_line_id"),
            move=column("own", "move_id"),
            unit=column("own", "product_uom_id"),
            kind=column("own", "billing_kind"),
            state=column("own", "parent_state"),
            original_kind=column("original", "billing_kind"),
            original_state=column("original", "parent_state"),
        )

    @api.model
    def _round_sql(self, value):
        """A quantity, rounded half up as ``tools.allocation.round_quantity``.

        :param value: text or SQL
        """
        digits = self.env["sale.order.line"]._get_quantity_digits()
        value = value if isinstance(value, SQL) else SQL(value)
        return SQL("ROUND(ROUND((%s)::numeric, 9), %s)", value, digits)

    @api.model
    def _rounding_hours_sql(self):
        """The step that the lines of ``project`` are rounded up to, else 0."""
        Project = "project.project"
        return SQL(
            "(CASE WHEN %(per)s = 'line' AND %(step)s <> 'none'"
            " THEN %(step)s::int / 60.0 ELSE 0 END)",
            per=self._column("project", "billing_rounding_per", Project),
            step=self._column("project", "billing_rounding", Project),
        )

    @api.model
    def _shown_unit_sql(self):
        """The unit in which an invoice of ``project`` shows time of ``item``."""
        Uom = self.env["uom.uom"]
        hour, day = Uom._get_time_unit("hour"), Uom._get_time_unit("day")
        return SQL(
            """
            (CASE WHEN SPLIT_PART(%(path)s, '/', 1) <> %(time)s THEN sold.id
                  WHEN %(unit)s = 'hour' THEN %(hour)s
                  WHEN %(unit)s = 'day' THEN %(day)s
                  ELSE sold.id
              END)
            """,
            path=self._column("sold", "parent_path", Uom._name),
            time=hour.parent_path.split("/")[0],
            unit=self._column("project", "billing_unit", "project.project"),
            hour=hour.id,
            day=day.id,
        )

    @api.model
    def _rate_sql(self, alias):
        """From the currency of ``item`` to that of the period, as of today."""
        item = self._column("item", "currency_id", "sale.order.line")
        own = self._column(alias, "currency_id")
        return SQL(
            "(CASE WHEN %(own)s = %(item)s THEN 1 ELSE %(to)s / %(from_)s END)",
            own=own,
            item=item,
            to=self._today_rate_sql(own),
            from_=self._today_rate_sql(item),
        )

    @api.model
    def _today_rate_sql(self, currency):
        """The rate of a currency for ``company``, as ``res.currency`` finds it."""
        rates = SQL(
            """
            SELECT rate.rate
              FROM res_currency_rate rate
             WHERE rate.currency_id = %s
               AND (rate.company_id IS NULL
                    OR rate.company_id = SPLIT_PART(company.parent_path, '/', 1)::int)
            """,
            currency,
        )
        return SQL(
            """
            COALESCE((%(rates)s AND rate.name <= %(today)s
                       ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                     (%(rates)s ORDER BY rate.company_id, rate.name LIMIT 1), 1)
            """,
            rates=rates,
            today=self._today_sql(SQL("company.id")),
        )
