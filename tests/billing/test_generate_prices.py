from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.accounting import AccountingCommon


@tagged("post_install", "-at_install")
class TestGeneratePrices(AccountingCommon):
    """Prices come from the order and its price list, nowhere else."""

    def _create_pricelist(self, **rule):
        return self.env["product.pricelist"].create(
            {"name": "Ours", "item_ids": [Command.create(rule)]}
        )

    def _show_discounts(self):
        self.user_accountant.group_ids |= self.env.ref(
            "sale.group_discount_per_so_line"
        )
        self.env.user.group_ids |= self.env.ref("sale.group_discount_per_so_line")

    def _check(self, order, price, discount, untaxed):
        period = self._ready(order)
        self.assertAlmostEqual(period.amount_to_invoice, untaxed)
        invoice = self._generate(period)
        line = invoice.invoice_line_ids
        self.assertAlmostEqual(line.price_unit, price)
        self.assertAlmostEqual(line.discount, discount)
        self.assertAlmostEqual(invoice.amount_untaxed, untaxed)
        self.assertAlmostEqual(period.amount_invoiced, untaxed)
        return period

    def test_percentage_shows_as_discount(self):
        self._show_discounts()
        pricelist = self._create_pricelist(
            compute_price="percentage", percent_price=15.0
        )
        self._check(self._create_order(pricelist_id=pricelist.id), 100, 15, 170)

    def test_percentage_in_the_price(self):
        """Where the company does not show discounts, the price carries it."""
        group = self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").implied_ids -= group
        self.env.user.group_ids -= group
        pricelist = self._create_pricelist(
            compute_price="percentage", percent_price=15.0
        )
        self._check(self._create_order(pricelist_id=pricelist.id), 85, 0, 170)

    def test_price_of_the_list(self):
        pricelist = self._create_pricelist(compute_price="fixed", fixed_price=77.5)
        self._check(self._create_order(pricelist_id=pricelist.id), 77.5, 0, 155)

    def test_discount_of_all(self):
        """100 % off: the time is billed, for nothing."""
        order = self._create_order()
        order.order_line.discount = 100.0
        period = self._check(order, 100, 100, 0)
        self.assertEqual(order.order_line.qty_invoiced, 2.0)
        self.assertEqual(period.state, "to_send")

    def test_changed_price_list_leaves_confirmed_orders(self):
        pricelist = self._create_pricelist(compute_price="fixed", fixed_price=80.0)
        order = self._create_order(pricelist_id=pricelist.id)
        pricelist.item_ids.fixed_price = 90.0
        self._check(order, 80, 0, 160)

    def test_price_of_the_order_counts_as_it_changes(self):
        order = self._create_order(price=100.0)
        period = self._ready(order)
        self.assertEqual(period.amount_to_invoice, 200.0)
        self._change_for_all(order.order_line, {"price_unit": 120.0})
        self.assertEqual(period.amount_to_invoice, 240.0)
        self._change_for_all(order.order_line, {"discount": 50.0})
        self.assertEqual(period.amount_to_invoice, 120.0)
        invoice = self._generate(period)
        order.order_line.price_unit = 10.0
        self.assertEqual(invoice.amount_untaxed, 120.0)
        following = self._period(period.project_id, date(2026, 2, 1))
        self._log_time(period.project_id, date(2026, 2, 1), 1.0)
        self.assertEqual(following.amount_to_invoice, 5.0)
