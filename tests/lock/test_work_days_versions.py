from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestWorkDaysVersions(ReadinessCommon):
    """The days of work of the past come from the schedule that held then.

    January 2026 has 22 working days from Monday to Friday, 4 Mondays up to the 26th;
    February has 20 working days and 4 Mondays. It begins on a Sunday.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Calendar = cls.env["resource.calendar"]
        cls.full = Calendar.create({"name": "Forty hours", "tz": "UTC"})
        cls.mondays = cls.full.copy({"name": "Mondays"})
        cls.mondays.attendance_ids.filtered(lambda a: a.dayofweek != "0").unlink()
        cls.consultant.tz = "UTC"
        cls.version = cls.consultant.version_id
        cls.version.write(
            {"resource_calendar_id": cls.full.id, "date_version": day(1, 1)}
        )
        cls._log_time(cls.project, day(1, 15))
        cls._log_time(cls.project, day(2, 12))
        cls._count()

    @classmethod
    def _count(cls):
        rows = (cls.january | cls.february).required_ids
        rows._count_work_days()

    def _new_version(self, date_version, **values):
        version = self.consultant.create_version(
            {"date_version": date_version, **values}
        )
        self.env.flush_all()
        return version

    def assertOpenDays(self, january, february):
        periods = self.january | self.february
        self.assertEqual(
            [
                sum(person["open_days"] for person in period.readiness["open"])
                for period in periods
            ],
            [january, february],
        )

    def assertLastDays(self, january, february):
        periods = self.january | self.february
        days = [period.required_ids.last_work_day for period in periods]
        self.assertEqual(days, [january, february])

    def test_part_time_from_february(self):
        """Today's schedule says nothing about January."""
        self._new_version(day(2, 1), resource_calendar_id=self.mondays.id)
        self.assertEqual(self.consultant.resource_calendar_id, self.mondays)
        self.assertOpenDays(22, 4)
        self.assertLastDays(day(1, 30), day(2, 23))

    def test_schedule_to_come(self):
        self._new_version(day(4, 1), resource_calendar_id=self.mondays.id)
        self.assertOpenDays(22, 20)

    def test_within_a_period(self):
        # Ten up to the 14th, and two Mondays, the 19th and the 26th.
        self._new_version(day(1, 15), resource_calendar_id=self.mondays.id)
        self.assertOpenDays(10 + 2, 4)
        self.assertLastDays(day(1, 26), day(2, 23))

    def test_versions_of_one_contract(self):
        self.version.contract_date_start = day(1, 1)
        self._new_version(day(2, 1), resource_calendar_id=self.mondays.id)
        self.assertOpenDays(22, 4)

    def test_contract_that_follows(self):
        """Nobody works between two contracts."""
        self.version.write(
            {"contract_date_start": day(1, 1), "contract_date_end": day(1, 9)}
        )
        self._new_version(
            day(2, 16),
            resource_calendar_id=self.mondays.id,
            contract_date_start=day(2, 16),
            contract_date_end=False,
        )
        self.assertOpenDays(7, 2)
        self.assertLastDays(day(1, 9), day(2, 23))

    def test_contract_entered_late(self):
        """The first version of a contract holds from the contract's first day."""
        self.version.contract_date_start = day(1, 12)
        self.version.with_context(sync_contract_dates=True).date_version = day(2, 1)
        self.assertOpenDays(15, 20)

    def test_employee_entered_late(self):
        """Time from before an employee was entered goes by the first schedule."""
        self.version.date_version = day(3, 1)
        self.assertOpenDays(22, 20)

    def test_flexible_before(self):
        self.version.resource_calendar_id = False
        self._new_version(day(2, 1), resource_calendar_id=self.mondays.id)
        self.assertOpenDays(31, 4)

    def test_moved_version(self):
        version = self._new_version(day(2, 1), resource_calendar_id=self.mondays.id)
        version.date_version = day(3, 1)
        self.assertOpenDays(22, 20)
        self.assertLastDays(day(1, 30), day(2, 27))

    def test_working_hours_of_the_past_changed(self):
        self._new_version(day(2, 1), resource_calendar_id=self.mondays.id)
        self.full.attendance_ids.filtered(lambda a: a.dayofweek == "4").unlink()
        self.assertOpenDays(17, 4)
        self.assertLastDays(day(1, 29), day(2, 23))

    def test_departure(self):
        """Days after somebody has left are none of work, with a contract or not."""
        self.version.departure_date = day(2, 13)
        self.assertOpenDays(22, 10)
        self.assertLastDays(day(1, 30), day(2, 13))
