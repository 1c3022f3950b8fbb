from time import CLOCK_MONOTONIC, clock_gettime

from odoo.tests import tagged
from odoo.tools import SQL

from ..common.schedule import ScheduleCommon, day

PEOPLE, ENTRIES = 200, 100_000

# What its period, sale line and state hang on.
COLUMNS = (
    "name",
    "amount",
    "unit_amount",
    "category",
    "company_id",
    "currency_id",
    "project_id",
    "product_uom_id",
    "so_line",
    "timesheet_invoice_type",
    "billing_period_id",
    "billing_hold",
)

#: Against one plain SQL update of the same entries, in the same run.
ALLOWED_RATIO = 3.0


@tagged("post_install", "-at_install")
class TestLockPerformance(ScheduleCommon):
    """Locking many people takes no longer when they have more time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        project = cls._create_project()
        cls.people = cls.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(PEOPLE)]
        )
        cls.entry = cls._log_time(project, day(1, 10))
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
                INSERT INTO account_analytic_line (employee_id, date, %(columns)s)
                SELECT (%(people)s::int[])[1 + number %% %(count)s],
                       DATE '2026-01-01' + number %% 31,
                       %(columns)s
                  FROM account_analytic_line, GENERATE_SERIES(1, %(entries)s) number
                 WHERE id = %(entry)s
                """,
                columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                people=cls.people.ids,
                count=PEOPLE,
                entries=ENTRIES,
                entry=cls.entry.id,
            )
        )
        cls.env.cr.execute("ANALYZE account_analytic_line")
        cls.january = cls._period(project, day(1, 1))
        cls.january._sync_required()
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _time(self, function):
        # The other clocks stand still, as today does.
        start = clock_gettime(CLOCK_MONOTONIC)
        function()
        self.env.flush_all()
        return clock_gettime(CLOCK_MONOTONIC) - start

    def test_lock_many(self):
        wizard = (
            self.env["timesheet.lock"]
            .with_user(self.user_timesheet_admin)
            .create({"employee_ids": self.people.ids, "locked_until": day(1, 31)})
        )
        self.assertEqual(self.january.state, "pending")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        locking = self._time(wizard.action_lock)
        queries = self.cr.sql_log_count - before
        plain = self._time(
            lambda: self.cr.execute(
                "UPDATE account_analytic_line SET write_date = write_date"
                " WHERE employee_id = ANY(%s) AND date <= %s",
                [self.people.ids, day(1, 31)],
            )
        )
        self.assertEqual(self.cr.rowcount, ENTRIES)
        self.assertLessEqual(locking, ALLOWED_RATIO * plain, f"{queries} queries")
        self.assertEqual(
            self.env["account.analytic.line"].search_count(
                [
                    ("employee_id", "in", self.people.ids),
                    ("approval_state", "=", "open"),
                ]
            ),
            0,
        )
