from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditPrice(CreditCommon):
    """A credit of the full quantity at a lower price is a matter of money: the customer
    has paid for the rest, so the time stays billed."""

    def _credit_at(self, **values):
        """A posted credit note of all hours of the first line, at another price."""
        credit = self.invoice._reverse_moves()
        kept = credit.invoice_line_ids.filtered(
            lambda credited: credited.credited_line_id == self.line
        )
        kept.write(values)
        (credit.invoice_line_ids - kept).unlink()
        credit._post()
        return credit

    def test_lower_price(self):
        credit = self._credit_at(price_unit=10.0)
        self.assertEqual(credit.amount_untaxed, 45.0)
        self.assertBilled(self.long | self.short, self.line)
        self.assertEqual(self.january.state, "to_send")
        self.assertCounted(4.5)

    def test_discount(self):
        self._credit_at(discount=50.0)
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_rest_of_the_price(self):
        """All of the money is given back in two steps, in whatever order undone."""
        first = self._credit_at(price_unit=10.0)
        second = self._credit_at(price_unit=90.0)
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)
        first.button_draft()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)
        first._post()
        second.button_draft()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_thirds_of_the_price(self):
        for price in (33.33, 33.33):
            self._credit_at(price_unit=price)
        self.assertBilled(self.long | self.short, self.line)
        self._credit_at(price_unit=33.34)
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)

    def test_chosen_entry(self):
        credit = self._credit(self.long, post=False)
        credit.invoice_line_ids.price_unit = 60.0
        credit._post()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_chosen_entry_of_an_invoice_that_gets_another_price(self):
        """The invoice would bill it again, for the difference."""
        credit = self._credit(self.long)
        self.assertFree(self.long, self.february)
        self.invoice.button_draft()
        self.line.price_unit = 150.0
        with self.assertRefused(f"{credit.name}.* credits time of"):
            self.invoice.action_post()
        self.line.price_unit = 100.0
        self.invoice.action_post()
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)
        self.assertProven(self.project)

    def test_credited_in_full_at_two_prices(self):
        """One of the two chose an entry, at a part of the price."""
        chosen = self._credit(self.long, post=False)
        chosen.invoice_line_ids.price_unit = 10.0
        chosen._post()
        self._credit_at(price_unit=95.0)
        self.assertFree(self.long | self.short, self.february)
        self.invoice.button_draft()
        self.invoice.action_post()
        self.assertFree(self.long | self.short, self.february)
        self.assertProven(self.project)

    def test_what_is_left_to_choose(self):
        """In worth: 4.5 h for a tenth of the price are 0.45 h."""
        self._credit_at(price_unit=10.0)
        row = self._open_dialog("lines").line_ids[0]
        self.assertEqual(row.move_line_id, self.line)
        self.assertEqual(row.quantity, 4.05)

    def _invoice_fixed(self, amount):
        order = self._create_order(self.product_fixed)
        project = self._create_project("Fixed", order=order, billing_frequency="custom")
        period = self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": amount,
                "sale_line_id": order.order_line.id,
            }
        )
        invoice = self._generate(period)
        invoice.action_post()
        return period, invoice

    def _credit_fixed_at(self, invoice, price):
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.price_unit = price
        credit._post()
        return credit

    def test_fixed_amount(self):
        period, invoice = self._invoice_fixed(900.0)
        credit = self._credit_fixed_at(invoice, 100.0)
        self.assertEqual(period.state, "to_send")
        self.assertEqual(period.amount_invoiced, 800.0)
        self.assertProven(period.project_id)
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 900.0
        credit._post()
        self.assertEqual(period.state, "ready")
        self.assertProven(period.project_id)

    def test_rest_of_a_fixed_amount(self):
        """To the cent, though it is no round part of the quantity."""
        for first in (2000.0, 1000.0):
            with self.subTest(first=first):
                period, invoice = self._invoice_fixed(3000.0)
                self._credit_fixed_at(invoice, first)
                rest = self._credit(invoice.invoice_line_ids, invoice=invoice)
                self.assertEqual(rest.amount_untaxed, 3000.0 - first)
                self.assertEqual(period.state, "ready")
                self.assertEqual(period.amount_invoiced, 0.0)
                self.assertEqual(period.sale_line_id.qty_invoiced, 0.0)
                self.assertProven(period.project_id)

    def test_nearly_all_of_a_fixed_amount(self):
        """The customer has paid for the rest."""
        period, invoice = self._invoice_fixed(3000.0)
        self._credit_fixed_at(invoice, 2990.0)
        self.assertEqual(period.state, "to_send")
        self.assertEqual(period.amount_invoiced, 10.0)
        self.assertNotEqual(period.sale_line_id.qty_invoiced, 0.0)
        self.assertProven(period.project_id)
