from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.sql_db import Cursor
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestPeriodTotals(ScheduleCommon):
    """Totals are true at every read, and reading them writes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january, cls.february = (
            cls._period(cls.project, day(month, 1)) for month in (1, 2)
        )
        cls.entry = cls._log_time(cls.project, day(1, 10), 2.0)
        cls._end_request()

    @classmethod
    def _end_request(cls):
        """What happens before a commit."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        cls.env.invalidate_all()

    def assertTotals(self, period, hours):
        """Read, sum, search and sort, each as another user's request would."""
        Period = period.browse().with_user(self.user_accountant)
        domain = [("id", "=", period.id)]
        readers = (
            lambda: Period.browse(period.id).hours,
            lambda: Period.browse(period.id).read(["hours"])[0]["hours"],
            lambda: Period.search_read(domain, ["hours"])[0]["hours"],
            lambda: Period._read_group(domain, [], ["hours:sum"])[0][0],
            lambda: Period.search([*domain, ("hours", "=", hours)]) and hours,
            lambda: Period.search([*domain, ("hours", ">=", hours)]) and hours,
            lambda: not Period.search([*domain, ("hours", ">", hours)]) and hours,
            lambda: Period.search(domain, order="hours desc").hours,
            lambda: (
                Period._read_group(domain, [], ["amount_to_invoice:sum"])[0][0] / 100.0
            ),
        )
        for number, reader in enumerate(readers):
            with self.subTest(reader=number):
                self.env.invalidate_all()
                self.assertEqual(reader(), hours)

    def _get_statements(self, function):
        """What a call asks the database."""
        statements = []
        execute = self.env.cr.execute

        def recording(query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", recording):
            function()
        return statements

    def _get_entries_read(self):
        """How many rows of entries this transaction has read, by whatever query."""
        self.env.cr.execute(
            "SELECT seq_tup_read + COALESCE(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = 'account_analytic_line'"
        )
        return self.env.cr.fetchone()[0]

    def test_more_than_are_fetched_at_once(self):
        people = self.env["hr.employee"].create(
            [{"name": f"Person {number}"} for number in range(6)]
        )
        with (
            patch("odoo.orm.models.PREFETCH_MAX", 3),
            patch("odoo.orm.fields.PREFETCH_MAX", 3),
        ):
            for person in people:
                self._log_time(self.project, day(1, 12), 1.0, employee=person)
            self.env.flush_all()
            rows = self.january.required_ids
            rows._refresh_last_work_day()
            self.assertEqual(set(rows.mapped("last_work_day")), {day(1, 30)})

    def test_saved(self):
        self.entry.unit_amount = 5.0
        self.assertTotals(self.january, 5.0)
        self._end_request()
        self.assertTotals(self.january, 5.0)

    def test_saved_and_read_by_turns(self):
        for hours in (3.0, 4.0, 5.0):
            self.entry.unit_amount = hours
            self.assertEqual(self.january.hours, hours)
            self.assertTotals(self.january, hours)
        self.entry.unit_amount = 6.0
        self.env.flush_all()
        self.assertEqual(self.january.hours, 6.0)

    def test_moved(self):
        self.entry.date = day(2, 10)
        self.assertTotals(self.january, 0.0)
        self.assertTotals(self.february, 2.0)

    def test_deleted(self):
        self.entry.unlink()
        self.assertTotals(self.january, 0.0)

    def test_price(self):
        self.assertEqual(self.january.amount_to_invoice, 200.0)
        self.project.sale_line_id.price_unit = 50.0
        self.assertEqual(self.january.amount_to_invoice, 100.0)

    def test_currency_without_single_cents(self):
        """Amounts are rounded as the currency is, by five cents here."""
        self.january.currency_id.rounding = 0.05
        self.project.sale_line_id.price_unit = 33.33
        self.env.invalidate_all()
        self.assertAlmostEqual(self.january.amount_to_invoice, 66.65)

    def test_row_of_an_entry_is_not_typed_in(self):
        """Neither by a value nor by a default: the next save reads it."""
        Entry = self.env["account.analytic.line"].with_user(self.user_manager)
        values = {
            "name": "Work",
            "project_id": self.project.id,
            "employee_id": self.consultant.id,
            "date": day(1, 11),
            "unit_amount": 1.0,
        }
        for role in ("base.group_user", "base.group_system"):
            self.user_manager.group_ids |= self.env.ref(role)
            with self.assertRaises(AccessError):
                Entry.browse(self.entry.id).write({"counted_in": "nonsense"})
            with self.assertRaises(AccessError):
                Entry.create({**values, "counted_in": "nonsense"})
        other = Entry.with_context(default_counted_in="nonsense").create(values)
        other.unit_amount = 2.0
        self.assertEqual(self.january.hours, 4.0)

    def test_period_that_is_gone(self):
        period = self._create_custom(self.project, day(8, 1), day(8, 31))
        entry = self._log_time(self.project, day(8, 10))
        self._end_request()
        period.unlink()
        self._end_request()
        self.assertFalse(entry.billing_period_id)
        self.assertEqual(self.project.uninvoiced_hours, 3.0)

    def test_reading_writes_nothing(self):
        self.entry.unit_amount = 5.0
        self._end_request()

        def read():
            Period = self.env["project.billing.period"].with_user(self.user_accountant)
            period = Period.browse(self.january.id)
            period.read(["hours", "state", "amount_to_invoice", "readiness"])
            Period.get_cycle_overview()
            Period.search([("hours", ">", 0)], order="amount_to_invoice").mapped(
                "state"
            )
            self.env["project.billing.debt"].with_user(self.user_accountant).search([])

        statements = self._get_statements(read)
        self.assertGreater(len(statements), 5)
        for statement in statements:
            for word in ("INSERT", "UPDATE ", "DELETE", "FOR UPDATE", "FOR NO KEY"):
                self.assertNotIn(word, statement)

    def test_read_only_database(self):
        self.entry.unit_amount = 5.0
        self._log_time(self.project, day(2, 10))
        self._end_request()
        with patch.object(Cursor, "readonly", True):
            self.assertTotals(self.january, 5.0)
            self.assertTotals(self.february, 1.0)
            self.assertEqual(self.january.amount_to_invoice, 500.0)

    def test_header_reads_no_entry(self):
        """Nor do the list, the state and who owes what."""
        self._end_request()
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        Debt = self.env["project.billing.debt"].with_user(self.user_accountant)

        def read():
            Period.get_cycle_overview()
            Period.search([("state", "=", "pending")], order="state, hours")
            Period._read_group([], ["state"], ["hours:sum", "amount_to_invoice:sum"])
            Debt.search([]).mapped("hours")

        self._log_time(self.project, day(1, 12), employee=self.colleague)
        self._end_request()
        read()
        before = self._get_entries_read()
        self.env.invalidate_all()
        read()
        self.assertEqual(self._get_entries_read(), before)
        # A lock between the days of a person asks for this person's time alone.
        self._log_time(self.project, day(1, 20))
        self._lock(day(1, 15))
        self._end_request()
        before = self._get_entries_read()
        self.assertEqual(self.january.readiness["open"][0]["hours"], 1.0)
        self.assertGreater(self._get_entries_read(), before)

    def test_rolled_back(self):
        self.entry.unit_amount = 5.0
        with self.env.cr.savepoint() as savepoint:
            self.entry.unit_amount = 7.0
            self.assertEqual(self.january.hours, 7.0)
            savepoint.rollback()
        self.assertTotals(self.january, 5.0)
        self._end_request()
        self.assertTotals(self.january, 5.0)

    def test_saved_while_somebody_invoiced(self):
        """Neither saw the other: the time moves on at night."""
        self.january.action_generate_invoices(reason="test")
        late = self._log_time(self.project, day(1, 20), 4.0)
        self.assertEqual(late.billing_period_id, self.february)
        self._end_request()
        self.env.cr.execute(
            "UPDATE account_analytic_line"
            "   SET billing_period_id = %s, counted_in = %s WHERE id = %s",
            [self.january.id, self.entry.counted_in, late.id],
        )
        self.env["project.billing.time"]._touch(projects=self.project.ids)
        self._end_request()
        self.assertEqual(self.january.hours, 6.0)
        self.env["project.project"]._cron_open_billing_periods()
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.hours, 2.0)
        self.assertEqual(self.february.hours, 4.0)
        self.assertEqual(late.billing_period_id, self.february)
        self.assertEqual(self.february.late_hours, 4.0)

    def test_last_work_day(self):
        """Who joins a project owes time at once."""
        self._lock(day(1, 30))
        self._log_time(self.project, day(1, 12), employee=self.colleague)
        self._end_request()
        self.assertEqual(self.january.state, "pending")
        self._lock(day(1, 30), self.colleague)
        row = self.january.required_ids.filtered(
            lambda row: row.employee_id == self.colleague
        )
        # Saturday the 31st is nobody's day of work.
        self.assertEqual(row.last_work_day, day(1, 30))
        self.assertEqual(self.january.state, "ready")
        with patch.object(Cursor, "readonly", True):
            self.assertEqual(self.january.state, "ready")
