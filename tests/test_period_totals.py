from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common_schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestPeriodTotals(ScheduleCommon):
    """Saving time leaves the totals of its period to those who read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.january, cls.february = (
            cls._period(cls.project, day(month, 1)) for month in (1, 2)
        )
        cls.entry = cls._log_time(cls.project, day(1, 10), 2.0)
        cls.env.flush_all()
        cls.january._recount()
        cls.env.flush_all()
        cls.env.cr.clear()

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
            lambda: Period.search(domain, order="hours desc").hours,
            lambda: (
                Period._read_group(domain, [], ["amount_to_invoice:sum"])[0][0] / 100.0
            ),
        )
        for number, reader in enumerate(readers):
            with self.env.cr.savepoint() as savepoint:
                if reader() != hours:
                    raise AssertionError(f"{number}: {reader()} and not {hours}")
                # The next one finds the notes as this one did.
                savepoint.rollback()

    def _get_stored(self, period):
        self.env.cr.execute(
            "SELECT hours FROM project_billing_period WHERE id = %s", [period.id]
        )
        return self.env.cr.fetchone()[0]

    def _get_noted(self):
        self.env.flush_all()
        return self.env["billing.recount"].search([]).period_id

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
            self.env["project.billing.period.required"]._recount()
            rows = self.january.required_ids
            rows._refresh_last_work_day()
            self.assertEqual(set(rows.mapped("last_work_day")), {day(1, 30)})

    def test_saving_leaves_a_note(self):
        self.entry.unit_amount = 5.0
        self.assertEqual(self._get_noted(), self.january)
        self.assertEqual(self._get_stored(self.january), 2.0)
        self.assertTotals(self.january, 5.0)

    def test_reading_stores_what_it_counted(self):
        self.entry.unit_amount = 5.0
        self.assertEqual(self.january.hours, 5.0)
        self.assertFalse(self._get_noted())
        self.assertEqual(self._get_stored(self.january), 5.0)

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
        self.assertEqual(self._get_noted(), self.january | self.february)
        self.assertTotals(self.january, 0.0)
        self.assertTotals(self.february, 2.0)

    def test_deleted(self):
        self.entry.unlink()
        self.assertEqual(self._get_noted(), self.january)
        self.assertTotals(self.january, 0.0)

    def test_price(self):
        self.project.sale_line_id.price_unit = 50.0
        self.assertEqual(self._get_noted(), self.january)
        self.assertEqual(self.january.amount_to_invoice, 100.0)

    def test_period_that_is_gone(self):
        period = self._create_custom(self.project, day(8, 1), day(8, 31))
        self._log_time(self.project, day(8, 10))
        period.unlink()
        self.assertNotIn(period.id, self._get_noted().ids)

    def test_other_fields_read_no_totals(self):
        self.entry.unit_amount = 5.0
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.january.date_to, day(1, 31))
        self.assertEqual(self._get_noted(), self.january)

    def test_read_only_database(self):
        """What may not be stored is right all the same."""
        self.entry.unit_amount = 5.0
        self._log_time(self.project, day(2, 10))
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Cursor, "readonly", True):
            self.assertTotals(self.january, 5.0)
            self.assertTotals(self.february, 1.0)
            self.assertEqual(self.january.amount_to_invoice, 500.0)
            self.assertEqual(self._get_stored(self.january), 2.0)
        self.env.invalidate_all()
        self.assertEqual(self._get_noted(), self.january | self.february)

    def test_period_that_somebody_else_counts(self):
        self.entry.unit_amount = 5.0
        self.env.flush_all()
        Period = self.registry["project.billing.period"]
        with patch.object(Period, "try_lock_for_update", lambda self, **kw: self[:0]):
            self.assertTotals(self.january, 5.0)
            # Time that is saved after reading counts as well.
            self.entry.unit_amount = 6.0
            self.assertEqual(self.january.hours, 6.0)
            self.env.flush_all()
            self.assertTotals(self.january, 6.0)
        self.env.cr.clear()
        self.assertTotals(self.january, 6.0)

    def test_rolled_back(self):
        self.entry.unit_amount = 5.0
        with self.env.cr.savepoint() as savepoint:
            self.assertEqual(self.january.hours, 5.0)
            savepoint.rollback()
        self.assertEqual(self._get_noted(), self.january)
        self.assertEqual(self.january.hours, 5.0)

    def test_saved_while_somebody_invoiced(self):
        """Neither saw the other: the time moves on when somebody reads."""
        self.january.action_generate_invoices(reason="test")
        late = self._log_time(self.project, day(1, 20), 4.0)
        self.assertEqual(late.billing_period_id, self.february)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET billing_period_id = %s WHERE id = %s",
            [self.january.id, late.id],
        )
        self.env.cr.clear()
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.hours, 2.0)
        self.assertEqual(self.february.hours, 4.0)
        self.assertEqual(late.billing_period_id, self.february)
        self.assertEqual(self.february.late_hours, 4.0)

    def test_cron_counts_what_nobody_reads(self):
        self.entry.unit_amount = 5.0
        self.env.flush_all()
        self.env["billing.recount"]._count_all()
        self.assertFalse(self._get_noted())
        self.assertEqual(self._get_stored(self.january), 5.0)

    def test_last_work_day(self):
        """Who joins a project owes time at once, and the day is counted when read."""
        self._lock(day(1, 30))
        self._log_time(self.project, day(1, 12), employee=self.colleague)
        self.env.flush_all()
        self.assertTrue(self.env["billing.recount"].search([]).required_id)
        self.env.cr.clear()
        self.assertEqual(self.january.state, "pending")
        self.assertFalse(self.env["billing.recount"].search([]).required_id)
        row = self.january.required_ids.filtered(
            lambda row: row.employee_id == self.colleague
        )
        # Saturday the 31st is nobody's day of work.
        self.assertEqual(row.last_work_day, day(1, 30))
        self._lock(day(1, 30), self.colleague)
        self.assertEqual(self.january.state, "ready")
        with patch.object(Cursor, "readonly", True):
            self._log_time(self.project, day(2, 12), employee=self.lead)
            self.env.flush_all()
            self.env.cr.clear()
            rows = row.search([("last_work_day", "=", day(2, 27))])
            self.assertIn(self.lead, rows.employee_id)
