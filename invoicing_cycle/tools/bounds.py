"""How far days and numbers of billing may go: all limits in one place, without ORM.

Nobody bills the year 1900 or plans for 3500. Such a day is a slip of the pen, and what
it makes (periods, days to lock, days to look through) would be in everybody's way. The
limits are wide enough for any real contract; whoever needs more changes them here.

They hold for what is entered from now on. What was there before them stays, and costs
no more than a row with days of this year.
"""

from datetime import date

from dateutil.relativedelta import relativedelta

#: Years back and ahead of today for the days that make or cut billing periods: a
#: project's first billed day and its end, the days of a period and its invoice date.
YEARS_BACK = YEARS_AHEAD = 10
#: Years back for days that only compare and make nothing: from when time is approved, a
#: day on which a cycle begins.
YEARS_BACK_COMPARED = 100
#: Years that one billing period entered by hand may span. Projects that are billed on
#: completion take as long as they take.
PERIOD_YEARS = 5
#: A schedule that began longer ago, from before there were limits, is cut from there:
#: its older time goes on the first invoice.
SCHEDULE_YEARS = 2 * YEARS_BACK
#: Days from the end of a period to its invoice date, either way.
DELAY_DAYS = 366
#: Days ahead of today up to which a timesheet may be locked for what is due already.
LOCK_DAYS_AHEAD = 366
#: Days after the end of a period until its time is locked automatically.
LOCK_AFTER_DAYS = 366
#: Percent that an invoice may be off the last one without a warning.
DEVIATION_PERCENT = 10_000
#: Managers above an author who are asked in one step of an approval.
MANAGER_LEVELS = 20
#: What orders a list needs no more than this.
SEQUENCE = 1_000_000


def years_from(day, years):
    """Give the same day some years later, or earlier, within the calendar.

    >>> years_from(date(2024, 2, 29), -10), years_from(date(2026, 3, 10), 5)
    (datetime.date(2014, 2, 28), datetime.date(2031, 3, 10))
    >>> years_from(date(9999, 3, 10), 5), years_from(date(3, 3, 10), -5)
    (datetime.date(9999, 12, 31), datetime.date(1, 1, 1))
    """
    if not date.min.year <= day.year + years <= date.max.year:
        return date.max if years > 0 else date.min
    return day + relativedelta(years=years)


def billing_days(today):
    """Give the first and last day on which something may be billed.

    >>> billing_days(date(2026, 3, 10))
    (datetime.date(2016, 3, 10), datetime.date(2036, 3, 10))
    """
    return years_from(today, -YEARS_BACK), years_from(today, YEARS_AHEAD)


def compared_days(today):
    """Give the first and last day that other days may be compared with.

    >>> compared_days(date(2026, 3, 10))
    (datetime.date(1926, 3, 10), datetime.date(2036, 3, 10))
    """
    return years_from(today, -YEARS_BACK_COMPARED), years_from(today, YEARS_AHEAD)


def whole_number(value):
    """Read a whole number as the ORM does, but never drop what is behind the point.

    :raise ValueError: for anything else

    >>> whole_number("12"), whole_number(3.0), whole_number(False)
    (12, 3, 0)
    >>> whole_number(1.5)
    Traceback (most recent call last):
    ValueError: 1.5 is no whole number
    """
    try:
        number = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or (isinstance(value, float) and number != value):
        message = f"{value!r} is no whole number"
        raise ValueError(message)
    return number
