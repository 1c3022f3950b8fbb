from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestBilledBeside(StockInvoiceMixin, ProofCommon):
    """What Odoo's own dialog bills beside the ledger, of the same time, is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=30.0)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls._log_time(cls.project, date(2026, 1, 5), 16.0)
        cls._log_time(cls.project, date(2026, 2, 5), 14.0)
        cls._lock(date(2026, 2, 28))
        january = cls._period(cls.project, date(2026, 1, 5))
        january._generate_invoices()
        cls.line = january.invoice_line_ids

    def _get_texts(self):
        self.env.invalidate_all()
        return {
            difference.kind: difference.message
            for difference in self.env["billing.proof"]._prove(self.project).differences
        }

    def _get_open_time(self):
        return self.project.timesheet_ids.filtered(
            lambda entry: not entry.invoice_line_id
        )

    def _bill_twice(self):
        """The link is taken away, Odoo's dialog bills all, the link is put back."""
        self.line.sale_line_ids = [Command.clear()]
        self.assertEqual(self.item.qty_invoiced, 0.0)
        invoice = self._invoice_stock(self.order)
        self.line.sale_line_ids = [Command.set(self.item.ids)]
        self.env.flush_all()
        return invoice

    def assertBilledBeside(self, invoice, *parts):
        texts = self._get_texts()
        self.assertEqual(set(texts), {"billed_beside"})
        for part in (invoice.display_name, *parts):
            self.assertIn(part, texts["billed_beside"])

    def test_link_that_was_taken_and_put_back(self):
        """The period of the rest is over: it takes the line of Odoo's dialog over."""
        invoice = self._bill_twice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 30.0)
        self.assertEqual(self.item.qty_invoiced, 30.0)
        self.assertBilledBeside(invoice, "30.00", "14.00", "46.00")
        # The way out.
        invoice.invoice_line_ids.quantity = 14.0
        self.env.flush_all()
        self.assertProven(self.project)

    def test_link_that_was_taken_and_put_back_in_a_running_period(self):
        self._get_open_time().date = date(2026, 3, 5)
        invoice = self._bill_twice()
        self.assertEqual(self.item.qty_invoiced, 46.0)
        self.assertBilledBeside(invoice, "30.00", "14.00", "46.00")
        invoice.unlink()
        self.assertProven(self.project)

    def test_quantity_that_a_person_raised(self):
        """On an invoice of Odoo's dialog nothing keeps what it was made with."""
        invoice = self._invoice_stock(self.order)
        invoice.invoice_line_ids.quantity = 20.0
        self.env.flush_all()
        self.assertBilledBeside(invoice, "20.00", "14.00", "36.00")
        invoice.invoice_line_ids.quantity = 12.0
        self.env.flush_all()
        self.assertProven(self.project)

    def test_line_without_time(self):
        """A line by hand that names the item, through the API."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_hours.id,
                            "quantity": 20.0,
                            "sale_line_ids": [Command.link(self.item.id)],
                        }
                    )
                ],
            }
        )
        self.env.flush_all()
        self.assertIn(move.display_name, self._get_texts()["billed_beside"])

    def _create_line_beside(self, quantity, move_type="out_invoice", item=None):
        """A document with a fee, and with a line that names an item."""
        item = item or self.item
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 3, 1),
                "invoice_line_ids": [
                    Command.create({"name": "Fee", "price_unit": 9000.0}),
                    Command.create(
                        {
                            "product_id": item.product_id.id,
                            "quantity": quantity,
                            "price_unit": 100.0,
                            "sale_line_ids": [Command.link(item.id)],
                        }
                    ),
                ],
            }
        )

    def test_little_within_what_is_delivered(self):
        move = self._create_line_beside(2.0)
        self.assertBilledBeside(move, "2.00", "0.00", "18.00")

    def test_negative_line(self):
        move = self._create_line_beside(-5.0)
        self.assertEqual(self.item.qty_invoiced, 11.0)
        self.assertBilledBeside(move, "-5.00", "0.00", "11.00")
        move.unlink()
        self.assertProven(self.project)

    def test_credit_note_of_nothing(self):
        move = self._create_line_beside(5.0, "out_refund")
        move.action_post()
        self.assertEqual(self.item.qty_invoiced, 11.0)
        self.assertBilledBeside(move, "-5.00", "0.00", "11.00")

    def test_dialog_that_credits_what_is_too_much(self):
        """Odoo takes off what was billed beyond the time, with a line for nothing."""
        # In a running period, which does not take the line over.
        self._get_open_time().date = date(2026, 3, 5)
        invoice = self._invoice_stock(self.order)
        invoice.invoice_line_ids.quantity = 20.0
        invoice.action_post()
        self.env.flush_all()
        credit = self.order._create_invoices(final=True)
        self.assertEqual(credit.move_type, "out_refund")
        self.env.flush_all()
        self.assertFalse(credit.invoice_line_ids.credited_line_id)
        credit.action_post()
        self.env.flush_all()
        self.assertEqual(self.item.qty_invoiced, 30.0)
        self.assertProven(self.project)

    def test_less_on_one_invoice_and_the_rest_on_another(self):
        """Odoo's dialog bills what a person took off its invoice, without time."""
        invoice = self._invoice_stock(self.order)
        invoice.invoice_line_ids.quantity = 12.0
        self.project.billing_period_ids.invoice_line_ids.filtered(
            lambda line: not line.billing_kind
        ).billing_period_id = False
        self.env.flush_all()
        rest = self._invoice_stock(self.order)
        self.assertEqual(rest.invoice_line_ids.quantity, 2.0)
        self.assertFalse(rest.invoice_line_ids.quantity_made)
        self.assertProven(self.project)

    def test_quantity_that_is_offered(self):
        self._set(self.item, qty_to_invoice=30.0)
        self.assertEqual(set(self._get_texts()), {"order_to_invoice"})
        self._set(self.item, qty_to_invoice=14.0)
        self.assertProven(self.project)
        # For some days alone Odoo's dialog offers less.
        self._set(self.item, qty_to_invoice=0.0)
        self.assertProven(self.project)

    def test_dialog_for_what_is_left(self):
        invoice = self._invoice_stock(self.order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 14.0)
        self.assertProven(self.project)
