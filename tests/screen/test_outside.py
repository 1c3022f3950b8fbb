from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestOutside(StockInvoiceMixin, ScheduleCommon):
    """What was sold is on the screen: in a period, or as what no period bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)

    def _sell(self, price, policy="order", order=None, **values):
        product = self.env["product.product"].create(
            {"name": f"Extra at {price}", "type": "service", "invoice_policy": policy}
        )
        return self.env["sale.order.line"].create(
            {
                "order_id": (order or self.order).id,
                "product_id": product.id,
                "product_uom_qty": 1.0,
                "price_unit": price,
                "tax_ids": [Command.clear()],
                **values,
            }
        )

    def _get_outside(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        Period = self.env["project.billing.period"]
        return Period.with_user(user or self.user_accountant).get_cycle_overview()[
            "outside"
        ]

    def assertSold(self, amount, *orders, user=None):
        outside = self._get_outside(user)
        self.assertEqual(
            [round(sold["amount"], 2) for sold in outside["sold"]],
            [amount] if amount else [],
        )
        self.assertEqual(outside["sold_orders"], [order.name for order in orders])

    # ------------------------------------------------------------------- sold

    def test_nothing_beside(self):
        self._log_time(self.project, date(2026, 1, 5), 6.0)
        self.assertSold(0.0)

    def test_fee_and_discount(self):
        self._sell(500.0)
        self._sell(-50.0)
        self.assertSold(450.0, self.order)
        self.assertSold(450.0, self.order, user=self.user_manager)
        invoice = self._invoice_stock(self.order)
        self.assertEqual(invoice.amount_untaxed, 450.0)
        self.assertSold(0.0)

    def test_prepaid_time(self):
        """Time on it is paid already; the item is not."""
        product = self.env["product.product"].create(
            {
                "name": "Prepaid",
                "type": "service",
                "service_policy": "ordered_prepaid",
                "uom_id": self.product_hours.uom_id.id,
            }
        )
        item = self._sell(
            120.0, product_id=product.id, product_uom_qty=50.0, name="Prepaid"
        )
        self.assertEqual(item.qty_delivered_method, "timesheet")
        self.assertSold(6000.0, self.order)

    def test_delivered_by_hand(self):
        item = self._sell(30.0, "delivery", product_uom_qty=10.0)
        self.assertSold(0.0)
        item.qty_delivered = 4.0
        self.assertSold(120.0, self.order)

    def test_discount_of_the_item(self):
        self._sell(500.0, discount=10.0)
        self.assertSold(450.0, self.order)

    def test_order_that_is_cancelled(self):
        order = self._create_order()
        self._sell(500.0, order=order)
        order.project_id = self.project
        self.assertSold(500.0, order)
        order.action_cancel()
        self.assertSold(0.0)

    def test_order_of_the_project(self):
        """Two more ways by which an order belongs to a project."""
        second, third = self._create_order(), self._create_order()
        self._sell(10.0, order=second)
        self._sell(20.0, order=third)
        second.project_id = self.project
        self.project.reinvoiced_sale_order_id = third
        self.assertSold(30.0, second, third)

    def test_what_periods_bill(self):
        """Their amounts, shares, milestones, expenses and deductions."""
        item = self._sell(900.0)
        self.assertSold(900.0, self.order)
        january = self._period(self.project, date(2026, 1, 5))
        january.write({"fixed_amount": 450.0, "sale_line_id": item.id})
        self.assertSold(0.0)
        january._generate_invoices("Without time")
        self.assertEqual(january.amount_invoiced, 450.0)
        # No further period bills the rest.
        self.assertSold(450.0, self.order)

    def test_retainer(self):
        item = self._sell(900.0)
        self.project.write({"billing_retainer_line_id": item.id})
        self.assertSold(0.0)
        self.project.billing_retainer_line_id = False
        self.assertSold(900.0, self.order)

    def test_rows_of_the_project(self):
        item = self._sell(500.0)
        january = self._period(self.project, date(2026, 1, 5))
        march = self._period(self.project, date(2026, 3, 5))
        for user in (self.user_manager, self.user_accountant):
            self.env.invalidate_all()
            sold = january.with_user(user).readiness["sold"]
            self.assertEqual(
                [(row["id"], row["order"]) for row in sold],
                [(item.id, self.order.name)],
            )
            self.assertIn("500.00", sold[0]["amount"])
        with freeze_time(date(2026, 2, 10)):
            self.env.invalidate_all()
            self.assertNotIn("sold", march.readiness)
        january.action_skip("Over")
        self.env.invalidate_all()
        self.assertNotIn("sold", january.readiness)

    def test_projects_of_others(self):
        self._sell(500.0)
        self.project.user_id = self.user_accountant
        self.project.billing_owner_id = self.user_accountant
        self.order.user_id = self.user_accountant
        self.assertSold(0.0, user=self.user_manager)

    def test_orders_open(self):
        self._sell(500.0)
        other = self._create_order()
        self._sell(70.0, order=other)
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        action = Period.get_outside_action("sold")
        orders = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(orders, self.order)
        with self.assertRaises(UserError):
            Period.get_outside_action("everything")
        with self.assertRaises(AccessError):
            Period.with_user(self.user_consultant).get_outside_action("sold")

    def test_number_of_queries(self):
        """As many for any number of projects and orders."""
        periods = self._period(self.project, date(2026, 1, 5))
        self._sell(500.0)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            periods.mapped("readiness")
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            periods.mapped("readiness")
            return self.env.cr.sql_log_count - before

        one = count()
        for number in range(3):
            order = self._create_order()
            self._sell(100.0, order=order)
            project = self._create_project(f"Another {number}", order=order)
            periods |= self._period(project, date(2026, 1, 5))
        self.assertLessEqual(count(), one)

    # --------------------------------------------------------------- no period

    def test_time_of_another_age(self):
        self.assertEqual(self._get_outside()["unplaced_hours"], 0.0)
        entry = self._log_time(self.project, date(2062, 1, 5), 1.5)
        self.assertFalse(entry.billing_period_id)
        self.assertEqual(self._get_outside()["unplaced_hours"], 1.5)
        self.assertEqual(self._get_outside(self.user_manager)["unplaced_hours"], 1.5)
        Period = self.env["project.billing.period"].with_user(self.user_manager)
        action = Period.get_outside_action("unplaced")
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, entry)
        entry.billing_hold = "write_off"
        self.assertEqual(self._get_outside()["unplaced_hours"], 0.0)

    def test_days_of_a_custom_period_that_is_billed(self):
        project = self._create_project("Custom", billing_frequency="custom")
        self._create_custom(project, date(2026, 1, 1), date(2026, 1, 31))
        self._log_time(project, date(2026, 1, 5), 6.0)
        self._lock(date(2026, 1, 31))
        project.billing_period_ids._generate_invoices()
        self.assertEqual(self._get_outside()["unplaced_hours"], 0.0)
        self._log_time(project, date(2026, 1, 7), 1.0)
        self.assertEqual(self._get_outside()["unplaced_hours"], 1.0)
        self.assertIn("periods", self._get_missing(project))
