from datetime import date

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.freeform import FreeformCommon


@tagged("post_install", "-at_install")
class TestFreeformCorrection(FreeformCommon):
    """A credit note takes what it can from the invoice that it corrects, and says when
    more is credited than was invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.env["account.payment.term"].create({"name": "60 days"})
        cls.contact = cls.env["res.partner"].create(
            {"name": "Purchasing", "parent_id": cls.partner.id, "type": "invoice"}
        )
        cls.bill = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.contact.id,
                "invoice_date": date(2026, 2, 5),
                "invoice_payment_term_id": cls.term.id,
                "ref": "PO 4711",
                "narration": "As agreed",
                "billing_origin": "freeform",
                "billing_project_ids": [Command.set(cls.project.ids)],
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product_hours.id,
                            "name": "Advice in January",
                            "quantity": 8.0,
                            "price_unit": 125.0,
                            "discount": 20.0,
                            "tax_ids": [Command.set(cls.tax.ids)],
                            "analytic_distribution": {cls.analytic.id: 100},
                        }
                    ),
                    Command.create({"display_type": "line_note", "name": "Thanks"}),
                    Command.create(
                        {
                            "name": "Discount",
                            "quantity": -1.0,
                            "price_unit": 50.0,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    ),
                ],
            }
        )
        cls.bill.action_post()
        # 8 h at 100 less 50 are 750, and 24 % of tax.

    def _open(self, user=None):
        freeforms = self.freeforms.with_user(user or self.user_accountant)
        dialog = Form(freeforms)
        dialog.move_type = "out_refund"
        return dialog

    def _correct(self):
        dialog = self._open()
        dialog.corrects_move_id = self.bill
        return dialog

    def _make(self, dialog):
        action = dialog.save().action_create_move()
        return self.env["account.move"].browse(action["res_id"])

    def test_taken_from_the_invoice(self):
        dialog = self._correct()
        self.assertEqual(dialog.partner_id, self.contact)
        self.assertEqual(dialog.project_id, self.project)
        self.assertEqual(dialog.reference, f"Correction of {self.bill.name}, PO 4711")
        self.assertEqual(dialog.payment_term_id, self.term)
        self.assertEqual(dialog.amount_untaxed, 750.0)
        self.assertEqual(dialog.amount_total, 930.0)
        self.assertFalse(dialog.credit_warning)
        note = self._make(dialog)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.partner_id, self.contact)
        self.assertEqual(note.partner_shipping_id, self.bill.partner_shipping_id)
        self.assertEqual(note.ref, f"Correction of {self.bill.name}, PO 4711")
        self.assertEqual(note.invoice_payment_term_id, self.term)
        self.assertIn("As agreed", note.narration)
        self.assertEqual(note.amount_total, 930.0)
        self.assertEqual(note.corrected_invoice_id, self.bill)
        self.assertFalse(note.reversed_entry_id)
        self.assertFalse(note.credit_warning)
        line, discount = note.invoice_line_ids
        self.assertEqual(line.name, "Advice in January")
        self.assertEqual(
            (line.quantity, line.price_unit, line.tax_ids), (8.0, 100.0, self.tax)
        )
        self.assertEqual(line.account_id, self.bill.invoice_line_ids[0].account_id)
        self.assertEqual(line.analytic_distribution, {str(self.analytic.id): 100})
        self.assertEqual(discount.price_subtotal, -50.0)
        self.assertFalse(discount.analytic_distribution)
        note.with_user(self.user_accountant).action_post()
        self.assertEqual(note.state, "posted")

    def test_editable(self):
        dialog = self._correct()
        dialog.reference = "As told on the phone"
        dialog.payment_term_id = self.env["account.payment.term"]
        with dialog.line_ids.edit(0) as line:
            line.quantity = 2.0
        dialog.line_ids.remove(1)
        note = self._make(dialog)
        self.assertEqual(note.ref, "As told on the phone")
        self.assertFalse(note.invoice_payment_term_id)
        self.assertEqual(note.amount_untaxed, 200.0)

    def test_what_was_typed_stays(self):
        dialog = self._open()
        dialog.partner_id = self.partner
        with dialog.line_ids.new() as line:
            line.name = "Goodwill"
            line.price_unit = 30.0
        dialog.corrects_move_id = self.bill
        self.assertEqual(dialog.amount_untaxed, 30.0)
        self.assertEqual(dialog.project_id, self.project)

    def test_another_invoice_is_chosen(self):
        dialog = self._correct()
        dialog.corrects_move_id = self.invoice
        self.assertEqual(dialog.amount_untaxed, 100.0)
        self.assertEqual(dialog.partner_id, self.partner)
        self.assertEqual(dialog.reference, f"Correction of {self.invoice.name}")
        dialog.move_type = "out_invoice"
        self.assertFalse(dialog.corrects_move_id)
        self.assertFalse(dialog.reference)

    def test_values_by_api(self):
        """Without a dialog: what is not given comes from the invoice."""
        freeform = self.freeforms.create(
            {
                "move_type": "out_refund",
                "corrects_move_id": self.bill.id,
                "line_ids": [Command.create({"name": "Goodwill", "price_unit": 10.0})],
            }
        )
        action = freeform.action_create_move()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(note.partner_id, self.contact)
        self.assertEqual(note.billing_project_ids, self.project)
        self.assertEqual(note.invoice_payment_term_id, self.term)
        self.assertIn("PO 4711", note.ref)

    # ----------------------------------------------------------------- too much

    def test_more_than_the_invoice(self):
        dialog = self._correct()
        with dialog.line_ids.edit(0) as line:
            line.quantity = 9.0
        warning = (
            f"This credits $\N{NO-BREAK SPACE}1,054.00 of {self.bill.name}, which is "
            "over $\N{NO-BREAK SPACE}930.00 only."
        )
        self.assertEqual(dialog.credit_warning, warning)
        note = self._make(dialog)
        self.assertEqual(note.credit_warning, warning)
        for document in (note, self.bill):
            self.assertIn("1,054.00", document.message_ids[0].body)

    def test_together_with_others(self):
        """A correction, and Odoo's own credit note; a cancelled one is none."""
        first = self._make(self._correct())
        first.button_cancel()
        second = self._correct()
        with second.line_ids.edit(0) as line:
            line.quantity = 2.0
        second = self._make(second)  # 150 and tax: 186
        reversal = self.bill._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        self.assertIn("186.00", reversal.credit_warning)
        self.assertIn("930.00", second.credit_warning)
        reversal.unlink()
        self.env.invalidate_all()
        self.assertFalse(second.credit_warning)
        dialog = self._correct()
        self.assertEqual(
            dialog.credit_warning,
            f"This credits $\N{NO-BREAK SPACE}930.00 of {self.bill.name}, which is "
            f"over $\N{NO-BREAK SPACE}930.00. {second.display_name} already credits "
            "$\N{NO-BREAK SPACE}186.00 of it.",
        )

    def test_no_more_than_is_left(self):
        first = self._correct()
        with first.line_ids.edit(0) as line:
            line.quantity = 2.0
        self._make(first)
        dialog = self._correct()
        with dialog.line_ids.edit(0) as line:
            line.quantity = 6.5
        self.assertFalse(self._make(dialog).credit_warning)

    def test_reversal_of_more_than_the_invoice(self):
        """Sibling: a person raises the draft that Odoo's dialog made."""
        reversal = self.bill._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        self.assertFalse(reversal.credit_warning)
        reversal.invoice_line_ids[0].quantity = 9.0
        self.assertIn("only", reversal.credit_warning)

    def test_invoices_have_none(self):
        self.assertFalse(self.bill.credit_warning)
        self.assertFalse(self._create_move().credit_warning)

    def test_total_that_is_negative(self):
        dialog = self._correct()
        dialog.line_ids.remove(0)
        with self.assertRaisesRegex(Exception, "negative"):
            dialog.save().action_create_move()
