"""Which period an entry belongs to, and how hours become invoice quantities.

Pure functions: no ORM, no clock. Days are ``datetime.date``, hours and quantities
plain floats in one unit.
"""

from bisect import bisect_right
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import NamedTuple


class Period(NamedTuple):
    """A billing period as the allocation sees it.

    ``date_to`` is ``None`` while its end is not known (billing on completion);
    ``closed`` means invoiced or skipped: it takes no more time.
    """

    key: int
    date_from: date
    date_to: date | None
    closed: bool


class Allocator:
    """Finds the period of any number of days on one project.

    :param periods: iterable of :class:`Period` without overlaps, in any order
    :param date cutover: what is dated before it is billed in another way, if any

    >>> january = Period(1, date(2026, 1, 1), date(2026, 1, 31), True)
    >>> february = Period(2, date(2026, 2, 1), date(2026, 2, 28), False)
    >>> allocator = Allocator([february, january])
    >>> allocator.period_of(date(2026, 2, 10))
    2
    >>> allocator.period_of(date(2026, 1, 10))  # late: January is closed
    2
    >>> allocator.period_of(date(2025, 12, 31))  # before the schedule's start
    2
    >>> allocator.period_of(date(2026, 3, 1)) is None
    True
    >>> begun = Allocator([february], date(2026, 2, 10))
    >>> begun.period_of(date(2026, 2, 9)) is None, begun.period_of(date(2026, 2, 10))
    (True, 2)
    """

    def __init__(self, periods, cutover=None):
        self._cutover = cutover
        self._periods = sorted(periods, key=lambda period: period.date_from)
        self._starts = [period.date_from for period in self._periods]
        # next_open[i]: key of the first open period at or after position i
        self._next_open = [None] * (len(self._periods) + 1)
        for position in range(len(self._periods) - 1, -1, -1):
            period = self._periods[position]
            self._next_open[position] = (
                self._next_open[position + 1] if period.closed else period.key
            )

    def period_of(self, day):
        """The key of the period that takes an unbilled entry of this day.

        The open period that covers the day; where that one is closed or none covers
        it, the next open one; ``None`` where no later period is open.
        """
        if self._cutover and day < self._cutover:
            return None
        position = bisect_right(self._starts, day) - 1
        if position >= 0:
            period = self._periods[position]
            if period.date_to is None or day <= period.date_to:
                return self._next_open[position]
        return self._next_open[position + 1]


def round_quantity(value, digits):
    """Round half up, away from zero, to ``digits`` decimals.

    >>> round_quantity(2.675, 2)
    2.68
    >>> round_quantity(-0.125, 2)
    -0.13
    """
    quantum = Decimal(1).scaleb(-digits)
    # repr() is the shortest decimal that reads back as the same float, so sums such
    # as 2.675 are rounded as people see them; the extra rounding at 9 decimals takes
    # away the noise of adding floats.
    exact = Decimal(repr(round(value, 9)))
    # "+ 0.0" makes a negative zero, which would show as "-0.00", a plain one
    return float(exact.quantize(quantum, rounding=ROUND_HALF_UP)) + 0.0


def round_up(value, step):
    """Round up, away from zero, to a multiple of ``step``; a step of 0 rounds nothing.

    Away from zero, so that a correction takes back what the entry was billed with.

    >>> round_up(1 / 3, 0.25), round_up(0.5, 0.25), round_up(-0.1, 0.25)
    (0.5, 0.5, -0.25)
    >>> round_up(0.35, 0.1), round_up(0.35, 0)
    (0.4, 0.35)
    """
    if not step:
        return value
    # The noise of floats is not one more step: 0.3 / 0.1 is 2.9999999999999996.
    steps = Decimal(repr(round(value / step, 6))).to_integral_value(rounding=ROUND_UP)
    return float(steps * Decimal(repr(step))) + 0.0


def spread(amount, weights, rounded):
    """Shares of an amount that add up to it, to the cent.

    The running total is rounded, not each share. Where the weights cancel each other
    out, all have the same share.

    :param amount: a plain float
    :param weights: list of floats of any sign
    :param rounded: function that rounds to the currency
    :return: list of floats, one for each weight

    >>> spread(100.0, [1, 1, 1], lambda value: round(value, 2))
    [33.33, 33.34, 33.33]
    >>> spread(10.0, [2, -2], lambda value: round(value, 2))
    [5.0, 5.0]
    """
    total = sum(weights)
    if abs(total) < 1e-9:
        weights = [1] * len(weights)
        total = len(weights)
    shares, upto, before = [], 0.0, 0.0
    for weight in weights:
        upto += weight
        share = rounded(amount * upto / total)
        shares.append(rounded(share - before))
        before = share
    return shares


def next_quantity(billed, made, digits):
    """The quantity of the next invoice line of a sale order line.

    Rounding the running total instead of each line keeps the sum exact: twenty
    minutes billed three times make 0.33 + 0.34 + 0.33, not 0.99.

    :param billed: all time billed on the sale order line so far, this line included
    :param made: the quantities made on earlier invoice lines
    :param digits: decimals of the quantity

    >>> next_quantity(1 / 3, 0, 2), next_quantity(2 / 3, 0.33, 2)
    (0.33, 0.34)
    >>> next_quantity(1.0, 0.67, 2)
    0.33
    """
    return round_quantity(round_quantity(billed, digits) - made, digits)


def fixed_quantity(amount, billed, total, ordered, made, digits):
    """The share of a sale order line that a fixed amount stands for.

    The last amount takes the remainder, so that the order ends fully invoiced. On the
    way the running share is rounded, as for time: two hundred amounts of half a percent
    are not counted as one percent each. Past its value an order counts no more.

    :param amount: the fixed amount of this line, untaxed
    :param billed: fixed amounts billed before on the sale order line
    :param total: untaxed value of the whole sale order line
    :param ordered: its ordered quantity
    :param made: quantities made before
    :param digits: decimals of the quantity

    >>> fixed_quantity(3000, 0, 9000, 1, 0, 2)
    0.33
    >>> fixed_quantity(3000, 3000, 9000, 1, 0.33, 2)
    0.34
    >>> fixed_quantity(3000, 6000, 9000, 1, 0.67, 2)
    0.33
    """
    if not total:
        return 0.0
    # Amounts are rounded to the currency: half a cent short is the whole value.
    whole = 1 - 0.005 / abs(total)
    share = (billed + amount) / total
    if share >= whole:
        return round_quantity(ordered - made, digits)
    counted = round_quantity(ordered * min(billed / total, 1), digits)
    return next_quantity(ordered * share, counted, digits)
