from datetime import date, timedelta
from unittest.mock import patch

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.invoicing_cycle.models.billing.totals import TOTALS
from odoo.addons.invoicing_cycle.models.entries.summary_sql import COUNTS, KEY

from ..common.base import InvoicingCycleCommon
from ..common.pure import repeatable

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "log",
                "log",
                "hours",
                "hours",
                "day",
                "project",
                "sale_line",
                "hold",
                "delete",
                "price",
                "generate",
                "cancel",
                "credit",
                "skip",
            ]
        ),
        st.sampled_from(["field", "read", "group", "search", "read_only", "nobody"]),
        st.integers(0, 997),
    ),
    min_size=8,
    max_size=16,
)


@tagged("post_install", "-at_install")
class TestPeriodTotalsRandom(InvoicingCycleCommon):
    """Whatever happens to time, lists show its hours, and its worth within the bound.

    Hours are those of the ledger. An amount is off by half a cent for each line that an
    invoice would have, at most. The rows of time are those that a count from scratch
    makes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order(price=90.0)
        other = cls._create_order(product=cls.product_days, price=700.0)
        cls.sale_lines = order.order_line | other.order_line
        cls.projects = cls._create_project("One", order=order) | cls._create_project(
            "Two", order=other
        )
        for number in range(8):
            cls._do_log(cls, 7 * number)

    # Shrinking a failure would take minutes: the steps are printed as they are.
    @settings(repeatable, max_examples=15, phases=[Phase.generate])
    @given(STEPS)
    def test_random_steps(self, steps):
        with self.env.cr.savepoint() as savepoint:
            for name, reader, number in steps:
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_do_{name}")(number)
                except UserError:
                    # A refusal is an answer.
                    self.env.invalidate_all()
                if number % 2:
                    # The next request, else the same one goes on.
                    self.env.flush_all()
                    self.env.cr.clear()
                getattr(self, f"_read_{reader}")()
            self._read_group()
            self._read_field()
            savepoint.rollback()

    # ---------------------------------------------------------------- reading

    def _get_periods(self):
        return self.projects.sudo().billing_period_ids

    def _count(self):
        """The totals from the entries and items themselves.

        :return: dict, period id to {name: (value, how much it may be off)}
        """
        closed = self._get_periods()._filtered_closed()
        # As a run of all would bill them: what waits first comes first.
        waiting = (self._get_periods() - closed).sorted(
            lambda period: (period.invoice_date, period.date_from, period.id)
        )
        items = waiting._get_billing_items(sequential=True)
        result = {}
        for period in self._get_periods():
            time = period.timesheet_ids
            if period not in closed:
                time = time.filtered(lambda entry: not entry.invoice_line_id)
            late = time.filtered(
                lambda entry, period=period: (
                    not period.date_from <= entry.date <= period.date_to
                )
            )
            own = [item for item in items if item.period == period]
            result[period.id] = {
                "hours": (sum(time.mapped("unit_amount")), 1e-6),
                "late_hours": (sum(late.mapped("unit_amount")), 1e-6),
                "amount_to_invoice": (
                    sum(item.amount for item in own),
                    # Half a cent a line, and the last digit of each line's quantity.
                    sum(0.005 + 0.01 * item.price_unit for item in own[1:]) + 1e-6,
                ),
                "amount_invoiced": (
                    sum(
                        -line.amount_currency
                        for line in period.invoice_line_ids
                        | period.invoice_line_ids.credit_line_ids
                        if line.parent_state
                        in (
                            ("posted",)
                            if line.credited_line_id
                            else ("draft", "posted")
                        )
                    ),
                    1e-6,
                ),
            }
        return result

    def _assert_totals(self, totals):
        for period_id, expected in self._count().items():
            for name, (value, off) in expected.items():
                self.assertAlmostEqual(
                    totals[period_id][name], value, delta=off, msg=name
                )
        self._assert_rows()

    def _assert_rows(self):
        """Counting everything anew changes no row."""
        Time = self.env["project.billing.time"]
        names = SQL(", ").join(map(SQL.identifier, (*KEY, *COUNTS)))
        query = SQL("SELECT %s FROM project_billing_time ORDER BY %s", names, names)
        Time._count_touched()
        self.env.cr.execute(query)
        before = self.env.cr.fetchall()
        with self.env.cr.savepoint() as savepoint:
            Time._touch(projects=self.projects.ids)
            Time._count_touched()
            self.env.cr.execute(query)
            self.assertEqual(before, self.env.cr.fetchall())
            savepoint.rollback()

    def _read_field(self):
        self._assert_totals(
            {
                period.id: {name: period[name] for name in TOTALS}
                for period in self._get_periods()
            }
        )

    def _read_read(self):
        rows = self._get_periods().read(TOTALS)
        self._assert_totals({row["id"]: row for row in rows})

    def _read_group(self):
        groups = self.env["project.billing.period"]._read_group(
            [("project_id", "in", self.projects.ids)],
            ["date_from:day", "project_id"],
            ["id:recordset", *(f"{name}:sum" for name in TOTALS)],
        )
        self._assert_totals(
            {
                periods.id: dict(zip(TOTALS, sums, strict=True))
                for _day, _project, periods, *sums in groups
            }
        )

    def _read_search(self):
        Period = self.env["project.billing.period"]
        expected = self._count()
        found = Period.search(
            [("project_id", "in", self.projects.ids), ("hours", "!=", 0)],
            order="amount_to_invoice desc, id",
        )
        with_hours = [key for key, totals in expected.items() if totals["hours"][0]]
        self.assertEqual(set(found.ids), set(with_hours))
        amounts = found.mapped("amount_to_invoice")
        self.assertEqual(amounts, sorted(amounts, reverse=True))

    def _read_read_only(self):
        self.env.flush_all()
        self.env.cr.clear()
        with patch.object(Cursor, "readonly", True):
            self._read_group()
            self._read_field()
        self.env.cr.clear()

    def _read_nobody(self):
        pass

    # ------------------------------------------------------------------ steps

    def _pick(self, records, number):
        return records[number % len(records)] if records else records

    def _get_entry(self, number):
        return self._pick(self.projects.timesheet_ids.sorted("id"), number)

    def _do_log(self, number):
        self._log_time(
            self.projects[number % 2],
            date(2026, 1, 1) + timedelta(days=number % 90),
            (1 / 3, 0.25, 1.0, 7.5)[number % 4],
        )

    def _do_hours(self, number):
        self._get_entry(number).unit_amount = number / 100

    def _do_day(self, number):
        self._get_entry(number).date = date(2026, 1, 1) + timedelta(days=number % 90)

    def _do_project(self, number):
        self._get_entry(number).project_id = self.projects[number % 2]

    def _do_sale_line(self, number):
        self._get_entry(number).so_line = self.sale_lines[number % 2]

    def _do_hold(self, number):
        self._get_entry(number).billing_hold = ("bill", "hold")[number % 2]

    def _do_delete(self, number):
        self._get_entry(number).unlink()

    def _do_price(self, number):
        self.sale_lines[number % 2].price_unit = 50.0 + number

    def _do_generate(self, number):
        periods = self._get_periods().sorted("id")
        self._pick(periods, number)._generate_invoices("Because")

    def _do_cancel(self, number):
        invoices = self._get_periods().invoice_line_ids.move_id.sorted("id")
        self._pick(invoices, number).button_cancel()

    def _do_credit(self, number):
        invoices = self._get_periods().invoice_line_ids.move_id.sorted("id")
        if invoice := self._pick(invoices, number):
            if invoice.state == "draft":
                invoice.action_post()
            invoice._reverse_moves()._post()

    def _do_skip(self, number):
        period = self._pick(self._get_periods().sorted("id"), number)
        if period.skip_reason:
            period.action_unskip()
        else:
            period.action_skip("Agreed")
