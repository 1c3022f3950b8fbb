"""The hours of a retainer: included per period, drawn, left and carried over.

Pure functions: no ORM. Hours are plain floats.
"""

from typing import NamedTuple

#: Time is kept in minutes; what is less than a second is the noise of floats.
NOISE = 1 / 3600


class Balance(NamedTuple):
    """The hours of one period of a retainer."""

    included: float
    carried: float  # from the periods before
    drawn: float
    left: float
    above: float  # drawn beyond what there was


def get_balances(periods, carry_over):
    """The balance of each period of a retainer, in their order.

    What is left is carried over or lost. What was drawn beyond is never taken from the
    next period: it is billed apart, or given.

    :param periods: list of (hours included, hours drawn)
    :param bool carry_over: whether what is left goes to the next period
    :return: list of :class:`Balance`

    >>> get_balances([(20, 16), (20, 18)], True)[1]
    Balance(included=20, carried=4.0, drawn=18, left=6.0, above=0.0)
    >>> get_balances([(20, 16), (20, 23)], False)[1]
    Balance(included=20, carried=0.0, drawn=23, left=0.0, above=3.0)
    """
    result, carried = [], 0.0
    for included, drawn in periods:
        rest = included + carried - drawn
        if abs(rest) < NOISE:
            rest = 0.0
        left, above = max(rest, 0.0), max(-rest, 0.0)
        result.append(Balance(included, carried, drawn, float(left), float(above)))
        carried = float(left) if carry_over else 0.0
    return result


def earned_share(first, last, day):
    """How much of an amount for some days is earned at the end of a day.

    :param date first: the first one of these days
    :param last: the last one, or a false value while it is not known: nothing is earned
    :param date day: any day
    :return: from 0 to 1

    >>> from datetime import date
    >>> january = date(2026, 1, 1), date(2026, 1, 31)
    >>> [earned_share(*january, date(2026, 1, day)) for day in (1, 31)]
    [0.03225806451612903, 1.0]
    >>> earned_share(*january, date(2025, 12, 31)), earned_share(*january, date.max)
    (0.0, 1.0)
    >>> earned_share(date(2026, 1, 1), None, date.max)
    0.0
    """
    if not last:
        return 0.0
    days = (min(day, last) - first).days + 1
    return max(days, 0) / ((last - first).days + 1)
