from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.credit import CreditCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestCreditExits(StockInvoiceMixin, CreditCommon):
    """Partial credits and everything else that happens to an invoice."""

    def test_whole_invoice_credits_the_rest(self):
        first = self._credit(self.long)
        dialog = self._open_dialog("invoice")
        dialog.refund_moves()
        rest = dialog.new_move_ids
        self.assertEqual(rest.invoice_line_ids.mapped("quantity"), [1.5, 2.0])
        self.assertBilled(self.short, self.line)
        rest._post()
        self.assertFree(self.entries, self.january)
        self.assertCounted(0.0, 0.0)
        # Each of them goes on crediting its own time.
        first.button_draft()
        self.assertBilled(self.long, self.line)
        self.assertFree(self.short | self.senior, self.february)
        self.assertCounted(3.0, 0.0)

    def test_whole_invoice_while_a_choice_is_a_draft(self):
        """What the draft would credit is credited by then: it cannot be posted."""
        choice = self._credit(self.long, post=False)
        whole = self.invoice._reverse_moves()
        whole._post()
        self.assertFree(self.entries, self.january)
        with self.assertRefused(whole.name):
            choice._post()
        whole.button_draft()
        choice._post()
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)

    def test_entries_of_a_draft_credit_are_not_offered(self):
        self._credit(self.long, post=False)
        rows = self._open_dialog("entries").line_ids
        self.assertEqual(rows.entry_id, self.short | self.senior)
        self.assertEqual(rows.mapped("quantity"), [1.5, 2.0])

    def test_two_dialogs_at_once(self):
        first, second = self._choose(self.long), self._choose(self.long)
        first.refund_moves()
        with self.assertRefused("Open this dialog again"):
            second.refund_moves()

    def test_two_drafts_of_the_same_entry(self):
        """Made by two people in the same instant: one of them is posted."""
        first = self._credit(self.long, post=False)
        second = self._credit(self.short, post=False)
        second.invoice_line_ids._record(
            {"credited_entry_ids": [Command.set(self.long.ids)]}
        )
        with self.assertRefused("was credited before"):
            (first | second)._post()
        self.assertBilled(self.long | self.short, self.line)

    def test_invoice_cancelled_and_reopened(self):
        """Not while its credit note stands, which would take back what nobody bills."""
        credit = self._credit(self.long)
        self.invoice.button_draft()
        self.assertBilled(self.short, self.line)
        with self.assertRefused(credit.name):
            self.invoice.button_cancel()
        credit.button_draft()
        self.invoice.button_cancel()
        self.assertFree(self.entries, self.january)
        self.assertCounted(0.0, 0.0)
        with self.assertRefused("is cancelled and bills nothing"):
            credit._post()
        self.invoice.button_draft()
        self.assertBilled(self.entries - self.senior, self.line)
        self.assertCounted(4.5)

    def test_credit_reset_after_the_invoice_was_reopened(self):
        credit = self._credit(self.long)
        self.invoice.button_draft()
        credit.button_draft()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_credited_invoice_is_not_deleted(self):
        credit = self._credit(self.long)
        self.invoice.button_draft()
        for line in (self.line, self.line.with_context(_force_unlink=True)):
            with self.assertRefused(credit.name):
                line.unlink()
        self.senior_line.unlink()
        self.assertFree(self.senior, self.february)
        credit.button_draft()
        credit.unlink()
        self.line.unlink()
        self.assertFree(self.entries, self.january)
        self.assertCounted(0.0, 0.0)

    def test_credit_to_come_of_a_deleted_line(self):
        """Its time is free already: the credit note is a matter of money."""
        credit = self._credit(self.long, post=False)
        self.invoice.button_draft()
        self.line.unlink()
        self.assertFree(self.long | self.short, self.february)
        credit._post()
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)
        self.assertProven(self.project)

    def test_task_moved_in_between(self):
        """Freed time is closed by its lock and stays with its project."""
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id}
        )
        entry = self._log_time(self.project, date(2026, 2, 9), 1.0, task_id=task.id)
        self._lock(date(2026, 2, 28))
        invoice = self._generate(self.february)
        invoice.action_post()
        task.project_id = self._create_project("Elsewhere")
        self._credit(entry, invoice=invoice)
        self.assertEqual(entry.project_id, self.project)
        self.assertFree(entry, self.february)

    def test_stock_wizard_offers_what_was_freed(self):
        self._credit(self.long)
        stock = self._invoice_stock(
            self.order,
            date_start_invoice_timesheet=date(2026, 1, 1),
            date_end_invoice_timesheet=date(2026, 2, 28),
        )
        self.assertNotEqual(stock, self.invoice)
        self.assertEqual(stock.invoice_line_ids.mapped("quantity"), [3.0])
        self.assertBilled(self.long, stock.invoice_line_ids)
        self.assertBilled(self.short, self.line)
        self.assertCounted(4.5)

    def test_invoice_made_the_stock_way(self):
        self._log_time(self.project, date(2026, 2, 2), 2.0)
        entry = self._log_time(self.project, date(2026, 2, 3), 1.0)
        invoice = self.order._create_invoices()
        invoice.action_post()
        self._credit(entry, invoice=invoice)
        self.assertFalse(entry.invoice_line_id)
        self.assertFalse(entry.timesheet_invoice_id)
        self.assertEqual(len(invoice.invoice_line_ids.timesheet_entry_ids), 1)
        self.assertCounted(6.5)

    def test_posted_by_the_cron(self):
        credit = self._credit(self.long, post=False)
        credit.auto_post = "at_date"
        self._run_auto_post()
        self.assertEqual(credit.state, "posted")
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)
