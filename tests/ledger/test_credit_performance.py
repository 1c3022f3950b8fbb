from datetime import date
from unittest.mock import patch

from odoo.tests import Form, tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditPerformance(CreditCommon):
    """Hundreds of entries are chosen, credited and re-created like some."""

    def _create_invoice(self, count, detail="sale_line"):
        """A confirmed invoice of ``count`` entries."""
        project = self._create_project(f"P{count}", billing_line_detail=detail)
        for number in range(count):
            self._log_time(project, date(2026, 1, 5), 0.25, name=f"Call {number}")
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        invoice.action_post()
        return invoice

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _choose_in_form(self, invoice):
        """As the client does it: one row ticked, then all."""
        form = Form(
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
        )
        form.credit_scope = "entries"
        with form.line_ids.edit(0) as row:
            row.is_chosen = True
        self.assertEqual(form.chosen_hours, 0.25)
        form.choose_all = True

    def _choose_half(self, invoice):
        entries = invoice.invoice_line_ids.timesheet_entry_ids
        return self._choose(entries[: len(entries) // 2], invoice=invoice)

    def _credit_half(self, dialog):
        dialog.refund_moves()
        dialog.new_move_ids._post()

    def assertSameQueries(self, function, few, many):
        # The first one fills Odoo's own caches.
        _cold, *counts = [
            self._count(lambda argument=argument: function(argument))
            for argument in (few[0], few[1], many)
        ]
        # Hundreds of rows are written in several statements.
        self.assertAlmostEqual(counts[0], counts[1], delta=3)

    def test_to_choose(self):
        for detail in ("sale_line", "entry"):
            few, many = [self._create_invoice(n, detail) for n in (5, 40)]
            with self.subTest(detail):
                self.assertSameQueries(self._choose_in_form, (few, few), many)

    def test_to_credit_and_recreate(self):
        for function in (self._credit_half, lambda dialog: dialog.modify_moves()):
            dialogs = [self._choose_half(self._create_invoice(n)) for n in (4, 5, 40)]
            self.assertSameQueries(function, dialogs[:2], dialogs[2])

    def test_the_ledger_leaves_the_books_alone(self):
        """With a line for each entry, Odoo would read all lines for each one."""
        line = self.line.sudo()
        with patch.object(
            type(self.invoice), "_get_sync_stack", side_effect=AssertionError
        ):
            line.write({"quantity_made": 4.0, "price_made": 90.0})
            line.released_entry_ids = self.entries
            line.flush_recordset()
        self.assertEqual(line.quantity_made, 4.0)
        self.invoice.button_draft()
        line.write({"quantity_made": 2.0, "quantity": 2.0})
        self.assertEqual(self.invoice.amount_untaxed, 500.0)
