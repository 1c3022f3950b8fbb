from datetime import date

from odoo.tests import tagged

from ..common.accounting import JANUARY, AccountingCommon


@tagged("post_install", "-at_install")
class TestGenerateCurrency(AccountingCommon):
    """Invoices are in the currency of their order, booked at the rate of their date.

    One unit of the company's currency is 2 foreign ones from January, 4 from 10 March
    and 5 from 20 March.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.company.currency_id
        cls.foreign = cls.env["res.currency"].create({"name": "XTC", "symbol": "X"})
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.foreign.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in (
                    ("2026-01-01", 2.0),
                    ("2026-03-10", 4.0),
                    ("2026-03-20", 5.0),
                )
            ]
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": cls.foreign.id}
        )

    def _order_abroad(self, price):
        return self._create_order(price=price, pricelist_id=self.pricelist.id)

    def _set_create_date(self, invoice, day):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = %s WHERE id = %s", (day, invoice.id)
        )
        invoice.invalidate_recordset(["create_date"])

    def _booked(self, invoice):
        """What the ledger counts, in the company's currency."""
        return -sum(invoice.invoice_line_ids.mapped("balance"))

    def test_rate_of_the_day_of_confirming(self):
        period = self._ready(self._order_abroad(100.0))
        self.assertEqual(period.currency_id, self.foreign)
        self.assertEqual(period.amount_to_invoice, 200.0)
        invoice = self._generate(period)
        self.assertEqual(invoice.currency_id, self.foreign)
        # Odoo knows by it that nobody set the rate by hand; it is the database's time.
        self._set_create_date(invoice, "2026-03-10")
        self._confirm(invoice, date(2026, 3, 25))
        self.assertEqual(invoice.amount_untaxed, 200.0)
        self.assertEqual(self._booked(invoice), 40.0)
        self.assertEqual(period.amount_invoiced, 200.0)

    def test_rate_of_the_scheduled_date(self):
        self.company.billing_invoice_date_scheduled = True
        invoice = self._generate(self._ready(self._order_abroad(100.0)))
        self._confirm(invoice, date(2026, 3, 25))
        self.assertEqual(self._booked(invoice), 100.0)

    def test_price_list_that_converts(self):
        """The order has the price in its own currency; nothing converts it again."""
        order = self._create_order(pricelist_id=self.pricelist.id)
        self.assertEqual(order.order_line.price_unit, 400.0)
        period = self._ready(order)
        self.assertEqual(period.amount_to_invoice, 800.0)
        self.assertEqual(self._generate(period).amount_untaxed, 800.0)

    def test_two_currencies_on_one_project(self):
        """The row shows both in its own currency: today's rate, then the invoice's."""
        period = self._ready(self._create_order(price=100.0))
        abroad = self._order_abroad(80.0).order_line
        self._log_time(
            period.project_id, JANUARY, 1.0, so_line=abroad.id, is_so_line_edited=True
        )
        self.assertEqual(period.currency_id, self.home)
        self.assertEqual(period.amount_to_invoice, 200.0 + 20.0)
        invoices = self._generate(period)
        self.assertEqual(
            {(move.currency_id, move.amount_untaxed) for move in invoices},
            {(self.home, 200.0), (self.foreign, 80.0)},
        )
        self._confirm(invoices, date(2026, 3, 25))
        self.assertEqual(period.amount_invoiced, 200.0 + 16.0)

    def test_changed_date_of_a_draft(self):
        period = self._ready(self._create_order(price=100.0))
        abroad = self._order_abroad(80.0).order_line
        self._log_time(
            period.project_id, JANUARY, 1.0, so_line=abroad.id, is_so_line_edited=True
        )
        invoices = self._generate(period)
        self.assertEqual(period.amount_invoiced, 220.0)
        invoices.invoice_date = date(2026, 2, 1)
        self.assertEqual(period.amount_invoiced, 240.0)
