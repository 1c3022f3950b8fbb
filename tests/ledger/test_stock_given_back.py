from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin
from ..common.refusal import RefusalMixin
from ..common.stock import StockInvoiceMixin


class RecreatedMixin(RefusalMixin, ProofMixin):
    """Odoo's dialog credits and makes a new draft in one step."""

    def _recreate(self, invoice, **values):
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, **values})
        )
        dialog.modify_moves()
        return dialog.new_move_ids

    def _assert_bills_once(self, invoice, item):
        with self.assertRefused(invoice.name):
            self._recreate(invoice, date="2026-04-30")
        self.assertFalse(invoice.reversal_move_ids)
        self.assertEqual(item.qty_invoiced, 1.0)
        draft = self._recreate(invoice)
        self.assertEqual(invoice.reversal_move_ids.state, "posted")
        self.assertEqual(item.qty_invoiced, 1.0)
        self.assertProven(self.project)
        draft.action_post()
        self.assertEqual(item.qty_invoiced, 1.0)
        self.assertProven(self.project)


@tagged("post_install", "-at_install")
class TestStockItemGivenBack(RecreatedMixin, BeyondHoursCommon):
    """An item that Odoo invoiced before periods billed it by fixed amounts: both
    together never bill more than it, whichever way the invoice went and came back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_fixed, price=9000.0, quantity=1.0)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order, billing_frequency="custom")
        cls.invoice = cls._invoice_stock(cls.order)
        cls.periods = cls.env["project.billing.period"].create(
            [
                {
                    "project_id": cls.project.id,
                    "date_from": date(2026, month, 1),
                    "date_to": date(2026, month, 15),
                    "fixed_share": 50.0,
                }
                for month in (1, 2)
            ]
        )

    def test_cancelled(self):
        self.invoice.button_cancel()
        made = self._generate(self.periods)
        with self.assertRefused("is billed on .* by now"):
            self.invoice.button_draft()
        made.unlink()
        self.invoice.button_draft()
        self.assertEqual(self.item.qty_invoiced, 1.0)

    def test_part_of_it_is_billed(self):
        """What is left of the item may come back."""
        self.invoice.invoice_line_ids.quantity = 0.5
        self.invoice.button_cancel()
        self._generate(self.periods[0])
        self.invoice.button_draft()
        self.assertEqual(self.item.qty_invoiced, 1.0)

    def test_credited(self):
        self.invoice.action_post()
        credit = self._reverse(self.invoice)
        credit.action_post()
        self._generate(self.periods)
        with self.assertRefused("by now"):
            credit.button_draft()

    def test_credit_to_come(self):
        """Until it is posted, the item is invoiced."""
        self.invoice.action_post()
        credit = self._reverse(self.invoice)
        self.periods.action_generate_invoices()
        self.assertFalse(self.periods.invoice_line_ids)
        credit.action_post()
        self.assertEqual(self.item.qty_invoiced, 0.0)
        self._generate(self.periods)
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.assertProven(self.project)

    def test_recreated(self):
        self.invoice.action_post()
        draft = self._recreate(self.invoice)
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.periods.action_generate_invoices()
        self.assertFalse(self.periods.invoice_line_ids)
        draft.action_post()
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.assertProven(self.project)


@tagged("post_install", "-at_install")
class TestStockExpenseGivenBack(RecreatedMixin, StockInvoiceMixin, ExpenseCommon):
    """The same of a re-invoiced expense."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expense = cls._create_expense()
        cls._post_expenses(cls.expense)
        cls.item = cls.expense.sale_order_line_id
        cls.invoice = cls._invoice_stock(cls.order)
        cls.invoice.action_post()

    def _credit(self):
        return self.invoice._reverse_moves()

    def test_taken_back(self):
        """Posted again it would be another item, and billed again."""
        with self.assertRefused(f"Train.*: billed on {self.invoice.name}"):
            self.expense.account_move_id.button_draft()
        self._credit()._post()
        self.expense.account_move_id.button_draft()

    def test_taken_back_where_the_schedule_came_later(self):
        order = self._create_order()
        project = self._create_project("Later", order=order, billing_frequency=False)
        project._create_analytic_account()
        expense = self._create_expense(project=project)
        self._post_expenses(expense)
        self._invoice_stock(order).action_post()
        project.write(
            {"billing_frequency": "monthly", "billing_start_date": "2026-01-01"}
        )
        with self.assertRefused("Train.*: billed on"):
            expense.account_move_id.button_draft()

    def test_taken_back_without_a_schedule(self):
        """Odoo's own result: the order is to be credited."""
        order = self._create_order()
        project = self._create_project("Plain", order=order, billing_frequency=False)
        project._create_analytic_account()
        expense = self._create_expense(project=project)
        self._post_expenses(expense)
        item = expense.sale_order_line_id
        self._invoice_stock(order).action_post()
        expense.account_move_id.button_draft()
        self.assertEqual(item.qty_to_invoice, -1.0)

    def test_credit_to_come(self):
        credit = self._credit()
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.assertEqual(self.january.state, "empty")
        self.assertProven(self.project)
        credit._post()
        self.assertEqual(self.january.state, "ready")

    def test_recreated(self):
        self._assert_bills_once(self.invoice, self.item)

    def test_undone_credit(self):
        credit = self._credit()
        credit._post()
        invoice = self._generate(self.january)
        with self.assertRefused("billed elsewhere by now"):
            credit.button_draft()
        invoice.unlink()
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.assertProven(self.project)


@tagged("post_install", "-at_install")
class TestStockTimeGivenBack(ProofMixin, BeyondHoursCommon):
    """The same of time of several periods on one line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=6.0)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        for day, hours in ((date(2026, 1, 5), 4.0), (date(2026, 2, 3), 2.0)):
            cls._log_time(cls.project, day, hours)
        cls._lock(date(2026, 2, 28))
        cls.invoice = cls._invoice_stock(cls.order)
        cls.invoice.action_post()
        cls.periods = cls._period(cls.project, date(2026, 1, 5)) | cls._period(
            cls.project, date(2026, 2, 5)
        )

    def test_credit_to_come(self):
        """Its time is free once it is posted, for one invoice."""
        credit = self._reverse(self.invoice)
        self.assertEqual(self.item.qty_invoiced, 6.0)
        with self.assertRaises(UserError):
            self._invoice_stock(self.order)
        self.assertProven(self.project)
        credit.action_post()
        self.assertEqual(self.item.qty_invoiced, 0.0)
        self.assertEqual(
            sum(self._generate(self.periods).mapped("amount_untaxed")), 600.0
        )
        self.assertProven(self.project)

    def test_credit_to_come_of_a_cancelled_invoice(self):
        self._reverse(self.invoice)
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(self.item.qty_invoiced, 0.0)
        self.assertProven(self.project)

    def test_reversed_credit(self):
        credit = self._reverse(self.invoice)
        credit.action_post()
        with self.assertRaisesRegex(UserError, "Reset it to draft and cancel it"):
            credit._reverse_moves(cancel=True)
