from datetime import date

from odoo.fields import Command

from .base import InvoicingCycleCommon

JANUARY = date(2026, 1, 20)


class ExpenseCommon(InvoicingCycleCommon):
    """A project whose expenses are re-invoiced; nothing is posted yet.

    ``user_poster`` posts expenses; ``user_accountant`` bills and reads none of them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_expenses()

    @classmethod
    def _setup_expenses(cls):
        cls.user_poster = cls._new_user(
            "poster",
            "account.group_account_invoice,hr_expense.group_hr_expense_manager",
        )
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
        cls.company.expense_journal_id = cls.env["account.journal"].create(
            {"name": "Expenses", "code": "EXPS", "type": "purchase"}
        )
        cls.consultant.work_contact_id = cls.env["res.partner"].create(
            {"name": "Consultant at home"}
        )
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.project._create_analytic_account()
        cls.january = cls._period(cls.project, JANUARY)

    @classmethod
    def _create_expense(cls, day=JANUARY, amount=120.0, project=None, **values):
        project = project or cls.project
        return cls.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": cls.consultant.id,
                "product_id": cls.travel.id,
                "total_amount_currency": amount,
                "tax_ids": [Command.clear()],
                "date": day,
                "sale_order_id": project.sale_order_id.id,
                "analytic_distribution": {project.account_id.id: 100},
                **values,
            }
        )

    @classmethod
    def _post_expenses(cls, expenses, user=None):
        """Submitted, approved and posted, by ``user_poster``."""
        expenses = expenses.with_user(user or cls.user_poster)
        expenses.sudo().action_submit()
        expenses.sudo()._do_approve(check=False)
        action = expenses.action_post()
        wizard = expenses.env[action["res_model"]].browse(action["res_id"])
        wizard.with_context(**action["context"]).action_post_entry()

    def _generate(self, periods, post=False):
        invoices = self.env["account.move"].browse(periods._generate_invoices().made)
        if post:
            invoices.with_user(self.user_accountant).action_post()
        return invoices
