from odoo import api, models
from odoo.tools import SQL


class ProjectBillingTime(models.Model):
    """What waits in periods, added up of the rows of their time: one table in SQL.

    Worth is told by the same steps as ``billing/items.py`` takes for each line, here
    for all time of a sales order item in a period at once: its hours are a quantity
    that continues what was billed before, in the unit that the invoice shows, at the
    item's net price. What waits for the same item in earlier periods comes before, as
    in a run of all. Where several lines bill one item each is rounded apart, so the sum
    is off by half a cent a line at most, and by what a rule that rounds hours up per
    line adds. The preview and the invoice have the last word.
    """

    _inherit = "project.billing.time"

    @api.model
    def _due_time_sql(self, among=None):
        """A row for each period in which time waits.

        =============  ================================================================
        ``period_id``
        ``hours``      and ``late_hours``: what waits
        ``waiting``    whether some of it is not ready
        ``billable``   whether it comes to anything: work and its correction do not,
                       nor minutes that are less than the last digit of a day; an hour
                       is more than that in any unit
        ``amount``     untaxed, in the currency of the period, each item rounded
        =============  ================================================================

        :param SQL among: condition on the ids of periods, such as ``IN (1, 2)``; all by
            default
        """
        state = self.env["account.analytic.line"]._approval_state_sql("entry")
        has_caps = self._has_caps()
        everything = SQL("TRUE")
        return SQL(
            """
            SELECT item.period_id,
                   SUM(item.hours) AS hours,
                   SUM(item.late_hours) AS late_hours,
                   BOOL_OR(item.owed AND %(not_ready)s) AS waiting,
                   BOOL_OR((ABS(item.hours) >= 1
                            OR ABS(item.hours) > 1e-9 AND item.amount <> 0)
                           AND %(under_cap)s) AS billable,
                   SUM(ROUND((item.amount / item.rounding)::numeric) * item.rounding)
                       AS amount
              FROM (%(items)s) item
          GROUP BY item.period_id
            """,
            not_ready=self._under_cap_sql(SQL("%s <> 'approved'", state))
            if has_caps
            else everything,
            under_cap=self._under_cap_sql() if has_caps else everything,
            items=self._priced_items_sql(among, has_caps),
        )

    @api.model
    def _due_items_sql(self, among):
        """The waiting time of each period and item, ``owed`` where some of it is not
        ready; with ``earlier``, the hours of that item which wait in periods before."""
        column = self.env["project.billing.period"]._column
        return SQL(
            """
            SELECT due.*,
                   SUM(due.hours) OVER (
                       PARTITION BY due.so_line_id
                           ORDER BY %(invoice_date)s, %(date_from)s, period.id
                            ROWS UNBOUNDED PRECEDING) - due.hours AS earlier
              FROM (SELECT time.period_id, time.so_line_id,
                           SUM(time.hours) AS hours,
                           SUM(time.late_hours) AS late_hours,
                           BOOL_OR(%(open)s OR %(unapproved)s) AS owed
                      FROM %(time)s
                     WHERE time.is_waiting AND time.period_id IS NOT NULL AND %(items)s
                  GROUP BY time.period_id, time.so_line_id) due
              JOIN project_billing_period period ON period.id = due.period_id
            """,
            invoice_date=column("period", "invoice_date"),
            date_from=column("period", "date_from"),
            open=self._open_sql(),
            unapproved=self._unapproved_sql(),
            time=self._from_sql(),
            items=SQL(
                """
                time.so_line_id IN (
                    SELECT own.so_line_id
                      FROM project_billing_time own
                     WHERE own.is_waiting AND own.period_id %s)
                """,
                among,
            )
            if among
            else SQL("TRUE"),
        )

    @api.model
    def _priced_items_sql(self, among, has_caps):
        """The same with ``amount``, in the currency of the period and not rounded;
        ``rounding`` is that of the item's currency.

        Each step is worked out before the next one: ``OFFSET 0`` keeps PostgreSQL from
        writing one into the other, which it would do with all that they repeat.
        """
        return SQL(
            """
            SELECT item.*, item.quantity * item.price AS amount
              FROM (
            SELECT item.*,
                   CASE WHEN item.step > 0 THEN LEAST(%(stepped)s, %(room_shown)s)
                        WHEN item.factor = 1 THEN %(made_next)s
                        ELSE %(after_shown)s - %(before_shown)s
                    END AS quantity
              FROM (
            SELECT item.*,
                   item.made + CASE WHEN item.fits_before = 0 THEN 0
                                    ELSE %(made_before)s END AS made_before
              FROM (
            SELECT item.*,
                   item.fits_until - item.fits_before AS fits,
                   item.billed + item.fits_before AS billed_before,
                   item.billed + item.fits_until AS billed_until
              FROM (
            SELECT item.*,
                   LEAST(item.earlier * item.to_sold, item.room) AS fits_before,
                   LEAST((item.earlier + item.hours) * item.to_sold, item.room)
                       AS fits_until
              FROM (%(items)s OFFSET 0) item
                   OFFSET 0) item OFFSET 0) item OFFSET 0) item OFFSET 0) item
            """,
            items=self._items_with_terms_sql(among, has_caps),
            made_before=self._round_sql(
                SQL("(%s - item.made)", self._round_sql("item.billed_before"))
            ),
            made_next=self._round_sql(
                SQL("(%s - item.made_before)", self._round_sql("item.billed_until"))
            ),
            after_shown=self._round_sql("(item.billed_until * item.factor)"),
            before_shown=self._round_sql("(item.billed_before * item.factor)"),
            stepped=self._round_sql(
                SQL(
                    "(SIGN(item.fits) * item.step * item.factor * item.to_sold"
                    " * CEIL(ROUND("
                    "(ABS(item.fits) / item.to_sold / item.step)::numeric, 6)))"
                )
            ),
            room_shown=self._shown_room_sql() if has_caps else SQL("NULL"),
        )

    @api.model
    def _items_with_terms_sql(self, among, has_caps):
        """The waiting time of each period and item with what its worth follows from.

        ``to_sold`` converts hours to the unit of the item, ``factor`` that to the unit
        that the invoice shows; ``price`` is net, of the latter.
        """
        line, Period = "sale.order.line", "project.billing.period"
        column = self._column
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return SQL(
            """
            SELECT due.*,
                   COALESCE(%(billed)s, 0)::float8 AS billed,
                   COALESCE(%(made)s, 0)::float8 AS made,
                   (%(hour)s / sold.factor)::float8 AS to_sold,
                   (sold.factor / shown.factor)::float8 AS factor,
                   %(step)s AS step,
                   %(room)s::float8 AS room,
                   COALESCE(%(price)s, 0)::float8 * shown.factor::float8 / sold.factor
                   * (100 - COALESCE(%(discount)s, 0)::float8) / 100
                   * CASE WHEN %(own)s = %(currency)s THEN 1
                          ELSE COALESCE(own_rate.rate, 1) / COALESCE(its_rate.rate, 1)
                      END AS price,
                   item_currency.rounding
              FROM (%(due)s) due
              JOIN project_billing_period period ON period.id = due.period_id
              JOIN project_project project ON project.id = %(project)s
              JOIN sale_order_line item ON item.id = due.so_line_id
              JOIN res_currency item_currency ON item_currency.id = %(currency)s
              JOIN uom_uom sold ON sold.id = %(item_unit)s
              JOIN uom_uom shown ON shown.id = %(shown_unit)s
         LEFT JOIN (%(rates)s) own_rate ON own_rate.company_id = %(company)s
                                       AND own_rate.currency_id = %(own)s
                                       AND %(own)s <> %(currency)s
         LEFT JOIN (%(rates)s) its_rate ON its_rate.company_id = %(company)s
                                       AND its_rate.currency_id = %(currency)s
                                       AND %(own)s <> %(currency)s
             WHERE %(among)s
            """,
            billed=column("item", "billed_quantity", line),
            made=column("item", "made_quantity", line),
            hour=hour.factor,
            step=self._rounding_hours_sql(),
            room=self._room_sql() if has_caps else SQL("NULL"),
            price=column("item", "standard_rate", line),
            discount=column("item", "discount", line),
            own=column("period", "currency_id", Period),
            currency=column("item", "currency_id", line),
            due=self._due_items_sql(among),
            project=column("period", "project_id", Period),
            company=column("period", "company_id", Period),
            item_unit=column("item", "product_uom_id", line),
            shown_unit=self._shown_unit_sql(),
            rates=self._today_rates_sql(),
            among=SQL("due.period_id %s", among) if among else SQL("TRUE"),
        )

    @api.model
    def _room_sql(self):
        """What the cap of ``item`` leaves to bill, in its unit; NULL without a cap."""
        line, column = "sale.order.line", self._column
        return SQL(
            """
            CASE WHEN %(capped)s THEN GREATEST(
                     %(ordered)s - %(invoiced)s + COALESCE(%(made)s, 0)
                     - GREATEST(COALESCE(%(billed)s, 0), COALESCE(%(made)s, 0)), 0)
             END
            """,
            capped=column("item", "billing_capped", line),
            ordered=column("item", "product_uom_qty", line),
            invoiced=column("item", "qty_invoiced", line),
            billed=column("item", "billed_quantity", line),
            made=column("item", "made_quantity", line),
        )

    @api.model
    def _shown_room_sql(self):
        """The same of what lines may show, which is rounded up and may be more."""
        left = SQL(
            "(GREATEST(item.room - item.fits_before - %s, 0) * item.factor)",
            self._written_up_sql(),
        )
        return SQL("CASE WHEN item.room IS NOT NULL THEN %s END", self._round_sql(left))

    @api.model
    def _written_up_sql(self):
        """What live invoices show of the time of ``item`` beyond what was made, as
        ``sale.order.line._get_written_up``; in the unit of the item."""
        column = self.env["account.move.line"]._column
        return SQL(
            """
            COALESCE((
                SELECT SUM(CASE WHEN %(type)s = 'out_refund' THEN -1 ELSE 1 END
                           * (%(quantity)s * unit.factor * item.to_sold / %(hour)s
                                - %(made)s))
                  FROM sale_order_line_invoice_rel rel
                  JOIN account_move_line own ON own.id = rel.invoice_line_id
             LEFT JOIN account_move_line original ON original.id = %(credited)s
                  JOIN account_move invoice ON invoice.id = %(move)s
                  JOIN uom_uom unit ON unit.id = %(unit)s
                 WHERE rel.order_line_id = item.so_line_id
                   AND (%(kind)s = 'time' AND %(state)s <> 'cancel'
                        OR %(original_kind)s = 'time' AND %(original_state)s <> 'cancel'
                           AND %(state)s = 'posted')), 0)
            """,
            hour=self.env["uom.uom"]._get_time_unit("hour").factor,
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

        :param value: text or SQL; repeated, so a column or little more
        """
        value = value if isinstance(value, SQL) else SQL(value)
        steps = 10.0 ** self.env["sale.order.line"]._get_quantity_digits()
        return SQL(
            "(SIGN(%(value)s) * FLOOR(ABS(%(value)s) * %(steps)s + %(half)s)"
            " / %(steps)s)",
            value=value,
            steps=steps,
            # With the noise of adding floats, as there.
            half=0.5 + 5e-10 * steps,
        )

    @api.model
    def _rounding_hours_sql(self):
        """The step that the lines of ``project`` are rounded up to, else 0."""
        Project = "project.project"
        return SQL(
            "(CASE WHEN %(per)s = 'line' AND %(step)s <> 'none'"
            " THEN %(step)s::int / 60.0::float8 ELSE 0 END)",
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
    def _today_rates_sql(self):
        """The rate of each currency in each company, as ``res.currency`` finds it."""
        rates = SQL(
            """
            SELECT rate.rate
              FROM res_currency_rate rate
             WHERE rate.currency_id = currency.currency_id
               AND (rate.company_id IS NULL
                    OR rate.company_id = SPLIT_PART(company.parent_path, '/', 1)::int)
            """,
        )
        return SQL(
            """
            SELECT company.id AS company_id, currency.currency_id,
                   COALESCE((%(rates)s AND rate.name <= %(today)s
                              ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                            (%(rates)s ORDER BY rate.company_id, rate.name LIMIT 1)
                           )::float8 AS rate
              FROM res_company company
        CROSS JOIN (SELECT DISTINCT currency_id FROM res_currency_rate) currency
            """,
            rates=rates,
            today=self._today_sql(SQL("company.id")),
        )
