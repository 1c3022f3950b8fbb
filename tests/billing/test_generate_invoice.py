from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGenerateInvoice(InvoicingCycleCommon):
    """From time to draft invoice, entry by entry."""

    def test_generate_ready_period(self):
        project = self._create_project()
        january = self._period(project, date(2026, 1, 15))
        entries = self._log_time(project, date(2026, 1, 15), 3.0) | self._log_time(
            project, date(2026, 1, 20), 2.5
        )
        other = self._log_time(project, date(2026, 2, 2), 4.0)
        self.assertEqual(january.state, "pending")
        self._lock(date(2026, 1, 31))
        self.assertEqual(january.state, "ready")
        self.assertEqual(january.hours, 5.5)
        self.assertEqual(january.amount_to_invoice, 550.0)

        action = january.with_user(self.user_accountant).action_generate_invoices()

        invoice = self.env["account.move"].browse(action["res_id"])
        line = invoice.invoice_line_ids
        self.assertEqual(line.quantity, 5.5)
        self.assertEqual(line.price_subtotal, 550.0)
        self.assertEqual(line.timesheet_entry_ids, entries)
        self.assertEqual(entries.timesheet_invoice_id, invoice)
        self.assertFalse(other.invoice_line_id)
        self.assertEqual(january.state, "to_send")
        self.assertEqual(january.amount_to_invoice, 0.0)
        self.assertEqual(january.amount_invoiced, 550.0)
        self.assertEqual(project.sale_line_id.qty_invoiced, 5.5)
        self.assertEqual(project.sale_line_id.qty_delivered, 9.5)

    def test_many_are_shown_where_they_are_to_be_sent(self):
        """In the section's own list; who may not read invoices sees the periods."""
        periods = self.env["project.billing.period"]
        for name in ("One", "Two"):
            project = self._create_project(name)
            self._log_time(project, date(2026, 1, 15), 3.0)
            periods |= self._period(project, date(2026, 1, 15))
        self._lock(date(2026, 1, 31))
        drafts = self.env.ref("invoicing_cycle.account_move_view_list_to_send")
        for user, model, view_id, period in (
            (self.user_accountant, "account.move", drafts.id, periods[0]),
            (self.user_manager, "project.billing.period", False, periods[1]),
        ):
            result = period.with_user(user)._generate_invoices()
            result.skipped.append([periods[0].id, "Because"])
            action = period.with_user(user)._get_generated_action(result)
            self.assertEqual(action["res_model"], model)
            self.assertIn((view_id, "list"), action["views"])
            self.assertEqual(action["context"]["billing_cycle_section"], "to_send")
            records = period.invoice_ids if user == self.user_accountant else period
            self.assertEqual(self.env[model].search(action["domain"]), records)

    def test_generate_twice_names_the_invoice(self):
        project = self._create_project()
        self._log_time(project, date(2026, 1, 15), 3.0)
        self._lock(date(2026, 1, 31))
        january = self._period(project, date(2026, 1, 15))
        january.action_generate_invoices()
        with self.assertRaisesRegex(UserError, "invoiced already"):
            january.action_generate_invoices()
        self.assertEqual(len(january.invoice_ids), 1)
