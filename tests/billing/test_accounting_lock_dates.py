from contextlib import contextmanager
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.accounting import AccountingCommon

CLOSED = date(2026, 2, 28)
TODAY = date(2026, 3, 10)
LOCKS = ("fiscalyear_lock_date", "sale_lock_date", "tax_lock_date", "hard_lock_date")


@tagged("post_install", "-at_install")
class TestAccountingLockDates(AccountingCommon):
    """What accounting has closed stays closed, from the draft to the sent record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.january = cls._ready(cls._create_order())

    @contextmanager
    def assertRefused(self, pattern):
        with self.assertRaises(UserError) as caught:  # in a savepoint
            yield
        self.assertRegex(str(caught.exception), pattern)

    def _note(self, invoice):
        return invoice.message_ids.sorted("id")[-1:].body

    def test_draft_is_dated_after_the_lock(self):
        self.company.billing_invoice_date_scheduled = True
        for lock in LOCKS:
            with self.subTest(lock):
                self.company[lock] = CLOSED
                invoice = self._generate(self.january)
                self.assertEqual(invoice.invoice_date, date(2026, 3, 1))
                self.assertIn("closed in accounting", self._note(invoice))
                self.assertIn("02/28/2026", self._note(invoice))
                invoice.unlink()
                if lock != "hard_lock_date":
                    self.company[lock] = False

    def test_exception_of_the_user_counts(self):
        self.company.billing_invoice_date_scheduled = True
        self.company.sale_lock_date = CLOSED
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.user_accountant.id,
                "sale_lock_date": False,
                "end_datetime": False,
            }
        )
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_date, date(2026, 1, 31))
        self.assertNotIn("closed", self._note(invoice))

    def test_closed_up_to_today(self):
        """No date is right, so the draft has none; confirming says what is closed."""
        self.company.billing_invoice_date_scheduled = True
        self.company.sale_lock_date = date(2026, 3, 31)
        invoice = self._generate(self.january)
        self.assertFalse(invoice.invoice_date)
        self.assertIn("03/31/2026", self._note(invoice))
        with self.assertRefused("Sales Lock Date.*03/31/2026"):
            self._confirm(invoice)
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(self.january.state, "to_send")

    def test_confirming_several_names_those_that_are_closed(self):
        other = self._ready(self._create_order(), name="Other")
        invoices = self._generate(self.january | other)
        self.company.fiscalyear_lock_date = TODAY
        with self.assertRefused("(?s)2 of 2.*Global Lock Date"):
            invoices.with_user(self.user_accountant).action_confirm_invoices()

    def test_draft_from_before_the_lock_is_booked_after_it(self):
        self.company.billing_invoice_date_scheduled = True
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_date, date(2026, 1, 31))
        self.company.fiscalyear_lock_date = CLOSED
        self._confirm(invoice)
        self.assertGreater(invoice.date, CLOSED)
        self.assertEqual(invoice.invoice_date, date(2026, 1, 31))

    def test_invoice_of_a_closed_month(self):
        """It can still be sent and marked, but neither reset nor taken out."""
        self.company.billing_invoice_date_scheduled = True
        invoice = self._confirm(self._generate(self.january))
        entries = invoice.invoice_line_ids.timesheet_entry_ids
        self.company.fiscalyear_lock_date = CLOSED
        accountants = invoice.with_user(self.user_accountant)
        accountants.action_mark_as_sent("post")
        self.assertEqual(self.january.state, "sent")
        accountants.action_undo_mark_as_sent("Came back")
        self.assertEqual(self.january.state, "to_send")
        accountants.action_mark_as_sent("post")
        for action in ("button_draft", "button_cancel"):
            with self.assertRefused("Global Lock Date"):
                getattr(accountants, action)()
            self.assertEqual(entries.invoice_line_id.move_id, invoice)
            self.assertEqual(invoice.sent_channel, "post")
            self.assertEqual(self.january.state, "sent")

    def test_credit_of_a_closed_month(self):
        self.company.billing_invoice_date_scheduled = True
        invoice = self._confirm(self._generate(self.january))
        entries = invoice.invoice_line_ids.timesheet_entry_ids
        self.company.fiscalyear_lock_date = CLOSED
        credit = invoice._reverse_moves([{"invoice_date": TODAY, "date": TODAY}])
        self._confirm(credit)
        self.assertEqual(credit.date, TODAY)
        self.assertFalse(entries.invoice_line_id)
        self.assertEqual(self.january.state, "ready")
