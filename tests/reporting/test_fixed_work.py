from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.figures import FiguresMixin

DAY = date(2026, 1, 10)


@tagged("post_install", "-at_install")
class TestFixedWork(FiguresMixin, BeyondHoursCommon):
    """A retainer of 2,500 a month with 20 hours: what its hours bring in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_fixed, price=2500.0, quantity=12.0)
        cls.project = cls._create_project(order=cls.order)
        cls.project.with_user(cls.user_accountant).write(
            {
                "billing_retainer_line_id": cls.order.order_line.id,
                "billing_retainer_hours": 20.0,
            }
        )
        cls.project.timesheet_product_id = cls.env["product.product"].create(
            {
                "name": "Service",
                "type": "service",
                "list_price": 125.0,
                "uom_id": cls.product_hours.uom_id.id,
                "service_policy": "delivered_timesheet",
            }
        )
        cls._log_time(cls.project, DAY, 25.0)

    def _read(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = (
            self.env["project.billing.fixed.work"]
            .with_user(self.user_accountant)
            .search([("project_id", "=", self.project.id)])
        )
        return [
            (row.amount, row.hours, row.standard_value, round(row.realization, 4))
            for row in rows
        ]

    def test_not_billed(self):
        self.assertEqual(self._read(), [])

    def test_list_price(self):
        """25 hours at 125 are worth 3,125."""
        self._bill(self.project)
        self.assertEqual(self._read(), [(2500.0, 25.0, 3125.0, 0.8)])

    def test_item_beyond(self):
        item = self._create_order(price=200.0).order_line
        self.project.with_user(
            self.user_accountant
        ).billing_retainer_overrun_line_id = item
        self._bill(self.project)
        self.assertEqual(self._read(), [(2500.0, 25.0, 5000.0, 0.5)])

    def test_rate_table(self):
        """The person's own price, an item by the day."""
        item = self._create_order(self.product_days).order_line
        self._log_time(self.project, DAY, 5.0, self.colleague)
        self._bill(self.project)
        self.project.sale_line_employee_ids = [
            Command.create({"employee_id": self.consultant.id, "sale_line_id": item.id})
        ]
        # A person's own item takes the time over, but for what was chosen by hand.
        self.project.timesheet_ids.write(
            {"so_line": self.order.order_line.id, "is_so_line_edited": True}
        )
        self.assertEqual(self._read(), [(2500.0, 30.0, 25 * 100.0 + 5 * 125.0, 0.8)])

    def test_fixed_amount_and_sums(self):
        """Groups are ratios of sums."""
        order = self._create_order(self.product_fixed)
        other = self._create_project("Fixed", order=order)
        other.timesheet_product_id = self.project.timesheet_product_id
        self._period(other, DAY).fixed_amount = 4000.0
        self._log_time(other, DAY, 15.0)
        idle = self._period(other, date(2026, 2, 5))
        idle.fixed_amount = 1000.0
        self._bill(self.project)
        self._bill(other)
        self._bill(other, 2, date(2026, 3, 5))
        self.env.flush_all()
        [(amount, ratio, rate)] = self.env["project.billing.fixed.work"]._read_group(
            [("project_id", "in", (self.project | other).ids)],
            [],
            ["amount:sum", "realization:avg", "effective_rate:avg"],
        )
        # Nobody worked for the last one: it says nothing of what hours bring in.
        self.assertEqual(amount, 7500.0)
        self.assertAlmostEqual(ratio, 6500.0 / (40 * 125.0))
        self.assertAlmostEqual(rate, 6500.0 / 40)

    def test_rights(self):
        self._bill(self.project)
        self.env.flush_all()
        Report = self.env["project.billing.fixed.work"]
        self.assertFalse(Report.with_user(self.user_salesperson).search([]))
        self.assertTrue(Report.with_user(self.user_manager).search([]))
        self.assertFalse(Report.with_user(self.user_consultant).has_access("read"))
