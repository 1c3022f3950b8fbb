from datetime import date, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import allocation
from odoo.addons.invoicing_cycle.tools.allocation import Allocator, Period

from ..common.pure import PureCase, day, repeatable

START = date(2024, 12, 20)
DAYS = [START + timedelta(days=days) for days in range(-3, 60)]


@st.composite
def period_lists(draw):
    """Periods side by side or with gaps, in any order; the last may have no end."""
    stretches = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 0, 0, 1, 4]),  # days left out before it
                st.integers(1, 9),
                st.booleans(),
            ),
            max_size=6,
        )
    )
    keys = draw(st.permutations(range(1, len(stretches) + 1)))
    periods = []
    date_from = START
    for key, (gap, length, closed) in zip(keys, stretches, strict=True):
        date_from += timedelta(days=gap)
        date_to = date_from + timedelta(days=length - 1)
        periods.append(Period(key, date_from, date_to, closed))
        date_from = date_to + timedelta(days=1)
    if periods and draw(st.booleans()):
        periods[-1] = periods[-1]._replace(date_to=None)
    return draw(st.permutations(periods))


def covers(period, entry_day):
    return period.date_from <= entry_day <= (period.date_to or date.max)


def expected_period(periods, entry_day):
    """The rule, word for word and slowly."""
    for period in periods:
        if covers(period, entry_day) and not period.closed:
            return period.key
    later = [p for p in periods if p.date_from > entry_day and not p.closed]
    return min(later, key=lambda p: p.date_from).key if later else None


def places(periods):
    allocator = Allocator(periods)
    return {entry_day: allocator.period_of(entry_day) for entry_day in DAYS}


@tagged("post_install", "-at_install")
class TestAllocation(PureCase):
    """Which period takes the time of a day."""

    def test_doctests(self):
        self.assertDoctests(allocation)

    def test_places_by_hand(self):
        periods = [
            Period(1, day("2025-01-01"), day("2025-01-31"), True),
            Period(2, day("2025-02-01"), day("2025-02-28"), False),
            Period(3, day("2025-03-10"), day("2025-03-31"), True),
            Period(4, day("2025-04-01"), None, False),
        ]
        allocator = Allocator(reversed(periods))
        for entry_day, key in (
            ("2024-12-31", 2),  # before the schedule's start
            ("2025-01-01", 2),  # invoiced
            ("2025-01-31", 2),
            ("2025-02-01", 2),
            ("2025-02-28", 2),
            ("2025-03-01", 4),  # in a gap, and the next one is invoiced
            ("2025-03-09", 4),
            ("2025-03-10", 4),
            ("2025-03-31", 4),
            ("2025-04-01", 4),
            ("2039-12-31", 4),  # its end is not known yet
        ):
            with self.subTest(day=entry_day):
                self.assertEqual(allocator.period_of(day(entry_day)), key)

    def test_no_later_open_period(self):
        january = Period(1, day("2025-01-01"), day("2025-01-31"), True)
        for periods in ([], [january], [january._replace(date_to=None)]):
            with self.subTest(periods=periods):
                self.assertIsNone(Allocator(periods).period_of(day("2025-01-15")))
        ended = Allocator([january._replace(closed=False)])
        self.assertEqual(ended.period_of(day("2025-01-31")), 1)
        self.assertIsNone(ended.period_of(day("2025-02-01")))

    @repeatable
    @given(period_lists())
    def test_every_day_has_the_place_of_the_rule(self, periods):
        self.assertEqual(
            places(periods),
            {entry_day: expected_period(periods, entry_day) for entry_day in DAYS},
        )

    @repeatable
    @given(period_lists())
    def test_nothing_goes_to_a_closed_or_past_period(self, periods):
        by_key = {period.key: period for period in periods}
        for entry_day, key in places(periods).items():
            if key is None:
                # Only where no open period is left can time be without a place.
                self.assertFalse(
                    [
                        period
                        for period in periods
                        if not period.closed
                        and (period.date_to or date.max) >= entry_day
                    ]
                )
            else:
                self.assertFalse(by_key[key].closed)
                self.assertGreaterEqual(by_key[key].date_to or date.max, entry_day)

    @repeatable
    @given(period_lists(), st.data())
    def test_closing_a_period_moves_its_own_time_only(self, periods, data):
        opened = [period for period in periods if not period.closed]
        if not opened:
            return
        chosen = data.draw(st.sampled_from(opened))
        before = places(periods)
        after = places([p._replace(closed=p.closed or p == chosen) for p in periods])
        for entry_day in DAYS:
            if before[entry_day] == chosen.key:
                self.assertNotEqual(after[entry_day], chosen.key)
            else:
                self.assertEqual(after[entry_day], before[entry_day])

    @repeatable
    @given(period_lists(), st.integers(0, 20), st.booleans())
    def test_opening_a_later_period_takes_homeless_time_only(
        self, periods, gap, closed
    ):
        if any(period.date_to is None for period in periods):
            return
        last = max((p.date_to for p in periods), default=START)
        date_from = last + timedelta(days=1 + gap)
        supplementary = Period(99, date_from, date_from, closed)
        after = places([supplementary, *periods])
        for entry_day, key in places(periods).items():
            taken = key is None and entry_day <= date_from and not closed
            self.assertEqual(after[entry_day], 99 if taken else key)

    @repeatable
    @given(period_lists())
    def test_places_follow_the_days(self, periods):
        by_key = {period.key: period.date_from for period in periods}
        begins = [by_key.get(key, date.max) for key in places(periods).values()]
        self.assertEqual(begins, list(accumulate(begins, max)))
