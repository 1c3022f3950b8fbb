from datetime import date

from odoo.tests import tagged

from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestOrderInvoices(ProofCommon):
    """What Odoo's own dialog invoices of a billed project's order is sent like the
    rest, and the cycle is not clear before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.Period = cls.env["project.billing.period"].with_user(cls.user_accountant)

    def _get_to_send(self):
        action = self.Period.get_cycle_action("to_send")
        return self.env["account.move"].search(action["domain"])

    def _pay_in_advance(self, order):
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create(
            {"advance_payment_method": "fixed", "fixed_amount": 124.0}
        ).create_invoices()
        return order.invoice_ids[-1:]

    def test_down_payment(self):
        self.assertTrue(self.Period.get_cycle_overview()["clear"])
        invoice = self._pay_in_advance(self.order)
        self.assertEqual(invoice.billing_origin, "order")
        self.assertEqual(self._get_to_send(), invoice)
        self.assertFalse(self.Period.get_cycle_overview()["clear"])
        invoice.action_post()
        invoice.with_user(self.user_accountant).action_mark_as_sent()
        self.assertFalse(self._get_to_send())
        self.assertTrue(self.Period.get_cycle_overview()["clear"])

    def test_credit_note(self):
        invoice = self._pay_in_advance(self.order)
        invoice.action_post()
        self.assertEqual(invoice._reverse_moves().billing_origin, "order")

    def test_plain_invoice(self):
        self._log_time(self.project, date(2026, 3, 2), 2.0)
        invoice = self.order._create_invoices()
        self.assertEqual(invoice.billing_origin, "order")
        self.assertIn(invoice, self._get_to_send())

    def test_other_orders(self):
        """What has nothing to do with a schedule stays out of the way."""
        other = self._create_order()
        self.assertFalse(self._pay_in_advance(other).billing_origin)
        unscheduled = self._create_project("Other", order=other)
        unscheduled.billing_frequency = False
        self.assertFalse(self._pay_in_advance(other).billing_origin)
