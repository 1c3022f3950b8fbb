from datetime import date

from .beyond import BeyondHoursCommon
from .expense import ExpenseCommon
from .proof_columns import ProofColumnsMixin

JANUARY = date(2026, 1, 20)
FEBRUARY = date(2026, 2, 20)


class ProofColumnsBeyondCommon(ProofColumnsMixin, BeyondHoursCommon, ExpenseCommon):
    """Milestones, fixed amounts, expenses and down payments, a line of each kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = {}
        cls._setup_milestones()
        cls._setup_fixed()
        cls._setup_expense()
        cls._setup_down_payment()
        cls._setup_retainer()
        cls.projects = (
            cls.milestone_project
            | cls.fixed_project
            | cls.project
            | cls.paid_project
            | cls.retainer_project
        )
        cls.currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", cls.company.currency_id.id)], limit=1)
        )
        cls.projects.billing_period_ids.mapped("hours")
        cls.env.flush_all()

    @classmethod
    def _setup_milestones(cls):
        order = cls._create_order(cls.product_milestones, quantity=1.0)
        project = cls._create_project("Steps", order=order, allow_milestones=True)
        first, second = cls._create_milestones(project, order.order_line, [0.4, 0.6])
        first.name, second.name = "First step", "Second step"
        cls._reach(first, JANUARY)
        cls._generate(cls._period(project, JANUARY))
        cls._reach(second, FEBRUARY)
        cls.milestone_order, cls.milestone_project = order, project
        cls.billed_milestone, cls.waiting_milestone = first, second
        cls.lines["milestone"] = first.invoice_line_id

    @classmethod
    def _setup_fixed(cls):
        cls.fixed_order = cls._create_order(cls.product_fixed, quantity=1.0)
        cls.fixed_project = cls._create_project(
            "Shares", order=cls.fixed_order, billing_frequency="custom"
        )
        cls.fixed_period, cls.open_share = cls.env["project.billing.period"].create(
            [
                {
                    "project_id": cls.fixed_project.id,
                    "date_from": date(2026, month, 1),
                    "date_to": date(2026, month, 15),
                    "fixed_share": 50.0,
                }
                for month in (1, 2)
            ]
        )
        cls._generate(cls.fixed_period)
        cls.lines["fixed"] = cls.fixed_period.invoice_line_ids

    @classmethod
    def _setup_expense(cls):
        cls.expense = cls._create_expense()
        cls.waiting_expense = cls._create_expense(day=FEBRUARY, amount=80.0)
        cls._post_expenses(cls.expense | cls.waiting_expense)
        cls._generate(cls.january)
        cls.expense_item = cls.expense.sale_order_line_id
        cls.lines["expense"] = cls.january.invoice_line_ids

    @classmethod
    def _setup_down_payment(cls):
        order = cls._create_order(quantity=100.0)
        cls.paid_project = cls._create_project("Paid", order=order)
        cls._log_time(cls.paid_project, JANUARY, 7.0)
        cls._lock(date(2026, 1, 31))
        cls._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=124.0
        ).action_post()
        invoice = cls._generate(cls._period(cls.paid_project, JANUARY))
        cls.lines["down_payment"] = invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == "down_payment"
        )

    @classmethod
    def _setup_retainer(cls):
        order = cls._create_order(cls.product_fixed, price=2000.0, quantity=12.0)
        cls.retainer_project = cls._create_project("Retainer", order=order)
        cls.retainer_project.write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 10.0,
            }
        )
        cls._log_time(cls.retainer_project, date(2026, 2, 5), 4.0)
