from odoo.fields import Command
from odoo.tests import tagged

from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestBillingMissingExpense(ScheduleCommon):
    """A re-invoiced expense that no project takes is named, and never left out."""

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
                "supplier_taxes_id": [Command.clear()],
            }
        )
        cls.order = cls._create_order()
        cls.projects = cls._create_project("One", order=cls.order)
        cls.projects |= cls._create_project("Two", order=cls.order)
        # Odoo makes the first one the order's own.
        cls.order.project_id = False
        cls.bystander = cls._create_project("Bystander")

    def _create_expense(self, order=None, submit=True, **values):
        expense = self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": self.consultant.id,
                "product_id": self.travel.id,
                "total_amount_currency": 120.0,
                "date": day(1, 20),
                "sale_order_id": (order or self.order).id,
                "analytic_distribution": False,
                **values,
            }
        )
        if submit:
            expense.action_submit()
        return expense

    def _deliver(self, expense):
        """The sales order item that posting an expense makes."""
        line = self.env["sale.order.line"].create(
            {
                "order_id": expense.sale_order_id.id,
                "product_id": self.travel.id,
                "is_expense": True,
                "qty_delivered": 1.0,
                "price_unit": expense.total_amount,
            }
        )
        expense.sudo().sale_order_line_id = line
        return line

    def assertUnmapped(self, expected):
        self.env.flush_all()
        projects = self.projects | self.bystander
        for project in projects:
            self.assertEqual(
                self._get_missing(project),
                "unmapped_expense" if project in expected else False,
                project.name,
            )
        Project = self.env["project.project"].with_user(self.user_accountant)
        projects = projects.filtered("active")
        domain = [("id", "in", projects.ids)]
        for code in ("unmapped_expense", "expense"):
            self.assertEqual(
                Project.search([*domain, ("billing_missing", "ilike", code)]).sudo(),
                expected,
            )
        self.assertEqual(
            Project.search([*domain, ("billing_missing", "=", False)]).sudo(),
            projects - expected,
        )

    def _get_outside(self, user):
        overview = (
            self.env["project.billing.period"].with_user(user).get_cycle_overview()
        )
        outside = overview["outside"]
        return outside["unmapped_expenses"], outside["unmapped_expense_orders"]

    # ------------------------------------------------------------ on the rows

    def test_every_project_of_the_order_names_it(self):
        self.assertUnmapped(self.projects.browse())
        expense = self._create_expense()
        self.assertFalse(expense.billing_project_id)
        self.assertUnmapped(self.projects)
        self.assertIn("on their sales order", self.projects[0].billing_missing_text)
        self.order.project_id = self.projects[1]
        self.assertEqual(expense.billing_project_id, self.projects[1])
        self.assertUnmapped(self.projects.browse())

    def test_mended_on_the_expense(self):
        expense = self._create_expense()
        self.assertUnmapped(self.projects)
        project = self.projects[0]
        project._create_analytic_account()
        expense.analytic_distribution = {project.account_id.id: 100}
        self.assertEqual(expense.billing_project_id, project)
        self.assertUnmapped(self.projects.browse())

    def test_account_comes_later(self):
        """The expense carries an account that becomes a project's."""
        plan, _others = self.env["account.analytic.plan"]._get_all_plans()
        account = self.env["account.analytic.account"].create(
            {"name": "Site", "plan_id": plan.id}
        )
        expense = self._create_expense(analytic_distribution={account.id: 100})
        self._deliver(expense)
        self.assertUnmapped(self.projects)
        self.projects[0].account_id = account
        self.assertUnmapped(self.projects.browse())
        self.assertEqual(expense.billing_project_id, self.projects[0])
        january = self._period(self.projects[0], day(1, 5))
        self.assertEqual(january.expense_ids, expense)
        self.assertEqual(january.expense_amount, 120.0)

    def test_not_before_it_is_handed_in(self):
        expense = self._create_expense(submit=False)
        self.assertUnmapped(self.projects.browse())
        expense.action_submit()
        self.assertUnmapped(self.projects)
        expense.sudo()._do_refuse("Not ours")
        self.assertUnmapped(self.projects.browse())

    def test_no_more_once_invoiced(self):
        """However it came on an invoice, there is nothing left to mend."""
        expense = self._create_expense()
        line = self._deliver(expense)
        self.assertUnmapped(self.projects)
        self.order._create_invoices()
        self.assertEqual(line.qty_invoiced, 1.0)
        self.env.invalidate_all()
        self.assertUnmapped(self.projects.browse())

    # ---------------------------------------------------- the only one billable

    def test_the_only_billable_project(self):
        self.projects[1].allow_billable = False
        expense = self._create_expense()
        self.assertEqual(expense.billing_project_id, self.projects[0])
        self.assertUnmapped(self.projects.browse())
        # A second one takes nothing away.
        self.projects[1].write(
            {"allow_billable": True, "sale_line_id": self.order.order_line[0].id}
        )
        self.assertEqual(expense.billing_project_id, self.projects[0])

    def test_templates_and_archived_projects_do_not_count(self):
        expense = self._create_expense()
        self.assertUnmapped(self.projects)
        self.projects[1].active = False
        self.assertEqual(expense.billing_project_id, self.projects[0])
        self.assertUnmapped(self.projects.browse())

    def test_project_that_is_billed_no_more(self):
        """An expense does not vanish with the project that it belonged to."""
        self.projects[1].allow_billable = False
        expense = self._create_expense()
        self.assertEqual(expense.billing_project_id, self.projects[0])
        self.projects[1].write(
            {"allow_billable": True, "sale_line_id": self.order.order_line[0].id}
        )
        self.projects[0].allow_billable = False
        self.assertEqual(expense.billing_project_id, self.projects[1])
        self.assertEqual(
            expense.billing_period_id, self._period(self.projects[1], day(1, 5))
        )

    def test_account_of_a_project_that_is_not_billed(self):
        internal = self._create_project("Internal", schedule=False)
        internal._create_analytic_account()
        internal.allow_billable = False
        self._create_expense(analytic_distribution={internal.account_id.id: 100})
        self.assertUnmapped(self.projects)

    # ------------------------------------------------------ without any project

    def test_order_without_a_project(self):
        order = self._create_order()
        self.assertEqual(self._get_outside(self.user_accountant), (0, []))
        expense = self._create_expense(order) | self._create_expense(order)
        self.assertUnmapped(self.projects.browse())
        self.assertEqual(self._get_outside(self.user_accountant), (2, [order.name]))
        # Project managers see what is theirs.
        self.assertEqual(self._get_outside(self.user_manager), (0, []))

        project = self._create_project("Late", order=order)
        self.assertEqual(expense.billing_project_id, project)
        self.assertEqual(self._get_outside(self.user_accountant), (0, []))

    def test_other_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_expense(self._create_order())
        self.user_accountant.company_ids |= other
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        outside = (
            Period.with_company(other)
            .with_context(allowed_company_ids=other.ids)
            .get_cycle_overview()["outside"]
        )
        self.assertEqual(outside["unmapped_expenses"], 0)
