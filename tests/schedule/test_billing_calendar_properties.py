from datetime import date, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.billing_calendar import (
    FREQUENCIES,
    block_of,
    block_start,
    cycle_of,
    shift_cycle,
    tile,
)

from ..common.pure import PureCase, repeatable

DAY = timedelta(days=1)
STEPS = {
    "weekly": relativedelta(days=7),
    "biweekly": relativedelta(days=14),
    "monthly": relativedelta(months=1),
    "quarterly": relativedelta(months=3),
}

# Leap years, the non-leap 2100, and a turn of the year or two on the way.
any_day = st.dates(date(2019, 12, 1), date(2032, 3, 1)) | st.dates(
    date(2095, 12, 1), date(2104, 3, 1)
)
month_end = any_day.map(lambda day: day + relativedelta(day=31))
anchors = any_day | month_end | any_day.map(lambda day: day + relativedelta(day=29))
frequencies = st.sampled_from(FREQUENCIES)
indexes = st.integers(-120, 120)
nearby = st.integers(-800, 800).map(lambda days: timedelta(days=days))
ahead = st.integers(-10, 800).map(lambda days: timedelta(days=days))
delays = st.integers(-100, 100)


def wanted(block, until, delay):
    date_from, date_to = block
    return date_from <= until or date_to + timedelta(days=delay) <= until


@tagged("post_install", "-at_install")
class TestBillingCalendarProperties(PureCase):
    """What holds for every schedule."""

    def assertAdjoining(self, blocks):
        for (date_from, date_to), (following, _) in pairwise(blocks):
            self.assertLessEqual(date_from, date_to)
            self.assertEqual(date_to + DAY, following)

    @repeatable
    @given(frequencies, anchors, indexes)
    @example("monthly", date(2024, 1, 31), 1)
    @example("quarterly", date(2096, 2, 29), 16)
    @example("biweekly", date(2024, 12, 23), 1)
    def test_starts_do_not_drift(self, frequency, anchor, index):
        self.assertEqual(
            block_start(frequency, anchor, index), anchor + STEPS[frequency] * index
        )

    @repeatable
    @given(frequencies, anchors, indexes)
    def test_a_block_reaches_up_to_the_next(self, frequency, anchor, index):
        block = (
            block_start(frequency, anchor, index),
            block_start(frequency, anchor, index + 1) - DAY,
        )
        self.assertLess(*block)
        for day in (block[0], block[0] + DAY, block[1]):
            self.assertEqual(block_of(frequency, anchor, day), block)

    @repeatable
    @given(frequencies, st.dates(), st.dates())
    def test_every_day_lies_in_a_block(self, frequency, anchor, day):
        date_from, date_to = block_of(frequency, anchor, day)
        self.assertTrue(date_from <= day <= date_to)

    @repeatable
    @given(frequencies, anchors, nearby, ahead, delays)
    def test_tiling(self, frequency, anchor, offset, span, delay):
        first, until = anchor + offset, anchor + offset + span
        blocks = tile(frequency, anchor, first, until, delay=delay)
        self.assertAdjoining(blocks)
        for block in blocks:
            whole = block_of(frequency, anchor, block[0])
            self.assertEqual(block, (max(whole[0], first), whole[1]))
            self.assertTrue(wanted(block, until, delay))
        if blocks:
            self.assertEqual(blocks[0][0], first)
            following = block_of(frequency, anchor, blocks[-1][1] + DAY)
        else:
            following = (first, block_of(frequency, anchor, first)[1])
        self.assertFalse(wanted(following, until, delay), "the list stops too early")

    @repeatable
    @given(frequencies, anchors, nearby, ahead, delays, st.integers(-5, 900))
    def test_the_end_only_cuts(self, frequency, anchor, offset, span, delay, length):
        first, until = anchor + offset, anchor + offset + span
        end = first + timedelta(days=length)
        cut = [
            (date_from, min(date_to, end))
            for date_from, date_to in tile(
                # The cut block's invoice date is earlier: it can be wanted when the
                # whole block is not yet, so more blocks than needed to choose from.
                frequency,
                anchor,
                first,
                until + timedelta(days=200),
                delay=delay,
            )
            if date_from <= end
        ]
        self.assertEqual(
            tile(frequency, anchor, first, until, end, delay),
            [block for block in cut if wanted(block, until, delay)],
        )

    @repeatable
    @given(
        frequencies,
        anchors,
        nearby,
        ahead,
        st.integers(0, 300),
        delays,
        st.integers(0, 60),
        st.none() | st.integers(-5, 900),
    )
    def test_later_only_adds(
        self, frequency, anchor, offset, span, more, delay, sooner, length
    ):
        first, until = anchor + offset, anchor + offset + span
        end = None if length is None else first + timedelta(days=length)
        blocks = tile(frequency, anchor, first, until, end, delay)
        for longer in (
            tile(frequency, anchor, first, until + timedelta(days=more), end, delay),
            tile(frequency, anchor, first, until, end, delay - sooner),
        ):
            self.assertEqual(longer[: len(blocks)], blocks)

    @repeatable
    @given(frequencies, anchors, ahead, st.data())
    def test_a_changed_schedule_goes_on_without_gap(
        self, frequency, anchor, span, data
    ):
        until = anchor + span
        before = tile(frequency, anchor, anchor, until)
        closed = before[: data.draw(st.integers(0, len(before)), label="closed")]
        first = closed[-1][1] + DAY if closed else anchor
        new = data.draw(frequencies, label="new frequency")
        new_anchor = first + data.draw(nearby, label="new anchor")
        until = max(until, first)
        after = tile(new, new_anchor, first, until)
        self.assertAdjoining(closed + after)
        self.assertEqual(after[0][0], first)
        self.assertGreaterEqual(after[-1][1], until)
        for date_from, _ in after[1:]:
            self.assertEqual(block_of(new, new_anchor, date_from)[0], date_from)
        if first <= new_anchor <= until:
            self.assertIn(new_anchor, [date_from for date_from, _ in after])

    @repeatable
    @given(frequencies, anchors, nearby, ahead)
    def test_going_on_later_gives_the_same_blocks(
        self, frequency, anchor, offset, span
    ):
        first, until = anchor + offset, anchor + offset + span
        blocks = tile(frequency, anchor, first, until)
        for number, (date_from, _) in enumerate(blocks):
            self.assertEqual(tile(frequency, anchor, date_from, until), blocks[number:])

    @repeatable
    @given(any_day)
    def test_cycles_without_anchor(self, day):
        monday, sunday = cycle_of("weekly", None, day)
        self.assertEqual((monday.isoweekday(), sunday.isoweekday()), (1, 7))
        self.assertEqual(monday.isocalendar()[:2], day.isocalendar()[:2])
        self.assertEqual(
            cycle_of("monthly", None, day),
            (day.replace(day=1), day + relativedelta(day=31)),
        )
        date_from, date_to = cycle_of("quarterly", None, day)
        self.assertEqual((date_from.day, date_from.month % 3), (1, 1))
        self.assertEqual(date_from + relativedelta(months=2, day=31), date_to)
        date_from, date_to = cycle_of("biweekly", None, day)
        self.assertEqual((date_from - date(2024, 1, 1)).days % 14, 0)
        self.assertEqual((date_to - date_from).days, 13)

    @repeatable
    @given(frequencies, st.none() | anchors, any_day, st.integers(-60, 60))
    def test_shifting(self, frequency, anchor, day, steps):
        cycle = cycle_of(frequency, anchor, day)
        self.assertTrue(cycle[0] <= day <= cycle[1])
        shifted = shift_cycle(frequency, anchor, day, steps)
        for back in shifted:
            self.assertEqual(shift_cycle(frequency, anchor, back, -steps), cycle)
        following = shift_cycle(frequency, anchor, day, steps + 1)
        self.assertAdjoining([shifted, following])
