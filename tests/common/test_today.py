from freezegun import freeze_time

from odoo import SUPERUSER_ID
from odoo.tests import tagged

from .readiness import ReadinessCommon
from .schedule import day

#: 1 April in Auckland, 31 March in Honolulu and in UTC.
EVENING = "2026-03-31 12:00:00"
#: 1 April in Auckland and in UTC, 31 March in Honolulu.
NIGHT = "2026-04-01 03:00:00"


@tagged("post_install", "-at_install")
class TestToday(ReadinessCommon):
    """What a company bills goes by its own day; what a person owes by that person's.

    OdooBot, who runs the scheduled jobs, lives in UTC.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_root").tz = "UTC"
        # A calendar that decides the day of the company alone.
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.env.flush_all()

    def _move_company(self, zone):
        self.company.resource_calendar_id.tz = zone
        self.env.flush_all()
        self.env.invalidate_all()

    def _run(self, job):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"invoicing_cycle.{job}").method_direct_trigger()
        self.env.invalidate_all()

    # ---------------------------------------------------------------- company

    @freeze_time(EVENING)
    def test_company(self):
        for zone, today in (
            ("Pacific/Auckland", day(4, 1)),
            ("Pacific/Honolulu", day(3, 31)),
        ):
            with self.subTest(zone):
                self._move_company(zone)
                for user in (SUPERUSER_ID, self.user_accountant.id):
                    company = self.company.with_user(user)
                    # Where somebody looks from is no matter.
                    company = company.with_context(tz="Pacific/Kiritimati")
                    self.assertEqual(company._get_today(), today)

    @freeze_time(NIGHT)
    def test_company_without_working_hours(self):
        self.company.resource_calendar_id = False
        self.company.partner_id.tz = "Pacific/Honolulu"
        self.assertEqual(self.company._get_today(), day(3, 31))

    @freeze_time(EVENING)
    def test_due_and_overdue(self):
        Period = self.march.browse()
        for zone, state, overdue in (
            ("Pacific/Honolulu", "upcoming", False),
            ("Pacific/Auckland", "empty", True),
        ):
            with self.subTest(zone):
                self._move_company(zone)
                self.assertState(self.april, state)
                self.march.fixed_amount = 100.0
                self.assertEqual(self.march.is_overdue, overdue)
                found = Period.search([("is_overdue", "=", True)])
                self.assertEqual(self.march in found, overdue)
                found = Period.search([("is_overdue", "=", False)])
                self.assertEqual(self.march in found, not overdue)
                overview = Period.with_user(self.user_accountant).get_cycle_overview()
                self.assertEqual(
                    overview["date_from"], "2026-04-01" if overdue else "2026-03-01"
                )

    @freeze_time(EVENING)
    def test_periods_are_opened(self):
        self._move_company("Pacific/Honolulu")
        self._run("ir_cron_open_billing_periods")
        self.assertEqual(self._spans(self.project)[-1], (day(4, 1), day(4, 30)))
        self._move_company("Pacific/Auckland")
        self._run("ir_cron_open_billing_periods")
        self.assertEqual(self._spans(self.project)[-1], (day(5, 1), day(5, 31)))

    @freeze_time(EVENING)
    def test_automatic_lock(self):
        self._log_time(self.project, day(3, 12))
        self.company.timesheet_lock_automatic = True
        self.company.timesheet_lock_after_days = 0
        self._move_company("Pacific/Honolulu")
        self._run("ir_cron_lock_timesheets")
        self.assertFalse(self.consultant.timesheet_locked_until)
        self._move_company("Pacific/Auckland")
        self._run("ir_cron_lock_timesheets")
        self.assertEqual(self.consultant.timesheet_locked_until, day(3, 31))

    @freeze_time(EVENING)
    def test_project_that_is_complete(self):
        project = self._create_project(billing_frequency="completion")
        self._move_company("Pacific/Auckland")
        project.last_update_status = "done"
        self.assertEqual(project.billing_period_ids.date_to, day(4, 1))

    @freeze_time(EVENING)
    def test_scheduled_date_on_the_invoice(self):
        """Not in the future: 1 April has begun in Auckland."""
        self.company.billing_invoice_date_scheduled = True
        self._log_time(self.project, day(3, 12), 2.0)
        self._lock(day(3, 31))
        self.march.invoice_date = day(4, 1)
        self._move_company("Pacific/Auckland")
        result = self.march.with_user(SUPERUSER_ID)._generate_invoices()
        invoice = self.env["account.move"].browse(result.made)
        self.assertEqual(invoice.invoice_date, day(4, 1))

    # ---------------------------------------------------------------- persons

    @freeze_time(EVENING)
    def test_open_days_of_a_period_without_an_end(self):
        project = self._create_project(billing_frequency="completion")
        self._log_time(project, day(3, 2))
        self._lock(day(3, 27))
        period = project.billing_period_ids
        # Monday and Tuesday, and Wednesday where it has begun.
        for zone, open_days in (("Pacific/Honolulu", 2), ("Pacific/Auckland", 3)):
            with self.subTest(zone):
                self.consultant.tz = zone
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(
                    period.readiness["open"][0]["open_days"], open_days, zone
                )

    @freeze_time(EVENING)
    def test_reminder(self):
        self._log_time(self.project, day(1, 15))
        self.user_consultant.tz = "Pacific/Auckland"
        self.january.with_user(self.user_accountant).action_remind()
        kind = self.env.ref("invoicing_cycle.mail_activity_type_lock")
        reminder = self.env["mail.activity"].search(
            [
                ("user_id", "=", self.user_consultant.id),
                ("activity_type_id", "=", kind.id),
            ]
        )
        self.assertEqual(reminder.date_deadline, day(4, 1))

    def test_digest(self):
        """Sunday in UTC and in Honolulu, Monday in Auckland."""
        self.company.timesheet_reminder_digest = True
        self._log_time(self.project, day(1, 15))
        for zone, sent_on in (
            ("Pacific/Honolulu", False),
            ("Pacific/Auckland", day(3, 30)),
        ):
            with self.subTest(zone), freeze_time("2026-03-29 13:00:00"):
                self.consultant.tz = self.user_consultant.tz = zone
                self._run("ir_cron_remind")
                self.assertEqual(self.user_consultant.timesheet_digest_on, sent_on)

    @freeze_time(EVENING)
    def test_delegation(self):
        """Whoever is away from 1 April is so by the own clock."""
        self.company.timesheet_approval = True
        entry = self._log_time(self.project, day(3, 12))
        self._lock(day(3, 31))
        self.env["timesheet.approval.delegation"].create(
            {
                "user_id": self.user_manager.id,
                "delegate_id": self.user_colleague.id,
                "date_from": day(4, 1),
                "date_to": day(4, 3),
            }
        )
        Line = self.env["account.analytic.line"].with_user(self.user_colleague)
        for zone, found in (("Pacific/Honolulu", False), ("Pacific/Auckland", True)):
            with self.subTest(zone):
                self.user_manager.tz = zone
                self.env.flush_all()
                self.env.invalidate_all()
                self.env.cr.cache.clear()
                self.assertEqual(bool(Line.search([("id", "=", entry.id)])), found)
                delegates = self.env["timesheet.approval.delegation"]._get_delegates(
                    self.user_manager
                )
                self.assertEqual(bool(delegates), found)
