from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.credit import CreditCommon
from ..common.draft import DraftCommon
from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestCreditedDraft(CreditCommon):
    """An invoice that was reset to draft remembers what credit notes take back of it.

    Made anew, it would bill that time, which its credit note frees.
    """

    def _assert_not_refreshed(self):
        self.invoice.button_draft()
        self.assertFalse(self.invoice.draft_status)
        with self.assertRefused("cannot be refreshed"):
            self.invoice.with_user(self.user_accountant).action_refresh_draft()

    def test_posted_credit(self):
        self._credit(self.long)
        self._assert_not_refreshed()
        self.invoice.action_post()
        self.assertEqual(self.line.quantity, 4.5)
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)

    def test_credit_to_come(self):
        """Its entry was deleted meanwhile, as administrators may on a draft."""
        credit = self._credit(self.long, post=False)
        self._assert_not_refreshed()
        credit.unlink()
        self.long.sudo().unlink()
        self.assertTrue(self.invoice.draft_status)
        self.invoice.with_user(self.user_accountant).action_refresh_draft()
        self.invoice.action_post()
        self.assertEqual(self.line.quantity, 1.5)
        self.assertCounted(1.5)

    def _assert_credit_takes_back_what_was_made(self, change):
        credit = self._credit(self.long, post=False)
        self.invoice.button_draft()
        change()
        self.invoice.action_post()
        credit._post()
        self.assertBilled(self.short, self.line)
        self.assertCounted(1.5)

    def test_chosen_time_is_gone(self):
        self._assert_credit_takes_back_what_was_made(self.long.sudo().unlink)

    def test_chosen_time_is_longer(self):
        self._assert_credit_takes_back_what_was_made(
            lambda: self.long.sudo().write({"unit_amount": 5.0})
        )


@tagged("post_install", "-at_install")
class TestItemOfBilledTime(DraftCommon):
    """Time counts for the item that it is billed on, whatever it was moved to."""

    def test_moved_while_on_a_draft(self):
        item = self._create_order().order_line
        project = self._create_project("Other", order=item.order_id)
        self._log_time(project, date(2026, 1, 7), 2.0)
        self.entry.with_user(self.user_timesheet_admin).write(
            {"so_line": item.id, "is_so_line_edited": True}
        )
        invoice = self._generate(self._period(project, date(2026, 1, 7)))
        self.assertEqual(invoice.invoice_line_ids.quantity, 2.0)
        self._refresh()
        self.assertEqual(self.line.quantity, 2.0)
        self.assertLedger()


@tagged("post_install", "-at_install")
class TestStockInvoiceRemembers(ProofCommon):
    def test_its_time_is_gone(self):
        order = self._create_order()
        project = self._create_project(order=order)
        entry = self._log_time(project, date(2026, 1, 5), 4.0)
        invoice = order._create_invoices()
        invoice.button_cancel()
        entry.sudo().unlink()
        with self.assertRaisesRegex(UserError, "has changed since"):
            invoice.button_draft()
