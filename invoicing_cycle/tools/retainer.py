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
