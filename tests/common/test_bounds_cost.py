from datetime import date, timedelta
from statistics import median
from time import CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, clock_gettime

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .schedule import ScheduleCommon, day

#: What a screen may cost more because of rows from before there were bounds. Without
#: them it was some hundred times.
ALLOWED_RATIO = 4.0
PEOPLE = 20
WEEKS = 6600


class CostCommon(ScheduleCommon):
    """Compares the processor time of the same call on two sets of data, in one run."""

    def _cost(self, function, clock=CLOCK_PROCESS_CPUTIME_ID):
        times = []
        for _run in range(3):
            self.env.flush_all()
            self.env.invalidate_all()
            # The other clocks stand still, as today does.
            start = clock_gettime(clock)
            function()
            self.env.flush_all()
            times.append(clock_gettime(clock) - start)
        return median(times)

    def assertAsCheap(self, before, after, floor=0.02):
        """Each call costs about what it cost, but for noise.

        :param dict before: name to seconds
        :param dict after: the same
        """
        for name, seconds in after.items():
            with self.subTest(name):
                self.assertLess(seconds, ALLOWED_RATIO * max(before[name], floor))

    def _costs(self):
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        Debt = self.env["project.billing.debt"].with_user(self.user_accountant)
        Lock = self.env["timesheet.lock"].with_user(self.user_timesheet_admin)
        due = Period.search([("state", "in", ("pending", "ready"))], limit=20)
        lock = Lock.create(
            {"employee_ids": self.people.ids, "locked_until": day(3, 31)}
        )
        calls = {
            "overview": Period.get_cycle_overview,
            "next cycle": lambda: Period.get_cycle_overview("2026-04-01"),
            "readiness": lambda: due.read(["readiness", "state", "is_overdue"]),
            "work days": lambda: self._refresh_work_days(due),
            "who owes what": lambda: Debt.search([], limit=40).read(
                ["open_days", "hours", "waits_for"]
            ),
            "lock dialog": lambda: lock.read(
                ["lockable_until", "gaps", "unlock_consequences"]
            ),
        }
        return {name: self._cost(call) for name, call in calls.items()}

    def _refresh_work_days(self, periods):
        rows = periods.sudo().required_ids
        rows._refresh_last_work_day()
        rows.mapped("last_work_day")


@tagged("post_install", "-at_install")
class TestBoundsCostOfDays(CostCommon):
    """Work does not grow with the days between two dates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_check_days = "warn"
        cls.people = cls.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(PEOPLE)]
        )
        cls.project = cls._create_project("Custom", billing_frequency="custom")
        cls.period = cls.env["project.billing.period"].create(
            {
                "project_id": cls.project.id,
                "date_from": day(1, 1),
                "date_to": day(3, 31),
                "invoice_date": day(3, 1),
            }
        )
        for person in cls.people:
            cls._log_time(cls.project, day(3, 2), employee=person)
        cls._lock(day(1, 31), cls.people)
        cls.env.flush_all()

    def _stretch(self, **values):
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE project_billing_period SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    self.period.id,
                )
            )
        self.env.invalidate_all()

    def test_far_ends(self):
        before = self._costs()
        for values in (
            {"date_to": date(2300, 1, 1)},
            {"date_to": date(3500, 1, 1)},
            {"date_to": date.max},
            {"date_from": date.min},
        ):
            self._stretch(**values)
            self.assertAsCheap(before, self._costs())
        self.assertGreater(self.period.readiness["open"][0]["open_days"], 1_000_000)
        self.assertGreater(
            self.period.required_ids[0].last_work_day, date(9999, 12, 20)
        )

    def test_flexible_people(self):
        """Odoo lists the days of flexible schedules one by one."""
        self.people.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Flexible", "flexible_hours": True, "hours_per_day": 8}
        )
        self.people[:5].resource_calendar_id = False
        before = self._costs()
        self._stretch(date_from=date.min, date_to=date.max)
        self.assertAsCheap(before, self._costs())

    def test_far_locks(self):
        before = self._costs()
        self._lock(date.min, self.people[::2])
        self._lock(date.max, self.people[1::4])
        after = self._costs()
        # Ten years without time are looked through, and named.
        self.assertAsCheap(before, after, floor=0.1)

    def test_far_time(self):
        before = self._costs()
        entries = self.env["account.analytic.line"]
        for far in (date.min, date(1900, 1, 1), date(3000, 1, 1), date.max):
            entries |= self._log_time(self.project, far, employee=self.people[0])
        self.assertAsCheap(before, self._costs())
        near = self.project.timesheet_ids - entries
        fields = ["unusual"]
        costs = [
            self._cost(lambda lines=lines: lines.read(fields))
            for lines in (near[:4], entries)
        ]
        self.assertLess(costs[1], ALLOWED_RATIO * max(costs[0], 0.02))

    def test_an_old_lock_brings_in_nobody_else_s_time(self):
        """Entries that are loaded to find what is missing until a day."""
        for number in range(1, 29):
            self._log_time(self.project, day(1, number), employee=self.people[0])
        self._lock(day(2, 28), self.people)
        self._lock(date(2020, 1, 1), self.people[-1])
        self.env.flush_all()
        self.env.invalidate_all()
        self.people._get_timesheet_gaps(day(3, 10))
        entries = self.env["account.analytic.line"]
        loaded = self.env.cache.get_records(entries, entries._fields["task_id"])
        self.assertEqual(set(loaded.mapped("date")), {day(3, 2)})

    def test_lock_dialog_until_3000(self):
        def cost(until):
            return self._cost(
                lambda: (
                    self.env["timesheet.lock"]
                    .with_user(self.user_timesheet_admin)
                    .create({"employee_ids": self.people.ids, "locked_until": until})
                    .read(["gaps", "is_stopped"])
                )
            )

        self.assertLess(
            cost(date(3000, 1, 1)), ALLOWED_RATIO * max(cost(day(3, 31)), 0.02)
        )

    def test_refused_before_any_work(self):
        for values in (
            {"date_to": date(3500, 1, 1)},
            {"date_to": date(2300, 1, 1)},
            {"date_from": date.min},
        ):
            with self.assertRefused("choose days from"):
                self.period.with_user(self.user_manager).write(values)
            self.env.invalidate_all()
        self.assertEqual(self.period.date_to, day(3, 31))


@tagged("post_install", "-at_install")
class TestBoundsCostOfPeriods(CostCommon):
    """A weekly schedule of 127 years, from before there were bounds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.consultant
        cls.normal = cls._create_project("Weekly", billing_frequency="weekly")
        cls.long = cls._create_project("Long", billing_frequency="weekly")
        cls._log_time(cls.normal, day(1, 5))
        cls._log_time(cls.long, day(1, 5))
        cls.env.flush_all()

    def _add_weeks(self, project=None, weeks=WEEKS):
        project = project or self.long
        start = project.billing_period_ids.sorted("date_from")[:1]
        columns = ("project_id", "company_id", "currency_id", "partner_id")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO project_billing_period (
                    %(columns)s, date_from, date_to, invoice_date)
                SELECT %(columns)s, date_from - 7 * week, date_to - 7 * week,
                       date_to - 7 * week
                  FROM project_billing_period, GENERATE_SERIES(1, %(weeks)s) week
                 WHERE id = %(start)s
                """,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                weeks=weeks,
                start=start.id,
            )
        )
        first = start.date_from - timedelta(weeks=weeks)
        self.env.cr.execute(
            "UPDATE project_project SET billing_start_date = %s WHERE id = %s",
            [first, project.id],
        )
        self.env.cr.execute("ANALYZE project_billing_period")
        self.env.invalidate_all()

    def test_screen(self):
        before = self._costs()
        self._add_weeks()
        self.assertAsCheap(before, self._costs(), floor=0.05)

    def test_no_comparison_of_each_with_each(self):
        """Eight times the periods take eight times as long, and not sixty times."""
        self._add_weeks(self.normal, WEEKS // 8)
        self._add_weeks()
        few, many = self.normal.billing_period_ids, self.long.billing_period_ids
        self.assertGreater(len(many), WEEKS)
        for name in ("_filtered_free", "_get_last_invoiced"):
            with self.subTest(name):
                # The database's time counts here, of which the processor knows nothing.
                short, long = (
                    self._cost(getattr(periods, name), CLOCK_MONOTONIC)
                    for periods in (few, many)
                )
                self.assertLess(long, 24 * max(short, 0.02))

    def test_changes(self):
        """They are done, and the schedule is cut where nobody looks any more."""
        self._add_weeks()
        self.long.billing_invoice_delay = 5
        self.env.flush_all()
        newest = self.long.billing_period_ids.sorted("date_from")[-1:]
        self.assertEqual(newest.invoice_date, newest.date_to + timedelta(days=5))
        self.assertEqual(len(self.long.billing_period_ids) > WEEKS, True)
        self.long.write({"date_start": day(1, 1), "date": day(12, 31)})
        self.assertTiled(self.long)
        first = self.long.billing_period_ids.sorted("date_from")[:1]
        self.assertEqual(first.date_from, date(2006, 3, 10))
        self._log_time(self.long, date(1950, 1, 1))
        self.assertEqual(
            first.timesheet_ids.mapped("date"), [date(1950, 1, 1)], "waits in the first"
        )

    def test_a_start_of_long_ago_opens_no_centuries(self):
        self.env.cr.execute(
            "UPDATE project_project SET billing_start_date = '1900-01-01'"
            " WHERE id = %s",
            [self.long.id],
        )
        self.env.invalidate_all()
        self.long.billing_period_ids.unlink()
        self.long._open_billing_periods()
        self.assertLess(len(self.long.billing_period_ids), 1100)
        self.assertTiled(self.long)

    def test_a_delay_from_before(self):
        for delay in (-(2**31), 2**31 - 1, -100_000):
            with self.subTest(delay):
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE project_project SET billing_invoice_delay = %s"
                    " WHERE id = %s",
                    [delay, self.normal.id],
                )
                self.env.invalidate_all()
                self.normal._open_billing_periods()
                self.normal.write({"date_start": day(1, 1), "date": day(12, 31)})
                self.normal.write({"date": False, "date_start": False})
                self.env.flush_all()
                self.assertLess(len(self.normal.billing_period_ids), 80)
                self.assertTiled(self.normal)

    def test_custom_periods_by_the_hundred(self):
        """Entering many at once takes no more queries than entering a few."""
        custom = self._create_project("Custom", billing_frequency="custom")
        start = date(2020, 1, 1)

        def enter(first, count):
            custom.write(
                {
                    "billing_period_ids": [
                        Command.create(
                            {
                                "date_from": start + timedelta(days=first + number),
                                "date_to": start + timedelta(days=first + number),
                            }
                        )
                        for number in range(count)
                    ]
                }
            )
            self.env.flush_all()

        enter(0, 50)
        queries = self.cr.sql_log_count
        enter(50, 50)
        few = self.cr.sql_log_count - queries
        queries = self.cr.sql_log_count
        enter(100, 400)
        self.assertLessEqual(self.cr.sql_log_count - queries, few + 20)
