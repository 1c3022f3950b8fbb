from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin
from ..common.refusal import RefusalMixin
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestBilledOnce(RefusalMixin, ProofMixin, BeyondHoursCommon):
    """What an invoice bills beside time is not billed again by taking back that it was
    cancelled or credited."""

    def _twice(self, first, again):
        """Cancel one invoice, make another of the same, and open the first again."""
        first.button_cancel()
        second = again()
        with self.assertRefused("by now|Raise|deducted"):
            first.button_draft()
        self.assertEqual(first.state, "cancel")
        second.button_cancel()
        first.button_draft()
        self.assertEqual(first.state, "draft")

    # ------------------------------------------------------------ fixed amounts

    def _create_fixed(self, amount=3000.0):
        project = self._create_project(
            "Fixed",
            order=self._create_order(self.product_fixed, quantity=1.0),
            billing_frequency="custom",
        )
        return self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": amount,
            }
        )

    def test_fixed_amount(self):
        period = self._create_fixed()
        self._twice(self._generate(period), lambda: self._generate_more(period))
        self.assertProven(period.project_id)

    def _generate_more(self, periods):
        before = periods.invoice_line_ids.move_id
        return self._generate(periods) - before

    def test_fixed_amount_that_was_credited(self):
        period = self._create_fixed()
        invoice = self._generate(period)
        invoice.action_post()
        credit = self._reverse(invoice)
        credit.action_post()
        second = self._generate_more(period)
        with self.assertRefused("by now"):
            credit.button_draft()
        second.unlink()
        credit.button_draft()
        self.assertEqual(period.state, "to_send")
        self.assertProven(period.project_id)

    def test_fixed_amount_that_was_changed(self):
        period = self._create_fixed()
        invoice = self._generate(period)
        invoice.button_cancel()
        period.fixed_amount = 1000.0
        with self.assertRefused("has changed since"):
            invoice.button_draft()

    def test_fixed_amount_that_is_credited_and_created_again(self):
        period = self._create_fixed()
        invoice = self._generate(period)
        invoice.action_post()
        draft = self._reverse(invoice, "modify_moves")
        self.assertEqual(draft.invoice_line_ids.billing_period_id, period)
        self.assertProven(period.project_id)
        with self.assertRefused("by now"):
            invoice.reversal_move_ids.button_draft()

    # -------------------------------------------------------------------- caps

    def test_cap(self):
        order = self._create_order(quantity=10.0)
        order.order_line.billing_capped = True
        project = self._create_project(order=order)
        periods = project.billing_period_ids.sorted("date_from")
        self._log_time(project, date(2026, 1, 5), 10.0)
        self._log_time(project, date(2026, 2, 5), 10.0)
        self._lock(date(2026, 2, 28))
        self._twice(self._generate(periods[0]), lambda: self._generate_more(periods[1]))
        self.assertEqual(order.order_line.qty_invoiced, 10.0)
        self.assertProven(project)

    def test_raised_cap(self):
        order = self._create_order(quantity=10.0)
        order.order_line.billing_capped = True
        project = self._create_project(order=order)
        periods = project.billing_period_ids.sorted("date_from")
        self._log_time(project, date(2026, 1, 5), 10.0)
        self._log_time(project, date(2026, 2, 5), 10.0)
        self._lock(date(2026, 2, 28))
        invoice = self._generate(periods[0])
        invoice.button_cancel()
        self._generate(periods[1])
        order.order_line.product_uom_qty = 20.0
        invoice.button_draft()
        self.assertEqual(order.order_line.qty_invoiced, 20.0)
        self.assertProven(project)

    # ----------------------------------------------------------- down payments

    def _setup_down_payment(self):
        order = self._create_order(quantity=100.0)
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 5), 7.0)
        self._log_time(project, date(2026, 2, 5), 20.0)
        self._lock(date(2026, 2, 28))
        paid = self._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=1240.0
        )
        paid.action_post()
        return project, paid

    def test_deduction(self):
        project, _paid = self._setup_down_payment()
        periods = project.billing_period_ids.sorted("date_from")
        self._twice(self._generate(periods[0]), lambda: self._generate_more(periods[1]))
        self.assertProven(project)

    def test_more_is_deducted_than_was_paid(self):
        """A person may change the deduction on the draft, but not beyond that."""
        project, _paid = self._setup_down_payment()
        invoice = self._generate(project.billing_period_ids.sorted("date_from")[1])
        deduction = invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == "down_payment"
        )
        self.assertEqual(deduction.price_subtotal, -1000.0)
        deduction.price_unit = 1100.0
        with self.assertRefused("deducted"):
            invoice.action_post()
        deduction.price_unit = 900.0
        invoice.action_post()
        self.assertProven(project)

    def test_down_payment_that_is_corrected(self):
        """Not to less than what was deducted of it."""
        project, paid = self._setup_down_payment()
        self._generate(project.billing_period_ids.sorted("date_from")[0])
        paid.button_draft()
        paid.invoice_line_ids.price_unit = 600.0
        with self.assertRefused("deducted"):
            paid.action_post()
        paid.invoice_line_ids.price_unit = 700.0
        paid.action_post()
        self.assertProven(project)

    def test_down_payment_that_was_deducted(self):
        """It can be corrected, but not taken away."""
        project, paid = self._setup_down_payment()
        invoice = self._generate(project.billing_period_ids.sorted("date_from")[0])
        credit = self._reverse(paid)
        with self.assertRefused("deducted"):
            credit.action_post()
        credit.unlink()
        paid.button_draft()
        self.assertProven(project)
        with self.assertRefused("deducted"):
            paid.button_cancel()
        with self.assertRefused("deducted"):
            paid.unlink()
        paid.action_post()
        invoice.unlink()
        self._reverse(paid).action_post()
        self.assertProven(project)


@tagged("post_install", "-at_install")
class TestExpenseBilledOnce(RefusalMixin, ProofMixin, StockInvoiceMixin, ExpenseCommon):
    """The same of re-invoiced expenses."""

    def test_expense(self):
        expense = self._create_expense()
        self._post_expenses(expense)
        invoice = self._generate(self.january)
        invoice.button_cancel()
        second = self._generate(self.january)
        with self.assertRefused("billed elsewhere by now"):
            invoice.button_draft()
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 1.0)
        second.unlink()
        invoice.button_draft()
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 1.0)
        self.assertProven(self.project)

    def test_expense_that_is_taken_back(self):
        """Posted again it would be billed again."""
        expense = self._create_expense()
        self._post_expenses(expense)
        invoice = self._generate(self.january, post=True)
        entry = expense.account_move_id
        for take_back in (entry.button_draft, entry._reverse_moves):
            with self.assertRefused(f"Train.*: billed on {invoice.name}"):
                take_back()
        invoice._reverse_moves()._post()
        entry.button_draft()
        entry.action_post()
        self.assertEqual(expense.billing_period_id, self.january)
        self._generate(self.january)
        self.assertEqual(self.january.amount_invoiced, 120.0)
        self.assertProven(self.project)

    def test_expense_on_an_invoice_of_odoos_dialog(self):
        expense = self._create_expense()
        self._post_expenses(expense)
        stock = self._invoice_stock(self.order)
        stock.button_cancel()
        invoice = self._generate(self.january)
        with self.assertRefused("billed elsewhere by now"):
            stock.button_draft()
        invoice.unlink()
        stock.button_draft()
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 1.0)
        self.assertProven(self.project)

    def test_expense_is_free_after_its_period_closed(self):
        """It waits in the next one, whichever way its stock invoice went."""
        february = self._period(self.project, date(2026, 2, 5))
        expense = self._create_expense()
        self._post_expenses(expense)
        stock = self._invoice_stock(self.order)
        self._log_time(self.project, date(2026, 1, 5), 1.0)
        self._lock(date(2026, 1, 31))
        self._generate(self.january, post=True)
        self.assertEqual(expense.billing_period_id, self.january)

        def credit():
            stock.action_post()
            stock._reverse_moves(cancel=True)

        for exit in (stock.button_cancel, stock.unlink, credit):
            with self.subTest(exit=exit), self.env.cr.savepoint() as savepoint:
                exit()
                self.assertEqual(expense.billing_period_id, february)
                self.assertEqual(february.expense_amount, 120.0)
                self.assertProven(self.project)
                savepoint.rollback()
                self.env.invalidate_all()
