from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestDraftRefreshBeyond(BeyondHoursCommon):
    """Refreshing drafts with milestones and down payments: each once, as before."""

    def test_milestones(self):
        order = self._create_order(self.product_milestones, quantity=1.0)
        item = order.order_line
        project = self._create_project(order=order, allow_milestones=True)
        first, second = self._create_milestones(project, item, [0.5, 0.5])
        self._reach(first)
        january = self._period(project, date(2026, 1, 5))
        draft = self._generate(january)
        line = draft.invoice_line_ids
        draft = draft.with_user(self.user_accountant)
        self.assertFalse(draft.outdated_reasons)
        # What is reached later waits in the next period.
        self._reach(second, date(2026, 2, 3))
        self.assertFalse(draft.outdated_reasons)
        item.price_unit = 8000.0
        self.assertIn("is 8,000.00 now", draft.outdated_reasons)
        self.assertFalse(draft.action_refresh_draft())
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(draft.invoice_line_ids.sudo(), line)
        self.assertEqual(draft.amount_untaxed, 4000.0)
        self.assertEqual(first.invoice_line_id, line)
        self.assertEqual(line.milestone_ids, first)
        self.assertEqual(
            second.billing_period_id, self._period(project, date(2026, 2, 5))
        )
        self.assertEqual(item.qty_invoiced, 0.5)
        self.assertFalse(draft.outdated_reasons)

    def test_down_payments(self):
        """More work, more deducted; two projects on one draft."""
        order = self._create_order(quantity=100.0)
        projects = [
            self._create_project(name, order=order, billing_grouping="customer")
            for name in ("Alpha", "Beta")
        ]
        for project in projects:
            self._log_time(project, date(2026, 1, 5), 3.0)
        self._lock(date(2026, 1, 31))
        invoice = self._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=1240.0
        )
        invoice.action_post()
        paid = order.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        periods = self.env["project.billing.period"].union(
            *(self._period(project, date(2026, 1, 5)) for project in projects)
        )
        draft = self._generate(periods)
        self.assertEqual(draft.amount_untaxed, 0.0)
        entry = self._log_time(projects[0], date(2026, 1, 8), 6.0)
        names = draft.invoice_line_ids.sorted("sequence").mapped("billing_kind")
        draft.with_user(self.user_accountant).action_refresh_draft()
        self.env.flush_all()
        self.env.invalidate_all()
        lines = draft.invoice_line_ids.sorted("sequence")
        self.assertEqual(lines.mapped("billing_kind"), names)
        self.assertEqual(entry.invoice_line_id.quantity, 9.0)
        deduction = lines.filtered(lambda line: line.billing_kind == "down_payment")
        self.assertEqual(deduction.price_subtotal, -1000.0)
        self.assertEqual(draft.amount_untaxed, 200.0)
        self.assertEqual(paid.qty_invoiced, 0.0)
        self.assertEqual(order._get_down_payments()[paid].left, 0.0)
        self.assertFalse(draft.with_user(self.user_accountant).outdated_reasons)
        self.assertEqual(deduction.write_up_amount, 0.0)
