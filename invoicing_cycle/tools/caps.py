"""How much of a run of time fits under a cap.

Pure functions: no ORM. Quantities are plain floats in one unit.
"""

#: Time is kept in minutes; what is less than a second is the noise of floats.
NOISE = 1 / 3600


def allot(quantities, room):
    """What of each quantity fits into the room that is left, in their order.

    Corrections are negative: they make room for what follows.

    :param quantities: in the order in which they were worked
    :param room: what the cap leaves
    :return: list of the part of each that fits

    >>> allot([4, 4, 4], 10)
    [4, 4, 2]
    >>> allot([4, -1, 4], 3)
    [3, -1, 1]
    >>> allot([4], -2)
    [0.0]
    """
    result = []
    for quantity in quantities:
        if quantity <= max(room, 0.0) + NOISE:
            fits = quantity
        elif room <= NOISE:
            fits = 0.0
        else:
            fits = room
        result.append(fits)
        room -= fits
    return result
