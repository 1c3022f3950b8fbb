from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestZero(ProofCommon):
    """Zero is nothing: it blocks no period, makes no invoice and takes no number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls._lock(date(2026, 1, 31))

    def assertNothing(self, period):
        self.env.flush_all()
        self.assertEqual(period.state, "empty")
        self.assertEqual(period.search([("id", "=", period.id)]).state, "empty")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            period.action_generate_invoices()
        moves = self.env["account.move"].search_count([])
        result = period._generate_invoices(reason="Anyway")
        self.assertFalse(result.made)
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertProven(period.project_id)

    def _log(self, hours, day=5, **values):
        return self._log_time(self.project, date(2026, 1, day), hours, **values)

    def test_no_hours(self):
        self._log(0.0)
        self.assertNothing(self.january)

    def test_work_and_its_correction(self):
        self._log(3.0)
        self._log(-3.0, day=6)
        self.assertNothing(self.january)

    def test_minutes_of_a_day(self):
        order = self._create_order(product=self.product_days, price=800.0)
        project = self._create_project("Days", order=order)
        period = self._period(project, date(2026, 1, 5))
        entry = self._log_time(project, date(2026, 1, 5), 2 / 60)
        self.assertNothing(period)
        # Shown in hours it is something.
        project.billing_unit = "hour"
        self.assertEqual(period.state, "ready")
        [made] = period._generate_invoices().made
        line = self.env["account.move"].browse(made).invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (0.03, 100.0))
        self.assertEqual(entry.invoice_line_id, line)

    def test_more_comes(self):
        """The next hour takes along what was nothing by itself."""
        first = self._log(0.0)
        self.assertEqual(self.january.state, "empty")
        second = self._log(2.0, day=6)
        self.assertEqual(self.january.state, "ready")
        self.january._generate_invoices()
        self.assertTrue(first.invoice_line_id)
        self.assertEqual(first.invoice_line_id, second.invoice_line_id)

    def test_free_hour_beside_paid_ones(self):
        self.order.order_line = [
            Command.create({"product_id": self.product_hours.id, "price_unit": 0.0})
        ]
        free = self._log(
            1.0, so_line=self.order.order_line[1].id, is_so_line_edited=True
        )
        self._log(2.0, day=6)
        self.assertEqual(self.january.state, "ready")
        [made] = self.january._generate_invoices().made
        invoice = self.env["account.move"].browse(made)
        self.assertEqual(invoice.amount_untaxed, 200.0)
        self.assertEqual(free.invoice_line_id.price_subtotal, 0.0)
        self.assertProven(self.project)

    def test_free_hours_alone(self):
        """A price that is missing is told."""
        self.order.order_line.price_unit = 0.0
        self._log(2.0)
        with self.assertRaisesRegex(UserError, "price"):
            self.january.action_generate_invoices()
