from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.readiness import ReadinessCommon
from ..common.schedule import day


@tagged("post_install", "-at_install")
class TestWhoOwes(ReadinessCommon):
    """Who owes what, across the projects of the cycle, by person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.debts = cls.env["project.billing.debt"].with_user(cls.user_accountant)

    def _search(self, *domain, user=None):
        self.env.invalidate_all()
        return self.debts.with_user(user or self.user_accountant).search(list(domain))

    def _rows(self, *domain, user=None):
        return [
            (debt.kind, debt.employee_id, debt.period_id, debt.open_days, debt.hours)
            for debt in self._search(*domain, user=user).sudo()
        ]

    def assertSameAsReadiness(self):
        """The list tells what the breakdowns of the periods tell."""
        told = sorted(
            (kind, row["employee_id"], period.id, row.get("open_days", 0), row["hours"])
            for period in self.project.billing_period_ids
            if period.state == "pending"
            for kind, key in (("lock", "open"), ("approve", "pending"))
            for row in period.readiness[key]
        )
        listed = sorted(
            (kind, person.id, period.id, days, hours)
            for kind, person, period, days, hours in self._rows()
        )
        self.assertEqual(listed, told)

    # ------------------------------------------------------------------- rows

    def test_days_without_time(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self._lock(day(1, 31))
        self.project.billing_period_ids.timesheet_ids.with_user(
            self.user_manager
        ).action_approve()
        # February is due as well; nobody was there yet.
        self.assertEqual(
            self._rows(), [("lock", self.consultant, self.february, 20, 0.0)]
        )
        self.assertSameAsReadiness()

    def test_open_time_and_open_days(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self._log_time(self.project, day(1, 16), 3.0)
        self._lock(day(1, 15))
        self.assertEqual(
            self._rows(("period_id", "=", self.january.id)),
            [
                ("lock", self.consultant, self.january, 11, 3.0),
                ("approve", self.consultant, self.january, 0, 2.0),
            ],
        )
        self.assertSameAsReadiness()

    def test_sent_back_time_of_somebody_who_locked(self):
        entry = self._log_time(self.project, day(1, 15), 2.0)
        self._lock(day(3, 31))
        entry.with_user(self.user_manager).action_send_back("Which task?")
        self.assertEqual(
            self._rows(), [("lock", self.consultant, self.january, 0, 2.0)]
        )
        self.assertSameAsReadiness()

    def test_not_expected_but_entered(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self.january.required_ids.write({"expected": False, "reason": "Left early"})
        self.february.required_ids.write({"expected": False, "reason": "Left early"})
        self.assertEqual(
            self._rows(), [("lock", self.consultant, self.january, 0, 2.0)]
        )
        self.assertSameAsReadiness()

    def test_who_was_freed_and_why(self):
        self._log_time(self.project, day(1, 15), 2.0)
        row = self.february.required_ids
        row.with_user(self.user_accountant).write(
            {"expected": False, "reason": "On another project"}
        )
        readiness = self.february.with_user(self.user_accountant).readiness
        self.assertEqual(
            readiness["freed"],
            [
                {
                    "employee_id": self.consultant.id,
                    "name": "Consultant",
                    "reason": "On another project",
                }
            ],
        )
        self.assertIn("On another project", self.february.message_ids[0].body)

    def test_who_may_free(self):
        self._log_time(self.project, day(1, 15), 2.0)
        row = self.january.required_ids
        self.assertTrue(row.with_user(self.user_accountant).can_free)
        self.assertTrue(row.with_user(self.user_manager).can_free, "invoice owner")
        self.project.billing_owner_id = self.user_accountant
        self.env.invalidate_all()
        self.assertFalse(row.with_user(self.user_manager).can_free)

    def test_somebody_who_left(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self.consultant.active = False
        self.assertEqual(
            self._rows(), [("lock", self.consultant, self.january, 0, 2.0)]
        )
        self.assertSameAsReadiness()

    def test_only_due_periods_that_are_not_closed(self):
        self._log_time(self.project, day(4, 2), 2.0)
        self.assertFalse(self._rows(), "April is not due")
        self._log_time(self.project, day(1, 15), 2.0)
        self.january.action_skip("Agreed")
        periods = self._search().period_id
        self.assertEqual(periods, self.february, "its time went to February")
        self._invoice(self.february)
        self.assertFalse(self._search(("period_id", "=", self.february.id)))

    def test_ids_stay(self):
        """A button acts on the row that was shown, whatever came in between."""
        self._log_time(self.project, day(1, 15), 2.0)
        self._lock(day(1, 15))
        before = {(debt.kind, debt.period_id): debt.id for debt in self._search()}
        self._log_time(self.project, day(1, 14), 2.0, employee=self.colleague)
        self._lock(day(1, 16))
        mine = self._search(("employee_id", "=", self.consultant.id))
        after = {(debt.kind, debt.period_id): debt.id for debt in mine}
        self.assertEqual(after, before)

    # ---------------------------------------------------------------- columns

    def test_waits_for(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self._lock(day(1, 15))
        lock, approve = self._search(("period_id", "=", self.january.id))
        self.assertEqual(lock.waits_for, "Consultant")
        self.assertEqual(approve.waits_for, "Project Lead")
        self.assertEqual(lock.locked_until, day(1, 15))
        self.assertTrue(lock.can_remind)
        self.consultant.user_id = False
        self.env.invalidate_all()
        self.assertFalse(lock.can_remind)
        self.assertEqual(lock.waits_for, "Consultant (no user)")

    def test_reminded_on(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self._lock(day(1, 15))
        lock, approve = self._search(("period_id", "=", self.january.id))
        self.assertFalse(lock.reminded_on or approve.reminded_on)
        lock.action_remind()
        self.env.invalidate_all()
        self.assertEqual(lock.reminded_on, self.env.cr.now().date())
        self.assertFalse(approve.reminded_on)
        approve.action_remind()
        self.env.invalidate_all()
        self.assertEqual(approve.reminded_on, self.env.cr.now().date())

    def test_groups(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self._log_time(self.project, day(1, 16), 3.0, employee=self.colleague)
        self._lock(day(1, 31))
        groups = self.debts._read_group(
            [("period_id", "=", self.january.id)], ["employee_id"], ["hours:sum"]
        )
        hours = {person.id: total for person, total in groups}
        self.assertEqual(hours, {self.consultant.id: 2.0, self.colleague.id: 3.0})
        for field in ("kind", "project_id", "partner_id", "company_id"):
            self.assertTrue(self.debts._read_group([], [field], ["__count"]))

    # --------------------------------------------------------------- security

    def test_own_rows(self):
        self._log_time(self.project, day(1, 15), 2.0)
        self.assertTrue(self._search(user=self.user_manager))
        self.project.write(
            {
                "user_id": self.user_accountant.id,
                "billing_owner_id": self.user_accountant.id,
            }
        )
        self.assertFalse(self._search(user=self.user_manager))
        self.project.billing_owner_id = self.user_manager
        self.assertTrue(self._search(user=self.user_manager))

    def test_not_for_everybody(self):
        with self.assertRaises(AccessError):
            self._search(user=self.user_consultant)

    def test_nothing_is_written(self):
        self._log_time(self.project, day(1, 15), 2.0)
        debt = self._search()[:1]
        with self.assertRaises(AccessError):
            debt.hours = 9.0
        with self.assertRaises(AccessError):
            debt.unlink()

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._log_time(self.project, day(1, 15), 2.0)
        self.env.user.company_ids |= other
        foreigner = self.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": other.id}
        )
        self._log_time(self.project, day(1, 15), 2.0, employee=foreigner)
        self.assertEqual(self._search().employee_id, self.consultant)
        self.user_accountant.company_ids = [Command.link(other.id)]
        both = self._search().with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        self.assertIn(foreigner, both.search([]).sudo().employee_id)

    # ------------------------------------------------------------ performance

    def test_queries_do_not_grow(self):
        people = self.consultant | self.colleague | self.lead
        counts = []
        for number in (2, 4):
            for index in range(number):
                project = self._create_project(f"Project {number} {index}")
                for employee in people:
                    self._log_time(project, day(1, 10), employee=employee)
            self._lock(day(1, 31), self.colleague)
            for _turn in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.debts.search([]).read(
                    ["open_days", "waits_for", "can_remind", "reminded_on"]
                )
                count = self.env.cr.sql_log_count - before
            counts.append(count)
        self.assertEqual(counts[0], counts[1])
