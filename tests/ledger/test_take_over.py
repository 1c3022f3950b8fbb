from datetime import date

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestTakeOver(ProofCommon):
    """Time that Odoo has unlinked is taken over by what its order says is invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.entries = cls._log_time(cls.project, date(2026, 1, 5), 4.0) | cls._log_time(
            cls.project, date(2026, 1, 20), 6.0
        )
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls._lock(date(2026, 1, 31))
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()

    def _forget(self):
        """As without the add-on: no link of ours, and Odoo's own is cleared."""
        lines = self.order.invoice_ids.invoice_line_ids
        self._set(self.entries, invoice_line_id=None, timesheet_invoice_id=None)
        self._set(
            lines,
            billing_period_id=None,
            billing_kind=None,
            credited_line_id=None,
            recreated_line_id=None,
            credited_quantity=0,
            quantity_made=0,
            made_with=None,
        )
        for table in ("released", "credited"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE move_line_id = ANY(%s)",
                    SQL.identifier(f"invoicing_cycle_{table}_entry_rel"),
                    lines.ids,
                )
            )
        for field, records in (
            ("qty_invoiced", self.item),
            ("billed_quantity", self.item),
            ("billing_period_id", self.entries),
            ("billed_count", lines),
            ("amount_invoiced", self.january),
            ("closing_line_count", self.january),
        ):
            self.env.add_to_compute(records._fields[field], records)
        self.env.flush_all()
        self.env.invalidate_all()

    def _take_over(self):
        self.env["sale.order.line"]._take_over_invoiced_time()
        self.env.flush_all()
        self.env.invalidate_all()

    def assertLeft(self, hours):
        """The period bills what the order has left, and both end at what was worked."""
        self.assertEqual(self.item.qty_invoiced, 10.0 - hours)
        self.assertEqual(self.january.hours, hours)
        if hours:
            self.assertEqual(self.january.state, "ready")
            self.january._generate_invoices()
            self.env.flush_all()
        else:
            self.assertNotEqual(self.january.state, "ready")
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self.assertProven(self.project)

    def test_invoiced(self):
        self._forget()
        self._take_over()
        self.assertLeft(0.0)

    def test_credited_in_part(self):
        credit = self.invoice._reverse_moves()
        credit.invoice_line_ids.quantity = 3.0
        credit._post()
        self._forget()
        self.assertEqual(self.item.qty_invoiced, 7.0)
        self._take_over()
        self.assertEqual(sum(self.entries.mapped("unit_amount")), 10.0)
        self.assertLeft(3.0)

    def test_reversed_and_recreated(self):
        self.invoice._reverse_moves(cancel=True)
        again = self.order._create_invoices()
        again.action_post()
        self._forget()
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self._take_over()
        self.assertEqual(self.entries.invoice_line_id.move_id, again)
        self.assertLeft(0.0)

    def test_more_invoiced_than_worked(self):
        """All of it is billed; what is too much is for a person to see."""
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.quantity = 12.0
        self.invoice._post()
        self._forget()
        self._take_over()
        self.assertTrue(all(entry.invoice_line_id for entry in self.entries))
        self.assertNotEqual(self.january.state, "ready")
        activity = self.order.activity_ids
        self.assertEqual(activity.user_id, self.order.user_id or self.env.user)
        for text in (self.item.name, "12.00 Hours invoiced", "10.00 Hours delivered"):
            self.assertIn(text, activity.note)
        self.assertEqual(
            self._get_kinds(self.project),
            {("billed_beside", self.invoice.invoice_line_ids)},
        )

    def test_nothing_to_decide(self):
        self._forget()
        self._take_over()
        self.assertFalse(self.order.activity_ids)

    def test_invoiced_without_time(self):
        """In advance, say: nobody can tell by the order alone."""
        order = self._create_order(quantity=5.0)
        order.order_line.qty_delivered_method = "timesheet"
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_hours.id,
                            "quantity": 2.0,
                            "sale_line_ids": [Command.set(order.order_line.ids)],
                        }
                    )
                ],
            }
        )
        move.action_post()
        self._forget()
        self._take_over()
        self.assertIn("2.00 Hours invoiced", order.activity_ids.note)

    def test_twice(self):
        self._forget()
        self._take_over()
        links = self.entries.invoice_line_id
        self._take_over()
        self.assertEqual(self.entries.invoice_line_id, links)
