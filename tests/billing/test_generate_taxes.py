from odoo.fields import Command
from odoo.tests import tagged

from ..common.accounting import JANUARY, AccountingCommon


@tagged("post_install", "-at_install")
class TestGenerateTaxes(AccountingCommon):
    """The taxes of an invoice are those of its order, and so are the amounts."""

    def _check(self, period, untaxed, tax):
        """What the screen says is what is invoiced, without its taxes."""
        self.assertAlmostEqual(period.amount_to_invoice, untaxed)
        invoice = self._confirm(self._generate(period))
        self.assertAlmostEqual(invoice.amount_untaxed, untaxed)
        self.assertAlmostEqual(invoice.amount_tax, tax)
        self.assertAlmostEqual(period.amount_invoiced, untaxed)
        return invoice

    def test_fiscal_position_of_the_customer(self):
        export = self._create_tax("Export", 0.0)
        position = self._create_fiscal_position("Abroad", self.tax, export)
        self.partner.property_account_position_id = position
        invoice = self._check(self._ready(self._create_order()), 200.0, 0.0)
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, export)

    def test_included_tax_that_is_replaced(self):
        """The price of the order is free of the tax that does not apply."""
        self.product_hours.write(
            {"list_price": 124.0, "taxes_id": [Command.set(self.tax_included.ids)]}
        )
        other = self._create_tax("Other country", 10.0)
        self.partner.property_account_position_id = self._create_fiscal_position(
            "Abroad", self.tax_included, other
        )
        invoice = self._check(self._ready(self._create_order()), 200.0, 20.0)
        self.assertEqual(invoice.invoice_line_ids.price_unit, 100.0)

    def test_two_fiscal_positions_share_no_invoice(self):
        export = self._create_tax("Export", 0.0)
        position = self._create_fiscal_position("Abroad", self.tax, export)
        abroad = self._create_order(fiscal_position_id=position.id)
        self.assertEqual(abroad.order_line.tax_ids, export)
        periods = self._ready(self._create_order(), billing_grouping="customer")
        periods |= self._ready(abroad, name="Abroad", billing_grouping="customer")
        self.assertEqual(
            {
                (move.fiscal_position_id, move.amount_untaxed, move.amount_tax)
                for move in self._generate(periods)
            },
            {(position.browse(), 200.0, 48.0), (position, 200.0, 0.0)},
        )

    def test_several_taxes_some_included(self):
        """An included tax with one on top, on time with a discount."""
        order = self._create_order(price=124.0)
        order.order_line.write(
            {
                "discount": 25.0,
                "tax_ids": [
                    Command.link(self.tax_included.id),
                    Command.link(self._create_tax("City", 1.0).id),
                    Command.unlink(self.tax.id),
                ],
            }
        )
        self._check(self._ready(order), 150.0, 37.5)

    def test_fixed_amount_is_untaxed_whatever_the_taxes(self):
        order = self._create_order(self.product_fixed, price=9000.0, quantity=1.0)
        line = order.order_line
        city = self._create_tax("City", 2.0, price_include_override="tax_included")
        for taxes, tax in (
            (self.tax, 24.0),
            (self.tax_included, 24.0),
            (self.tax_included | city, 26.0),
            (self.tax_included | self._create_tax("On top", 5.0), 29.0),
        ):
            line.tax_ids = taxes
            project = self._create_project(order=order, billing_frequency="custom")
            period = self.env["project.billing.period"].create(
                {
                    "project_id": project.id,
                    "date_from": JANUARY,
                    "date_to": JANUARY,
                    "fixed_amount": 100.0,
                    "sale_line_id": line.id,
                }
            )
            self._check(period, 100.0, tax)

    def test_rounding_is_that_of_the_invoice(self):
        """Odd prices, discounts and quantities, rounded by line or over all."""
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            for taxes in (self.tax, self.tax_included):
                order = self._create_order(price=33.33)
                line = order.order_line
                line.tax_ids = taxes
                line.copy(
                    {"order_id": order.id, "price_unit": 101.01, "discount": 12.5}
                )
                line.copy({"order_id": order.id, "price_unit": 0.07})
                period = self._ready(order, hours=[1.17, 2.39, 0.5])
                expected = period.amount_to_invoice
                invoice = self._generate(period)
                self.assertAlmostEqual(period.amount_invoiced, invoice.amount_untaxed)
                self.assertAlmostEqual(expected, invoice.amount_untaxed)
