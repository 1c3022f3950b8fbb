from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.accounting import AccountingCommon


@tagged("post_install", "-at_install")
class TestGenerateInvoiceDate(AccountingCommon):
    """The date of confirming, or the scheduled one; payment terms count from there.

    The period of January is scheduled for 31 January; today is 10 March.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        terms = cls.env["account.payment.term"].create(
            {
                "name": "Half at once, half in 20 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50.0, "nb_days": days}
                    )
                    for days in (0, 20)
                ],
            }
        )
        cls.order = cls._create_order(payment_term_id=terms.id)
        cls.january = cls._ready(cls.order)

    def assertDue(self, invoice, *days):
        terms = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertEqual(sorted(terms.mapped("date_maturity")), list(days))
        self.assertEqual(invoice.invoice_date_due, days[-1])

    def test_date_of_confirming(self):
        invoice = self._generate(self.january)
        self.assertFalse(invoice.invoice_date)
        self.assertEqual(invoice.invoice_payment_term_id, self.order.payment_term_id)
        self._confirm(invoice, date(2026, 3, 25))
        self.assertEqual(invoice.invoice_date, date(2026, 3, 25))
        self.assertDue(invoice, date(2026, 3, 25), date(2026, 4, 14))

    def test_scheduled_date(self):
        self.company.billing_invoice_date_scheduled = True
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_date, date(2026, 1, 31))
        self._confirm(invoice, date(2026, 3, 25))
        self.assertEqual(invoice.invoice_date, date(2026, 1, 31))
        self.assertEqual(invoice.date, date(2026, 1, 31))
        self.assertDue(invoice, date(2026, 1, 31), date(2026, 2, 20))

    def test_scheduled_date_is_never_in_the_future(self):
        self.company.billing_invoice_date_scheduled = True
        self.january.invoice_date = date(2026, 3, 20)
        self.assertEqual(self._generate(self.january).invoice_date, date(2026, 3, 10))

    def test_shared_invoice_has_the_last_of_its_dates(self):
        self.company.billing_invoice_date_scheduled = True
        other = self._ready(self._create_order(), name="Other")
        self.january.project_id.billing_grouping = "customer"
        other.project_id.billing_grouping = "customer"
        self.order.payment_term_id = False
        other.invoice_date = date(2026, 2, 10)
        invoice = self._generate(self.january | other)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.invoice_date, date(2026, 2, 10))

    def test_other_terms_share_no_invoice(self):
        other = self._ready(self._create_order(), name="Other")
        self.january.project_id.billing_grouping = "customer"
        other.project_id.billing_grouping = "customer"
        invoices = self._generate(self.january | other)
        self.assertEqual(
            set(invoices.invoice_payment_term_id), set(self.order.payment_term_id)
        )
        self.assertEqual(len(invoices), 2)
