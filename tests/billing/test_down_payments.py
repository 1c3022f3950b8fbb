from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.proof import ProofMixin


@tagged("post_install", "-at_install")
class TestDownPayments(ProofMixin, BeyondHoursCommon):
    """Invoices deduct what was paid in advance on the same order, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=100.0)  # 100 h at 100
        cls.project = cls._create_project(order=cls.order)
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls._log_time(cls.project, date(2026, 1, 5), 7.0)
        cls._log_time(cls.project, date(2026, 2, 5), 20.0)
        cls._lock(date(2026, 2, 28))
        cls.paid = cls._pay_in_advance(cls.order, 1240.0)  # 1,000 and 24 %
        cls.line = cls.order.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )

    @classmethod
    def _pay_in_advance(cls, order, total, post=True):
        invoice = cls._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=total
        )
        if post:
            invoice.action_post()
        return invoice

    def _left(self):
        self.env.flush_all()
        return self.order._get_down_payments()[self.line].left

    def _deduction(self, invoice):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == "down_payment"
        )

    def test_at_most_the_value_of_the_invoice(self):
        self.assertEqual(self.january.amount_to_invoice, 700.0)
        invoice = self._generate(self.january)
        line = self._deduction(invoice)
        self.assertEqual((line.quantity, line.price_subtotal), (-1.0, -700.0))
        self.assertEqual(line.quantity_made, -0.7)
        self.assertEqual(line.sale_line_ids, self.line)
        self.assertEqual(line.tax_ids, self.tax)
        self.assertEqual(line.account_id, self.paid.invoice_line_ids.account_id)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.amount_total, 0.0)
        self.assertEqual(self.line.qty_invoiced, 0.3)
        self.assertEqual(self._left(), 300.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 700.0)

    def test_the_last_takes_the_rest(self):
        self._generate(self.january)
        invoice = self._generate(self.february)
        self.assertEqual(self._deduction(invoice).price_subtotal, -300.0)
        self.assertEqual(invoice.amount_untaxed, 1700.0)
        self.assertEqual(self.line.qty_invoiced, 0.0)
        self.assertEqual(self._left(), 0.0)

    def test_one_run(self):
        """The documents of one run share what there is."""
        invoices = self._generate(self.january | self.february)
        deducted = self._deduction(invoices).mapped("price_subtotal")
        self.assertEqual(sorted(deducted), [-700.0, -300.0])
        self.assertEqual(self.line.qty_invoiced, 0.0)

    def test_sections(self):
        invoice = self._generate(self.january)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("billing_kind"),
            ["time", "section", "down_payment"],
        )
        self.assertEqual(invoice.invoice_line_ids[1].name, "Down payments")

    def test_draft_down_payment_is_not_deducted(self):
        self.paid.button_draft()
        self.assertFalse(self._deduction(self._generate(self.january)))

    def test_switched_off(self):
        self.project.with_user(
            self.user_accountant
        ).billing_deduct_down_payments = False
        self.assertFalse(self._deduction(self._generate(self.january)))
        self.assertEqual(self.line.qty_invoiced, 1.0)

    def test_whole_at_once(self):
        """The taxes of the deduction are to the cent those of the down payment."""
        invoice = self._generate(self.february)
        line = self._deduction(invoice)
        self.assertEqual(line.price_subtotal, -1000.0)
        self.assertEqual(line.price_total, -self.paid.amount_total)
        self.assertEqual(self.line.qty_invoiced, 0.0)

    def test_cent_by_cent(self):
        self.paid.button_draft()
        self.paid.button_cancel()
        order = self._create_order(quantity=3.0, price=33.333)
        project = self._create_project("Thirds", order=order)
        payment = self._pay_in_advance(order, 123.99)
        for month in (1, 2, 3):
            self._log_time(project, date(2026, month, 5), 1.0)
        self._lock(date(2026, 3, 31))
        invoices = self._generate(
            project.billing_period_ids.filtered(lambda period: period.hours)
        )
        line = payment.invoice_line_ids.sale_line_ids
        self.assertAlmostEqual(
            sum(self._deduction(invoices).mapped("price_subtotal")),
            -payment.amount_untaxed,
        )
        self.assertEqual(line.qty_invoiced, 0.0)

    # ----------------------------------------------------------------- exits

    def test_line_deleted(self):
        invoice = self._generate(self.january)
        self._deduction(invoice).with_user(self.user_accountant).unlink()
        self.assertEqual(self._left(), 1000.0)
        self.assertEqual(self.line.qty_invoiced, 1.0)
        self.assertEqual(self.january.state, "to_send")

    def test_time_line_deleted(self):
        """A deduction alone keeps no period closed."""
        invoice = self._generate(self.january)
        invoice.invoice_line_ids.filtered("timesheet_entry_ids").unlink()
        self.assertEqual(self.january.state, "ready")

    def test_draft_deleted(self):
        self._generate(self.january).with_user(self.user_accountant).unlink()
        self.assertEqual(self._left(), 1000.0)
        self.assertEqual(self.line.qty_invoiced, 1.0)
        self.assertTrue(self.line.exists())

    def test_cancelled_and_reopened(self):
        invoice = self._generate(self.january)
        invoice.button_cancel()
        self.assertEqual(self._left(), 1000.0)
        self.assertEqual(self.line.qty_invoiced, 1.0)
        invoice.button_draft()
        self.assertEqual(self._left(), 300.0)
        self.assertEqual(self.line.qty_invoiced, 0.3)

    def test_credited_and_undone(self):
        invoice = self._generate(self.february)
        invoice.action_post()
        refund = self._reverse(invoice)
        self.assertEqual(self._left(), 0.0)
        refund.action_post()
        self.assertEqual(self._left(), 1000.0)
        self.assertEqual(self.line.qty_invoiced, 1.0)
        self.assertEqual(self.february.state, "ready")
        refund.button_draft()
        self.assertEqual(self._left(), 0.0)
        self.assertEqual(self.line.qty_invoiced, 0.0)

    def test_recreated(self):
        invoice = self._generate(self.january)
        invoice.action_post()
        draft = self._reverse(invoice, "modify_moves")
        self.assertEqual(self._deduction(draft).price_subtotal, -700.0)
        self.assertEqual(self._left(), 300.0)
        self.assertEqual(self.line.qty_invoiced, 0.3)

    def test_credited_down_payment(self):
        self._reverse(self.paid).action_post()
        self.assertFalse(self._deduction(self._generate(self.january)))

    # ----------------------------------------------------------- shared, stock

    def test_shared_document(self):
        """On an invoice of two orders each deducts its own down payment."""
        other_order = self._create_order(quantity=10.0)
        other = self._create_project(
            "Other", order=other_order, billing_grouping="customer"
        )
        self.project.billing_grouping = "customer"
        self._log_time(other, date(2026, 1, 6), 2.0)
        self._pay_in_advance(other_order, 620.0)
        self._lock(date(2026, 2, 28))
        periods = self.january | self._period(other, date(2026, 1, 5))
        invoice = self._generate(periods)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(
            sorted(self._deduction(invoice).mapped("price_subtotal")),
            [-700.0, -200.0],
        )

    def test_other_tax(self):
        """A down payment is deducted from what is sold with its taxes."""
        reduced = self.tax.copy({"name": "Cycle tax 10%", "amount": 10.0})
        self._change_for_all(self.order.order_line[0], {"tax_ids": reduced.ids})
        self.assertFalse(self._deduction(self._generate(self.january)))

    def test_stock_final_invoice(self):
        """Odoo's own invoice deducts what is left, and no more."""
        self._generate(self.january)
        stock = self._invoice_stock(self.order)
        line = stock.invoice_line_ids.filtered("is_downpayment")
        self.assertEqual((line.quantity, line.price_subtotal), (-1.0, -300.0))
        self.env.flush_all()
        self.assertEqual(self.line.qty_invoiced, 0.0)
        self.assertEqual(self._left(), 0.0)
        stock.unlink()
        self.assertEqual(self.line.qty_invoiced, 0.3)
        self._generate(self.february)
        self.assertEqual(self.line.qty_invoiced, 0.0)

    def test_stock_final_invoice_while_the_down_payment_is_corrected(self):
        """The same: Odoo deducts drafts as well."""
        self._generate(self.january)
        self.paid.button_draft()
        stock = self._invoice_stock(self.order)
        line = stock.invoice_line_ids.filtered("is_downpayment")
        self.assertEqual((line.quantity, line.price_subtotal), (-1.0, -300.0))
        self.assertEqual(self.line.qty_invoiced, 0.0)
        self.assertProven(self.project)
        self.paid.action_post()
        self.assertEqual(self._left(), 0.0)
        self.assertProven(self.project)

    def test_stock_final_invoice_of_a_draft_down_payment(self):
        """As Odoo does it, where nothing was deducted before."""
        self.paid.button_draft()
        stock = self._invoice_stock(self.order)
        line = stock.invoice_line_ids.filtered("is_downpayment")
        self.assertEqual(line.price_subtotal, -1000.0)
        self.assertFalse(line.billing_kind)

    def test_stock_final_invoice_after_all_was_deducted(self):
        self._generate(self.february)
        stock = self._invoice_stock(self.order)
        self.assertFalse(stock.invoice_line_ids.filtered("is_downpayment"))

    def test_stock_deducted_all(self):
        stock = self._invoice_stock(
            self.order,
            date_start_invoice_timesheet=date(2026, 2, 1),
            date_end_invoice_timesheet=date(2026, 2, 28),
        )
        self.assertEqual(
            stock.invoice_line_ids.filtered("is_downpayment").price_subtotal, -1000.0
        )
        self.assertFalse(self._deduction(self._generate(self.january)))

    def test_stock_items_behind_the_down_payments(self):
        """Odoo prints them below the order's section of down payments, which is
        itself no down payment."""
        self.order.order_line = [
            Command.create(
                {"product_id": self.product_fixed.id, "sequence": 9999, "name": name}
            )
            for name in ("First", "Second")
        ]
        for item in self.order.order_line[-2:]:
            (self.order.order_line - item).qty_to_invoice = 0.0
            item.qty_to_invoice = 1.0
            stock = self.order._create_invoices()
            sections = stock.invoice_line_ids.filtered("display_type")
            sections = sections.filtered(lambda line: line.display_type != "product")
            self.assertTrue(sections)
            self.assertFalse(sections.filtered("billing_kind"))
            self.env.flush_all()
        self.assertProven(self.project)

    def test_tax_included(self):
        order = self._create_order(quantity=10.0, price=124.0)
        order.order_line.tax_ids = [Command.set(self.tax_included.ids)]
        project = self._create_project("Gross", order=order)
        self._pay_in_advance(order, 124.0)
        self._log_time(project, date(2026, 1, 5), 3.0)
        self._lock(date(2026, 2, 28))
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(self._deduction(invoice).price_subtotal, -100.0)
        self.assertEqual(invoice.amount_untaxed, 200.0)

    def test_refreshed_draft(self):
        """A draft that is made anew deducts anew, also of several projects."""
        other = self._create_project(
            "Other", order=self.order, billing_grouping="customer"
        )
        self.project.billing_grouping = "customer"
        self._log_time(other, date(2026, 1, 6), 1.0)
        self._lock(date(2026, 2, 28))
        invoice = self._generate(self.january | self._period(other, date(2026, 1, 5)))
        self.assertEqual(self._deduction(invoice).price_subtotal, -800.0)
        self._log_time(self.project, date(2026, 1, 7), 5.0)
        self._lock(date(2026, 2, 28))
        invoice.action_refresh_draft()
        self.env.flush_all()
        self.assertEqual(self._deduction(invoice).price_subtotal, -1000.0)
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertEqual(self.line.qty_invoiced, 0.0)
