import re
from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..common.credit import CreditCommon
from ..common.stock import StockInvoiceMixin

TODAY, AHEAD = date(2026, 3, 10), date(2026, 3, 20)


@tagged("post_install", "-at_install")
class TestCreditRecreateAhead(StockInvoiceMixin, CreditCommon):
    """Odoo posts a credit note of a day to come on that day: until then the invoice
    bills its work, and no new draft does."""

    def assertRefusedAhead(self, *invoices):
        names = ", ".join(re.escape(invoice.display_name) for invoice in invoices)
        return self.assertRefused(
            f"^{names} bills its work until .* on 03/20/2026: .* until today, or "
            "reverse alone .* from the billing period"
        )

    def assertNothingMade(self):
        self.assertFalse(self.invoice.reversal_move_ids)
        self.assertBilled(self.long | self.short, self.line)
        self.assertBilled(self.senior, self.senior_line)
        self.assertCounted(4.5)

    def _bill_february(self):
        entry = self._log_time(self.project, date(2026, 2, 9), 2.0)
        invoice = self._generate(self.february, "Because")
        invoice.action_post()
        return invoice, entry

    def _create_goods(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.order.partner_id.id,
                "invoice_line_ids": [
                    Command.create({"name": "Chair", "price_unit": 9})
                ],
            }
        )
        invoice.action_post()
        return invoice

    # ---------------------------------------------------------------- refused

    def test_refused(self):
        dialogs = {
            "invoice": lambda: self._open_dialog("invoice", date=AHEAD),
            "line": lambda: self._choose(self.senior_line, date=AHEAD),
            "entries": lambda: self._choose(self.long, date=AHEAD),
            "nothing": lambda: self._open_dialog("entries", date=AHEAD),
        }
        for name, open_dialog in dialogs.items():
            with self.subTest(name):
                dialog = open_dialog()
                with self.assertRefusedAhead(self.invoice):
                    dialog.modify_moves()
                with self.assertRefusedAhead(self.invoice):
                    dialog.reverse_moves(is_modify=True)
        self.assertNothingMade()

    def test_refused_to_a_client(self):
        """The day is what a client wrote last, whoever it is."""
        for user in (self.user_accountant, self.env.user):
            for scope in ("invoice", "entries"):
                with self.subTest(user=user.login, scope=scope):
                    dialog = self._open_dialog(scope, user=user)
                    dialog.line_ids.is_chosen = True
                    args = (self.env(user=user.id)[dialog._name], "write")
                    call_kw(*args, [dialog.ids, {"date": "2026-03-20"}], {})
                    with self.assertRefusedAhead(self.invoice):
                        call_kw(args[0], "modify_moves", [dialog.ids], {})
                    with self.assertRefusedAhead(self.invoice):
                        call_kw(
                            args[0], "reverse_moves", [dialog.ids], {"is_modify": True}
                        )
        self.assertNothingMade()

    def test_invoice_that_was_reset(self):
        """The dialog leaves drafts as they are, on any day."""
        for day in (TODAY, AHEAD):
            dialog = self._open_dialog("invoice", date=day)
            self.invoice.button_draft()
            dialog.modify_moves()
            self.assertFalse(dialog.new_move_ids)
            self.assertNothingMade()
            self.invoice.action_post()

    def test_several_invoices(self):
        """Those that bill work are named, and none is credited."""
        second, entry = self._bill_february()
        goods = self._create_goods()
        dialog = self._open_dialog(
            "invoice", invoice=self.invoice | goods | second, date=AHEAD
        )
        with self.assertRefusedAhead(self.invoice, second):
            dialog.modify_moves()
        self.assertFalse(
            (self.invoice | goods | second).reversal_move_ids | dialog.new_move_ids
        )
        self.assertBilled(entry, second.invoice_line_ids.filtered("quantity"))

    def test_invoice_of_the_order(self):
        """Odoo's own dialog bills time of the ledger as well."""
        entry = self._log_time(self.project, date(2026, 2, 9), 2.0)
        invoice = self._invoice_stock(self.order)
        invoice.action_post()
        self.assertTrue(entry.invoice_line_id)
        dialog = self._open_dialog("invoice", invoice=invoice, date=AHEAD)
        with self.assertRefusedAhead(invoice):
            dialog.modify_moves()
        self.assertBilled(entry, invoice.invoice_line_ids)

    # ---------------------------------------------------------------- allowed

    def test_today(self):
        """Today and days that are gone are none to come, for several invoices too."""
        second, entry = self._bill_february()
        drafts = self._recreate(invoice=self.invoice | second, date=TODAY)
        credits = (self.invoice | second).reversal_move_ids
        self.assertEqual(credits.mapped("state"), ["posted", "posted"])
        self.assertEqual(drafts.mapped("state"), ["draft", "draft"])
        lines = drafts.invoice_line_ids.filtered("timesheet_entry_ids")
        self.assertEqual(lines.timesheet_entry_ids, self.entries | entry)
        self.assertCounted(6.5)
        drafts.unlink()
        self.assertFree(self.entries, self.january)
        self.assertFree(entry, self.february)

    def test_way_out(self):
        """Reversed alone, the invoice bills until the day, and then a new one can."""
        dialog = self._choose(self.long, date=AHEAD)
        dialog.refund_moves()
        credit = dialog.new_move_ids
        self.assertEqual(credit.state, "draft")
        credit.auto_post = "at_date"
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)
        with freeze_time(AHEAD):
            self._run_auto_post()
            self.assertEqual(credit.state, "posted")
            self.assertFree(self.long, self.february)
            again = self._generate(self.february, "Because")
        self.assertBilled(
            self.long, again.invoice_line_ids.filtered("timesheet_entry_ids")
        )
        self.assertCounted(4.5)

    def test_other_documents(self):
        """Of goods: the credit note comes on its day, and Odoo makes the draft now."""
        invoice = self._create_goods()
        draft = self._recreate(invoice=invoice, date=AHEAD)
        credit = invoice.reversal_move_ids
        self.assertEqual((credit.state, credit.auto_post), ("draft", "at_date"))
        self.assertEqual((draft.state, draft.amount_untaxed), ("draft", 9.0))
        draft.action_post()
        with freeze_time(AHEAD):
            self._run_auto_post()
        self.assertEqual(credit.state, "posted")
        self.assertEqual(draft.invoice_line_ids.recreated_line_id.move_id, invoice)
