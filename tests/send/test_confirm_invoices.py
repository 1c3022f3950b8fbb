from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.invoice import InvoiceCommon


@tagged("post_install", "-at_install")
class TestConfirmInvoices(InvoiceCommon):
    def setUp(self):
        super().setUp()
        self.other = self._create_invoice()
        self.empty = self._create_invoice(invoice_line_ids=[])

    def _confirm(self, moves):
        return moves.with_user(self.user_accountant).action_confirm_invoices()

    def test_drafts_among_the_chosen_are_confirmed(self):
        self.assertFalse(self._confirm(self.invoice | self.draft | self.other))
        self.assertEqual(set((self.draft | self.other).mapped("state")), {"posted"})

    def test_failing_one_is_named_and_holds_back_no_other(self):
        result = self._confirm(self.draft | self.empty | self.other)
        self.assertEqual(result["tag"], "display_notification")
        self.assertIn(self.empty.display_name, result["params"]["message"])
        self.assertIn("1 of 3", result["params"]["message"])
        self.assertEqual(self.empty.state, "draft")
        self.assertEqual(set((self.draft | self.other).mapped("state")), {"posted"})

    def test_one_draft_fails_with_odoos_own_words(self):
        with self.assertRaisesRegex(UserError, "nothing"):
            self._confirm(self.empty)

    def test_all_failing_is_an_error_that_names_them(self):
        second = self._create_invoice(invoice_line_ids=[])
        with self.assertRaisesRegex(UserError, "2 of 2"):
            self._confirm(self.empty | second)

    def test_no_draft_is_an_error(self):
        with self.assertRaisesRegex(UserError, "no draft"):
            self._confirm(self.invoice)

    def test_whoever_may_not_confirm_gets_an_error(self):
        with self.assertRaises(AccessError):
            (self.draft | self.other).with_user(
                self.user_salesperson
            ).action_confirm_invoices()
        self.assertEqual(self.draft.state, "draft")

    def test_credit_notes_are_confirmed(self):
        note = self._create_invoice(
            move_type="out_refund",
            invoice_line_ids=[Command.create({"name": "x", "price_unit": 5.0})],
        )
        self._confirm(note)
        self.assertEqual(note.state, "posted")
