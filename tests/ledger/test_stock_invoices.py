from datetime import date

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.hooks import post_init_hook

from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestStockInvoices(StockInvoiceMixin, ProofCommon):
    """Odoo's own way to bill time sets our links, and our periods follow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.entries = cls._log_time(cls.project, date(2026, 1, 5), 3.0)
        cls.entries |= cls._log_time(cls.project, date(2026, 1, 6), 1.0)
        cls._lock(date(2026, 1, 31))
        cls.january = cls._period(cls.project, date(2026, 1, 5))

    def test_unranged_invoice(self):
        invoice = self.order._create_invoices()
        self.assertEqual(self.entries.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(invoice.invoice_line_ids.quantity_made, 4.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 400.0)
        self.assertEqual(self.order.order_line.qty_to_invoice, 0.0)

    def test_next_period_bills_only_the_rest(self):
        self.order._create_invoices()
        self._log_time(self.project, date(2026, 2, 3), 2.0)
        self._lock(date(2026, 2, 28))
        february = self._period(self.project, date(2026, 2, 3))
        february.action_generate_invoices()
        self.assertEqual(february.invoice_line_ids.quantity, 2.0)
        self.assertEqual(self.order.order_line.qty_invoiced, 6.0)

    def test_invoice_over_several_periods(self):
        """It belongs to none of them, and leaves nothing to invoice in each."""
        february_entry = self._log_time(self.project, date(2026, 2, 3), 2.0)
        self._lock(date(2026, 2, 28))
        february = self._period(self.project, date(2026, 2, 3))
        invoice = self.order._create_invoices()
        self.assertEqual(invoice.amount_untaxed, 600.0)
        self.assertEqual((self.january | february).mapped("state"), ["empty", "empty"])
        invoice.invoice_line_ids.unlink()
        self.assertFalse(february_entry.invoice_line_id)
        self.assertEqual((self.january | february).mapped("state"), ["ready", "ready"])

    def test_invoice_of_a_part_of_the_period(self):
        """The period stays open for the rest of its time, which is not late."""
        rest = self._log_time(self.project, date(2026, 1, 25), 5.0)
        self._invoice_stock(
            self.order,
            date_start_invoice_timesheet=date(2026, 1, 1),
            date_end_invoice_timesheet=date(2026, 1, 10),
        )
        self.assertEqual(self.order.invoice_ids.amount_untaxed, 400.0)
        self.assertEqual(rest.billing_period_id, self.january)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 500.0)
        self.january.action_generate_invoices()
        self.assertEqual(self.january.invoice_line_ids.quantity, 5.0)
        self.assertFalse(self.january.late_hours)
        self.assertProven(self.project)

    def test_given_back_to_a_period_that_is_invoiced_by_now(self):
        """Time of a stock invoice over several periods is billed with the next one."""
        february_entry = self._log_time(self.project, date(2026, 2, 3), 2.0)
        self._lock(date(2026, 2, 28))
        stock = self.order._create_invoices()
        self._log_time(self.project, date(2026, 1, 25), 5.0)
        self.january.action_generate_invoices()
        for give_back, undo in (
            (stock.button_cancel, stock.button_draft),
            (stock.unlink, None),
        ):
            with self.subTest(give_back.__name__):
                give_back()
                self.assertProven(self.project)
                self.assertEqual(
                    self.entries.billing_period_id, february_entry.billing_period_id
                )
                if undo:
                    undo()
                    self.assertProven(self.project)
        february_entry.billing_period_id.action_generate_invoices()
        self.assertEqual(self.order.order_line.qty_invoiced, 11.0)

    def test_cancelled_and_credited(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund._post()
        self.env.flush_all()
        self.assertFalse(self.entries.invoice_line_id)
        self.assertFalse(self.entries.timesheet_invoice_id)
        self.assertEqual(self.january.state, "ready")

    def test_install_on_a_database_with_invoices(self):
        invoice = self.order._create_invoices()
        line = invoice.invoice_line_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET invoice_line_id = NULL WHERE id IN %s",
            [tuple(self.entries.ids)],
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET quantity_made = 0 WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.entries.invoice_line_id)
        post_init_hook(self.env)
        self.assertEqual(self.entries.invoice_line_id, line)
        self.assertEqual(line.quantity_made, 4.0)

    def test_cancelled_in_another_invoicing_app(self):
        """Odoo counts such invoices as billed, although they are cancelled."""
        invoice = self.order._create_invoices()
        invoice.action_post()
        invoice.write({"state": "cancel", "payment_state": "invoicing_legacy"})
        self.assertEqual(self.entries.timesheet_invoice_id, invoice)
        self.assertEqual(self.order.order_line.qty_invoiced, 4.0)
