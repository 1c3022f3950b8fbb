from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon
from ..common.proof import ProofMixin

HOOK = "_timesheet_compute_delivered_quantity_domain"


@tagged("post_install", "-at_install")
class TestDeliveredHook(ProofMixin, DecisionCommon):
    """Add-ons that exclude or approve time say so to Odoo's order by a hook, and the
    cycle asks the same: what the order does not count is not billed."""

    @contextmanager
    def _excluding(self, name):
        """An add-on that keeps time with this text out of orders."""
        model = type(self.env["sale.order.line"])
        hook = getattr(model, HOOK)

        def extended(items):
            return [*hook(items), ("name", "!=", name)]

        with patch.object(model, HOOK, extended):
            yield

    def test_excluded_time(self):
        with self._excluding("Internal"):
            internal = self._log_time(self.project, DAY, 3.0, name="Internal")
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(internal.billing_period_id)
            self.assertEqual(self.period.hours, 2.0)
            self.assertEqual(self.period.amount_to_invoice, 200.0)
            self.assertEqual(self.item.qty_delivered, 2.0)
            self.assertProven(self.project)
            invoice = self._invoice()
            self.assertEqual(invoice.amount_untaxed, 200.0)
            self.assertFalse(internal.invoice_line_id)
            self.assertEqual(self.item.qty_to_invoice, 0.0)
            self.assertProven(self.project)

    def test_part_of_excluded_time(self):
        with self._excluding("Internal"):
            internal = self._log_time(self.project, DAY, 3.0, name="Internal")
            part = internal._split_off(1.0, {"billing_hold": "hold"})
            part.billing_hold = "bill"
            self.env.flush_all()
            self.assertFalse(part.billing_period_id)
            self.assertEqual(self.item.qty_delivered, 2.0)
            self.assertProven(self.project)

    def test_key_of_a_context(self):
        """The key by which Odoo asks for the past changes nothing."""
        entry = self.entry.with_context(accrual_entry_date="2020-01-01")
        entry.unit_amount = 3.0
        self.env.flush_all()
        self.assertEqual(self.entry.billing_period_id, self.period)
        self.assertEqual(self.period.hours, 3.0)

    def test_dependencies(self):
        """What an add-on asks makes an entry find its period anew."""
        field = self.entry._fields["billing_period_id"]
        with self._excluding("Internal"):
            self.assertIn("name", field.get_depends(self.entry)[0])
