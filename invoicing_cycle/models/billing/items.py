from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, models

from ...tools.allocation import fixed_quantity, next_quantity, round_quantity, round_up
from ...tools.shares import share_amount


class BillingItem(NamedTuple):
    """What one period puts on one line of an invoice.

    ``quantity`` is what the line shows, in ``uom`` at ``price_unit`` less ``discount``;
    ``made`` is what the order counts, in the unit of the sale order line. ``entry_ids``
    and ``hours`` say what it was made from.
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
    entry_ids: tuple = ()
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
        """Number of time entries."""
        return len(self.entry_ids)


class _Counters:
    """What was billed and made per sale order line, and what the next items make."""

    def __init__(self, quantities, amounts, shares, digits):
        self._quantities = quantities  # sale line: (exact quantity billed, made)
        self._before = quantities.copy()
        self._amounts = amounts  # sale line: fixed amounts billed
        self._shares = shares  # sale line: (share billed by milestones, its amount)
        self._digits = digits
        self._written_up = {}  # sale line: quantity shown beyond what was made

    def fork(self):
        result = _Counters(
            self._quantities.copy(),
            self._amounts.copy(),
            self._shares.copy(),
            self._digits,
        )
        result._before = self._before
        result._written_up = self._written_up.copy()
        return result

    def get_room(self, sale_line):
        """What the ordered quantity of a sale order line leaves to bill."""
        before = self._before[sale_line][1]
        # What was invoiced without us counts as well.
        other = sale_line.qty_invoiced - before
        return sale_line.product_uom_qty - other - max(self._quantities[sale_line])

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
        :return: the quantities made on the sale order line before and after this item
        """
        billed, made = self._quantities[sale_line]
        quantity_made = next_quantity(billed + quantity, made, self._digits)
        self._quantities[sale_line] = (billed + quantity, made + quantity_made)
        return made, made + quantity_made

    def bill_amount(self, sale_line, amount):
        billed, made = self._quantities[sale_line]
        result = fixed_quantity(
            amount,
            self._amounts[sale_line],
            sale_line._get_untaxed_amount(sale_line.product_uom_qty),
            sale_line.product_uom_qty,
            made,
            self._digits,
        )
        self._quantities[sale_line] = (billed, made + result)
        self._amounts[sale_line] += amount
        return result

    def bill_share(self, sale_line, share):
        """
        :return: the untaxed amount of a share of the sale order line, and the quantity
            that it makes
        """
        billed_share, billed = self._shares[sale_line]
        amount = share_amount(
            share,
            billed_share,
            sale_line._get_untaxed_amount(sale_line.product_uom_qty),
            billed,
            sale_line.currency_id.decimal_places,
        )
        self._shares[sale_line] = (billed_share + share, billed + amount)
        before, after = self.bill_time(sale_line, share * sale_line.product_uom_qty)
        return amount, round_quantity(after - before, self._digits)


class ProjectBillingPeriod(models.Model):
    """What would go on the invoice of a period: the one place that decides it.

    The amounts on the screen and the lines of the generator both come from here.
    """

    _inherit = "project.billing.period"

    def _get_billing_items(self, sequential=False, entries=None):
        """What these periods would bill now, in a fixed number of queries.

        :param bool sequential: count what earlier periods of the same run bill, so that
            the lines of one run add up; else each period is priced as if it were the
            next one invoiced
        :param entries: only these time entries, of closed periods as well
        :return: list of :class:`BillingItem`, in the order of the periods
        """
        time = self._get_unbilled_time(entries)
        counters = self._get_counters(time)
        time_by_period = defaultdict(list)
        for group in time:
            time_by_period[group.period].append(group)
        fixed = self._filtered_fixed_amount_left()
        items = []
        for period in self:
            own = counters if sequential else counters.fork()
            supplementary = entries is not None and not period.is_supplementary
            items += [
                self._prepare_time_item(group, own)._replace(
                    supplementary=supplementary
                )
                for group in self._cap_time(time_by_period[period], own)
            ]
            if entries is None:
                if period in fixed and period.sale_line_id:
                    items.append(period._prepare_fixed_item(own))
                items += period._prepare_milestone_items(own)
                items += period._prepare_expense_items()
        return items

    def _get_counters(self, time):
        """What was billed before of all that these periods may bill.

        :param list time: ``TimeGroup``
        """
        sale_lines = self.env["sale.order.line"].union(*(row.sale_line for row in time))
        sale_lines |= self.sale_line_id | self.milestone_ids.sale_line_id
        return _Counters(
            self._get_billed_quantities(sale_lines),
            self._get_fixed_amounts(self.sale_line_id),
            self._get_billed_shares(self.milestone_ids.sale_line_id),
            sale_lines._get_quantity_digits(),
        )

    @api.model
    def _prepare_time_item(self, group, counters):
        """The line that bills a group of time entries.

        The order counts the rounded running total, so that it is exact per sale order
        line. In another unit the line shows the difference of two running totals, for
        the same reason; rounded up per line it shows more than the order counts, which
        is a write-up like one that a person makes.
        """
        sale_line = group.sale_line
        step = group.period.project_id._get_rounding_step("line", None)
        capped = step and sale_line.billing_capped
        room = counters.get_shown_room(sale_line) if capped else 0.0
        before, after = counters.bill_time(sale_line, group.quantity)
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
                counters.write_up(sale_line, shown - (after - before))
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
            made=round_quantity(after - before, digits),
            amount=sale_line._get_untaxed_amount(quantity, price_unit),
            uom=uom,
            price_unit=price_unit,
            discount=sale_line.discount,
            hours=group.hours,
            entry_ids=group.entry_ids,
            late=group.late,
            task_id=group.task_id,
            employee_id=group.employee_id,
            date_from=group.date_from,
            date_to=group.date_to,
            limit=sale_line.product_uom_qty if sale_line.billing_capped else after,
        )

    @api.model
    def _get_invoice_unit(self, project, sale_line):
        """The unit of time on the invoice, as far as the item is sold by time."""
        unit, sold = project.billing_unit, sale_line.product_uom_id
        hour = self.env["uom.uom"]._get_time_unit("hour")
        if unit in ("hour", "day") and sold._has_common_reference(hour):
            return self.env["uom.uom"]._get_time_unit(unit)
        return sold

    def _prepare_fixed_item(self, counters):
        self.ensure_one()
        sale_line, amount = self.sale_line_id, self.fixed_amount
        return BillingItem(
            period=self,
            sale_line=sale_line,
            kind="fixed",
            quantity=1.0,
            made=counters.bill_amount(sale_line, amount),
            amount=amount,
            uom=sale_line.product_uom_id,
            price_unit=sale_line._get_price_of_untaxed(amount),
        )

    def _prepare_expense_items(self):
        self.ensure_one()
        return [
            BillingItem(
                period=self,
                sale_line=sale_line,
                kind="expense",
                quantity=quantity,
                made=quantity,
                amount=sale_line._get_untaxed_amount(quantity),
                uom=sale_line.product_uom_id,
                price_unit=sale_line.price_unit,
                discount=sale_line.discount,
            )
            for sale_line in self.expense_line_ids
            if (quantity := sale_line._get_expense_quantity())
        ]
