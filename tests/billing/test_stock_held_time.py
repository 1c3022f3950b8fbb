from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestStockHeldTime(StockInvoiceMixin, ProofCommon):
    """Odoo's own invoice of an order leaves out what people hold back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=10.0, user_id=cls.user_salesperson.id)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.first = cls._log_time(cls.project, date(2026, 1, 5), 3.0)
        cls.second = cls._log_time(cls.project, date(2026, 1, 6), 4.0)
        cls.third = cls._log_time(cls.project, date(2026, 2, 6), 5.0)
        cls._lock(date(2026, 2, 28))

    def _invoice(self, **values):
        """As the salesperson of the order."""
        made = self._invoice_stock(self.order, self.user_salesperson, **values)
        self.env.invalidate_all()
        return made

    def test_held_time_stays(self):
        self.second.write({"billing_hold": "hold", "hold_reason": "Disputed"})
        invoice = self._invoice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 8.0)
        self.assertEqual(
            invoice.invoice_line_ids.timesheet_entry_ids, self.first | self.third
        )
        self.assertFalse(self.second.invoice_line_id)
        self.assertFalse(self.second.timesheet_invoice_id)
        # It is delivered all the same, and may be released.
        self.assertEqual(self.item.qty_to_invoice, 4.0)
        self.assertProven(self.project)
        self.second.billing_hold = "bill"
        self.assertEqual(self._invoice().invoice_line_ids.quantity, 4.0)
        self.assertEqual(self.item.qty_to_invoice, 0.0)
        self.assertProven(self.project)

    def test_held_part_stays(self):
        self.second._split_off(1.5, {"billing_hold": "hold", "hold_reason": "Disputed"})
        invoice = self._invoice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 10.5)
        self.assertProven(self.project)

    def test_held_time_in_a_range(self):
        self.second.billing_hold = "hold"
        invoice = self._invoice(
            date_start_invoice_timesheet=date(2026, 1, 1),
            date_end_invoice_timesheet=date(2026, 1, 31),
        )
        self.assertEqual(invoice.invoice_line_ids.quantity, 3.0)
        self.assertEqual(invoice.invoice_line_ids.timesheet_entry_ids, self.first)
        self.assertEqual(self.item.qty_to_invoice, 9.0)
        self.assertProven(self.project)

    def test_nothing_but_held_time(self):
        entries = self.first | self.second | self.third
        entries.write({"billing_hold": "hold"})
        with self.assertRaisesRegex(UserError, "12.00 h of held time") as caught:
            self._invoice()
        self.assertIn(self.item.display_name, str(caught.exception))

    def test_above_the_cap(self):
        self.item.billing_capped = True
        invoice = self._invoice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 10.0)
        self.assertEqual(self.third.billing_hours, 3.0)
        self.assertEqual(self.third.part_ids.billing_hold, "hold")
        self.assertProven(self.project)
        with self.assertRaisesRegex(UserError, "2.00 h of held time"):
            self._invoice()

    def test_who_may_not_invoice_holds_nothing(self):
        self.item.billing_capped = True
        order = self.order.with_user(self.user_consultant)
        self.assertFalse(order._create_invoices())
        self.assertFalse(self.third.part_ids)
        # No more is delivered than the cap.
        self.assertEqual(self.item.qty_to_invoice, 10.0)

    def test_above_the_cap_in_a_range(self):
        """The cap leaves room to what is invoiced first."""
        self.item.billing_capped = True
        invoice = self._invoice(date_start_invoice_timesheet=date(2026, 2, 1))
        self.assertEqual(invoice.invoice_line_ids.quantity, 5.0)
        invoice = self._invoice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 5.0)
        self.assertEqual(self.second.part_ids.billing_hours, 2.0)
        self.assertProven(self.project)
