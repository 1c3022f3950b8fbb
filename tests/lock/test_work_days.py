from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestWorkDays(ReadinessCommon):
    """Open days are working days less leave, in the person's own time zone.

    January 2026 has 22 working days; it ends on a Saturday.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Forty hours", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.consultant.write({"resource_calendar_id": cls.calendar.id, "tz": "UTC"})
        cls.company.resource_calendar_id = cls.calendar
        cls.entry = cls._log_time(cls.project, day(1, 15))
        cls.row = cls.january.required_ids
        # Worked out at night, or when the person locks.
        cls.row._count_work_days()

    def assertOpenDays(self, count, last_work_day):
        readiness = self.january.readiness["open"]
        self.assertEqual(sum(person["open_days"] for person in readiness), count)
        self.assertEqual(self.row.last_work_day, last_work_day)

    def test_working_days(self):
        self.assertOpenDays(22, day(1, 30))
        self._lock(day(1, 20))
        self.assertOpenDays(8, day(1, 30))
        self._lock(day(1, 30))
        self.assertOpenDays(0, day(1, 30))
        self.assertState(self.january, "ready")

    def test_leave_within_the_month(self):
        leave = self._create_leave(self.consultant, day(1, 12), day(1, 14))
        self.assertOpenDays(19, day(1, 30))
        leave.unlink()
        self.assertOpenDays(22, day(1, 30))

    def test_leave_at_the_end(self):
        self._lock(day(1, 27))
        self.assertState(self.january, "pending")
        leave = self._create_leave(self.consultant, day(1, 28), day(2, 5))
        self.assertState(self.january, "ready")
        self.assertOpenDays(0, day(1, 27))
        leave.date_from = datetime(2026, 1, 29)
        self.assertState(self.january, "pending")
        self.assertOpenDays(1, day(1, 28))
        leave.resource_id = self.colleague.resource_id
        self.assertOpenDays(3, day(1, 30))
        leave.resource_id = self.consultant.resource_id
        self.assertOpenDays(1, day(1, 28))
        leave.unlink()
        self.assertState(self.january, "pending")
        self.assertOpenDays(3, day(1, 30))

    def test_leave_all_month(self):
        self._create_leave(self.consultant, day(1, 1), day(1, 31))
        self.assertFalse(self.row.last_work_day)
        # Nothing more is owed than the time that was entered.
        self.assertEqual(self.january.readiness["open"][0]["open_days"], 0)
        self._lock(day(1, 15))
        self.assertState(self.january, "ready")

    def test_half_a_day_of_leave(self):
        self._create_leave(
            self.consultant,
            day(1, 30),
            day(1, 30),
            date_to=datetime(2026, 1, 30, 12, 0),
        )
        self.assertOpenDays(22, day(1, 30))

    def test_public_holiday(self):
        holiday = self._create_leave(None, day(1, 30), day(1, 30), calendar_id=False)
        self.assertOpenDays(21, day(1, 29))
        holiday.write(
            {
                "date_from": datetime(2026, 1, 28),
                "date_to": datetime(2026, 1, 28, 23, 59, 59),
            }
        )
        self.assertOpenDays(21, day(1, 30))
        holiday.unlink()
        self.assertOpenDays(22, day(1, 30))

    def test_leave_that_is_no_leave(self):
        leave = self._create_leave(
            self.consultant, day(1, 30), day(1, 30), time_type="other"
        )
        self.assertOpenDays(22, day(1, 30))
        leave.time_type = "leave"
        self.assertOpenDays(21, day(1, 29))

    # -------------------------------------------------------------- calendars

    def test_working_hours_changed(self):
        fridays = self.calendar.attendance_ids.filtered(lambda a: a.dayofweek == "4")
        fridays.unlink()
        self.assertOpenDays(17, day(1, 29))
        self.calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Saturday",
                    "dayofweek": "5",
                    "hour_from": 8,
                    "hour_to": 12,
                    "day_period": "morning",
                }
            )
        ]
        self.assertOpenDays(22, day(1, 31))

    def test_part_time(self):
        part_time = self.calendar.copy({"name": "Mondays"})
        part_time.attendance_ids.filtered(lambda a: a.dayofweek != "0").unlink()
        self.consultant.resource_calendar_id = part_time
        self.assertOpenDays(4, day(1, 26))

    def test_flexible_schedule(self):
        flexible = self.env["resource.calendar"].create(
            {
                "name": "Flexible",
                "flexible_hours": True,
                "full_time_required_hours": 40.0,
                "hours_per_day": 8.0,
                "tz": "UTC",
                "company_id": self.company.id,
            }
        )
        self.consultant.resource_calendar_id = flexible
        self.assertOpenDays(31, day(1, 31))
        self._create_leave(self.consultant, day(1, 30), day(1, 31))
        self.assertOpenDays(29, day(1, 29))

    def test_no_schedule(self):
        self.consultant.resource_calendar_id = False
        self.assertOpenDays(31, day(1, 31))
        self._create_leave(self.consultant, day(1, 31), day(1, 31), calendar_id=False)
        self.assertOpenDays(30, day(1, 30))

    def test_contract_that_begins_and_ends(self):
        self.consultant.version_id.contract_date_start = day(1, 12)
        self.assertOpenDays(15, day(1, 30))
        self.consultant.version_id.contract_date_end = day(1, 23)
        self.assertOpenDays(10, day(1, 23))

    # ------------------------------------------------------------ time zones

    def test_far_east(self):
        """Friday's work is over there before Friday begins in UTC."""
        self.calendar.tz = self.consultant.tz = "Pacific/Auckland"
        self.calendar.attendance_ids.filtered(lambda a: a.hour_from >= 12).unlink()
        self.assertOpenDays(22, day(1, 30))

    def test_far_west(self):
        self.calendar.tz = self.consultant.tz = "Pacific/Honolulu"
        self.assertOpenDays(22, day(1, 30))
        # All of Friday there lies within Friday and Saturday of UTC.
        self._create_leave(
            self.consultant,
            day(1, 30),
            day(1, 30),
            date_from=datetime(2026, 1, 30, 10, 0),
            date_to=datetime(2026, 1, 31, 9, 59),
        )
        self.assertOpenDays(21, day(1, 29))

    def test_evenings_in_the_far_west(self):
        """Friday's work begins there when Saturday has begun in UTC."""
        self.calendar.tz = self.consultant.tz = "Pacific/Honolulu"
        self.calendar.attendance_ids.filtered(lambda a: a.hour_from < 12).unlink()
        self.calendar.attendance_ids.write({"hour_from": 18, "hour_to": 22})
        self.project.write({"date_start": day(1, 1), "date": day(1, 16)})
        self.assertOpenDays(12, day(1, 16))

    def test_first_and_last_day_in_every_time_zone(self):
        project = self._create_project(
            billing_frequency="custom", billing_start_date=False
        )
        period = self._create_custom(project, day(1, 12), day(1, 16))
        self._log_time(project, day(1, 14))
        for timezone in ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"):
            with self.subTest(timezone):
                self.calendar.tz = self.consultant.tz = timezone
                self.assertEqual(period.readiness["open"][0]["open_days"], 5)
                self.assertEqual(period.required_ids.last_work_day, day(1, 16))

    # ------------------------------------------------------------- the period

    def test_period_cut(self):
        self.project.write({"date_start": day(1, 1), "date": day(1, 18)})
        self.assertOpenDays(12, day(1, 16))

    def test_period_without_an_end(self):
        project = self._create_project(billing_frequency="completion")
        self._log_time(project, day(3, 2))
        self._lock(day(3, 5))
        period = project.billing_period_ids
        self.assertEqual(period.readiness["open"][0]["open_days"], 3)

    def test_people_of_several_calendars(self):
        part_time = self.calendar.copy({"name": "Mondays"})
        part_time.attendance_ids.filtered(lambda a: a.dayofweek != "0").unlink()
        self.colleague.resource_calendar_id = part_time
        self._log_time(self.project, day(1, 12), employee=self.colleague)
        days = {
            person["name"]: person["open_days"]
            for person in self.january.readiness["open"]
        }
        self.assertEqual(days, {"Colleague": 4, "Consultant": 22})
