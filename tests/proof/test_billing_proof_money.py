from datetime import date
from itertools import count

from odoo.fields import Command
from odoo.tests import tagged

from ..common.expense import ExpenseCommon
from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin

#: Smallest amount of a currency, and its rate to the company's.
CURRENCIES = ((0.001, 0.3), (0.01, 1.7), (1.0, 150.0), (0.05, 0.9))
NAMES = count(10)
QUANTITIES = (1.0, 3.0, 7.0, 1.5)


@tagged("post_install", "-at_install")
class TestBillingProofMoney(StockInvoiceMixin, ExpenseCommon, ProofCommon):
    """What is right in every currency and quantity is not told as wrong."""

    def _order_in(self, rounding, rate):
        currency = self.env["res.currency"].create(
            {"name": f"X{next(NAMES)}", "symbol": "X", "rounding": rounding}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2026-01-01", "rate": rate}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        return self._create_order(pricelist_id=pricelist.id, price=33.333)

    def _set_up_project(self, order, **values):
        project = self._create_project("Abroad", order, **values)
        project._create_analytic_account()
        return project

    def _spend(self, project, product=None, **values):
        expense = self._create_expense(
            project=project, product_id=(product or self.travel).id, **values
        )
        self._post_expenses(expense)
        return expense

    def _spend_all(self, project):
        """Expenses of several quantities, of amounts that nobody can divide evenly."""
        by_unit = self.travel.copy({"standard_price": 0.44})
        for quantity in QUANTITIES:
            self._spend(
                project,
                by_unit,
                quantity=quantity,
                total_amount_currency=0.44 * quantity,
            )
        self._spend(project, amount=100.01)

    def _bill_all(self, project):
        self._log_time(project, date(2026, 1, 6), 1 / 3)
        self._log_time(project, date(2026, 1, 7), 1.75)
        self._lock(date(2026, 1, 31))
        self.env.flush_all()
        period = self._period(project, date(2026, 1, 6))
        invoice = self._generate(period, post=True)
        self.assertTrue(invoice)
        deducted = invoice.invoice_line_ids.filtered("is_downpayment")
        self.assertEqual(
            period.amount_invoiced,
            invoice.currency_id.round(
                invoice.amount_untaxed - sum(deducted.mapped("price_subtotal"))
            ),
        )
        return invoice

    def assertRight(self, project):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertProven(project)

    def test_orders_in_other_currencies(self):
        for rounding, rate in CURRENCIES:
            for markup in (0.0, 12.5, 7.77):
                with self.subTest(rounding=rounding, markup=markup):
                    order = self._order_in(rounding, rate)
                    project = self._set_up_project(order, billing_expense_markup=markup)
                    self._spend_all(project)
                    self.assertRight(project)
                    self._bill_all(project)
                    self.assertRight(project)

    def test_company_in_another_currency(self):
        self.company.currency_id.rounding = 0.001
        order = self._create_order(price=33.333)
        project = self._set_up_project(order, billing_expense_markup=12.5)
        self._spend_all(project)
        self.assertRight(project)
        self._bill_all(project)
        self.assertRight(project)

    def test_prices_of_more_digits(self):
        self.env.ref("product.decimal_price").digits = 4
        self.company.currency_id.rounding = 0.001
        order = self._create_order(price=33.3333)
        project = self._set_up_project(order, billing_expense_markup=12.5)
        self._spend_all(project)
        self._bill_all(project)
        self.assertRight(project)

    def test_fixed_amounts_and_deductions(self):
        for rounding, rate in CURRENCIES:
            with self.subTest(rounding=rounding):
                order = self._order_in(rounding, rate)
                product = self.env["product.product"].create(
                    {"name": "Fee", "type": "service", "invoice_policy": "order"}
                )
                item = self.env["sale.order.line"].create(
                    {
                        "order_id": order.id,
                        "product_id": product.id,
                        "product_uom_qty": 3.0,
                        "price_unit": 1333.33,
                        "discount": 3.3,
                        "tax_ids": [Command.clear()],
                    }
                )
                project = self._set_up_project(order)
                self._period(project, date(2026, 1, 6)).write(
                    {"sale_line_id": item.id, "fixed_share": 33.3}
                )
                (down,) = self._invoice_stock(
                    order, advance_payment_method="fixed", fixed_amount=77.777
                )
                down.action_post()
                self._bill_all(project)
                self.assertRight(project)

    def test_wrong_price_is_told(self):
        """A cent, or the smallest amount, is a difference still."""
        for rounding, rate in CURRENCIES:
            with self.subTest(rounding=rounding):
                order = self._order_in(rounding, rate)
                project = self._set_up_project(order, billing_expense_markup=12.5)
                expense = self._spend(project, amount=1000.0)
                self.assertRight(project)
                item = expense.sale_order_line_id
                kept = item.reinvoiced_with
                item._record(
                    {
                        "reinvoiced_with": {
                            **kept,
                            "price": kept["price"] + max(rounding, 0.01),
                        }
                    }
                )
                self.assertEqual(self._get_kinds(project), {("expense_amount", item)})
