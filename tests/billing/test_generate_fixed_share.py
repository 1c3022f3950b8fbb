from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGenerateFixedShare(InvoicingCycleCommon):
    """A custom period bills a share of its sales order item."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_fixed, price=9000.0, quantity=1.0)
        cls.line = cls.order.order_line
        cls.project = cls._create_project(order=cls.order, billing_frequency="custom")

    @classmethod
    def _create_period(cls, month, share, **values):
        return cls.env["project.billing.period"].create(
            {
                "project_id": cls.project.id,
                "date_from": date(2026, month, 1),
                "date_to": date(2026, month, 15),
                "fixed_share": share,
                **values,
            }
        )

    def _invoice(self, period):
        return self.env["account.move"].browse(period._generate_invoices("test").made)

    def test_share_of_the_item(self):
        period = self._create_period(1, 30.0)
        self.assertEqual(period.sale_line_id, self.line)
        self.assertEqual(period.fixed_amount, 2700.0)
        self.assertEqual(period.amount_to_invoice, 2700.0)
        self.assertEqual(self._invoice(period).amount_untaxed, 2700.0)

    def test_shares_add_up(self):
        """100 percent are all of the item, whatever the cents of each share."""
        self.line.price_unit = 1000.01
        periods = self.env["project.billing.period"]
        for month, share in ((1, 33.33), (2, 33.33), (3, 33.34)):
            periods |= self._create_period(month, share)
        self.assertAlmostEqual(sum(periods.mapped("fixed_amount")), 1000.01, 2)
        total = sum(self._invoice(period).amount_untaxed for period in periods)
        self.assertAlmostEqual(total, 1000.01, 2)
        self.assertEqual(self.line.qty_invoiced, 1.0)

    def test_changed_shares_add_up(self):
        self.line.price_unit = 1000.01
        periods = self.env["project.billing.period"]
        for month, share in ((1, 10.01), (2, 33.33), (3, 33.34)):
            periods |= self._create_period(month, share)
        periods[0].fixed_share = 33.33
        self.assertAlmostEqual(sum(periods.mapped("fixed_amount")), 1000.01, 2)
        periods[0].unlink()
        rest = (periods - periods[0]).exists()
        self.assertAlmostEqual(
            sum(rest.mapped("fixed_amount")), round(1000.01 * 0.6667, 2), 2
        )

    def test_discount_and_included_tax(self):
        self.line.write({"discount": 10.0, "price_unit": 1240.0})
        self.line.tax_ids = self.tax_included
        period = self._create_period(1, 50.0)
        self.assertEqual(period.fixed_amount, 450.0)
        self.assertEqual(self._invoice(period).amount_untaxed, 450.0)

    def test_follows_the_item_until_invoiced(self):
        period = self._create_period(1, 50.0)
        self.line.price_unit = 8000.0
        self.assertEqual(period.fixed_amount, 4000.0)
        self.line.product_uom_qty = 2.0
        self.assertEqual(period.amount_to_invoice, 8000.0)
        invoice = self._invoice(period)
        self.line.price_unit = 10.0
        self.assertEqual(period.fixed_amount, 8000.0)
        # Opened again, it has missed nothing.
        invoice.unlink()
        self.assertEqual(period.fixed_amount, 10.0)
        self.assertEqual(period.amount_to_invoice, 10.0)

    def test_invoiced_one_of_several_stays(self):
        """The others of the same item follow it."""
        first, second = self._create_period(1, 50.0), self._create_period(2, 50.0)
        self._invoice(first)
        self.line.price_unit = 8000.0
        self.assertEqual((first.fixed_amount, second.fixed_amount), (4500.0, 4000.0))

    def test_typed_amount_ends_the_share(self):
        period = self._create_period(1, 50.0)
        period.fixed_amount = 1234.0
        self.assertEqual(period.fixed_share, 0.0)
        self.line.price_unit = 1.0
        self.assertEqual(period.fixed_amount, 1234.0)

    def test_share_wins_over_an_amount_of_the_same_call(self):
        period = self._create_period(1, 50.0, fixed_amount=1.0)
        self.assertEqual(period.fixed_amount, 4500.0)
        period.write({"fixed_share": 10.0, "fixed_amount": 1.0})
        self.assertEqual(period.fixed_amount, 900.0)

    def test_form(self):
        period = self._create_period(1, 50.0)
        with (
            Form(self.project) as project,
            project.billing_period_ids.edit(0) as row,
        ):
            row.fixed_share = 10.0
            self.assertEqual(row.fixed_amount, 900.0)
            self.assertEqual(row.fixed_share, 10.0)
        self.assertEqual((period.fixed_share, period.fixed_amount), (10.0, 900.0))
        with (
            Form(self.project) as project,
            project.billing_period_ids.edit(0) as row,
        ):
            row.fixed_amount = 77.0
            self.assertEqual(row.fixed_share, 0.0)
        self.assertEqual((period.fixed_share, period.fixed_amount), (0.0, 77.0))

    def test_needs_an_item(self):
        self.project.sale_line_id = self._create_order().order_line
        with self.assertRaisesRegex(ValidationError, "choose the sales order item"):
            self._create_period(1, 50.0)

    def test_range(self):
        for share in (-1.0, 100.01):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                self._create_period(1, share)
                self.env.flush_all()

    def test_invoiced_stays(self):
        period = self._create_period(1, 50.0)
        self._invoice(period)
        with self.assertRaisesRegex(UserError, "change the amount"):
            period.with_user(self.user_accountant).fixed_share = 10.0

    def test_own_rows(self):
        """The project manager enters shares without a right to sales orders."""
        period = self._create_period(1, 50.0).with_user(self.user_manager)
        period.fixed_share = 20.0
        self.assertEqual(period.fixed_amount, 1800.0)

    def _invoice_stock_way(self):
        """By Odoo's own dialog: whatever the order has left to invoice."""
        return self.order._create_invoices()

    def test_item_that_was_invoiced_the_stock_way(self):
        """It takes a reason to bill the same a second time."""
        invoice = self._invoice_stock_way()
        self.assertEqual(invoice.amount_untaxed, 9000.0)
        periods = self._create_period(1, 50.0) | self._create_period(2, 50.0)
        action = periods.action_generate_invoices()
        result = action["context"]["billing_result"]
        self.assertFalse(result["made"])
        self.assertEqual([row[0] for row in result["skipped"]], periods.ids)
        self.assertIn(invoice.display_name, result["skipped"][0][1])
        invoice.button_cancel()
        periods.action_generate_invoices()
        self.assertEqual(self.line.qty_invoiced, 1.0)

    def test_item_that_was_invoiced_in_part(self):
        """One of the periods has room, and it is the first one."""
        invoice = self._invoice_stock_way()
        invoice.invoice_line_ids.quantity = 0.5
        periods = self._create_period(1, 50.0) | self._create_period(2, 50.0)
        action = periods.action_generate_invoices()
        result = action["context"]["billing_result"]
        self.assertEqual([row[0] for row in result["skipped"]], periods[1].ids)
        self.assertEqual(self.line.qty_invoiced, 1.0)
        invoice.action_post()
        invoice._reverse_moves(cancel=True)
        periods[1].action_generate_invoices()
        self.assertEqual(self.line.qty_invoiced, 1.0)

    def test_rest_is_left_to_the_periods(self):
        """Odoo's dialog offers no item that periods bill."""
        periods = self._create_period(1, 25.0) | self._create_period(2, 75.0)
        periods[0].action_generate_invoices()
        with self.assertRaisesRegex(UserError, "billing periods invoice"):
            self._invoice_stock_way()
        periods[1].action_generate_invoices()
        self.assertEqual(self.line.qty_invoiced, 1.0)
