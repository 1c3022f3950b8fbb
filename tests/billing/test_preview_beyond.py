from collections import defaultdict
from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.preview import PreviewCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestPreviewBeyond(PreviewCommon, BeyondHoursCommon, ExpenseCommon):
    """The preview of what is billed beyond hours is made to the cent."""

    def assertMade(self, periods):
        """Documents, their totals and each of their items are made as shown."""
        preview = self._preview(periods)
        items = preview.sudo().document_ids.item_ids
        shown = [
            (item.sale_line_id, item.kind, item.is_late, item.tax_ids, item.amount)
            for item in items
        ]
        invoices = self._create_from(preview).sudo()
        self.assertMadeAsShown(preview, invoices)
        made = defaultdict(float)
        for line in invoices.invoice_line_ids.filtered("billing_period_id"):
            key = (line.move_id, line.sale_line_ids, line.billing_kind, line.tax_ids)
            # With its part of the cents that the document rounds as a whole.
            made[key] -= line.amount_currency
        self.assertCountEqual(
            [(line, kind, taxes, amount) for line, kind, _late, taxes, amount in shown],
            [
                (line, kind, taxes, self.company.currency_id.round(amount))
                for (_move, line, kind, taxes), amount in made.items()
            ],
        )
        return invoices

    def test_milestones(self):
        order = self._create_order(self.product_milestones, price=9999.99, quantity=1.0)
        project = self._create_project("M", order=order, allow_milestones=True)
        milestones = self._create_milestones(project, order.order_line, [1 / 3] * 3)
        self._reach(milestones[:2])
        january = self.assertMade(self._period(project, DAY))
        self.assertEqual(len(january.invoice_line_ids), 2)
        self._reach(milestones[2], date(2026, 2, 5))
        february = self.assertMade(self._period(project, date(2026, 2, 5)))
        self.assertEqual(january.amount_untaxed + february.amount_untaxed, 9999.99)

    def _pay(self, order, total):
        self._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=total
        ).action_post()

    def test_down_payments(self):
        """Over two documents of one run: the first all of its work, the second the
        rest."""
        order = self._create_order(price=33.33, quantity=100.0)
        project = self._create_project("D", order=order)
        self._log_time(project, DAY, 7.0)
        self._log_time(project, date(2026, 2, 5), 20.0)
        self._pay(order, 500.01)
        periods = self._period(project, DAY) | self._period(project, date(2026, 2, 5))
        invoices = self.assertMade(periods)
        self.assertEqual(sorted(invoices.mapped("amount_untaxed"))[0], 0.0)

    def test_down_payment_is_no_change_of_the_work(self):
        order = self._create_order(quantity=100.0)
        project = self._create_project("D", order=order)
        for day in (DAY, date(2026, 2, 5)):
            self._log_time(project, day, 10.0)
        self._period(project, DAY).action_generate_invoices()
        self._pay(order, 480.0)
        line = self._preview(self._period(project, date(2026, 2, 5))).document_ids
        invoices = order.invoice_ids.filtered(lambda move: move.state == "posted")
        deducted = invoices.amount_untaxed
        self.assertEqual((line.deducted, line.amount), (deducted, 1000.0 - deducted))
        self.assertTrue(line.preview_id.has_deductions)
        self.assertEqual((line.last_amount, line.change_amount), (1000.0, 0.0))
        self.assertFalse(line.is_unusual)

    def test_down_payment_as_a_whole(self):
        """Its taxes have the cents of the down payment."""
        order = self._create_order(price=33.33, quantity=100.0)
        project = self._create_project("D", order=order)
        self._log_time(project, DAY, 30.0)
        self._pay(order, 500.02)
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            invoice = self.assertMade(self._period(project, DAY))
            self.assertEqual(len(invoice.invoice_line_ids), 3)
            invoice.unlink()

    def test_taxes_included(self):
        order = self._create_order(price=33.33, quantity=100.0)
        order.order_line.tax_ids = self.tax_included
        project = self._create_project("D", order=order)
        self._log_time(project, DAY, 7.77)
        self._pay(order, 77.77)
        self.assertMade(self._period(project, DAY))

    def test_capped_time(self):
        order = self._create_order(price=33.33, quantity=10.0)
        order.order_line.billing_capped = True
        project = self._create_project("C", order=order)
        for day in (6, 7, 8):
            self._log_time(project, date(2026, 1, day), 4.35)
        invoice = self.assertMade(self._period(project, DAY))
        self.assertEqual(invoice.invoice_line_ids.quantity, 10.0)

    def test_retainer(self):
        order = self._create_order(self.product_fixed, price=1999.99, quantity=12.0)
        overtime = self._create_order(price=33.33, quantity=0.0).order_line
        project = self._create_project("R", order=order)
        project.write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 10.0,
                "billing_retainer_overrun_line_id": overtime.id,
            }
        )
        self._log_time(project, DAY, 16.35)
        january = self._period(project, DAY)
        january.with_user(self.user_accountant).action_bill_retainer_overrun()
        invoices = self.assertMade(january)
        self.assertEqual(
            sum(invoices.mapped("amount_untaxed")),
            1999.99 + round(6.35 * 33.33, 2),
        )

    def test_expenses(self):
        self.project.billing_expense_markup = 7.5
        self._log_time(self.project, DAY, 1.0)
        self._post_expenses(
            self._create_expense(amount=120.01) | self._create_expense(amount=0.33)
        )
        invoice = self.assertMade(self.january)
        self.assertEqual(len(invoice.invoice_line_ids), 3)
