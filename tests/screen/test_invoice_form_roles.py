from odoo.tests import Form, tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestInvoiceFormRoles(CreditCommon):
    """Whoever finds an invoice on the screen can open it."""

    def test_salesperson_opens_an_own_invoice(self):
        """Odoo's form counts payments, which are not theirs to read."""
        self.invoice.invoice_user_id = self.user_salesperson
        self._log_time(self.project, self.february.date_from, 1.0)
        draft = self._generate(self.february, "Because")
        draft.invoice_user_id = self.user_salesperson
        for invoice in self.invoice | draft:
            with Form(invoice.with_user(self.user_salesperson)) as form:
                self.assertEqual(form.partner_id, self.partner)

    def test_accountant_sees_payments(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({}).action_create_payments()
        form = Form(self.invoice.with_user(self.user_accountant))
        self.assertEqual(form.payment_count, 1)
