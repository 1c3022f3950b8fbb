from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common.readiness import ReadinessCommon

DAY = date(2026, 1, 12)
JANUARY_END = date(2026, 1, 31)


@tagged("post_install", "-at_install")
class TestApprovalSeams(ReadinessCommon):
    """Another add-on's timesheet sheets lock and approve, by one method each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.entry = cls._log_time(cls.project, DAY, 3.0, task_id=cls.task.id)
        cls.env.cr.execute(
            "CREATE TEMP TABLE fake_sheet (employee_id int, date_to date, done bool)"
            " ON COMMIT DROP"
        )
        cls._add_source_of_locks()
        cls._add_source_of_approvals()

    @classmethod
    def _add_source_of_locks(cls):
        model = cls.registry["hr.employee"]
        original = model._timesheet_locked_until_sql

        def _timesheet_locked_until_sql(self, alias):
            return SQL(
                "GREATEST(%s, (SELECT MAX(date_to) FROM fake_sheet"
                " WHERE employee_id = %s))",
                original(self, alias),
                SQL.identifier(alias, "id"),
            )

        cls.classPatch(
            model, "_timesheet_locked_until_sql", _timesheet_locked_until_sql
        )

    @classmethod
    def _add_source_of_approvals(cls):
        model = cls.registry["account.analytic.line"]
        original = model._approval_given_sql

        def _approval_given_sql(self, alias):
            return SQL(
                "(%s OR EXISTS (SELECT FROM fake_sheet sheet"
                " WHERE sheet.done AND sheet.employee_id = %s"
                " AND sheet.date_to >= %s))",
                original(self, alias),
                SQL.identifier(alias, "employee_id"),
                SQL.identifier(alias, "date"),
            )

        cls.classPatch(model, "_approval_given_sql", _approval_given_sql)

    def _submit_sheet(self, done=False):
        self.env.cr.execute(
            "INSERT INTO fake_sheet VALUES (%s, %s, %s)",
            [self.consultant.id, JANUARY_END, done],
        )
        self.env["account.analytic.line"]._invalidate_approval_state()

    def _approve_sheet(self):
        self.env.cr.execute("UPDATE fake_sheet SET done = TRUE")
        self.entry._touch_counts()
        self.env["account.analytic.line"]._invalidate_approval_state()

    def assertEntry(self, state):
        self.assertEqual(self.entry.approval_state, state)
        Line = self.env["account.analytic.line"]
        domain = [("id", "=", self.entry.id), ("approval_state", "=", state)]
        self.assertEqual(Line.search(domain), self.entry)

    def test_without_a_sheet(self):
        self.assertEntry("open")
        self.assertState(self.january, "pending")
        self.entry.with_user(self.user_consultant).unit_amount = 4.0

    def test_lock(self):
        self._submit_sheet()
        self.assertEntry("pending")
        self.assertState(self.january, "pending")
        self.assertFalse(self.january.readiness["open"])
        self.assertTrue(self.january.readiness["pending"])

    def test_locked_until(self):
        """The field is the same in memory, in searches, and for consultants."""
        self._submit_sheet()
        self.assertEqual(self.consultant.timesheet_locked_until, JANUARY_END)
        domain = [("timesheet_locked_until", "=", JANUARY_END)]
        for Model in (self.env["hr.employee"], self.env["hr.employee.public"]):
            self.assertEqual(Model.search(domain).ids, self.consultant.ids)
        public = self.env["hr.employee.public"].browse(self.consultant.id)
        public = public.with_user(self.user_consultant)
        self.assertEqual(public.timesheet_locked_until, JANUARY_END)

    def test_own_lock(self):
        """The lock of this add-on and the other one's go together."""
        self._submit_sheet()
        self._lock(date(2026, 1, 15))
        self.assertEqual(self.consultant.timesheet_locked_until, JANUARY_END)
        self._lock(date(2026, 2, 15))
        self.assertEqual(self.consultant.timesheet_locked_until, date(2026, 2, 15))

    def test_guard(self):
        self._submit_sheet()
        entry = self.entry.with_user(self.user_consultant)
        with self.assertRaisesRegex(AccessError, "01/31/2026"):
            entry.unit_amount = 4.0
        with self.assertRaisesRegex(AccessError, "01/31/2026"):
            entry.copy()
        with self.assertRaisesRegex(AccessError, "01/31/2026"):
            entry.unlink()
        self.assertTrue(entry.readonly_timesheet)
        # ... and what Odoo recomputes by itself
        other = self._create_project("Other")
        self.task.project_id = other
        self.assertEqual(self.entry.project_id, self.project)

    def test_approval(self):
        self._submit_sheet()
        self.assertTrue(self.entry.with_user(self.user_manager).is_to_approve)
        self._approve_sheet()
        self.assertEntry("approved")
        self.assertFalse(self.entry.with_user(self.user_manager).is_to_approve)
        self.assertState(self.january, "ready")
        self.assertEqual(self.january.approved_hours, 3.0)

    def test_generate(self):
        self._submit_sheet()
        period = self.january.with_user(self.user_accountant)
        self.assertFalse(period._generate_invoices().made)
        self._approve_sheet()
        self.assertTrue(period._generate_invoices().made)
        self.assertEqual(self.entry.invoice_line_id.quantity, 3.0)

    def test_approval_here(self):
        """Approving in this add-on still does."""
        self._submit_sheet()
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEntry("approved")
        self.assertState(self.january, "ready")
