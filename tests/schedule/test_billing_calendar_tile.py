from datetime import date

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.billing_calendar import tile

from ..common.pure import PureCase, day, iso


@tagged("post_install", "-at_install")
class TestBillingCalendarTile(PureCase):
    """The blocks of a schedule, worked out by hand."""

    def assertTiles(self, blocks, *expected):
        self.assertEqual(iso(blocks), list(expected))

    def test_start_inside_a_period_is_a_short_stretch(self):
        self.assertTiles(
            tile("monthly", date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 28)),
            "2025-01-31 2025-01-31",
            "2025-02-01 2025-02-28",
        )
        self.assertTiles(
            tile("biweekly", date(2024, 12, 23), date(2024, 12, 30), date(2025, 1, 6)),
            "2024-12-30 2025-01-05",
            "2025-01-06 2025-01-19",
        )

    def test_start_before_the_anchor(self):
        self.assertTiles(
            tile("monthly", date(2025, 3, 31), date(2025, 1, 10), date(2025, 3, 31)),
            "2025-01-10 2025-01-30",
            "2025-01-31 2025-02-27",
            "2025-02-28 2025-03-30",
            "2025-03-31 2025-04-29",
        )

    def test_end_cuts_the_last_period(self):
        january = date(2025, 1, 1)
        for end, expected in (
            ("2024-12-31", []),
            ("2025-01-01", ["2025-01-01 2025-01-01"]),
            ("2025-01-31", ["2025-01-01 2025-01-31"]),
            ("2025-02-01", ["2025-01-01 2025-01-31", "2025-02-01 2025-02-01"]),
            ("2025-02-27", ["2025-01-01 2025-01-31", "2025-02-01 2025-02-27"]),
            ("2025-02-28", ["2025-01-01 2025-01-31", "2025-02-01 2025-02-28"]),
            ("2099-12-31", ["2025-01-01 2025-01-31", "2025-02-01 2025-02-28"]),
        ):
            with self.subTest(end=end):
                self.assertTiles(
                    tile("monthly", january, january, date(2025, 2, 28), day(end)),
                    *expected,
                )

    def test_no_end_may_be_none_or_an_empty_field(self):
        january = date(2025, 1, 1)
        for end in (None, False):
            self.assertTiles(
                tile("monthly", january, january, january, end),
                "2025-01-01 2025-01-31",
            )

    def test_until_decides_by_begin_or_invoice_date(self):
        january = date(2025, 1, 1)
        for until, delay, last in (
            ("2025-01-31", 0, "2025-01-31"),
            ("2025-02-01", 0, "2025-02-28"),
            # A later invoice date takes no period away that has begun.
            ("2025-01-01", 60, "2025-01-31"),
            ("2025-02-01", 60, "2025-02-28"),
            # In advance: 28 February - 28 days = 31 January.
            ("2025-01-31", -28, "2025-02-28"),
            ("2025-01-31", -27, "2025-01-31"),
            ("2025-01-01", -90, "2025-03-31"),
        ):
            with self.subTest(until=until, delay=delay):
                blocks = tile("monthly", january, january, day(until), delay=delay)
                self.assertEqual(blocks[-1][1], day(last))

    def test_without_delay_a_stretch_begins_by_its_begin(self):
        first = date(2025, 1, 31)
        blocks = tile("monthly", date(2025, 1, 1), first, date(2025, 1, 30))
        self.assertTiles(blocks)

    def test_future_start_has_periods_only_when_invoiced_in_advance(self):
        start = date(2025, 6, 1)
        self.assertTiles(tile("monthly", start, start, date(2025, 5, 31)))
        self.assertTiles(
            tile("monthly", start, start, date(2025, 5, 31), delay=-30),
            "2025-06-01 2025-06-30",
        )

    def test_invoice_date_in_advance_is_that_of_the_cut_period(self):
        start = date(2025, 6, 1)
        self.assertTiles(
            tile("monthly", start, start, date(2025, 5, 31), date(2025, 6, 5), -5),
            "2025-06-01 2025-06-05",
        )

    def test_changed_schedule_goes_on_after_the_last_closed_period(self):
        # January and February are invoiced, so the new schedule begins on 1 March.
        first, until = date(2025, 3, 1), date(2025, 4, 30)
        for frequency, anchor, expected in (
            (
                "monthly",
                "2025-03-15",
                "2025-03-01 2025-03-14, 2025-03-15 2025-04-14, 2025-04-15 2025-05-14",
            ),
            (
                "monthly",
                "2024-12-31",
                "2025-03-01 2025-03-30, 2025-03-31 2025-04-29, 2025-04-30 2025-05-30",
            ),
            ("quarterly", "2025-01-01", "2025-03-01 2025-03-31, 2025-04-01 2025-06-30"),
            (
                "biweekly",
                "2025-04-07",
                "2025-03-01 2025-03-09, 2025-03-10 2025-03-23, 2025-03-24 2025-04-06,"
                " 2025-04-07 2025-04-20, 2025-04-21 2025-05-04",
            ),
        ):
            with self.subTest(frequency=frequency, anchor=anchor):
                self.assertTiles(
                    tile(frequency, day(anchor), first, until), *expected.split(", ")
                )
