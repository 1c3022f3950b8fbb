from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.invoice import InvoiceCommon


@tagged("post_install", "-at_install")
class TestOtherReversals(InvoiceCommon):
    """Only customer invoices bill time: other documents are reversed as ever."""

    def _reverse(self, move):
        day = date(2026, 3, 10)
        values = {"date": day, "invoice_date": day}
        reversal = move._reverse_moves([values], cancel=True)
        self.assertEqual(reversal.state, "posted")
        self.assertFalse(reversal.line_ids.credited_line_id)
        self.assertFalse(reversal.line_ids.recreated_line_id)
        return reversal

    def test_journal_entry(self):
        accounts = self.invoice.line_ids.account_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date(2026, 3, 1),
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "debit": debit, "credit": credit}
                    )
                    for account, debit, credit in zip(
                        accounts[:2], (50.0, 0.0), (0.0, 50.0), strict=True
                    )
                ],
            }
        )
        entry.action_post()
        self.assertEqual(self._reverse(entry).move_type, "entry")

    def test_vendor_bill(self):
        bill = self._create_invoice(move_type="in_invoice", billing_origin=False)
        bill.invoice_line_ids.tax_ids = False
        bill.action_post()
        self.assertEqual(self._reverse(bill).move_type, "in_refund")

    def test_credit_note(self):
        credit = self.invoice._reverse_moves(cancel=True)
        self.assertEqual(credit.invoice_line_ids.credited_line_id.move_id, self.invoice)
        self.assertEqual(self._reverse(credit).move_type, "out_invoice")

    def test_credit_note_for_time(self):
        """The reversal would bill the time, and the time would be free as well."""
        project = self._create_project()
        self._log_time(project, date(2026, 1, 5), 2.0)
        period = self._period(project, date(2026, 1, 5))
        period._generate_invoices("Because")
        invoice = period.invoice_ids
        invoice.action_post()
        credit = invoice._reverse_moves(cancel=True)
        self.assertEqual(period.amount_to_invoice, 200.0)
        with self.assertRaisesRegex(UserError, "Reset it to draft and cancel it"):
            credit._reverse_moves(cancel=True)
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(period.amount_to_invoice, 0.0)
        self.assertEqual(period.invoice_ids, invoice)

    def test_switched_draft(self):
        """A draft for work does not become a credit note for it."""
        project = self._create_project()
        self._log_time(project, date(2026, 1, 5), 2.0)
        period = self._period(project, date(2026, 1, 5))
        period._generate_invoices("Because")
        with self.assertRaisesRegex(UserError, "Delete the draft"):
            period.invoice_ids.action_switch_move_type()

    def test_switched_credit_of_money(self):
        """Nor does a credit note of a price, which takes back no time."""
        project = self._create_project()
        self._log_time(project, date(2026, 1, 5), 2.0)
        period = self._period(project, date(2026, 1, 5))
        period._generate_invoices("Because")
        invoice = period.invoice_ids
        invoice.action_post()
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.price_unit = 10.0
        self.assertTrue(credit.invoice_line_ids.credited_line_id)
        with self.assertRaisesRegex(UserError, "Delete the draft"):
            credit.action_switch_move_type()

    def test_copies_of_other_documents(self):
        credit = self.invoice._reverse_moves(cancel=True)
        self.assertFalse(credit.copy().line_ids.recreated_line_id)
