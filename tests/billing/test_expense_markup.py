from psycopg2.errors import CheckViolation

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.expense import ExpenseCommon


@tagged("post_install", "-at_install")
class TestExpenseMarkup(ExpenseCommon):
    """Expenses at cost are re-invoiced with the mark-up of their project."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.billing_expense_markup = 12.5

    def test_price_of_the_order_carries_it(self):
        expense = self._create_expense(amount=120.0)
        self._post_expenses(expense)
        line = expense.sale_order_line_id
        self.assertEqual(line.price_unit, 135.0)
        self.assertIn("Train", line.name)
        self.assertNotIn("12", line.name)
        self.assertEqual(self.january.expense_amount, 135.0)
        invoice = self._generate(self.january)
        self.assertEqual(invoice.amount_untaxed, 135.0)
        # What the company pays is what was spent.
        self.assertEqual(expense.account_move_id.amount_untaxed, 120.0)

    def test_none_by_default(self):
        self.project.billing_expense_markup = 0.0
        expense = self._create_expense()
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 120.0)

    def test_sales_price_has_none(self):
        self.travel.write({"expense_policy": "sales_price", "list_price": 200.0})
        expense = self._create_expense()
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 200.0)

    def test_only_of_its_own_project(self):
        other = self._create_project("Other", order=self.order)
        other._create_analytic_account()
        expense = self._create_expense(project=other)
        self.assertEqual(expense.billing_project_id, other)
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 120.0)

    def test_without_a_project(self):
        """A supplier's bill or an order without a project: Odoo's own price."""
        order = self._create_order()
        account = self.project.account_id.copy({"name": "Elsewhere"})
        expense = self._create_expense(
            sale_order_id=order.id, analytic_distribution={account.id: 100}
        )
        self.assertFalse(expense.billing_project_id)
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 120.0)

    def test_expenses_by_quantity(self):
        """Ten kilometres of 0.40 and a tax that the company gets back."""
        tax = self.env["account.tax"].create(
            {
                "name": "Input",
                "amount": 25.0,
                "type_tax_use": "purchase",
                "price_include_override": "tax_included",
            }
        )
        self.travel.standard_price = 0.5
        expense = self._create_expense(
            quantity=10.0, total_amount_currency=5.0, tax_ids=[Command.set(tax.ids)]
        )
        self._post_expenses(expense)
        line = expense.sale_order_line_id
        self.assertEqual((line.qty_delivered, line.price_unit), (10.0, 0.45))
        self.assertEqual(self.january.amount_to_invoice, 4.5)

    def test_other_currency(self):
        foreign = self.env["res.currency"].create({"name": "XTC", "symbol": "X"})
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2026-01-01", "rate": 2.0}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        order = self._create_order(pricelist_id=pricelist.id)
        project = self._create_project("Abroad", order, billing_expense_markup=10.0)
        project._create_analytic_account()
        expense = self._create_expense(project=project)
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 264.0)

    def test_posted_expenses_keep_their_price(self):
        expense = self._create_expense()
        self._post_expenses(expense)
        self.project.billing_expense_markup = 50.0
        self.assertEqual(expense.sale_order_line_id.price_unit, 135.0)

    def test_who_may_change_it(self):
        project = self.project.with_user(self.user_accountant)
        project.billing_expense_markup = 20.0
        self.assertEqual(self.project.billing_expense_markup, 20.0)

    def test_is_never_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.project.billing_expense_markup = -1.0
            self.env.flush_all()
