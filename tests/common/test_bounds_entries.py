from datetime import date, datetime

from odoo.tests import tagged

from .proof import ProofMixin
from .readiness import ReadinessCommon
from .schedule import day

FAR_DAYS = (date.min, date(1, 1, 2), date(1900, 1, 1), date(3000, 1, 1), date.max)
LAST = date(2036, 3, 10)


@tagged("post_install", "-at_install")
class TestBoundsEntries(ProofMixin, ReadinessCommon):
    """Odoo's forms take time of any day. It waits somewhere, and nothing breaks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.user_id = cls.user_salesperson
        cls.company.timesheet_check_days = "warn"
        ended = cls._create_project("Ended")
        ended.write({"date_start": day(1, 1), "date": day(2, 28)})
        archived = cls._create_project("Archived")
        unscheduled = cls._create_project("Taken away")
        custom = cls._create_project("Custom", billing_frequency="custom")
        cls._create_custom(custom, day(1, 1), day(3, 31))
        completion = cls._create_project("Completion", billing_frequency="completion")
        completed = cls._create_project("Completed", billing_frequency="completion")
        cls.projects = (
            cls.project | ended | archived | unscheduled | custom | completion
        ) | completed
        for project in cls.projects:
            cls._log_time(project, day(2, 2))
        archived.active = False
        unscheduled.billing_frequency = False
        completed.last_update_status = "done"
        cls.env.flush_all()

    @classmethod
    def _create_custom(cls, project, date_from, date_to):
        return cls.env["project.billing.period"].create(
            {"project_id": project.id, "date_from": date_from, "date_to": date_to}
        )

    def _read_all(self):
        """Whatever shows time reads."""
        self.env.flush_all()
        self.env.invalidate_all()
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        overview = Period.get_cycle_overview()
        Period.search([]).read(["readiness", "state", "hours", "period_label"])
        self.env["project.billing.debt"].with_user(self.user_accountant).search(
            []
        ).read(["open_days", "waits_for"])
        entries = self.env["account.analytic.line"].with_user(self.user_manager)
        entries.search([("project_id", "!=", False)]).read(["unusual"])
        self.env["timesheet.lock"].with_user(self.user_consultant).create(
            {"locked_until": day(3, 10)}
        ).read(["gaps", "lockable_until"])
        self.env["hr.employee"].with_user(
            self.user_consultant
        ).get_my_timesheet_status()
        return overview

    def test_far_time(self):
        overview = self._read_all()
        for project in self.projects:
            known = project.billing_period_ids
            for far in FAR_DAYS:
                with self.subTest(project.name, day=far):
                    entry = self._log_time(project, far, 2.0)
                    self._read_all()
                    period = entry.billing_period_id
                    if far.year < 2000:
                        self.assertEqual(period, known.sorted("date_from")[:1])
                    elif period:
                        self.assertFalse(period.date_to)
                    entry.date = day(2, 3)
                    entry.date = far
                    entry.unit_amount = 3.0
                    self.assertLessEqual(project.billing_period_ids, known)
                    self.assertProven(self.projects)
                    entry.unlink()
        self.assertEqual(self._read_all()["sections"], overview["sections"])

    def test_far_time_while_periods_open_and_close(self):
        for project in self.projects:
            for far in FAR_DAYS:
                self._log_time(project, far, 2.0)
        self.projects._open_billing_periods(changed=True)
        self.env["project.project"]._get_projects_to_open()
        completion = self.projects.filtered(lambda p: p.name == "Completion")
        completion.last_update_status = "done"
        self._read_all()
        ends = [
            end for end in self.projects.billing_period_ids.mapped("date_to") if end
        ]
        self.assertLess(max(ends), date(2026, 12, 31))
        periods = self.project.billing_period_ids.sorted("date_from")
        self._invoice(periods[0])
        periods[1:].action_skip("Not billed")
        self._read_all()
        ends = self.projects.billing_period_ids.mapped("date_to")
        self.assertLess(max(ends), date(2027, 12, 31))
        self.assertProven(self.projects)

    def test_ended_time_ahead_still_gets_a_period(self):
        """Within the bounds late time of an ended schedule has a period as before."""
        ended = self.projects.filtered(lambda p: p.name == "Ended")
        far = self._log_time(ended, date(2036, 3, 11))
        self.assertFalse(far.billing_period_id)
        near = self._log_time(ended, LAST)
        self.assertTrue(near.billing_period_id.is_supplementary)
        self.assertEqual(near.billing_period_id.date_to, LAST)
        self.assertFalse(far.billing_period_id)

    def test_late_time_of_long_ago(self):
        """It goes on the first invoice, but has no period of its own."""
        self._log_time(self.project, day(1, 5))
        late = self._log_time(self.project, date(1, 1, 1))
        self._lock(day(1, 31))
        self.assertEqual(late.billing_period_id, self.january)
        with self.assertRefused("Time of 01/01/0001 is too far away"):
            self.january.with_user(self.user_accountant).action_invoice_late_time()
        self.env.invalidate_all()
        self._invoice(self.january)
        self.assertTrue(late.invoice_line_id)

    def test_late_time_of_several_years(self):
        for year in (2017, 2019, 2021, 2025):
            self._log_time(self.project, date(year, 5, 1))
        self._lock(day(1, 31))
        self.january.with_user(self.user_accountant).action_invoice_late_time()
        self.assertEqual(
            self._spans(self.project)[:2],
            [
                (date(2017, 5, 1), date(2021, 5, 1)),
                (date(2025, 5, 1), date(2025, 5, 1)),
            ],
        )

    def test_billed_before_completion(self):
        """The end that a period gets by what it holds is one that may be billed."""
        completion = self.projects.filtered(lambda p: p.name == "Completion")
        far = self._log_time(completion, date(3000, 1, 1))
        near = self._log_time(completion, day(6, 30))
        period = completion.billing_period_ids
        self._invoice(period)
        self.assertEqual(period.date_to, day(6, 30))
        self.assertTrue(near.invoice_line_id)
        self.assertFalse(far.invoice_line_id)
        self._read_all()

    def test_far_expenses(self):
        self._setup_expenses()
        for far in FAR_DAYS:
            with self.subTest(far):
                expense = self._create_expense(far)
                expense.action_submit()
                self._read_all()
                self.projects._open_billing_periods(changed=True)
                period = expense.billing_period_id
                self.assertEqual(
                    period, self.january if far.year < 2000 else period.browse()
                )
        self.project.write({"date_start": day(1, 1), "date": day(2, 28)})
        self._read_all()
        self.assertLess(max(self.project.billing_period_ids.mapped("date_to")), LAST)

    def test_proof_of_all_time(self):
        for far in FAR_DAYS:
            self._log_time(self.project, far)
        for dates in (
            {"date_from": date.min, "date_to": date.max},
            {"date_from": date(3000, 1, 1), "date_to": False},
            {"date_from": False, "date_to": date(1, 1, 1)},
        ):
            dialog = (
                self.env["project.billing.proof"]
                .with_user(self.user_accountant)
                .create(dates)
            )
            dialog.action_prove()
            self.assertFalse(dialog.difference_count)

    def test_leave_to_the_end_of_time(self):
        """East of Greenwich its end is no day any more, west of it its beginning."""
        for far in FAR_DAYS:
            self._log_time(self.project, far)
        for zone in ("UTC", "Pacific/Auckland", "Pacific/Honolulu"):
            self.consultant.tz = zone
            leave = self._create_leave(self.consultant, day(2, 3), date.max)
            everybody = self._create_leave(None, date(9999, 12, 1), date.max)
            self._read_all()
            required = self.projects.billing_period_ids.required_ids
            last = max(filter(None, required.mapped("last_work_day")))
            self.assertLess(last, day(2, 4))
            leave.date_from = datetime(1, 1, 1)
            self._read_all()
            self.assertFalse(any(required.mapped("last_work_day")))
            (leave | everybody).unlink()
            self._read_all()

    def test_locked_to_an_end_of_the_calendar(self):
        for until in (date.min, date.max):
            with self.subTest(until):
                self._lock(until)
                self._read_all()
                Lock = self.env["timesheet.lock"].with_user(self.user_timesheet_admin)
                wizard = Lock.create(
                    {
                        "employee_ids": self.consultant.ids,
                        "locked_until": until,
                        "scope": "all",
                    }
                )
                [told] = wizard.read(["gaps", "unlock_consequences", "lock_status"])
                self.assertFalse(told["gaps"])
