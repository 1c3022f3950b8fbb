from datetime import date, datetime

from freezegun.api import FakeDate, FakeDatetime

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import billing_calendar
from odoo.addons.invoicing_cycle.tools.billing_calendar import (
    FREQUENCIES,
    block_of,
    block_start,
    cycle_of,
    shift_cycle,
    tile,
)

from ..common.pure import PureCase, day, iso

NOON = datetime.fromisoformat("2025-01-01 12:00:00")


@tagged("post_install", "-at_install")
class TestBillingCalendar(PureCase):
    """Days worked out by hand; properties are in test_billing_calendar_properties."""

    def test_doctests(self):
        self.assertDoctests(billing_calendar)

    def test_frequencies_are_the_tiling_ones(self):
        self.assertEqual(FREQUENCIES, ("weekly", "biweekly", "monthly", "quarterly"))

    # Block starts

    def test_anchor_day_is_kept_over_shorter_months(self):
        for anchor, starts in (
            ("2025-01-28", "02-28 03-28 04-28 05-28"),
            ("2025-01-29", "02-28 03-29 04-29 05-29"),
            ("2025-01-30", "02-28 03-30 04-30 05-30"),
            ("2025-01-31", "02-28 03-31 04-30 05-31"),
            ("2024-01-29", "02-29 03-29 04-29 05-29"),
            ("2024-01-30", "02-29 03-30 04-30 05-30"),
            ("2024-01-31", "02-29 03-31 04-30 05-31"),
            ("2028-01-31", "02-29 03-31 04-30 05-31"),
            ("2100-01-31", "02-28 03-31 04-30 05-31"),
        ):
            with self.subTest(anchor=anchor):
                self.assertEqual(
                    [
                        block_start("monthly", day(anchor), index)
                        for index in range(1, 5)
                    ],
                    [day(f"{anchor[:4]}-{start}") for start in starts.split()],
                )

    def test_anchor_of_29_february_returns_in_leap_years_only(self):
        anchor = date(2024, 2, 29)
        for months, start in (
            (12, "2025-02-28"),
            (13, "2025-03-29"),
            (48, "2028-02-29"),
            (-12, "2023-02-28"),
            (-48, "2020-02-29"),
            (76 * 12, "2100-02-28"),
            (76 * 12 + 1, "2100-03-29"),
            (80 * 12, "2104-02-29"),
        ):
            with self.subTest(months=months):
                self.assertEqual(block_start("monthly", anchor, months), day(start))

    def test_quarters_keep_the_anchor_day(self):
        self.assertEqual(
            [
                block_start("quarterly", date(2023, 11, 30), index).isoformat()
                for index in range(-2, 6)
            ],
            [
                *("2023-05-30", "2023-08-30", "2023-11-30", "2024-02-29"),
                *("2024-05-30", "2024-08-30", "2024-11-30", "2025-02-28"),
            ],
        )

    def test_weeks_are_counted_in_days_over_the_years_end(self):
        for frequency, index, start in (
            ("weekly", 1, "2024-12-30"),
            ("weekly", 2, "2025-01-06"),
            ("weekly", -43, "2024-02-26"),
            ("biweekly", 1, "2025-01-06"),
            ("biweekly", 27, "2026-01-05"),
            ("biweekly", -1, "2024-12-09"),
            # A year has 52 weeks and a day or two: nothing begins anew in January.
            ("biweekly", -26, "2023-12-25"),
        ):
            with self.subTest(frequency=frequency, index=index):
                self.assertEqual(
                    block_start(frequency, date(2024, 12, 23), index), day(start)
                )

    # The block of a day

    def test_block_of_a_day(self):
        for frequency, anchor, inside, block in (
            ("weekly", "2025-01-01", "2025-01-01", "2025-01-01 2025-01-07"),
            ("weekly", "2025-01-01", "2025-01-07", "2025-01-01 2025-01-07"),
            ("weekly", "2025-01-01", "2025-01-08", "2025-01-08 2025-01-14"),
            ("weekly", "2025-01-01", "2024-12-31", "2024-12-25 2024-12-31"),
            ("biweekly", "2024-12-23", "2025-01-05", "2024-12-23 2025-01-05"),
            ("biweekly", "2024-12-23", "2025-01-06", "2025-01-06 2025-01-19"),
            ("biweekly", "2024-12-23", "2024-12-22", "2024-12-09 2024-12-22"),
            ("monthly", "2025-01-01", "2024-02-29", "2024-02-01 2024-02-29"),
            ("monthly", "2025-01-31", "2025-02-27", "2025-01-31 2025-02-27"),
            ("monthly", "2025-01-31", "2025-02-28", "2025-02-28 2025-03-30"),
            ("monthly", "2025-01-31", "2024-12-30", "2024-11-30 2024-12-30"),
            ("monthly", "2025-01-31", "2028-02-29", "2028-02-29 2028-03-30"),
            ("monthly", "2025-01-31", "2100-02-28", "2100-02-28 2100-03-30"),
            ("quarterly", "2024-11-30", "2025-02-27", "2024-11-30 2025-02-27"),
            ("quarterly", "2024-11-30", "2025-02-28", "2025-02-28 2025-05-29"),
            ("quarterly", "2024-11-30", "2024-11-29", "2024-08-30 2024-11-29"),
            ("quarterly", "2025-01-01", "2024-12-31", "2024-10-01 2024-12-31"),
        ):
            with self.subTest(frequency=frequency, anchor=anchor, day=inside):
                self.assertEqual(
                    iso([block_of(frequency, day(anchor), day(inside))]), [block]
                )

    # Cycles

    def test_cycles_without_anchor_are_those_of_the_calendar(self):
        for frequency, inside, cycle in (
            ("monthly", "2024-02-29", "2024-02-01 2024-02-29"),
            ("monthly", "2100-02-28", "2100-02-01 2100-02-28"),
            ("quarterly", "2025-12-31", "2025-10-01 2025-12-31"),
            ("weekly", "2025-12-31", "2025-12-29 2026-01-04"),
            ("weekly", "2023-01-01", "2022-12-26 2023-01-01"),
            ("biweekly", "2024-01-01", "2024-01-01 2024-01-14"),
            ("biweekly", "2023-12-31", "2023-12-18 2023-12-31"),
            ("biweekly", "2026-01-01", "2025-12-29 2026-01-11"),
        ):
            for anchor in (None, False):
                with self.subTest(frequency=frequency, day=inside, anchor=anchor):
                    self.assertEqual(
                        iso([cycle_of(frequency, anchor, day(inside))]), [cycle]
                    )

    def test_cycles_from_an_anchor(self):
        anchor = date(2024, 1, 31)
        self.assertEqual(
            iso(
                shift_cycle("monthly", anchor, date(2025, 3, 1), n) for n in (-1, 0, 1)
            ),
            ["2025-01-31 2025-02-27", "2025-02-28 2025-03-30", "2025-03-31 2025-04-29"],
        )

    def test_shifting_goes_by_cycles_and_not_by_days(self):
        for steps, cycle in (
            (-13, "2024-02-01 2024-02-29"),
            (-1, "2025-02-01 2025-02-28"),
            (0, "2025-03-01 2025-03-31"),
            (1, "2025-04-01 2025-04-30"),
            (12, "2026-03-01 2026-03-31"),
        ):
            for inside in ("2025-03-01", "2025-03-31"):
                with self.subTest(steps=steps, day=inside):
                    self.assertEqual(
                        iso([shift_cycle("monthly", None, day(inside), steps)]), [cycle]
                    )

    # Input and limits

    def test_unknown_frequency_is_named(self):
        someday = date(2025, 1, 1)
        for frequency in ("custom", "completion", "yearly", "", False, None):
            for call in (
                lambda f: block_start(f, someday, 0),
                lambda f: block_of(f, someday, someday),
                lambda f: tile(f, someday, someday, someday),
                lambda f: cycle_of(f, None, someday),
                lambda f: shift_cycle(f, None, someday, 1),
            ):
                with self.assertRaisesRegex(ValueError, "billing frequency") as caught:
                    call(frequency)
                self.assertIn(repr(frequency), str(caught.exception))
                self.assertIn("weekly, biweekly, monthly", str(caught.exception))

    def test_what_is_no_date_is_named(self):
        good = date(2025, 1, 1)
        for bad in (False, None, "2025-01-01", 45658, NOON):
            for name, call in (
                ("anchor", lambda d: block_start("monthly", d, 0)),
                ("anchor", lambda d: block_of("monthly", d, good)),
                ("day", lambda d: block_of("monthly", good, d)),
                ("anchor", lambda d: tile("monthly", d, good, good)),
                ("first", lambda d: tile("monthly", good, d, good)),
                ("until", lambda d: tile("monthly", good, good, d)),
                ("day", lambda d: cycle_of("monthly", None, d)),
                ("day", lambda d: shift_cycle("monthly", None, d, 1)),
            ):
                with self.assertRaisesRegex(ValueError, f"^{name} is to be a date"):
                    call(bad)
        for bad in ("2025-01-01", NOON):
            with self.assertRaisesRegex(ValueError, "^end is to be a date"):
                tile("monthly", good, good, good, bad)
            with self.assertRaisesRegex(ValueError, "^anchor is to be a date"):
                cycle_of("monthly", bad, good)
            with self.assertRaisesRegex(ValueError, "^anchor is to be a date"):
                shift_cycle("monthly", bad, good, 1)

    def test_blocks_are_cut_at_the_ends_of_the_calendar(self):
        for frequency in FREQUENCIES:
            with self.subTest(frequency=frequency):
                anchor = date(2025, 1, 31)
                block = block_of(frequency, anchor, date.max)
                self.assertEqual(block[1], date.max)
                self.assertEqual(
                    tile(frequency, anchor, block[0], date.max, delay=9), [block]
                )
                self.assertEqual(block_of(frequency, anchor, date.min)[0], date.min)

    def test_blocks_outside_the_calendar_are_refused(self):
        anchor = date(2025, 1, 31)
        for frequency in FREQUENCIES:
            for steps in (1, -1):
                with self.subTest(frequency=frequency, steps=steps):
                    with self.assertRaisesRegex(ValueError, "years 1 to 9999"):
                        block_start(frequency, anchor, steps * 10**6)
                    edge = date.max if steps > 0 else date.min
                    with self.assertRaisesRegex(ValueError, "years 1 to 9999"):
                        shift_cycle(frequency, anchor, edge, steps)
                    self.assertIn(edge, shift_cycle(frequency, anchor, edge, 0))

    def test_frozen_dates_are_dates(self):
        today = FakeDate(2025, 1, 31)
        self.assertEqual(
            iso(tile("monthly", today, today, today)), ["2025-01-31 2025-02-27"]
        )
        with self.assertRaisesRegex(ValueError, "is to be a date"):
            block_of("monthly", today, FakeDatetime(2025, 1, 31, 23))
