from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.random import RandomMixin
from .billing_machine import BillingMachine


@tagged("post_install", "-at_install")
class TestBillingCycleRandom(RandomMixin, ProofCommon):
    """Whatever people do in whatever order, the cycle is proven in the end.

    Two projects share one item of an order, a third bills days on another order, and a
    fourth a second item of the first one.
    """

    machine = BillingMachine

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 150.0})
        ]
        days = cls._create_order(cls.product_days)
        cls.orders = order | days
        cls.projects = (
            cls._create_project("One", order=order)
            | cls._create_project("Two", order=order)
            | cls._create_project("Days", order=days)
            | cls._create_project("Four", sale_line_id=order.order_line[1].id)
        )
        for number in range(0, 60, 3):
            cls._log_time(
                cls.projects[number % 4],
                date(2026, 1 + number // 3 % 3, 1 + number % 28),
                (1 / 3, 0.25, 1.0, 7.5)[number // 6 % 4],
            )
        # Two months are closed, so that much of the time waits for an invoice.
        cls._lock(date(2026, 2, 28))
        made = (
            cls.projects.billing_period_ids.filtered(
                lambda period: period.date_from == date(2026, 1, 1)
            )
            ._generate_invoices("To begin with")
            .made
        )
        # Some are posted, else few runs would come as far as a credit note.
        invoices = cls.env["account.move"].browse(made[:3])
        invoices.action_post()
        cls._begin_things(invoices[0])

    def test_random_steps(self):
        self._run_machine()
