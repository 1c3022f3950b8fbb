from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, models

from ...tools.allocation import next_quantity, round_quantity, round_up
from ..common.supposed import get_supposition


class BillingItem(NamedTuple):
    """What one period puts on one line of an invoice.

    ``quantity`` is what the line shows, in ``uom`` at ``price_unit`` less ``discount``;
    ``made`` is what the order counts, in the unit of the sale order line. ``rows``,
    keys of the ledger, and ``hours`` say what it was made from.
    """

    period: models.BaseModel
    sale_line: models.BaseModel
    kind: str  # a value of account.move.line.billing_kind
    quantity: float
    made: float
    amount: float  # untaxed, in the currency of the sale order line
    uom: models.BaseModel
    price_unit: float
    discount: float = 0.0
    hours: float = 0.0
    rows: tuple = ()
    milestone_id: int | None = None
    late: bool = False  # dated outside the period
    supplementary: bool = False  # the period was closed before
    task_id: int | None = None  # as far as the project's line detail asks for it
    employee_id: int | None = None
    date_from: date | None = None  # of the entries
    date_to: date | None = None
    limit: float | None = None  # what may be made of the sale order line by then

    @property
    def entries(self):
        """Number of time entries, and of parts of some."""
        return len(self.rows)

    def bills(self, record):
        """
        :param record: a sales order item, or a milestone
        """
        if record._name == "project.milestone":
            return self.milestone_id == record.id
        return self.sale_line == record


class Counters:
    """What was billed and made per sale order line, and what the next items make.

    ``kinds`` holds what a kind of billing item counts beside: its name to a dict.
    """

    def __init__(self, quantities, digits, kinds=None, written_up=None):
        self.quantities = quantities  # sale line: (exact quantity billed, made)
        self.digits = digits
        self.kinds = kinds or {}
        self._written_up = written_up or {}  # sale line: shown beyond what was made

    def fork(self):
        return Counters(
            self.quantities.copy(),
            self.digits,
            {kind: counted.copy() for kind, counted in self.kinds.items()},
            self._written_up.copy(),
        )

    def get_room(self, sale_line):
        """What the ordered quantity of a sale order line leaves to bill."""
        # What was invoiced without us counts as well.
        # sudo: how much that is does not depend on who asks
        other = sale_line.qty_invoiced - sale_line.sudo().made_quantity
        return sale_line.product_uom_qty - other - max(self.quantities[sale_line])

    def get_shown_room(self, sale_line):
        """What the ordered quantity leaves to show on invoices, where lines may show
        more than the order counts."""
        if sale_line not in self._written_up:
            self._written_up[sale_line] = sale_line._get_written_up()
        return self.get_room(sale_line) - self._written_up[sale_line]

    def write_up(self, sale_line, quantity):
        self._written_up[sale_line] += quantity

    def bill_time(self, sale_line, quantity):
        """
        :return: what was billed of the sale order line before and after this item,
            exact, and the quantity that is made by it
        """
        billed, made = self.quantities[sale_line]
        quantity_made = next_quantity(billed + quantity, made, self.digits)
        self.quantities[sale_line] = (billed + quantity, made + quantity_made)
        return billed, billed + quantity, quantity_made


class ProjectBillingPeriod(models.Model):
    """What would go on the invoice of a period: the one place that decides it.

    The amounts on the screen and the lines of the generator both come from here.
    """

    _inherit = "project.billing.period"

    def _get_billing_items(self, sequential=False, rows=None):
        """What these periods would bill now, in a fixed number of queries.

        :param bool sequential: count what earlier periods of the same run bill, so that
            the lines of one run add up; else each period is priced as if it were the
            next one invoiced
        :param Rows rows: only this time, of closed periods as well
        :return: list of :class:`BillingItem`, in the order of the periods
        """
        time = self._get_unbilled_time(rows)
        counters = self._get_counters(time)
        time_by_period = defaultdict(list)
        for group in time:
            time_by_period[group.period].append(group)
        items = []
        for period in self:
            own = counters if sequential else counters.fork()
            supplementary = rows is not None and not period.is_supplementary
            items += [
                self._prepare_time_item(group, own)._replace(
                    supplementary=supplementary
                )
                for group in self._cap_time(time_by_period[period], own)
            ]
            if rows is None:
                items += period._get_own_items_beside_time(own)
        return items

    def _get_items_beside_time(self):
        """What these periods would bill now beside time, each as if it were the next.

        :return: list of :class:`BillingItem`
        """
        counters = self._get_counters([])
        return [
            item
            for period in self
            for item in period._get_own_items_beside_time(counters.fork())
        ]

    def _get_own_items_beside_time(self, counters):
        """Kind by kind, in the order in which the lines of an invoice name them."""
        kinds = dict(self.env["account.move.line"]._fields["billing_kind"].selection)
        order = {kind: place for place, kind in enumerate(kinds)}
        return sorted(
            self._prepare_items_beside_time(counters), key=lambda item: order[item.kind]
        )

    def _prepare_items_beside_time(self, counters):
        """What each kind of billing item adds: see ``billing/kinds/``.

        :param Counters counters: what was billed and made before
        :return: list of :class:`BillingItem`
        """
        self.ensure_one()
        return []

    def _get_counters(self, time):
        """What was billed before of all that these periods may bill.

        :param list time: ``TimeGroup``
        """
        sale_lines = self._get_counted_lines(time)
        return Counters(
            self._get_billed_quantities(sale_lines), sale_lines._get_quantity_digits()
        )

    def _get_counted_lines(self, time):
        """The sale order lines of which these periods may bill anything.

        :param list time: ``TimeGroup``
        """
        return self.env["sale.order.line"].union(*(row.sale_line for row in time))

    @api.model
    def _prepare_time_item(self, group, counters):
        """The line that bills a group of time entries.

        The order counts the rounded running total, so that it is exact per sale order
        line. In another unit the line shows the difference of two running totals that
        are rounded in that unit, for the same reason: 7.25 h of days read 7.25 h.
        Rounded up per line it shows more than the order counts, which is a write-up
        like one that a person makes.
        """
        sale_line = group.sale_line
        step = group.period.project_id._get_rounding_step("line", None)
        capped = step and sale_line.billing_capped
        room = counters.get_shown_room(sale_line) if capped else 0.0
        before, after, made = counters.bill_time(sale_line, group.quantity)
        digits = sale_line._get_quantity_digits()
        uom = self._get_invoice_unit(group.period.project_id, sale_line)
        if step:
            hour = self.env["uom.uom"]._get_time_unit("hour")
            quantity = round_quantity(
                hour._compute_quantity(
                    round_up(group.hours, step),
                    uom,
                    round=False,
                    raise_if_failure=False,
                ),
                digits,
            )
            if capped:
                quantity = min(
                    quantity, sale_line._convert_quantity(max(room, 0.0), uom, digits)
                )
                shown = uom._compute_quantity(
                    quantity, sale_line.product_uom_id, round=False
                )
                counters.write_up(sale_line, shown - made)
        elif uom == sale_line.product_uom_id:
            quantity = made
        else:
            quantity = round_quantity(
                sale_line._convert_quantity(after, uom, digits)
                - sale_line._convert_quantity(before, uom, digits),
                digits,
            )
        price_unit = sale_line.product_uom_id._compute_price(sale_line.price_unit, uom)
        return BillingItem(
            period=group.period,
            sale_line=sale_line,
            kind="time",
            quantity=quantity,
            made=made,
            amount=sale_line._get_untaxed_amount(quantity, price_unit),
            uom=uom,
            price_unit=price_unit,
            discount=sale_line.discount,
            hours=group.hours,
            rows=group.rows,
            late=group.late,
            task_id=group.task_id,
            employee_id=group.employee_id,
            date_from=group.date_from,
            date_to=group.date_to,
            limit=sale_line.product_uom_qty
            if sale_line.billing_capped
            else counters.quantities[sale_line][1],
        )

    @api.model
    def _get_invoice_unit(self, project, sale_line):
        """The unit of time on the invoice, as far as the item is sold by time."""
        unit, sold = project.billing_unit, sale_line.product_uom_id
        hour = self.env["uom.uom"]._get_time_unit("hour")
        if unit in ("hour", "day") and sold._has_common_reference(hour):
            return self.env["uom.uom"]._get_time_unit(unit)
        return sold

    def _get_waiting(self, name):
        """What waits in this period, or is supposed to.

        :param str name: of a one2many field of what is billed beside time
        """
        self.ensure_one()
        records = self[name]
        for record, period_id in get_supposition().records.items():
            if record._name == records._name and period_id == self.id:
                records |= record.with_env(records.env)
        return records
