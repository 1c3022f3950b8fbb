from datetime import date

from odoo.fields import Command

from .beyond import BeyondHoursCommon
from .expense import ExpenseCommon
from .proof import ProofMixin
from .random import RandomMixin


class RandomBeyondCommon(RandomMixin, ProofMixin, ExpenseCommon, BeyondHoursCommon):
    """Projects that bill beyond hours, for random people.

    One order with a down payment has capped hours that two projects share, milestones,
    shares of a fixed price, and expenses. Another has a retainer and its overrun.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_orders()
        cls._setup_projects()
        cls._setup_what_waits()
        cls._lock(date(2026, 2, 28))
        january = cls.projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )
        made = january._generate_invoices("To begin with").made
        # Some are posted, else few runs would come as far as a credit note.
        invoices = cls.env["account.move"].browse(made[::2])
        invoices.action_post()
        cls._begin_things(invoices[0])

    @classmethod
    def _setup_orders(cls):
        cls.order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 1.0})
            for product in (cls.product_milestones, cls.product_fixed)
        ]
        hours, cls.by_milestones, cls.by_share = cls.order.order_line
        retained = cls._create_order(cls.product_fixed, price=2000.0, quantity=12.0)
        retained.order_line = [
            Command.create(
                {"product_id": cls.product_hours.id, "product_uom_qty": 20.0}
            )
        ]
        cls.retained, cls.overrun = retained.order_line
        cls.orders = cls.order | retained
        cls.capped = hours | cls.overrun
        cls.capped.billing_capped = True
        cls._pay_in_advance(cls.order, 1240.0)

    @classmethod
    def _pay_in_advance(cls, order, total, *, post=True):
        invoice = cls._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=total
        )
        if post:
            invoice.action_post()

    @classmethod
    def _setup_projects(cls):
        cls.retainer = cls._create_project("Retainer", sale_line_id=cls.retained.id)
        cls.retainer.write(
            {
                "billing_retainer_line_id": cls.retained.id,
                "billing_retainer_hours": 10.0,
                "billing_retainer_carry_over": True,
                "billing_retainer_overrun_line_id": cls.overrun.id,
            }
        )
        cls.custom = cls._create_project(
            "Shares", sale_line_id=cls.by_share.id, billing_frequency="custom"
        )
        milestones = cls._create_project(
            "Milestones", sale_line_id=cls.by_milestones.id, allow_milestones=True
        )
        cls.milestones = cls._create_milestones(
            milestones, cls.by_milestones, [1 / 3, 1 / 3, 0.2, 0.1]
        )
        cls.project.billing_expense_markup = 10.0
        cls.projects = (
            cls.project
            | cls._create_project("Same item", sale_line_id=cls.capped[0].id)
            | cls.retainer
            | cls.custom
            | milestones
        )

    @classmethod
    def _setup_what_waits(cls):
        cls.env["project.billing.period"].create(
            [
                {
                    "project_id": cls.custom.id,
                    "date_from": date(2026, month, 1),
                    "date_to": date(2026, month, 15),
                    "fixed_share": 30.0,
                }
                for month in (1, 2, 3)
            ]
        )
        cls._reach(cls.milestones[:2])
        cls.expenses = cls.env["hr.expense"].union(
            *(
                cls._create_expense(date(2026, 1 + number % 3, 20), 100.0 + number)
                for number in range(6)
            )
        )
        for expense in cls.expenses[:3]:
            cls._post_expenses(expense)
        # Beyond the hours of the retainer.
        cls._log_time(cls.retainer, date(2026, 2, 12), 16.0)
        cls._log_time(cls.retainer, date(2026, 2, 13), 16.0)
        for number in range(0, 60, 3):
            cls._log_time(
                cls.projects[number % 5],
                date(2026, 1 + number // 3 % 3, 1 + number % 28),
                (1 / 3, 0.25, 1.0, 7.5)[number // 6 % 4],
            )
