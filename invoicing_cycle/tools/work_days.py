"""The days on which somebody works, without a list of them.

A *rota* tells for 14 days whether one works on them: working hours repeat each week, or
every two. A stretch of days has one rota, so to count the days of a thousand years
costs what it costs for one. Days are ``datetime.date``.
"""

from bisect import bisect_right
from datetime import date
from itertools import pairwise

#: Any day may be one of work: a flexible schedule says nothing about days.
EVERY_DAY = (True,) * 14


def rota_place(day):
    """Tell which of the 14 days of a rota a day is; the first one is a Monday.

    >>> [rota_place(date(1, 1, n)) for n in (1, 2, 14, 15)]
    [0, 1, 13, 0]
    """
    return (day.toordinal() - 1) % 14


class WorkDays:
    """The days on which somebody works.

    :param stretches: (first day, last day, rota), several, in any order; where some
        overlap, one works on the days of any

    >>> monday_to_friday = (True,) * 5 + (False,) * 2
    >>> year = WorkDays([(date(2026, 1, 1), date(2026, 12, 31), monday_to_friday * 2)])
    >>> year.count(date(2026, 3, 2), date(2026, 3, 31))
    22
    >>> year.last(date(2026, 1, 1), date(2026, 1, 31))
    datetime.date(2026, 1, 30)
    >>> date(2026, 3, 7) in year, date(2027, 3, 8) in year
    (False, False)
    >>> [day.day for day in year.between(date(2026, 3, 6), date(2026, 3, 10))]
    [6, 9, 10]
    """

    def __init__(self, stretches):
        self._stretches = list(_merge(stretches))
        self._starts = [start for start, _stop, _rota in self._stretches]

    def __contains__(self, day):
        return self.count(day, day) > 0

    def count(self, first, last):
        """Number of working days from the first to the last day."""
        return sum(
            _count(start, stop, rota) for start, stop, rota in self._cut(first, last)
        )

    def last(self, first, last):
        """The last working day from the first to the last day, or None."""
        for start, stop, rota in reversed(list(self._cut(first, last))):
            for day in range(stop, max(start, stop - 13) - 1, -1):
                if rota[(day - 1) % 14]:
                    return date.fromordinal(day)
        return None

    def between(self, first, last):
        """Each working day from the first to the last day, in order."""
        return [
            date.fromordinal(day)
            for start, stop, rota in self._cut(first, last)
            for day in range(start, stop + 1)
            if rota[(day - 1) % 14]
        ]

    def _cut(self, first, last):
        """The stretches from the first to the last day."""
        first, last = first.toordinal(), last.toordinal()
        position = max(bisect_right(self._starts, first) - 1, 0)
        for start, stop, rota in self._stretches[position:]:
            if start > last:
                break
            if stop >= first:
                yield max(start, first), min(stop, last), rota


def without(stretches, absences):
    """Take days off some stretches.

    :param stretches: (first day, last day, rota), several
    :param absences: (first day, last day), several, in order and without overlap
    :return: list of stretches

    >>> march = (date(2026, 3, 1), date(2026, 3, 31), EVERY_DAY)
    >>> for stretch in without([march], [(date(2026, 3, 4), date(2026, 3, 29))]):
    ...     print(*stretch[:2])
    2026-03-01 2026-03-03
    2026-03-30 2026-03-31
    """
    result = []
    for first, last, rota in stretches:
        start, stop = first.toordinal(), last.toordinal()
        for off_first, off_last in absences:
            off_start, off_stop = off_first.toordinal(), off_last.toordinal()
            if off_stop < start or off_start > stop:
                continue
            if off_start > start:
                result.append((start, off_start - 1, rota))
            start = off_stop + 1
        if start <= stop:
            result.append((start, stop, rota))
    return [(date.fromordinal(a), date.fromordinal(b), rota) for a, b, rota in result]


# Below, days are ordinals.


def _count(start, stop, rota):
    rounds, rest = divmod(stop - start + 1, 14)
    return rounds * sum(rota) + sum(rota[(start - 1 + day) % 14] for day in range(rest))


def _merge(stretches):
    """Give stretches that do not overlap, in order."""
    edges = {}
    for start, stop, rota in stretches:
        edges.setdefault(start.toordinal(), []).append((1, rota))
        edges.setdefault(stop.toordinal() + 1, []).append((-1, rota))
    rotas = {}
    for edge, following in pairwise([*sorted(edges), None]):
        for change, rota in edges[edge]:
            rotas[rota] = rotas.get(rota, 0) + change
        open_rotas = [rota for rota, number in rotas.items() if number]
        if open_rotas:
            yield edge, following - 1, tuple(map(any, zip(*open_rotas, strict=True)))
