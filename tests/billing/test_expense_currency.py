from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin

FEBRUARY = date(2026, 2, 10)


@tagged("post_install", "-at_install")
class TestExpenseCurrency(ProofMixin, ExpenseCommon):
    """Re-invoiced expenses take the rate of the day on which the money was spent.

    One unit of the company's currency is 2 foreign ones from January, 2.5 from February
    and 4 from March, when the order is made and the expenses are posted.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign, cls.third = cls.env["res.currency"].create(
            [{"name": "XTC", "symbol": "X"}, {"name": "XTD", "symbol": "Y"}]
        )
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
                for currency, day, rate in (
                    (cls.foreign, "2026-01-01", 2.0),
                    (cls.foreign, "2026-02-01", 2.5),
                    (cls.foreign, "2026-03-01", 4.0),
                    (cls.third, "2026-01-01", 5.0),
                    (cls.third, "2026-03-01", 50.0),
                )
            ]
        )
        pricelist = cls.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": cls.foreign.id}
        )
        order = cls._create_order(pricelist_id=pricelist.id)
        cls.abroad = cls._create_project("Abroad", order=order)
        cls.abroad._create_analytic_account()
        cls.period = cls._period(cls.abroad, date(2026, 1, 20))
        cls.february = cls._period(cls.abroad, FEBRUARY)

    def _post_one(self, **values):
        expense = self._create_expense(project=self.abroad, **values)
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.currency_id, self.foreign)
        return expense

    def _billed(self, period):
        invoice = self._generate(period)
        self.assertEqual(invoice.currency_id, self.foreign)
        self.assertProven(self.abroad)
        return invoice.amount_untaxed

    def test_spent_at_home(self):
        self._post_one(amount=120.0)
        self._post_one(amount=100.0, day=FEBRUARY)
        self.assertEqual(self.period.amount_to_invoice, 240.0)
        self.assertEqual(self._billed(self.period), 240.0)
        self.assertEqual(self._billed(self.february), 250.0)

    def test_spent_in_the_currency_that_is_billed(self):
        """What was spent, to the cent, and whatever rate the bank took."""
        expense = self._create_expense(
            project=self.abroad, amount=100.01, currency_id=self.foreign.id
        )
        expense.total_amount = 48.0
        self._post_expenses(expense)
        self.assertEqual(self._billed(self.period), 100.01)

    def test_spent_in_a_third_currency(self):
        """500 are 100 at home, which are 200 in January."""
        self._post_one(amount=500.0, currency_id=self.third.id)
        self.assertEqual(self._billed(self.period), 200.0)

    def test_foreign_expense_billed_at_home(self):
        """100 foreign ones were 50 on the day, whatever they are when it is posted."""
        expense = self._create_expense(amount=100.0, currency_id=self.foreign.id)
        self._post_expenses(expense)
        invoice = self._generate(self.january)
        self.assertEqual(invoice.amount_untaxed, 50.0)
        self.assertProven(self.project)

    def test_mark_up(self):
        self.abroad.billing_expense_markup = 10.0
        self._post_one(amount=120.0)
        self._post_one(amount=100.0, day=FEBRUARY, currency_id=self.foreign.id)
        self.assertEqual(self._billed(self.period), 264.0)
        self.assertEqual(self._billed(self.february), 110.0)

    def test_by_quantity(self):
        """Ten kilometres of 0.50: a foreign unit each."""
        self.travel.standard_price = 0.5
        self._post_one(quantity=10.0, total_amount_currency=5.0)
        self.assertEqual(self._billed(self.period), 10.0)

    def test_sales_price(self):
        """What the price list says is no matter of the day."""
        self.travel.write({"expense_policy": "sales_price", "list_price": 10.0})
        self._post_one(amount=120.0)
        self.assertEqual(self._billed(self.period), 40.0)

    def test_waiting(self):
        """Not posted yet, it already reads what it will be."""
        expense = self._create_expense(project=self.abroad, amount=120.0)
        expense.action_submit()
        self.assertEqual(
            self.period.readiness["expenses"], {"ready": 0.0, "pending": 240.0}
        )

    def test_posted_before_the_day_was_kept(self):
        """At Odoo's rate of the order's day: the proof finds no fault with it."""
        expense = self._post_one(amount=120.0)
        item = expense.sale_order_line_id
        item.price_unit = 480.0
        item._record({"reinvoiced_with": {"price": 480.0, "markup": 0.0}})
        self.assertEqual(self._billed(self.period), 480.0)

    def test_supplier_bill(self):
        """Material on an order, by the day of the bill."""
        account = self.abroad.account_id
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "invoice_date": FEBRUARY,
                "date": FEBRUARY,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.travel.id,
                            "quantity": 2.0,
                            "price_unit": 50.0,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {account.id: 100},
                        }
                    )
                ],
            }
        )
        order = self.abroad.sale_order_id
        order.project_id = self.abroad
        bill.action_post()
        item = order.order_line.filtered(lambda line: line.product_id == self.travel)
        self.assertEqual(item.price_unit, 125.0)
