from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import SecurityCommon


@tagged("post_install", "-at_install")
class TestSecurityCalendars(SecurityCommon):
    """Who is expected to work when is decided by officers for employees, whoever the
    code runs as: by it goes who owes time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_hr = cls._new_user("hr_officer", "hr.group_hr_user")
        cls.everybody = (
            cls.user_consultant
            | cls.user_colleague
            | cls.user_pm
            | cls.user_accountant
            | cls.user_salesperson
            | cls.user_approver
        )
        cls.calendar = cls.consultant.resource_calendar_id
        cls.attendance = cls.calendar.attendance_ids[:1]
        cls.unused = cls.env["resource.calendar"].create({"name": "Of nobody"})

    def _as_superuser(self, user, record):
        """The record as code has it that runs as the superuser for a user."""
        return record.with_env(self.env(user=user.id, su=True, context={}))

    def assertRefused(self, function, *args):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()

    # --------------------------------------------------------------- calendars

    def _get_changes(self):
        """Changes of a calendar that decide when its people work."""
        hours = {
            "name": "Sunday",
            "dayofweek": "6",
            "hour_from": 8,
            "hour_to": 12,
            "day_period": "morning",
        }
        yield {"attendance_ids": [Command.clear()]}
        yield {"attendance_ids": [Command.delete(self.attendance.id)]}
        yield {"attendance_ids": [Command.update(self.attendance.id, {"hour_to": 8.5})]}
        yield {"attendance_ids": [Command.create(hours)]}
        yield {"flexible_hours": True}
        yield {"two_weeks_calendar": True}
        yield {"hours_per_day": 0.5}
        yield {"tz": "Pacific/Auckland"}
        yield {"active": False}

    def test_calendars(self):
        for user in self.everybody:
            known = self._as_superuser(user, self.calendar)
            for vals in self._get_changes():
                with self.subTest(user=user.login, vals=vals):
                    self.assertRefused(known.write, vals)
            with self.subTest(user=user.login, vals="unlink"):
                self.assertRefused(known.unlink)
        self.assertEqual(self.calendar.attendance_ids[:1], self.attendance)

    def test_hours(self):
        other = self.unused.attendance_ids[:1]
        for user in self.everybody:
            known = self._as_superuser(user, self.attendance)
            with self.subTest(user=user.login):
                self.assertRefused(known.write, {"dayofweek": "6"})
                self.assertRefused(known.write, {"calendar_id": self.unused.id})
                self.assertRefused(known.unlink)
                self.assertRefused(
                    known.with_context(_force_unlink=True).unlink,
                )
                self.assertRefused(known.copy)
                # Hours that come from elsewhere.
                self.assertRefused(
                    self._as_superuser(user, other).write,
                    {"calendar_id": self.calendar.id},
                )

    def _read_calendar(self, names):
        attendances = self.calendar.attendance_ids
        return self.calendar.read([*names]), attendances.mapped("hour_to")

    def test_officers_decide(self):
        for vals in self._get_changes():
            with self.subTest(vals=vals):
                before = self._read_calendar(vals)
                with self.env.cr.savepoint() as savepoint:
                    self._as_superuser(self.user_hr, self.calendar).write(vals)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertNotEqual(self._read_calendar(vals), before)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_calendars_of_nobody(self):
        """Odoo gives a new company its calendar, whoever makes the company."""
        self._as_superuser(self.user_consultant, self.unused).attendance_ids[
            :1
        ].hour_to = 9.0
        manager = self._new_user(
            "access", "base.group_erp_manager,base.group_partner_manager"
        )
        company = self.env["res.company"].with_user(manager).create({"name": "New"})
        self.assertTrue(company.resource_calendar_id.attendance_ids)

    def test_names_of_calendars(self):
        """What decides nothing is no matter of ours."""
        self._as_superuser(self.user_consultant, self.calendar).name = "Renamed"
        self.assertEqual(self.calendar.name, "Renamed")

    def test_refusal_names_the_calendar(self):
        known = self._as_superuser(self.user_consultant, self.attendance)
        with self.assertRaisesRegex(AccessError, self.calendar.name):
            known.hour_to = 9.0

    # ------------------------------------------------------------------- leave

    def _public_holiday(self, **values):
        return {
            "name": "Holiday",
            "date_from": datetime(2026, 1, 1),
            "date_to": datetime(2026, 1, 31, 23),
            **values,
        }

    def test_public_holidays(self):
        """They free everybody."""
        Leave = self.env["resource.calendar.leaves"]
        holiday = Leave.create(self._public_holiday())
        own = Leave.create(
            self._public_holiday(resource_id=self.consultant.resource_id.id)
        )
        for user in self.everybody:
            known = self._as_superuser(user, holiday)
            with self.subTest(user=user.login):
                self.assertRefused(known.create, self._public_holiday())
                self.assertRefused(
                    known.create, self._public_holiday(calendar_id=self.calendar.id)
                )
                self.assertRefused(known.write, {"date_to": datetime(2027, 1, 1)})
                self.assertRefused(known.unlink)
                self.assertRefused(
                    self._as_superuser(user, own).write, {"resource_id": False}
                )
                self.assertRefused(
                    self._as_superuser(user, self.calendar).write,
                    {"global_leave_ids": [Command.create(self._public_holiday())]},
                )

    def test_leave_of_persons(self):
        """Whoever approves leave has no right to what Odoo records of it."""
        leave = self._as_superuser(
            self.user_pm, self.env["resource.calendar.leaves"]
        ).create(self._public_holiday(resource_id=self.colleague.resource_id.id))
        leave.date_to = datetime(2026, 1, 20)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(leave.date_to, datetime(2026, 1, 20))
        leave.unlink()
        self.assertFalse(leave.exists())

    def test_public_holidays_of_nobody(self):
        calendar = self._as_superuser(self.user_consultant, self.unused)
        calendar.global_leave_ids = [Command.create(self._public_holiday())]
        self.assertTrue(self.unused.global_leave_ids)

    # ------------------------------------------------------------------ people

    def test_people_are_not_deleted(self):
        person = self.env["hr.employee"].create({"name": "Without time"})
        for user in self.everybody:
            known = self._as_superuser(user, person)
            with self.subTest(user=user.login):
                self.assertRefused(known.unlink)
                self.assertRefused(known.with_context(_force_unlink=True).unlink)
        self._as_superuser(self.user_hr, person).unlink()
        self.assertFalse(person.exists())

    def test_nobody_makes_a_person_of_oneself(self):
        """It would say which department and manager one has in a company."""
        for user in self.user_pm | self.user_approver:
            known = self._as_superuser(user, self.consultant)
            with self.subTest(user=user.login):
                self.assertRefused(known.create, {"name": "Myself", "user_id": user.id})
                self.assertRefused(
                    known.create,
                    {
                        "name": "Above",
                        "child_ids": [Command.link(self.colleague.id)],
                    },
                )

    def test_own_time_zone(self):
        """Odoo hands it on from one's preferences."""
        self.rpc(
            self.user_consultant,
            self.user_consultant,
            "write",
            {"tz": "Pacific/Auckland"},
        )
        self.assertEqual(self.consultant.tz, "Pacific/Auckland")
