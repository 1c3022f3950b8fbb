from datetime import date, datetime, time, timedelta
from random import Random

import pytz
from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import bounds, work_days
from odoo.addons.invoicing_cycle.tools.work_days import WorkDays, rota_place, without

from ..common.pure import PureCase, repeatable
from ..common.readiness import ReadinessCommon

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(120)]

spans = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
rotas = st.tuples(*[st.booleans()] * 14)
stretches = st.lists(st.tuples(spans, rotas).map(lambda t: (*t[0], t[1])), max_size=4)


@tagged("post_install", "-at_install")
class TestBounds(PureCase):
    def test_limits(self):
        """They are decisions, and the README tells some of them."""
        self.assertEqual((bounds.PERIOD_YEARS, bounds.SCHEDULE_YEARS), (5, 20))
        days = bounds.DELAY_DAYS, bounds.LOCK_DAYS_AHEAD, bounds.LOCK_AFTER_DAYS
        self.assertEqual(days, (366, 366, 366))
        self.assertEqual(bounds.DEVIATION_PERCENT, 10_000)
        self.assertEqual((bounds.MANAGER_LEVELS, bounds.SEQUENCE), (20, 1_000_000))

    def test_years_at_the_ends_of_the_calendar(self):
        for day, years, found in (
            (date(9998, 3, 10), 1, date(9999, 3, 10)),
            (date(9999, 3, 10), 1, date.max),
            (date(2, 3, 10), -1, date(1, 3, 10)),
            (date(1, 3, 10), -1, date.min),
        ):
            with self.subTest(day=day, years=years):
                self.assertEqual(bounds.years_from(day, years), found)

    def test_no_whole_numbers(self):
        for value in ("abc", [1], float("inf"), float("nan"), 1.5, -1.5):
            with (
                self.subTest(value=value),
                self.assertRaisesRegex(ValueError, "is no whole number"),
            ):
                bounds.whole_number(value)


@tagged("post_install", "-at_install")
class TestWorkDaysArithmetic(PureCase):
    """Counted is what a list of the days would hold."""

    def test_doctests(self):
        self.assertDoctests(work_days)
        self.assertDoctests(bounds)

    @repeatable
    @given(stretches, spans)
    def test_count(self, stretches, span):
        first, last = span
        listed = [
            day
            for day in DAYS
            if first <= day <= last
            and any(
                start <= day <= stop and rota[rota_place(day)]
                for start, stop, rota in stretches
            )
        ]
        days = WorkDays(stretches)
        self.assertEqual(days.between(first, last), listed)
        self.assertEqual(days.count(first, last), len(listed))
        self.assertEqual(days.last(first, last), max(listed, default=None))
        self.assertEqual([day for day in listed if day not in days], [])

    @repeatable
    @given(stretches, st.lists(spans.map(tuple), max_size=4))
    def test_without(self, stretches, absences):
        left = WorkDays(without(stretches, sorted(absences)))
        self.assertEqual(
            left.between(DAYS[0], DAYS[-1]),
            [
                day
                for day in WorkDays(stretches).between(DAYS[0], DAYS[-1])
                if not any(start <= day <= stop for start, stop in absences)
            ],
        )

    def test_a_thousand_years(self):
        days = WorkDays([(date(1, 1, 3), date(9999, 12, 29), (True, False) * 7)])
        self.assertEqual(days.count(date(1, 1, 1), date.max), 1826028)


@tagged("post_install", "-at_install")
class TestWorkDaysOfOdoo(ReadinessCommon):
    """The days are those on which Odoo's own calendars have work."""

    ZONES = ("UTC", "Pacific/Auckland", "Pacific/Honolulu", "Europe/Berlin")

    def _create_calendar(self, random, number):
        two_weeks = bool(number % 2)
        attendances = [
            Command.create(
                {
                    "name": f"{weekday} {begin}",
                    "dayofweek": str(weekday),
                    "hour_from": begin,
                    "hour_to": end,
                    "day_period": "morning" if end < 13 else "afternoon",
                    "week_type": str(week) if two_weeks else False,
                }
            )
            for week in range(1 + two_weeks)
            for weekday in range(7)
            for begin, end in ((0, 6), (8, 12), (13, 17.5), (18, 24))
            if random.random() < 0.3
        ]
        return self.env["resource.calendar"].create(
            {
                "name": f"Calendar {number}",
                "tz": self.ZONES[number],
                "two_weeks_calendar": two_weeks,
                "attendance_ids": [Command.clear(), *attendances],
            }
        )

    def _days_of_odoo(self, employees, first, last):
        start = pytz.utc.localize(datetime.combine(first - timedelta(2), time.min))
        stop = pytz.utc.localize(datetime.combine(last + timedelta(2), time.max))
        intervals = employees.resource_id._get_valid_work_intervals(start, stop)[0]
        return {
            employee: sorted(
                {
                    moment.astimezone(pytz.timezone(employee.tz)).date()
                    for begin, end, _records in intervals[employee.resource_id.id]
                    for moment in (begin, end - timedelta(microseconds=1))
                }
            )
            for employee in employees
        }

    def test_same_as_odoo(self):
        random = Random(13)  # noqa: S311
        employees = self.env["hr.employee"]
        for number in range(4):
            calendar = self._create_calendar(random, number)
            for person in range(3):
                employees |= self.env["hr.employee"].create(
                    {
                        "name": f"Person {number} {person}",
                        "resource_calendar_id": calendar.id,
                        "tz": self.ZONES[(number + person) % 4],
                    }
                )
        employees[5].version_id.contract_date_start = date(2026, 2, 4)
        employees[8].version_id.contract_date_start = date(2026, 1, 9)
        employees[8].version_id.contract_date_end = date(2026, 3, 20)
        begin = datetime(2025, 12, 20)
        for number in range(120):
            start = begin + timedelta(minutes=15 * random.randrange(96 * 110))
            length = random.choice((30, 240, 1440, 1440, 2880, 12960))
            employee = random.choice([*employees, None])
            self.env["resource.calendar.leaves"].create(
                {
                    "name": f"Leave {number}",
                    "resource_id": employee and employee.resource_id.id,
                    "calendar_id": employee and employee.resource_calendar_id.id,
                    "company_id": self.company.id,
                    "time_type": random.choice(("leave", "leave", "other")),
                    "date_from": start,
                    "date_to": start
                    + timedelta(minutes=length if employee else length // 4),
                }
            )
        first, last = date(2026, 1, 1), date(2026, 3, 31)
        days = employees._get_days_of_work(first, last)
        expected = self._days_of_odoo(employees, first, last)
        for employee in employees:
            with self.subTest(employee.name):
                self.assertEqual(
                    days[employee.id].between(first, last),
                    [day for day in expected[employee] if first <= day <= last],
                )
        self.assertGreater(len(set(map(len, expected.values()))), 4)
