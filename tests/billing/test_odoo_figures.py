from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.figures import FEBRUARY, JANUARY, FiguresMixin


@tagged("post_install", "-at_install")
class TestOdooFigures(FiguresMixin, BeyondHoursCommon):
    def test_hourly(self):
        order = self._create_order(quantity=100.0)
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 10.0)
        self._log_time(project, date(2026, 2, 10), 5.0)
        self.assertAccrued(order, 1000.0, 1000.0, 1500.0, 1500.0)
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertAccrued(order, 1000.0, 1000.0, 500.0, 500.0)
        self.assertAnalysis(order.order_line, 15.0, 10.0, 500.0)
        self.assertProfit(project, billable_time=(1000.0, 500.0))
        self.assertProven(project)

    def test_write_off(self):
        """All of an entry, and a part of one."""
        order = self._create_order(quantity=100.0)
        project = self._create_project(order=order)
        whole, part, _rest = (
            self._log_time(project, date(2026, 1, day), 4.0) for day in (6, 7, 8)
        )
        whole.with_user(self.user_manager).action_set_billing("write_off", "Late")
        part.with_user(self.user_manager).action_set_billing("write_off", "Late", 1.0)
        self.assertAccrued(order, 700.0, 700.0, 700.0, 700.0)
        self.assertAnalysis(order.order_line, 7.0, 0.0, 700.0)
        self.assertProfit(project, billable_time=(0.0, 700.0))
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertAccrued(order, 700.0, 700.0, 0.0, 0.0)
        self.assertAnalysis(order.order_line, 7.0, 7.0, 0.0)
        self.assertProfit(project, billable_time=(700.0, 0.0))
        self.assertProven(project)

    def test_discount_and_included_tax(self):
        order = self._create_order(price=124.0, quantity=100.0)
        item = order.order_line
        item.tax_ids = self.tax_included
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 10.0)
        self.assertAccrued(order, 1000.0, 1000.0, 1000.0, 1000.0)
        self._change_for_all(item, {"discount": 10.0})
        self.assertAccrued(order, 900.0, 900.0, 900.0, 900.0)

    def test_retainer(self):
        """2,500 a month: hours are no quantity of it. It is earned day by day."""
        order = self._create_order(self.product_fixed, price=2500.0, quantity=12.0)
        item = order.order_line
        project = self._create_project(order=order)
        project.with_user(self.user_accountant).write(
            {"billing_retainer_line_id": item.id, "billing_retainer_hours": 20.0}
        )
        self._log_time(project, date(2026, 1, 10), 14.0)
        self._log_time(project, date(2026, 2, 10), 25.5)
        self.assertAccrued(order, 1209.68, 2500.0, 5000.0, 5806.45)
        self.assertAnalysis(item, 0.0, 0.0, 30000.0)
        self._bill(project)
        self.assertAccrued(order, 1209.68, 2500.0, 2500.0, 3306.45)
        self._bill(project, 2, date(2026, 3, 1))
        self.assertAccrued(order, 1209.68, 2500.0, 2500.0, 806.45)
        self.assertAnalysis(item, 2.0, 2.0, 25000.0)
        self.assertProfit(project, billable_fixed=(5000.0, 25000.0))
        self.assertProven(project)

    def test_retainer_in_advance(self):
        """What is billed before its days is not earned yet."""
        order = self._create_order(self.product_fixed, price=2500.0, quantity=12.0)
        project = self._create_project(order=order)
        project.billing_retainer_line_id = order.order_line
        self._bill(project, 2, JANUARY)
        # January's is earned and not billed, February's the other way.
        self.assertAccrued(order, 1209.68, 0.0, 2500.0, 3306.45)

    def test_retainer_sold_by_the_hour(self):
        """Hours are what is left of the package; the amount is earned by days."""
        product = self.env["product.product"].create(
            {
                "name": "Prepaid hours",
                "type": "service",
                "uom_id": self.product_hours.uom_id.id,
                "service_policy": "ordered_prepaid",
            }
        )
        order = self._create_order(product, price=125.0, quantity=240.0)
        item = order.order_line
        project = self._create_project(order=order)
        project.write(
            {"billing_retainer_line_id": item.id, "billing_retainer_amount": 2500.0}
        )
        self._log_time(project, date(2026, 1, 10), 14.0)
        self.assertAccrued(order, 1209.68, 2500.0, 5000.0, 5806.45)
        self.assertEqual(item.qty_delivered, 14.0)
        self.assertEqual(item.remaining_hours, 226.0)

    def _create_thirds(self):
        order = self._create_order(self.product_fixed, price=9000.0, quantity=1.0)
        project = self._create_project(
            order=order, billing_frequency="custom", billing_start_date=False
        )
        self.env["project.billing.period"].create(
            [
                {
                    "project_id": project.id,
                    "date_from": first,
                    "date_to": last,
                    "fixed_amount": 3000.0,
                    "sale_line_id": order.order_line.id,
                }
                for first, last in (
                    (date(2026, 1, 1), JANUARY),
                    (date(2026, 2, 1), FEBRUARY),
                    (date(2026, 3, 1), date(2026, 3, 31)),
                )
            ]
        )
        self._log_time(project, date(2026, 1, 10), 14.0)
        return order, project

    def test_fixed_amounts(self):
        """To the cent: a third of 9,000 counts as 0.33 of it."""
        order, project = self._create_thirds()
        self.assertAccrued(order, 1451.61, 3000.0, 6000.0, 6967.74)
        self._bill(project)
        self.assertAccrued(order, 1451.61, 3000.0, 3000.0, 3967.74)
        self.assertAnalysis(order.order_line, 0.33, 0.33, 6000.0)
        self.assertProfit(project, billable_fixed=(3000.0, 6000.0))
        self.assertProven(project)

    def test_fixed_amount_written_down_and_skipped(self):
        order, project = self._create_thirds()
        first, second, _third = project.billing_period_ids.sorted("date_from")
        first._generate_invoices("To be tested")
        invoice = first.invoice_line_ids.move_id
        invoice.invoice_line_ids.price_unit = 2800.0
        invoice.invoice_date = date(2026, 2, 5)
        invoice.action_post()
        self.assertAccrued(order, 1354.84, 2800.0, 3000.0, 3967.74)
        second.action_skip("Given")
        self.assertAccrued(order, 1354.84, 2800.0, 0.0, 967.74)

    def test_fixed_amount_credited(self):
        """It is to be billed again."""
        order, project = self._create_thirds()
        invoice = self._bill(project)
        reversal = invoice._reverse_moves([{"invoice_date": date(2026, 2, 20)}])
        reversal.action_post()
        self.assertAccrued(order, 1451.61, 3000.0, 6000.0, 6967.74)
        self.assertAnalysis(order.order_line, 0.0, 0.0, 9000.0)

    def test_cap(self):
        """What lies above the cap is neither earned nor to be invoiced."""
        order = self._create_order(quantity=10.0)
        item = order.order_line
        item.billing_capped = True
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 8.0)
        self.assertAccrued(order, 800.0, 800.0, 800.0, 800.0)
        self._log_time(project, date(2026, 1, 20), 6.0)
        self._log_time(project, date(2026, 2, 10), 1.0)
        self.assertAccrued(order, 800.0, 1000.0, 1000.0, 1000.0)
        self.assertAnalysis(item, 10.0, 0.0, 1000.0)
        self.assertProfit(project, billable_time=(0.0, 1000.0))
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertAccrued(order, 800.0, 1000.0, 0.0, 0.0)
        self.assertAnalysis(item, 10.0, 10.0, 0.0)
        self.assertProfit(project, billable_time=(1000.0, 0.0))
        self.assertEqual(item.invoice_status, "invoiced")
        self.assertProven(project)
        item.product_uom_qty = 12.0
        self.assertAccrued(order, 800.0, 1200.0, 200.0, 200.0)
        item.billing_capped = False
        self.assertAccrued(order, 800.0, 1400.0, 500.0, 500.0)

    def test_milestones(self):
        """By the day on which they were reached."""
        order = self._create_order(self.product_milestones, quantity=1.0)
        item = order.order_line
        project = self._create_project(order=order)
        milestones = self._create_milestones(project, item, [0.25, 0.25, 0.5])
        first, second, _third = milestones
        self._reach(first, date(2026, 1, 20))
        self._reach(second, date(2026, 2, 20))
        self._log_time(project, date(2026, 1, 10), 14.0)
        self.assertAccrued(order, 0.0, 2500.0, 5000.0, 5000.0)
        self._bill(project)
        self.assertAccrued(order, 0.0, 2500.0, 2500.0, 2500.0)
        self.assertAnalysis(item, 0.5, 0.25, 2500.0)
        self.assertProfit(project, billable_milestones=(2500.0, 2500.0))

    def test_down_payment(self):
        """It is no revenue; what it deducts is none the less invoiced."""
        order = self._create_order(quantity=100.0)
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 7.0)
        paid = self._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=1240.0
        )
        paid.invoice_date = date(2026, 1, 5)
        paid.action_post()
        self.assertAccrued(order, 700.0, 700.0, 700.0, 700.0)
        self._lock(FEBRUARY)
        self._bill(project)
        self.assertAccrued(order, 700.0, 700.0, 0.0, 0.0)
        self.assertProfit(
            project, billable_time=(700.0, 0.0), downpayments=(300.0, -300.0)
        )

    def test_prepaid_item_that_no_period_bills(self):
        """Fourteen hours are not fourteen of what costs 6,000."""
        order = self._create_order(self.product_fixed, price=6000.0, quantity=1.0)
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 10), 14.0)
        self.assertAccrued(order, 0.0, 0.0, 0.0, 0.0)

    def test_orders_at_once(self):
        """One entry for several orders, in a fixed number of queries."""
        orders = self.env["sale.order"]
        for name in ("One", "Two", "Three"):
            order = self._create_order(self.product_fixed, price=2500.0, quantity=12.0)
            project = self._create_project(name, order=order)
            project.billing_retainer_line_id = order.order_line
            orders |= order
        self.assertEqual(self._accrued(orders, JANUARY), 7500.0)

    def test_entry_of_the_accountant(self):
        """Who may read neither projects nor time gets the same figures."""
        order, _project = self._create_thirds()
        user = self._new_user("controller", "account.group_account_user")
        item = order.order_line.with_user(user).sudo(False)
        item = item.with_context(accrual_entry_date=JANUARY)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(item.amount_to_invoice_at_date, 3000.0)


@tagged("post_install", "-at_install")
class TestOdooFiguresExpenses(FiguresMixin, ExpenseCommon):
    def test_expense(self):
        """By its own day: it was posted in March."""
        expense = self._create_expense()
        self._post_expenses(expense)
        self.assertAccrued(self.order, 0.0, 120.0, 120.0, 120.0)
        self._bill(self.project)
        self.assertAccrued(self.order, 0.0, 120.0, 0.0, 0.0)
        self.assertAnalysis(expense.sale_order_line_id, 1.0, 1.0, 0.0)
        self.assertProven(self.project)

    def test_supplier_bill(self):
        self.order.project_id = self.project
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 2, 10),
                "date": date(2026, 2, 10),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.travel.id,
                            "quantity": 2.0,
                            "price_unit": 50.0,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {self.project.account_id.id: 100},
                        }
                    )
                ],
            }
        )
        bill.action_post()
        self.assertAccrued(self.order, 0.0, 0.0, 100.0, 100.0)
