from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..common.supposed import get_supposition
from ..entries.row_set import Rows


class TimeGroup(NamedTuple):
    """Unbilled time that one line of an invoice bills."""

    period: models.BaseModel
    sale_line: models.BaseModel
    late: bool  # dated outside the period
    task_id: int | None  # as far as the project's line detail asks for it
    employee_id: int | None
    quantity: float  # exact, in the unit of the sale order line
    hours: float
    rows: tuple  # their keys, see entries/row.py
    date_from: date  # of the entries
    date_to: date


class ProjectBillingPeriod(models.Model):
    """The time that is billed with a period, and what was billed before."""

    _inherit = "project.billing.period"

    def _get_unbilled_time(self, rows=None):
        """Unbilled time of these periods, one group per line of an invoice.

        Grouped by sale order line and by what the line detail of the project asks for,
        late time apart, in one query.

        :param Rows rows: only these, all by default
        :return: list of :class:`TimeGroup`
        """
        if not self.ids or (rows is not None and not rows):
            return []
        Entry = "account.analytic.line"
        places = get_supposition().places
        query = SQL(
            """
            SELECT %(period)s, %(sale_line)s,
                   (%(date)s < %(date_from)s OR %(date)s > %(date_to)s) IS TRUE,
                   CASE WHEN %(detail)s IN ('task', 'task_employee')
                        THEN %(task)s END,
                   CASE WHEN %(detail)s IN ('employee', 'task_employee')
                        THEN %(employee)s END,
                   CASE WHEN %(detail)s = 'entry' THEN entry.id END,
                   %(uom)s, SUM(%(hours)s), ARRAY_AGG(entry.id ORDER BY entry.id),
                   MIN(%(date)s), MAX(%(date)s)
              FROM %(rows)s
              %(places)s
              JOIN project_billing_period period ON period.id = %(period)s
              JOIN project_project project ON project.id = %(project)s
             WHERE %(period)s IN %(ids)s AND %(waiting)s AND %(only)s
          GROUP BY 1, 2, 3, 4, 5, 6, 7
          ORDER BY 1, 3, 2, 10, 4, 5, 6, 7
            """,
            **self._waiting_columns(places),
            rows=self.env[Entry]._all_rows_sql("entry"),
            sale_line=self._column("entry", "so_line", Entry),
            date=self._column("entry", "date", Entry),
            date_from=self._column("period", "date_from"),
            date_to=self._column("period", "date_to"),
            detail=self._column("project", "billing_line_detail", "project.project"),
            task=self._column("entry", "task_id", Entry),
            employee=self._column("entry", "employee_id", Entry),
            uom=self._column("entry", "product_uom_id", Entry),
            hours=self._column("entry", "billing_hours", Entry),
            project=self._column("period", "project_id"),
            ids=tuple(self.ids),
            only=SQL("TRUE")
            if rows is None
            else SQL("entry.id = ANY(%s)", list(rows.keys)),
        )
        return self._merge_units(self.env.execute_query(query))

    @api.model
    def _waiting_columns(self, places):
        """Where the time of a query waits: in its period, unbilled, or as supposed.

        :param places: as of :class:`Supposition`
        """
        Entry = "account.analytic.line"
        if places is None:
            invoice_line = self._column("entry", "invoice_line_id", Entry)
            return {
                "period": self._column("entry", "billing_period_id", Entry),
                "places": SQL(),
                "waiting": SQL(
                    "(%s IS NULL AND NOT %s)",
                    invoice_line,
                    self.env[Entry]._before_cutover_sql("entry"),
                ),
            }
        return {
            "period": SQL("place.period_id"),
            "places": SQL(
                "JOIN UNNEST(%s::int[], %s::int[]) AS place (entry_id, period_id)"
                " ON place.entry_id = entry.id",
                list(places),
                list(places.values()),
            ),
            "waiting": SQL("TRUE"),
        }

    def _merge_units(self, found):
        """One group of what differs by the unit of the entries alone."""
        periods = {period.id: period for period in self}
        Uom, SaleLine = self.env["uom.uom"], self.env["sale.order.line"]
        sale_lines = {line.id: line for line in SaleLine.browse({r[1] for r in found})}
        groups = {}
        for period_id, sale_line_id, late, task, employee, entry, *values in found:
            uom_id, hours, rows, date_from, date_to = values
            sale_line, uom = sale_lines[sale_line_id], Uom.browse(uom_id)
            key = (period_id, sale_line_id, late, task, employee, entry)
            group = TimeGroup(
                period=periods[period_id],
                sale_line=sale_line,
                late=late,
                task_id=task,
                employee_id=employee,
                quantity=sale_line._convert_time(hours, uom),
                hours=uom._to_hours(hours),
                rows=tuple(rows),
                date_from=date_from,
                date_to=date_to,
            )
            if other := groups.get(key):
                group = group._replace(
                    quantity=other.quantity + group.quantity,
                    hours=other.hours + group.hours,
                    rows=other.rows + group.rows,
                    date_from=min(other.date_from, group.date_from),
                    date_to=max(other.date_to, group.date_to),
                )
            groups[key] = group
        return list(groups.values())

    def _is_over(self):
        """No more of its days are to come."""
        self.ensure_one()
        return bool(self.date_to) and self.date_to < self.company_id._get_today()

    def _is_billed_completely(self):
        """Nothing waits in these periods any more."""
        return all(
            row.invoice_line_id for row in Rows(self.timesheet_ids, self.part_ids)
        )

    @api.model
    def _get_billed_quantities(self, sale_lines):
        """What was billed and made on sale order lines so far.

        :return: dict, sale order line to (exact quantity of all billed time, sum of
            the quantities made)
        """
        absent = get_supposition().lines
        result = defaultdict(lambda: (0.0, 0.0))
        for line in sale_lines:
            # sudo: what was billed does not depend on who asks
            item = line.sudo()
            exact, made = item.billed_quantity, item.made_quantity
            for absent_line in absent & item.invoice_lines if absent else ():
                exact -= item._convert_time(absent_line.billed_hours, None)
                made -= absent_line._get_signed_made()
            result[line] = (exact, made)
        return result
