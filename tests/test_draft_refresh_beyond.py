from datetime import date

from odoo.tests import tagged

from .common_beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestDraftRefreshBeyond(BeyondHoursCommon):
    """Refreshing drafts of milestones: billed on the same line, once."""

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
        # What is reached since waits in the next period.
        self._reach(second)
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
