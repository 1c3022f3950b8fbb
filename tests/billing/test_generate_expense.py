from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGenerateExpense(InvoicingCycleCommon):
    """Re-invoiced expenses go on the period that covers their date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.env["product.product"].create(
            {
                "name": "Travel",
                "type": "service",
                "can_be_expensed": True,
                "expense_policy": "cost",
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax.ids)],
                "supplier_taxes_id": [Command.clear()],
            }
        )
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.project._create_analytic_account()
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.journal = cls.env["account.journal"].create(
            {"name": "Expenses", "code": "EXPS", "type": "purchase"}
        )
        cls.company.expense_journal_id = cls.journal
        cls.consultant.work_contact_id = cls.env["res.partner"].create(
            {"name": "Consultant at home"}
        )

    def _create_expense(self, day, amount=120.0, **values):
        return self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": self.consultant.id,
                "product_id": self.travel.id,
                "total_amount_currency": amount,
                "tax_ids": [Command.clear()],
                "date": day,
                "sale_order_id": self.order.id,
                "analytic_distribution": {self.project.account_id.id: 100},
                **values,
            }
        )

    def _post(self, expenses):
        expenses.action_submit()
        expenses._do_approve(check=False)
        action = expenses.action_post()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.with_context(**action["context"]).action_post_entry()

    def test_waiting_expense_holds_the_period(self):
        expense = self._create_expense(date(2026, 1, 20))
        self.assertEqual(expense.billing_project_id, self.project)
        self.assertEqual(expense.billing_period_id, self.january)
        self.assertEqual(self.january.state, "empty")
        expense.action_submit()
        self.assertEqual(self.january.state, "pending")
        self.assertEqual(
            self.january.readiness["expenses"], {"ready": 0.0, "pending": 120.0}
        )
        expense._do_approve(check=False)
        self.assertEqual(self.january.state, "pending")
        self.company.billing_expenses_required = False
        self.assertEqual(self.january.state, "empty")

    def test_posted_expense_is_billed(self):
        expense = self._create_expense(date(2026, 1, 20))
        self._post(expense)
        self.assertEqual(expense.sale_order_line_id.billing_period_id, self.january)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.expense_amount, 120.0)
        self.assertEqual(self.january.amount_to_invoice, 120.0)

        self.january.action_generate_invoices()
        line = self.january.invoice_ids.invoice_line_ids
        self.assertEqual(line.price_subtotal, 120.0)
        self.assertEqual(line.sale_line_ids, expense.sale_order_line_id)
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 1.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.expense_amount, 120.0)

    def test_late_expense_goes_on_the_next_period(self):
        self._log_time(self.project, date(2026, 1, 5), 1.0)
        self._lock(date(2026, 1, 31))
        self.january.action_generate_invoices()
        expense = self._create_expense(date(2026, 1, 20))
        self._post(expense)
        february = self._period(self.project, date(2026, 2, 5))
        self.assertEqual(expense.billing_period_id, february)
        self.assertEqual(february.expense_amount, 120.0)

    def test_deleted_draft_gives_the_expense_back(self):
        expense = self._create_expense(date(2026, 1, 20))
        self._post(expense)
        self.january.action_generate_invoices()
        self.january.invoice_ids.unlink()
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.expense_amount, 120.0)
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 0.0)

    def test_project_of_the_order(self):
        self.order.project_id = self.project
        expense = self._create_expense(date(2026, 1, 20), analytic_distribution=False)
        expense.analytic_distribution = False
        self.assertEqual(expense.billing_project_id, self.project)

    def _close_all(self):
        """The project has ended, and all of its periods are closed."""
        self.project.write({"date_start": "2026-01-01", "date": "2026-02-28"})
        self.project.billing_period_ids.action_skip("Nothing to bill")

    def test_expense_after_the_end_of_the_schedule(self):
        """It opens a period for itself, as late time does."""
        self._close_all()
        expense = self._create_expense(date(2026, 2, 10))
        self.assertFalse(expense.billing_period_id)
        self._post(expense)
        period = expense.billing_period_id
        self.assertTrue(period.is_supplementary)
        self.assertEqual(period.date_from, date(2026, 3, 1))
        self.assertEqual(period.amount_to_invoice, 120.0)

    def test_last_period_is_skipped(self):
        self.project.write({"date_start": "2026-01-01", "date": "2026-01-31"})
        expense = self._create_expense(date(2026, 1, 20))
        self._post(expense)
        self.january.action_skip("Next year")
        self.assertTrue(expense.billing_period_id.is_supplementary)

    def test_expense_that_no_custom_period_takes(self):
        self.january.action_skip("Nothing to bill")
        project = self._create_project("Custom", order=self.order)
        project._create_analytic_account()
        project.billing_frequency = "custom"
        self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
            }
        )
        self.assertNotIn("periods", self._get_missing(project) or "")
        expense = self._create_expense(
            date(2026, 2, 10), analytic_distribution={project.account_id.id: 100}
        )
        expense.action_submit()
        self.assertIn("periods", self._get_missing(project) or "")
