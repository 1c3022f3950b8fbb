from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.figures import FEBRUARY, JANUARY, MIDDLE, TODAY, FiguresMixin


class AccrualMixin(FiguresMixin):
    def _read_accrual(self, project, day, user=None):
        """(kind, earned, invoiced) of a project at a day."""
        self.env.flush_all()
        Accrual = self.env["project.billing.accrual"].with_context(
            billing_report_day=str(day)
        )
        Accrual = Accrual.with_user(user) if user else Accrual
        return [
            (group["kind"], group["earned:sum"], group["invoiced:sum"])
            for group in Accrual.formatted_read_group(
                [("project_id", "=", project.id)],
                ["kind"],
                ["earned:sum", "invoiced:sum"],
            )
        ]

    def assertSame(self, project, order=None):
        """The report accrues what Odoo's own dialog would book."""
        order = order or project.sale_line_id.order_id
        for day in (MIDDLE, JANUARY, FEBRUARY, TODAY):
            rows = self._read_accrual(project, day)
            accrued = sum(earned - invoiced for _kind, earned, invoiced in rows)
            self.assertAlmostEqual(accrued, self._accrued(order, day), 2, day)


@tagged("post_install", "-at_install")
class TestAccrual(AccrualMixin, BeyondHoursCommon):
    """Earned less invoiced, of each kind of what is billed; today is 10 March."""

    def test_time(self):
        project = self._create_project(order=self._create_order(quantity=100.0))
        self._log_time(project, date(2026, 1, 10), 10.0)
        self._log_time(project, date(2026, 2, 10), 5.0)
        self.assertEqual(self._read_accrual(project, JANUARY), [("time", 1000.0, 0.0)])
        self.assertSame(project)
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertEqual(
            self._read_accrual(project, FEBRUARY), [("time", 1500.0, 1000.0)]
        )
        self.assertEqual(self._read_accrual(project, JANUARY), [("time", 1000.0, 0.0)])
        self.assertSame(project)

    def test_credit(self):
        project = self._create_project(order=self._create_order(quantity=100.0))
        self._log_time(project, date(2026, 1, 10), 10.0)
        self._lock(FEBRUARY)
        self._reverse(self._bill(project)).action_post()
        self.assertEqual(
            self._read_accrual(project, FEBRUARY), [("time", 1000.0, 1000.0)]
        )
        self.assertEqual(self._read_accrual(project, TODAY), [("time", 1000.0, 0.0)])
        self.assertSame(project)

    def test_write_off(self):
        project = self._create_project(order=self._create_order(quantity=100.0))
        self._log_time(project, date(2026, 1, 10), 4.0)
        lost = self._log_time(project, date(2026, 1, 11), 2.0)
        lost.with_user(self.user_manager).action_set_billing("write_off", "Late")
        self.assertEqual(self._read_accrual(project, JANUARY), [("time", 400.0, 0.0)])
        self.assertSame(project)

    def test_cap(self):
        order = self._create_order(quantity=8.0)
        order.order_line.billing_capped = True
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 6.0)
        self._log_time(project, date(2026, 2, 10), 6.0)
        self.assertEqual(self._read_accrual(project, TODAY), [("time", 800.0, 0.0)])
        self.assertSame(project)
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertEqual(self._read_accrual(project, TODAY), [("time", 800.0, 600.0)])
        self.assertSame(project)

    def test_retainer(self):
        """2,500 a month, earned day by day; billed in advance it reads negative."""
        order = self._create_order(self.product_fixed, price=2500.0, quantity=12.0)
        project = self._create_project(order=order)
        project.with_user(self.user_accountant).write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 20.0,
            }
        )
        self._log_time(project, date(2026, 1, 10), 14.0)
        self.assertEqual(
            self._read_accrual(project, MIDDLE), [("retainer", 1209.68, 0.0)]
        )
        self.assertSame(project)
        self._bill(project)
        self.assertEqual(
            self._read_accrual(project, FEBRUARY), [("retainer", 5000.0, 2500.0)]
        )
        self.assertSame(project)
        self._bill(project, 3, date(2026, 3, 1))
        self.assertEqual(
            self._read_accrual(project, TODAY), [("retainer", 5806.45, 5000.0)]
        )
        self.assertSame(project)

    def test_fixed_amounts(self):
        """Skipped ones are earned by nobody; all of them are the value of the order."""
        order = self._create_order(self.product_fixed)
        project = self._create_project(order=order)
        january, february, march = (
            self._period(project, date(2026, month, 5)) for month in (1, 2, 3)
        )
        for period, amount in ((january, 4000.0), (february, 3000.0), (march, 2000.0)):
            period.fixed_amount = amount
        self.assertSame(project)
        self._bill(project)
        self.assertEqual(
            self._read_accrual(project, FEBRUARY), [("fixed", 7000.0, 4000.0)]
        )
        self.assertEqual(
            self._read_accrual(project, date(2026, 3, 31)), [("fixed", 9000.0, 4000.0)]
        )
        self.assertSame(project)
        february.action_skip("Not this time")
        self.assertEqual(
            self._read_accrual(project, FEBRUARY), [("fixed", 4000.0, 4000.0)]
        )
        self.assertSame(project)

    def test_milestones(self):
        order = self._create_order(self.product_milestones, quantity=1.0)
        project = self._create_project(order=order, allow_milestones=True)
        first, second = self._create_milestones(project, order.order_line, (0.3, 0.7))
        self._reach(first)
        self.assertEqual(self._read_accrual(project, MIDDLE), [])
        self.assertEqual(
            self._read_accrual(project, JANUARY), [("milestone", 3000.0, 0.0)]
        )
        self.assertSame(project)
        self._bill(project)
        self._reach(second, date(2026, 3, 5))
        self.assertEqual(
            self._read_accrual(project, TODAY), [("milestone", 10000.0, 3000.0)]
        )
        self.assertSame(project)

    def test_draft(self):
        """A draft is no revenue yet."""
        project = self._create_project(order=self._create_order(quantity=100.0))
        self._log_time(project, date(2026, 1, 10), 10.0)
        self._lock(FEBRUARY)
        self._period(project, date(2026, 1, 5))._generate_invoices("To be tested")
        self.assertEqual(self._read_accrual(project, TODAY), [("time", 1000.0, 0.0)])

    def test_sums(self):
        """Both sides are apart, as a balance sheet has them."""
        order = self._create_order(self.product_fixed)
        project = self._create_project(order=order)
        self._period(project, date(2026, 3, 5)).fixed_amount = 3100.0
        self._bill(project, 3, date(2026, 3, 1))
        self.env.flush_all()
        [row] = (
            self.env["project.billing.accrual"]
            .with_user(self.user_accountant)
            .search([("project_id", "=", project.id)])
        )
        self.assertEqual(
            (row.earned, row.invoiced, row.accrued, row.unbilled, row.in_advance),
            (1000.0, 3100.0, -2100.0, 0.0, 2100.0),
        )
        self.assertEqual(row.sale_line_id, order.order_line)


@tagged("post_install", "-at_install")
class TestAccrualExpenses(AccrualMixin, ExpenseCommon):
    def test_expenses(self):
        self._post_expenses(self._create_expense(day=JANUARY))
        self.assertEqual(
            self._read_accrual(self.project, JANUARY), [("expense", 120.0, 0.0)]
        )
        self.assertSame(self.project)
        self._bill(self.project)
        self.assertEqual(
            self._read_accrual(self.project, FEBRUARY), [("expense", 120.0, 120.0)]
        )
        self.assertSame(self.project)
