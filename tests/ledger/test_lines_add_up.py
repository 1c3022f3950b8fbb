from odoo.fields import Command
from odoo.tests import tagged

from ..common.accounting import AccountingCommon

METHODS = ("round_per_line", "round_globally")


@tagged("post_install", "-at_install")
class TestLinesAddUp(AccountingCommon):
    """The lines of a document add up to its total, however the company rounds taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.city = cls._create_tax("City 6%", 6.0)
        cls.local = cls._create_tax(
            "Local 5% incl.", 5.0, price_include_override="tax_included"
        )
        cls.untaxed = cls.env["account.tax"]

    def _create_odd_order(self, taxes, **values):
        """Three items, none of which is worth whole cents."""
        order = self._create_order(price=33.35)
        line = order.order_line
        line.write({"tax_ids": [Command.set(taxes.ids)], **values})
        line.copy({"order_id": order.id, "price_unit": 101.01})
        line.copy({"order_id": order.id, "price_unit": 0.07})
        return order

    def _bill(self, method, taxes, **values):
        """An invoice with a line for each of nine entries of an hour and a third."""
        self.company.tax_calculation_rounding_method = method
        order = self._create_odd_order(taxes, **values)
        period = self._ready(order, [4 / 3] * 3, billing_line_detail="entry")
        for hours in (7 / 6, 5 / 6):
            for line in order.order_line:
                self._log_time(
                    period.project_id,
                    period.date_from,
                    hours,
                    so_line=line.id,
                    is_so_line_edited=True,
                )
        items = period._get_billing_items()
        invoice = self._generate(period)
        self.assertEqual(len(invoice.invoice_line_ids), 9)
        self.assertAlmostEqual(
            invoice.amount_untaxed, sum(item.amount for item in items)
        )
        return invoice

    def assertAddsUp(self, move):
        """On paper, in the books and for the taxes, to the cent."""
        self.env.flush_all()
        move.invalidate_recordset()
        lines = move.invoice_line_ids
        for line in lines:
            self.assertAlmostEqual(
                line.price_subtotal, move.direction_sign * line.amount_currency
            )
        total = sum(lines.mapped("price_subtotal"))
        self.assertAlmostEqual(move.amount_untaxed, total)
        self.assertAlmostEqual(move.tax_totals["base_amount_currency"], total)
        self.assertAlmostEqual(
            move.tax_totals["total_amount_currency"], move.amount_total
        )
        self.assertAlmostEqual(
            sum(lines.mapped("price_total")),
            move.amount_total,
            # Taxes are those of the whole.
            delta=0.005 * len(lines) + 0.001,
        )

    def test_each_way_of_taxes(self):
        for method in METHODS:
            for taxes in (
                self.untaxed,
                self.tax,
                self.tax | self.city,
                self.tax_included,
                self.tax_included | self.local,
                self.tax_included | self.city,
            ):
                for discount in (0.0, 12.5):
                    with self.subTest(
                        method=method, taxes=taxes.mapped("name"), discount=discount
                    ):
                        invoice = self._bill(method, taxes, discount=discount)
                        self.assertAddsUp(invoice)
                        self.assertAddsUp(self._confirm(invoice))

    def test_taxes_are_those_of_the_lines(self):
        """Rounded once, of the amounts that stand on the lines."""
        invoice = self._bill("round_globally", self.tax | self.city)
        base = invoice.amount_untaxed
        self.assertAlmostEqual(
            invoice.amount_tax, round(base * 0.24, 2) + round(base * 0.06, 2)
        )

    def test_taxes_are_those_of_the_company(self):
        """Where the company rounds by line, so it stays."""
        invoice = self._bill("round_per_line", self.tax)
        self.assertAlmostEqual(
            invoice.amount_tax,
            sum(
                round(line.price_subtotal * 0.24, 2)
                for line in invoice.invoice_line_ids
            ),
        )

    def test_included_prices_are_asked_for(self):
        invoice = self._bill("round_globally", self.tax_included)
        self.assertAlmostEqual(
            invoice.amount_total,
            sum(
                round(line.price_unit * line.quantity, 2)
                for line in invoice.invoice_line_ids
            ),
        )

    def test_other_currency(self):
        """In the company's own money the books are even as well."""
        other = self.env.ref("base.JPY")
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "name": "2026-01-01", "rate": 151.37}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": other.id}
        )
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self._create_order(price=3333.3, pricelist_id=pricelist.id)
        period = self._ready(order, 4 / 3, billing_line_detail="entry")
        for hours in (7 / 6, 5 / 6, 1 / 3):
            self._log_time(period.project_id, period.date_from, hours)
        invoice = self._confirm(self._generate(period))
        self.assertEqual(invoice.currency_id, other)
        self.assertAddsUp(invoice)
        self.assertAlmostEqual(sum(invoice.line_ids.mapped("balance")), 0.0)

    def test_credit_note(self):
        for taxes in (self.tax, self.tax_included):
            invoice = self._confirm(self._bill("round_globally", taxes))
            credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
            self.assertAddsUp(credit)
            self.assertAlmostEqual(credit.amount_total, invoice.amount_total)

    def test_negative_lines(self):
        """Corrections among the lines, and a document that is negative as a whole."""
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self._create_odd_order(self.tax)
        period = self._ready(order, [4 / 3, -1 / 7, 1 / 3])
        invoice = self._generate(period)
        self.assertLess(min(invoice.invoice_line_ids.mapped("quantity")), 0)
        self.assertAddsUp(invoice)
        period = self._ready(self._create_odd_order(self.tax), [-4 / 3, -2 / 3, 1 / 3])
        result = period._generate_invoices("Given back")
        credit = self.env["account.move"].browse(result.made)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertAddsUp(credit)

    def test_line_of_ones_own(self):
        invoice = self._bill("round_globally", self.tax)
        invoice.invoice_line_ids = [
            Command.create(
                {
                    "name": "Licence",
                    "quantity": 1.27,
                    "price_unit": 9.99,
                    "tax_ids": self.tax.ids,
                }
            ),
            Command.update(
                invoice.invoice_line_ids[0].id, {"quantity": 1.27, "price_unit": 9.99}
            ),
        ]
        self.assertAddsUp(invoice)

    def test_fixed_tax(self):
        """A tax of so much a unit is that much a unit."""
        fixed = self._create_tax("Levy", 2.0, amount_type="fixed")
        invoice = self._bill("round_globally", fixed)
        self.assertAddsUp(invoice)
        self.assertAlmostEqual(
            invoice.amount_tax, 2 * sum(invoice.invoice_line_ids.mapped("quantity"))
        )

    def test_other_documents_are_as_odoo_makes_them(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        line = {"name": "x", "quantity": 12.12, "price_unit": 12.12}
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({**line, "tax_ids": self.tax.ids})
                    for _number in range(2)
                ],
            }
        )
        self.assertFalse(invoice.billing_origin)
        self.assertAlmostEqual(invoice.amount_untaxed, 293.79)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("price_subtotal"), [146.89] * 2
        )
