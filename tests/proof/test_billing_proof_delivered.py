from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestInvoicedOrDelivered(StockInvoiceMixin, ProofCommon):
    """Each item of an order is invoiced up to what is due of it, whatever bills it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=6.0)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls._log_time(cls.project, date(2026, 1, 5), 6.0)
        cls._lock(date(2026, 1, 31))
        cls.january = cls._period(cls.project, date(2026, 1, 5))

    def _sell(self, policy, quantity, price=100.0, **values):
        """An item without time on the same order."""
        product = self.env["product.product"].create(
            {"name": f"By {policy}", "type": "service", "invoice_policy": policy}
        )
        return self.env["sale.order.line"].create(
            {
                "order_id": self.order.id,
                "product_id": product.id,
                "product_uom_qty": quantity,
                "price_unit": price,
                "tax_ids": [Command.clear()],
                **values,
            }
        )

    def _invoice_by_hand(self, item, quantity, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 2, 1),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": item.product_id.id,
                            "quantity": quantity,
                            "price_unit": item.price_unit,
                            "sale_line_ids": [Command.link(item.id)],
                            **values,
                        }
                    )
                ],
            }
        )

    def assertTooMuch(self, invoices, *parts):
        self.env.flush_all()
        self.env.invalidate_all()
        differences = self.env["billing.proof"]._prove(self.project).differences
        self.assertEqual({d.kind for d in differences}, {"billed_beside"})
        self.assertEqual(
            {d.record.move_id.id for d in differences}, {*invoices.ids}, differences
        )
        for part in parts:
            self.assertIn(part, differences[0].message)

    def assertRight(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertProven(self.project)

    def test_merged_drafts(self):
        """Another app makes one document of two drafts, with a copy of their lines."""
        self.january._generate_invoices()
        draft = self.january.invoice_ids
        merged = draft.copy()
        merged.invoice_line_ids.filtered("product_id").sale_line_ids = self.item
        draft.button_cancel()
        self.env.flush_all()
        self.january._generate_invoices()
        self.assertTooMuch(merged, "6.00", "12.00")
        merged.button_cancel()
        self.assertRight()

    def test_merged_once_posted(self):
        self.january._generate_invoices()
        invoice = self.january.invoice_ids
        invoice.action_post()
        merged = self._invoice_by_hand(self.item, 6.0)
        merged.action_post()
        self.assertTooMuch(merged, "6.00", "12.00")

    def test_debit_note(self):
        self.january._generate_invoices()
        self.january.invoice_ids.action_post()
        note = self._invoice_by_hand(self.item, 6.0, name="Debit note", price_unit=12.5)
        note.invoice_origin = self.january.invoice_ids.name
        self.assertTooMuch(note, "12.00")

    def test_delivered_by_hand(self):
        item = self._sell("delivery", 10.0)
        item.qty_delivered = 4.0
        invoice = self._invoice_by_hand(item, 4.0)
        self.assertRight()
        more = self._invoice_by_hand(item, 1.5)
        self.assertTooMuch(invoice | more, "5.50", "4.00")
        item.qty_delivered = 5.5
        self.assertRight()

    def test_nothing_delivered(self):
        item = self._sell("delivery", 10.0)
        self.assertTooMuch(self._invoice_by_hand(item, 1.0), "1.00", "0.00")

    def test_ordered(self):
        item = self._sell("order", 1.0, 500.0)
        invoice = self._invoice_stock(self.order)
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, self.item | item)
        self.assertRight()
        again = self._invoice_by_hand(item, 1.0)
        self.assertTooMuch(invoice | again, "2.00")
        again.invoice_line_ids.quantity = 0.0
        self.assertRight()

    def test_ordered_and_more_delivered(self):
        item = self._sell("order", 2.0)
        item.qty_delivered = 3.0
        self._invoice_by_hand(item, 3.0)
        self.assertRight()

    def test_other_unit(self):
        """Eight hours are one day of the item."""
        item = self._sell(
            "order", 1.0, product_uom_id=self.env.ref("uom.product_uom_day").id
        )
        invoice = self._invoice_by_hand(
            item, 8.0, product_uom_id=self.env.ref("uom.product_uom_hour").id
        )
        self.assertRight()
        invoice.invoice_line_ids.quantity = 9.0
        self.assertTooMuch(invoice)

    def test_credited(self):
        item = self._sell("order", 1.0)
        invoice = self._invoice_by_hand(item, 2.0)
        invoice.action_post()
        self.assertTooMuch(invoice)
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 2, 2)}])
        credit.invoice_line_ids.quantity = 1.0
        credit.action_post()
        self.assertRight()

    def test_amount_of_each_month(self):
        """An item that was ordered once is billed by each period; one by hand is one
        more where the order says how many."""
        item = self._sell("order", 2.0, 300.0)
        january, february = self.january, self._period(self.project, date(2026, 2, 5))
        (january | february).write({"fixed_amount": 300.0, "sale_line_id": item.id})
        january._generate_invoices()
        february._generate_invoices("Early")
        self.assertEqual(item.qty_invoiced, 2.0)
        self.assertRight()
        beside = self._invoice_by_hand(item, 1.0)
        self.assertTooMuch(beside, "3.00")
        beside.unlink()
        item.product_uom_qty = 1.0
        self.assertRight()

    def test_order_without_time(self):
        """Nothing was ever logged on the order that the project is billed by."""
        order = self._create_order(quantity=3.0)
        project = self._create_project("Idle", order=order)
        invoice = self._invoice_by_hand(order.order_line, 3.0)
        self.env.flush_all()
        differences = self.env["billing.proof"]._prove(project).differences
        self.assertEqual({d.record.move_id for d in differences}, {invoice})
