"""The date arithmetic of billing schedules and cycles, without ORM.

A *block* is a stretch of a regular frequency counted from an anchor day: the index-th
block begins at ``block_start(frequency, anchor, index)`` and ends the day before the
next one begins, so blocks lie side by side for all time, also before the anchor. Every
block is worked out from the anchor itself and never from its neighbour: a schedule that
is anchored on the 31st comes back to the 31st after a shorter month.

At both ends of the calendar (years 1 and 9999) blocks are cut, so that every day that
Python knows lies in one.
"""

from calendar import monthrange
from datetime import date, datetime

_DAYS = {"weekly": 7, "biweekly": 14}
_MONTHS = {"monthly": 1, "quarterly": 3}

#: The frequencies that are tiled; "custom" and "completion" are not.
FREQUENCIES = (*_DAYS, *_MONTHS)

#: Where cycles are counted from when a company has no anchor. It is a Monday and the
#: first of a year, so it gives ISO weeks, calendar months and calendar quarters, and
#: settles which weeks the bi-weekly cycles begin with.
DEFAULT_CYCLE_ANCHOR = date(2024, 1, 1)

_FIRST_DAY = date.min.toordinal()
_LAST_DAY = date.max.toordinal()


def block_start(frequency, anchor, index):
    """Give the first day of a block.

    :param str frequency: one of :data:`FREQUENCIES`
    :param date anchor: first day of block 0
    :param int index: which block, negative for those before the anchor
    :return: the first day of the block
    :rtype: date
    :raise ValueError: when the block lies outside the years 1 to 9999

    >>> [block_start("monthly", date(2024, 1, 31), i).isoformat() for i in range(4)]
    ['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30']
    >>> block_start("biweekly", date(2024, 12, 23), 1)
    datetime.date(2025, 1, 6)
    >>> block_start("quarterly", date(2025, 5, 31), -1)
    datetime.date(2025, 2, 28)
    """
    _check_frequency(frequency)
    _check_days(anchor=anchor)
    return _block(frequency, anchor, index)[0]


def block_of(frequency, anchor, day):
    """Give the block that contains a day.

    :param str frequency: one of :data:`FREQUENCIES`
    :param date anchor: first day of block 0
    :param date day: any day, before or after the anchor
    :return: first and last day of the block
    :rtype: tuple[date, date]

    >>> def show(block):
    ...     print(*block, sep=" .. ")
    >>> show(block_of("monthly", date(2025, 1, 31), date(2025, 3, 30)))
    2025-02-28 .. 2025-03-30
    >>> show(block_of("weekly", date(2025, 1, 1), date(2024, 12, 31)))
    2024-12-25 .. 2024-12-31
    """
    _check_frequency(frequency)
    _check_days(anchor=anchor, day=day)
    return _block(frequency, anchor, _index_of(frequency, anchor, day))


def tile(frequency, anchor, first, until, end=None, delay=0):
    """List the blocks from a day on, without gap or overlap.

    Where ``first`` is not the first day of a block, the first one is the short stretch
    up to the next block: a schedule that begins, or was changed, inside a period. A
    block belongs to the list when it begins, or when its invoice date (its last day
    plus ``delay``) falls, on or before ``until``; so a later ``until`` only ever adds
    blocks at the end of the list.

    :param str frequency: one of :data:`FREQUENCIES`
    :param date anchor: a day on which a block begins
    :param date first: first day of the first block
    :param date until: up to when blocks are wanted
    :param end: day that cuts the last block, nothing comes after it; empty for none
    :type end: date or None
    :param int delay: days from a block's last day to its invoice date, negative for
        invoicing in advance
    :return: first and last day of each block, in order
    :rtype: list[tuple[date, date]]

    >>> def show(blocks):
    ...     for block in blocks:
    ...         print(*block, sep=" .. ")
    >>> january = date(2025, 1, 1)
    >>> show(tile("monthly", january, date(2025, 1, 20), date(2025, 3, 31)))
    2025-01-20 .. 2025-01-31
    2025-02-01 .. 2025-02-28
    2025-03-01 .. 2025-03-31

    The project's end cuts the last block:

    >>> show(tile("monthly", january, january, date(2025, 3, 31), date(2025, 2, 10)))
    2025-01-01 .. 2025-01-31
    2025-02-01 .. 2025-02-10

    In advance: February's invoice of 30 January is due when January ends.

    >>> show(tile("monthly", january, january, date(2025, 1, 31), delay=-29))
    2025-01-01 .. 2025-01-31
    2025-02-01 .. 2025-02-28
    """
    _check_frequency(frequency)
    _check_days(anchor=anchor, first=first, until=until)
    last = _LAST_DAY
    if end:
        _check_days(end=end)
        last = end.toordinal()
    horizon = until.toordinal()
    index = _index_of(frequency, anchor, first)
    start = first.toordinal()
    blocks = []
    while start <= last:
        index += 1
        following = _start(frequency, anchor, index)
        stop = min(following - 1, last)
        if start > horizon and stop + delay > horizon:
            break
        blocks.append((date.fromordinal(start), date.fromordinal(stop)))
        start = following
    return blocks


def cycle_of(frequency, anchor, day):
    """Give the company's cycle that contains a day.

    :param str frequency: one of :data:`FREQUENCIES`
    :param anchor: a day on which a cycle begins; empty for calendar months, calendar
        quarters, ISO weeks (from Monday), and two weeks counted from Monday 2024-01-01
    :type anchor: date or None
    :param date day: any day
    :return: first and last day of the cycle
    :rtype: tuple[date, date]

    >>> def show(cycle):
    ...     print(*cycle, sep=" .. ")
    >>> show(cycle_of("quarterly", None, date(2025, 5, 20)))
    2025-04-01 .. 2025-06-30
    >>> show(cycle_of("weekly", None, date(2025, 1, 1)))
    2024-12-30 .. 2025-01-05
    >>> show(cycle_of("monthly", date(2024, 1, 16), date(2025, 5, 15)))
    2025-04-16 .. 2025-05-15
    """
    return block_of(frequency, anchor or DEFAULT_CYCLE_ANCHOR, day)


def shift_cycle(frequency, anchor, day, steps):
    """Give the cycle that lies some cycles after or before the one of a day.

    :param str frequency: one of :data:`FREQUENCIES`
    :param anchor: as for :func:`cycle_of`
    :type anchor: date or None
    :param date day: any day of the cycle to count from
    :param int steps: how many cycles later, negative for earlier
    :return: first and last day of the cycle
    :rtype: tuple[date, date]
    :raise ValueError: when the cycle lies outside the years 1 to 9999

    >>> def show(cycle):
    ...     print(*cycle, sep=" .. ")
    >>> show(shift_cycle("monthly", None, date(2025, 3, 31), -1))
    2025-02-01 .. 2025-02-28
    """
    anchor = anchor or DEFAULT_CYCLE_ANCHOR
    _check_frequency(frequency)
    _check_days(anchor=anchor, day=day)
    index = _index_of(frequency, anchor, day) + steps
    return _block(frequency, anchor, index)


def days_of(frequency, anchor, first, last):
    """Tell how much of a whole block a stretch of days is.

    A stretch that a start, an end or another anchor cut short is counted against the
    block that would begin on its first day: 1 to 14 March is 14 of 31 days, wherever
    the next block begins.

    :param str frequency: one of :data:`FREQUENCIES`
    :param date anchor: first day of block 0
    :param date first: first day of the stretch
    :param date last: last day of the stretch
    :return: its days, and those of the whole block: as many where nothing is cut
    :rtype: tuple[int, int]

    >>> march = date(2026, 3, 1)
    >>> days_of("monthly", march, march, date(2026, 3, 14))
    (14, 31)
    >>> days_of("monthly", date(2026, 3, 15), march, date(2026, 3, 14))
    (14, 31)
    >>> days_of("monthly", date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 30))
    (31, 31)
    """
    days = last.toordinal() - first.toordinal() + 1
    if (first, last) == block_of(frequency, anchor, first):
        return days, days
    start, end = block_of(frequency, first, first)
    return days, max(days, end.toordinal() - start.toordinal() + 1)


def add_days(day, days):
    """Give the day some days later, or earlier, at most an end of the calendar.

    :param date day: any day
    :param int days: how many days later, negative for earlier
    :rtype: date

    >>> add_days(date(2026, 2, 28), 1), add_days(date.max, 1), add_days(date.min, -9)
    (datetime.date(2026, 3, 1), datetime.date(9999, 12, 31), datetime.date(1, 1, 1))
    """
    ordinal = min(max(day.toordinal() + days, _FIRST_DAY), _LAST_DAY)
    return date.fromordinal(ordinal)


# Below, days are ordinals: a sum past the calendar's ends is then only a number.


def _block(frequency, anchor, index):
    """Give first and last day of a block, cut at the calendar's ends."""
    start = _start(frequency, anchor, index)
    following = _start(frequency, anchor, index + 1)
    if start == following:
        message = (
            f"block {index} of the {frequency} schedule from {anchor} lies outside the"
            " years 1 to 9999"
        )
        raise ValueError(message)
    return date.fromordinal(start), date.fromordinal(following - 1)


def _start(frequency, anchor, index):
    """Give a block's first day, at least the calendar's first, at most one past it."""
    if frequency in _DAYS:
        ordinal = anchor.toordinal() + index * _DAYS[frequency]
        return min(max(ordinal, _FIRST_DAY), _LAST_DAY + 1)
    year, month = divmod(_month_number(anchor) + index * _MONTHS[frequency], 12)
    if year < date.min.year:
        return _FIRST_DAY
    if year > date.max.year:
        return _LAST_DAY + 1
    month += 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1])).toordinal()


def _index_of(frequency, anchor, day):
    """Tell which block contains a day."""
    if frequency in _DAYS:
        return (day.toordinal() - anchor.toordinal()) // _DAYS[frequency]
    index = (_month_number(day) - _month_number(anchor)) // _MONTHS[frequency]
    if _start(frequency, anchor, index) > day.toordinal():
        index -= 1
    return index


def _month_number(day):
    return day.year * 12 + day.month - 1


def _check_frequency(frequency):
    if frequency not in FREQUENCIES:
        message = (
            f"{frequency!r} is not a regular billing frequency; those are"
            f" {', '.join(FREQUENCIES)}"
        )
        raise ValueError(message)


def _check_days(**days):
    for name, day in days.items():
        if not _is_day(day):
            message = f"{name} is to be a date, not {day!r}"
            raise ValueError(message)


def _is_day(value):
    # A datetime is a date to Python but compares with none, and whose day it is
    # depends on a time zone that is not known here.
    return isinstance(value, date) and not isinstance(value, datetime)
