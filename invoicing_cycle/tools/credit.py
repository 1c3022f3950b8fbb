"""How much of an invoice line a credit takes back.

Pure functions: no ORM. Quantities are plain floats in one unit; they may be negative,
since corrections are invoiced as well.
"""

from typing import NamedTuple

from .allocation import round_quantity

NOISE = 1e-9  # of adding floats


def share_of(total, part, whole, digits):
    """What ``part`` of the time that makes a quantity stands for in it, rounded.

    The quantity need not be the time: people change it on the draft, and rules round
    it. The last part is all that is left, so it takes the remainder.

    :param total: what is left of the quantity
    :param part: the chosen time
    :param whole: all time that is left, the chosen time included
    :param digits: decimals of the quantity

    >>> share_of(1.0, 20, 60, 2), share_of(0.67, 20, 40, 2), share_of(0.34, 20, 20, 2)
    (0.33, 0.34, 0.34)
    >>> share_of(4.0, 3.0, 4.5, 2)  # written down from 4.5
    2.67
    >>> share_of(0.0, 3.0, 0.0, 2)  # work and its correction: no share to take
    3.0
    """
    if abs(whole) < NOISE:
        return round_quantity(part, digits)
    return round_quantity(total * part / whole, digits)


def is_covered(quantity, credited, digits):
    """Whether a credit takes back all of a quantity, corrections included.

    >>> is_covered(2.0, 1.99, 2), is_covered(2.0, 2.0, 2), is_covered(2.0, 3.0, 2)
    (False, True, True)
    >>> is_covered(-2.0, -1.0, 2), is_covered(-2.0, -2.0, 2)
    (False, True)
    """
    missing = round_quantity(quantity - credited, digits)
    return missing <= 0 if quantity >= 0 else missing >= 0


class Rest(NamedTuple):
    """What is left to credit of an invoice line, and the time that makes it.

    >>> rest = Rest(1.0, 100.0, made=1.0, time=1.0, factor=1.0, digits=2)
    >>> rest.take(1 / 3), rest.take(1.0)
    ((0.33, 0.33), (1.0, 1.0))
    >>> Rest(0.5, 100.0, made=4.0, time=4.0, factor=1 / 8, digits=2).take(2.0)
    (0.25, 2.0)
    """

    quantity: float  # in the unit of the line
    price: float  # of that unit
    made: float  # in the unit of the sale order line
    time: float  # the same, exact
    factor: float  # units of the line in one of the sale order line
    digits: int

    def take(self, time):
        """What some of the time stands for.

        :return: (quantity of the line, quantity made)
        """
        return (
            share_of(
                self.quantity, self.factor * time, self.factor * self.time, self.digits
            ),
            share_of(self.made, time, self.time, self.digits),
        )
