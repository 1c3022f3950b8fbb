"""What a share of an ordered value bills, to the cent.

Pure functions: no ORM. Amounts are plain floats in one currency.
"""

from .allocation import round_quantity

#: Three times 33.33 % are the whole, and twelve times 8.33 %.
NOISE = 0.0005


def share_amount(share, billed_share, total, billed, digits):
    """What a share of a total bills; the last one takes the remainder.

    The share that makes the whole full takes what is left, whatever was billed before
    it, so that the shares of a total add up to the total. Shares past the whole bill
    what they say.

    :param share: share of the total, 1 for all of it
    :param billed_share: shares billed before
    :param total: untaxed value of the whole
    :param billed: amounts billed before
    :param digits: decimals of the currency

    >>> share_amount(1 / 3, 0, 10000, 0, 2)
    3333.33
    >>> share_amount(1 / 3, 2 / 3, 10000, 6666.66, 2)
    3333.34
    >>> share_amount(0.2, 1.0, 10000, 10000, 2)
    2000.0
    """
    if share and abs(billed_share + share - 1) < NOISE:
        return round_quantity(total - billed, digits)
    return round_quantity(total * share, digits)


def left_quantity(left, paid, quantity, digits):
    """What a down payment still counts on its order while part of it is left.

    :param left: untaxed amount that no invoice has deducted yet
    :param paid: untaxed amount of the down payment
    :param quantity: quantity that the down payment was invoiced with
    :param digits: decimals of the quantity

    >>> left_quantity(2000, 3000, 1, 2), left_quantity(0, 3000, 1, 2)
    (0.67, 0.0)
    >>> left_quantity(1, 3000, 1, 2)  # the order still has something to deduct
    0.01
    """
    if not paid or left <= 0:
        return 0.0
    return max(round_quantity(quantity * left / paid, digits), 10**-digits)
