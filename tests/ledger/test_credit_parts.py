from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditParts(CreditCommon):
    """A part of an entry is billed, given back and taken again on its own.

    Of three hours in February two are held and one is billed; released then, the two
    are billed with March.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entry = cls._log_time(cls.project, date(2026, 2, 3), 3.0)
        cls.part = cls.entry._split_off(
            2.0, {"billing_hold": "hold", "hold_reason": "Disputed"}
        )
        cls._lock(date(2026, 3, 31))
        cls.first = cls._generate(cls.february)
        cls.first.action_post()
        cls.part.action_set_billing("bill")
        cls.march = cls._period(cls.project, date(2026, 3, 5))
        cls.second = cls._generate(cls.march, "Late")
        cls.second.action_post()
        cls.part_line = cls.part.invoice_line_id

    def _choose_part(self, **values):
        dialog = self._open_dialog("entries", invoice=self.second, **values)
        self.assertEqual(dialog.line_ids.part_id, self.part)
        self.assertEqual(dialog.line_ids.entry_id, self.entry)
        self.assertEqual(dialog.line_ids.mapped("hours"), [2.0])
        dialog.line_ids.is_chosen = True
        return dialog

    def test_billed(self):
        self.assertEqual(self.first.amount_untaxed, 100.0)
        self.assertEqual(self.second.amount_untaxed, 200.0)
        self.assertEqual(self.part_line.move_id, self.second)
        self.assertEqual(self.entry.invoice_line_id.move_id, self.first)
        self.assertEqual(self.entry.billed_hours, 3.0)
        self.assertEqual(self.entry.billed_value, 300.0)
        self.assertEqual(self.sale_line.qty_delivered, 7.5)
        self.assertCounted(7.5)

    def test_chosen_part(self):
        dialog = self._choose_part()
        dialog.refund_moves()
        credit = dialog.new_move_ids
        self.assertCounted(7.5)
        credit._post()
        self.assertFree(self.part, self.march)
        self.assertBilled(self.entry, self.first.invoice_line_ids)
        self.assertCounted(5.5)
        credit.button_draft()
        self.assertBilled(self.part, self.part_line)
        self.assertCounted(7.5)

    def test_part_is_billed_again(self):
        dialog = self._choose_part()
        dialog.modify_moves()
        again = dialog.new_move_ids
        self.assertEqual(again.amount_untaxed, 200.0)
        self.assertBilled(
            self.part,
            again.sudo().invoice_line_ids.filtered("quantity"),
        )
        self.assertCounted(7.5)

    def test_whole_invoice(self):
        credit = self.second._reverse_moves()
        credit._post()
        self.assertFalse(self.part.invoice_line_id)
        self.assertCounted(5.5)
        credit.button_draft()
        self.assertBilled(self.part, self.part_line)
        self.assertCounted(7.5)

    def test_cancelled_and_opened_again(self):
        self.second.button_draft()
        self.second.button_cancel()
        self.assertFalse(self.part.invoice_line_id)
        self.assertEqual(self.part_line.released_part_ids, self.part)
        self.assertCounted(5.5)
        self.second.button_draft()
        self.assertBilled(self.part, self.part_line)
        self.assertFalse(self.part_line.released_part_ids)
        self.assertCounted(7.5)

    def test_both_given_back(self):
        """Free as well, the entry takes its part back by a decision alone."""
        for invoice in (self.second, self.first):
            invoice.button_draft()
            invoice.unlink()
        self.assertFalse(self.entry.invoice_line_id or self.part.invoice_line_id)
        self.assertEqual(self.entry.billing_period_id, self.february)
        self.assertEqual(self.part.billing_period_id, self.february)
        self.assertEqual(self.february.hours, 3.0)
        self.entry.action_set_billing("bill")
        self.assertFalse(self.part.exists())
        self.assertEqual(self.entry.billing_hours, 3.0)
        self.assertCounted(4.5)

    def test_refreshed_draft(self):
        self.second.button_draft()
        self._log_time(self.project, date(2026, 3, 9), 1.0)
        self.env.invalidate_all()
        self.second.action_refresh_draft()
        self.env.flush_all()
        self.assertEqual(self.second.amount_untaxed, 300.0)
        self.assertEqual(self.part.invoice_line_id.move_id, self.second)
        self.assertCounted(8.5)

    def test_item_of_the_entry_changes_meanwhile(self):
        """What is given back stays on the item that it was billed on."""
        self.first.button_draft()
        self.first.unlink()
        self.entry.write(
            {"so_line": self.senior_sale_line.id, "is_so_line_edited": True}
        )
        self.assertEqual(self.part.so_line, self.sale_line)
        self.second._reverse_moves()._post()
        self.assertFalse(self.part.invoice_line_id)
        self.assertEqual(self.part.so_line, self.sale_line)
        self.assertProven(self.project)
        rest = self.part._split_off(0.5, {"billing_hold": "hold"})
        self.assertEqual(rest.so_line, self.sale_line)
        self.entry.action_set_billing("bill")
        self.assertEqual(self.part.so_line, self.sale_line)
        self.assertProven(self.project)
        # By a decision of its own it goes back, and is billed as its entry is.
        self.part.action_set_billing("bill")
        self.assertFalse(self.part.exists())
        self.assertProven(self.project)

    def test_rounding_that_came_later(self):
        """An invoiced entry is not rounded anew when its part is split."""
        entry = self._log_time(self.project, date(2026, 3, 9), 5.1)
        part = entry._split_off(2.0, {"billing_hold": "hold"})
        invoice = self._generate(self._period(self.project, date(2026, 4, 5)), "Late")
        self.assertTrue(entry.invoice_line_id)
        invoice.action_post()
        self.project.write({"billing_rounding": "15", "billing_rounding_per": "entry"})
        part.action_set_billing("write_off", "Rework", 1.0)
        self.env.flush_all()
        self.assertAlmostEqual(entry.billing_hours, 3.1)
        self.assertAlmostEqual(entry.split_hours, 2.0)

    def test_released_after_the_schedule_has_ended(self):
        """A supplementary period takes it at once."""
        entry = self._log_time(self.project, date(2026, 3, 9), 2.0)
        part = entry._split_off(1.0, {"billing_hold": "hold"})
        self.project.billing_period_ids.filtered(
            lambda period: period.state not in ("to_send", "sent", "skipped")
        )._generate_invoices("Because")
        self.project.date_start = date(2026, 1, 1)
        self.project.date = max(self.project.billing_period_ids.mapped("date_to"))
        part.action_set_billing("bill")
        self.assertTrue(part.billing_period_id)

    def test_stock_invoice(self):
        """Odoo's own dialog bills an open part as it bills an open entry."""
        self.second.button_draft()
        self.second.unlink()
        self.assertEqual(self.sale_line.qty_to_invoice, 2.0)
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=self.order.ids)
            .create({"advance_payment_method": "delivered"})
        )
        wizard.create_invoices()
        line = self.part.invoice_line_id
        self.assertEqual(line.quantity, 2.0)
        self.assertCounted(7.5)


@tagged("post_install", "-at_install")
class TestPartsBeyondARetainer(CreditCommon):
    """Both halves of an entry on one invoice, on items of their own."""

    def test_both_on_one_invoice(self):
        entry = self._log_time(self.project, date(2026, 2, 3), 3.0)
        part = entry._split_off(1.0, {"own_sale_line_id": self.senior_sale_line.id})
        self._lock(date(2026, 2, 28))
        self.assertEqual(self.february.amount_to_invoice, 350.0)
        invoice = self._generate(self.february)
        self.assertEqual(invoice.amount_untaxed, 350.0)
        self.assertCounted(6.5, 3.0)
        invoice.action_post()
        dialog = self._open_dialog("entries", invoice=invoice)
        self.assertEqual(dialog.line_ids.mapped("hours"), [2.0, 1.0])
        dialog.line_ids[1].is_chosen = True
        dialog.refund_moves()
        dialog.new_move_ids._post()
        self.assertFalse(part.invoice_line_id)
        self.assertTrue(entry.invoice_line_id)
        self.assertCounted(6.5, 2.0)
        # Billed on an item of its own, it does not go back into its entry.
        part.action_set_billing("hold", "Wait")
        part.action_set_billing("bill")
        self.assertTrue(part.exists())
        self.assertProven(self.project)
