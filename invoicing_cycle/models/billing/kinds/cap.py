from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.caps import NOISE, allot
from ...common.supposed import get_supposition
from ...entries.row_set import Rows


class ProjectBillingPeriod(models.Model):
    """Capped time and materials: time is billed up to the ordered quantity.

    In the order of its days, and what was made before counts. What lies above the cap
    is shown, and makes no period ready nor holds one up; when its period is invoiced,
    it is held with the reason. An ordered quantity that is raised makes room for what
    waits; what is held by then stays held until a person releases it.
    """

    _inherit = "project.billing.period"

    # ----------------------------------------------------------------- items

    @api.model
    def _cap_time(self, groups, counters):
        """The time of one period that fits under the caps of its sale order lines.

        :param list groups: ``TimeGroup``
        :param counters: what was billed and made before
        :return: list of ``TimeGroup``
        """
        allotted = self._get_allotted(groups, counters)
        if not allotted:
            return groups
        result = []
        for group in groups:
            if not group.sale_line.billing_capped:
                result.append(group)
                continue
            parts = {
                row: allotted[row._get_key()]
                for row in self._browse_rows(group.rows)
                if allotted[row._get_key()]
            }
            if not parts:
                continue
            quantity = sum(parts.values())
            days = [row.date for row in parts]
            if abs(quantity - group.quantity) < NOISE:
                result.append(group)
                continue
            result.append(
                group._replace(
                    quantity=quantity,
                    hours=group.sale_line.product_uom_id._to_hours(quantity),
                    rows=tuple(sorted(row._get_key() for row in parts)),
                    date_from=min(days),
                    date_to=max(days),
                )
            )
        return result

    @api.model
    def _get_allotted(self, groups, counters):
        """What of each row under a capped sale order line fits.

        :return: dict, key of a row to quantity in the unit of the sale order line
        """
        keys = defaultdict(list)
        for group in groups:
            if group.sale_line.billing_capped:
                keys[group.sale_line] += group.rows
        result = {}
        for sale_line, own in keys.items():
            room = counters.get_room(sale_line)
            result.update(sale_line._allot_under_cap(self._browse_rows(own), room))
        return result

    @api.model
    def _browse_rows(self, keys):
        # sudo: what a cap leaves does not depend on who may read timesheets
        return Rows.browse(self.env(su=True), keys)

    @api.model
    def _get_item_quantity(self, item):
        """The exact quantity that an item bills, in the unit of the sale order line."""
        hour = self.env["uom.uom"]._get_time_unit("hour")
        return item.sale_line._convert_time(item.hours, hour)

    # ------------------------------------------------------------------ hold

    def _hold_above_caps(self, rows=None):
        """Hold the time of these periods that lies above a cap, before it is priced.

        :param Rows rows: only these, all by default
        """
        periods = self.sorted(lambda period: (period.date_from, period.id))
        time = periods._get_unbilled_time(rows)
        groups = [group for group in time if group.sale_line.billing_capped]
        if not groups:
            return
        counters = periods._get_counters(groups)
        for period in periods:
            own = [group for group in groups if group.period == period]
            for key, fits in self._get_allotted(own, counters).items():
                [row] = self._browse_rows([key])
                self._hold_above_cap(row, fits)
                counters.bill_time(row.so_line, fits)

    @api.model
    def _hold_above_cap(self, entry, fits):
        """Hold what of a row does not fit, splitting it where a part does."""
        sale_line = entry.so_line
        uom = entry.product_uom_id or self.env["uom.uom"]._get_time_unit("hour")
        above = entry.billing_hours - sale_line.product_uom_id._compute_quantity(
            fits, uom, round=False
        )
        if above < NOISE:
            return
        vals = {
            "billing_hold": "hold",
            "hold_reason": self.env._(
                "Above the cap of %(quantity)s %(unit)s of %(line)s",
                quantity=f"{sale_line.product_uom_qty:g}",
                unit=sale_line.product_uom_id.name,
                line=sale_line.display_name,
            ),
        }
        if fits:
            entry._split_off(above, vals)
        else:
            entry._record(vals)

    # ----------------------------------------------------------------- state

    @api.depends(
        "part_ids.so_line.billing_capped",
        "part_ids.so_line.product_uom_qty",
        "timesheet_ids.so_line.billing_capped",
        "timesheet_ids.so_line.product_uom_qty",
    )
    def _compute_live(self):
        return super()._compute_live()

    @api.depends(
        "part_ids.so_line.billing_capped",
        "part_ids.so_line.product_uom_qty",
        "timesheet_ids.so_line.billing_capped",
        "timesheet_ids.so_line.product_uom_qty",
    )
    def _compute_readiness(self):
        return super()._compute_readiness()

    def _get_readiness_details(self, closed):
        details = super()._get_readiness_details(closed)
        above = self._get_hours_above_cap()
        for period in self:
            details[period]["above_cap"] = {"hours": above[period.id]}
        return details

    def _get_hours_above_cap(self):
        """Hours that wait in these periods above a cap, in a fixed number of queries.

        :return: dict, period id to hours
        """
        result = defaultdict(float)
        capped = self._filtered_capped()
        if not capped:
            return result
        groups = [
            group
            for group in capped._get_unbilled_time()
            if group.sale_line.billing_capped
        ]
        counters = capped._get_counters(groups)
        for period in capped:
            own = [group for group in groups if group.period == period]
            fits = self._cap_time(own, counters)
            above = sum(g.hours for g in own) - sum(g.hours for g in fits)
            result[period.id] = 0.0 if abs(above) < NOISE else above
        return result

    def _filtered_capped(self):
        """Those with unbilled time under a capped sale order line."""
        if not self.ids:
            return self.browse()
        Entry = "account.analytic.line"
        query = SQL(
            """
            SELECT DISTINCT %(period)s
              FROM %(rows)s
             WHERE %(period)s IN %(ids)s
               AND %(invoice_line)s IS NULL
               AND %(sale_line)s IN (%(capped)s)
            """,
            rows=self.env[Entry]._all_rows_sql("entry"),
            period=self._column("entry", "billing_period_id", Entry),
            ids=tuple(self.ids),
            invoice_line=self._column("entry", "invoice_line_id", Entry),
            sale_line=self._column("entry", "so_line", Entry),
            capped=self._capped_lines_sql(),
        )
        found = {row[0] for row in self.env.execute_query(query)}
        return self.filtered(lambda period: period.id in found)

    @api.model
    def _capped_lines_sql(self):
        return SQL(
            "SELECT id FROM sale_order_line WHERE billing_capped",
            to_flush=self.env["sale.order.line"]._fields["billing_capped"],
        )

    @api.model
    def _billable_time_sql(self, alias):
        """Whether the time entry ``alias`` lies under the cap of its sale order line,
        or under none: what comes before it in its period leaves some of it."""
        Entry, Line, Uom = "account.analytic.line", "sale.order.line", "uom.uom"
        return SQL(
            """
            (%(entry_line)s NOT IN (%(capped)s)
             OR %(entry_line)s IS NULL
             OR EXISTS (
                SELECT 1
                  FROM sale_order_line line
                  JOIN uom_uom line_uom ON line_uom.id = %(line_uom)s
                 WHERE line.id = %(entry_line)s
                   AND %(ordered)s - %(invoiced)s - %(noise)s > (
                       SELECT COALESCE(SUM(
                                  %(hours)s * COALESCE(uom.factor, hour.factor)
                                            / line_uom.factor), 0)
                         FROM %(rows)s
                         JOIN uom_uom hour ON hour.id = %(hour)s
                    LEFT JOIN uom_uom uom ON uom.id = %(before_uom)s
                        WHERE %(before_period)s = %(entry_period)s
                          AND %(before_line)s = line.id
                          AND %(before_invoice_line)s IS NULL
                          AND (%(before_date)s, before.id)
                            < (%(entry_date)s, %(entry_id)s))))
            """,
            rows=self.env[Entry]._all_rows_sql("before"),
            entry_line=self._column(alias, "so_line", Entry),
            entry_period=self._column(alias, "billing_period_id", Entry),
            entry_date=self._column(alias, "date", Entry),
            entry_id=SQL.identifier(alias, "id"),
            capped=self._capped_lines_sql(),
            line_uom=self._column("line", "product_uom_id", Line),
            ordered=self._column("line", "product_uom_qty", Line),
            invoiced=self._column("line", "qty_invoiced", Line),
            noise=NOISE,
            hours=self._column("before", "billing_hours", Entry),
            hour=self.env[Uom]._get_time_unit("hour").id,
            before_uom=self._column("before", "product_uom_id", Entry),
            before_period=self._column("before", "billing_period_id", Entry),
            before_line=self._column("before", "so_line", Entry),
            before_invoice_line=self._column("before", "invoice_line_id", Entry),
            before_date=self._column("before", "date", Entry),
        )


class ProjectBillingTime(models.Model):
    """Which waiting time lies under the cap of its sales order item."""

    _inherit = "project.billing.time"

    @api.model
    def _under_cap_sql(self, condition=None):
        """Some of the waiting time ``item`` of a period and an item may be billed.

        All of it, but for an item with a cap, whose entries are asked in their order.

        :param SQL condition: of those entries, called ``entry``
        """
        return SQL(
            """
            (item.room IS NULL
             OR EXISTS (
                SELECT 1
                  FROM %(rows)s
                 WHERE entry.billing_period_id = item.period_id
                   AND entry.so_line = item.so_line_id
                   AND entry.invoice_line_id IS NULL
                   AND %(condition)s
                   AND %(billable)s))
            """,
            rows=self.env["account.analytic.line"]._all_rows_sql("entry"),
            condition=condition or SQL("TRUE"),
            billable=self.env["project.billing.period"]._billable_time_sql("entry"),
        )

    @api.model
    def _has_caps(self):
        """Whether any item has a cap. Mostly none has: what would follow is left out of
        the query then, because planning it costs more than the rest."""
        # sudo: whether there are any at all
        Line = self.env["sale.order.line"].sudo()
        return bool(Line.search_count([("billing_capped", "=", True)], limit=1))


class SaleOrderLine(models.Model):
    """Capped time and materials, see ``billing/kinds/cap.py``."""

    _inherit = "sale.order.line"

    billing_capped = fields.Boolean(
        string="Bill at most the ordered quantity",
        help="Time above the ordered quantity is shown and held, and billed only when "
        "the ordered quantity is raised or a person releases it.",
        groups="base.group_user",
    )
    billing_can_cap = fields.Boolean(
        compute="_compute_billing_can_cap",
        export_string_translation=False,
        groups="base.group_user",
    )

    _capped = models.Index("(id) WHERE billing_capped")

    @api.depends("product_id")
    def _compute_billing_can_cap(self):
        for line in self:
            line.billing_can_cap = bool(
                line.product_id and line.product_id._is_delivered_timesheet()
            )

    def _allot_under_cap(self, rows, room):
        """What of each row of this sale order line fits, in the order of their days.

        :param Rows rows: of this line
        :param float room: what the cap leaves, in the unit of this line
        :return: dict, key of a row to quantity in the unit of this line
        """
        self.ensure_one()
        rows = rows.sorted_by_day()
        quantities = [
            self._convert_time(row.billing_hours, row.product_uom_id) for row in rows
        ]
        fits = allot(quantities, room)
        return {row._get_key(): part for row, part in zip(rows, fits, strict=True)}

    def _hold_above_caps(self, date_from=None, date_to=None):
        """Hold the time of these lines that waits above their caps.

        :param date_from: first day of the time, none for all
        :param date_to: last day of the time, none for all
        """
        capped = self.filtered("billing_capped")
        if not capped:
            return
        Entry, Period = self.env["account.analytic.line"], "project.billing.period"
        domain = Entry._get_unbilled_time_domain() & Domain("so_line", "in", capped.ids)
        if date_from:
            domain &= Domain("date", ">=", date_from)
        if date_to:
            domain &= Domain("date", "<=", date_to)
        # sudo: what a cap leaves does not depend on who may read timesheets
        waiting = Rows.search(self.env(su=True), domain)
        for line, rows in waiting.grouped("so_line").items():
            room = line.product_uom_qty - line.qty_invoiced
            for key, fits in line._allot_under_cap(rows, room).items():
                # sudo: as above
                [row] = Rows.browse(self.env(su=True), [key])
                self.env[Period]._hold_above_cap(row, fits)

    def _get_written_up(self):
        """What live invoices show of time beyond what the order counts, in its unit."""
        self.ensure_one()
        # sudo: what is invoiced of the item does not depend on who bills its time
        lines = self.sudo().invoice_lines.filtered(
            lambda line: line.billing_kind == "time" and line.parent_state != "cancel"
        )
        lines -= get_supposition().lines or lines.browse()
        lines |= lines.credit_line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )
        result = 0.0
        for line in lines:
            shown = line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id, round=False
            )
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            result += sign * (shown - line.quantity_made)
        return result
