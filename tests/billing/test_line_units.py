from datetime import date

from odoo.tests import tagged

from ..common.line import LineCommon
from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestLineUnits(LineCommon):
    """Time sold by the hour or by the day is invoiced in the unit of the project."""

    def test_hours_as_days(self):
        project = self._create_project(billing_unit="day")
        self._log_time(project, date(2026, 1, 5), 12.0)
        line = self._generate(project)
        self.assertEqual(line.product_uom_id, self.env.ref("uom.product_uom_day"))
        self.assertEqual((line.quantity, line.price_unit), (1.5, 800.0))
        self.assertEqual(line.price_subtotal, 1200.0)
        self.assertEqual(line.quantity_made, 12.0)
        self.assertEqual(project.sale_line_id.qty_invoiced, 12.0)

    def test_days_as_hours(self):
        order = self._create_order(self.product_days)
        project = self._create_project(order=order, billing_unit="hour")
        self._log_time(project, date(2026, 1, 5), 12.0)
        line = self._generate(project)
        self.assertEqual((line.quantity, line.price_unit), (12.0, 100.0))
        self.assertEqual(order.order_line.qty_invoiced, 1.5)

    def test_days_add_up_over_invoices(self):
        """20 minutes are 0.041666 days: what one invoice rounds the next makes good."""
        project = self._create_project(billing_unit="day")
        quantities = []
        for month in (1, 2):
            for day in range(2, 14):
                self._log_time(project, date(2026, month, day), 1 / 3)
            quantities.append(self._generate(project, month).quantity)
        self.assertEqual(sum(quantities), 1.0)
        self.assertEqual(project.sale_line_id.qty_invoiced, 8.0)

    def test_discount_stays(self):
        project = self._create_project(billing_unit="day")
        project.sale_line_id.discount = 10.0
        self._log_time(project, date(2026, 1, 5), 8.0)
        line = self._generate(project)
        self.assertEqual((line.price_unit, line.discount), (800.0, 10.0))
        self.assertEqual(line.price_subtotal, 720.0)

    def test_credit_of_days_counts_hours(self):
        project = self._create_project(billing_unit="day")
        entry = self._log_time(project, date(2026, 1, 5), 12.0)
        invoice = self._generate(project).move_id
        invoice.action_post()
        invoice._reverse_moves([{}], cancel=True)
        self.assertFalse(entry.invoice_line_id)
        self.assertEqual(project.sale_line_id.qty_invoiced, 0.0)

    def test_items_that_are_no_time_keep_their_unit(self):
        self.product_hours.write({"uom_id": self.env.ref("uom.product_uom_unit").id})
        project = self._create_project(billing_unit="day")
        self._log_time(project, date(2026, 1, 5), 3.0)
        line = self._generate(project)
        self.assertEqual(line.product_uom_id, self.env.ref("uom.product_uom_unit"))


@tagged("post_install", "-at_install")
class TestShownUnit(ProofCommon):
    """Sold by the day and shown in hours, an invoice reads what was worked."""

    def test_hours_of_days(self):
        order = self._create_order(product=self.product_days, price=800.0)
        project = self._create_project(
            "Days", order=order, billing_unit="hour", billing_line_detail="entry"
        )
        worked = (7.25, 8.0, 3.5, 0.25)
        for number, hours in enumerate(worked, start=5):
            self._log_time(project, date(2026, 1, number), hours)
        period = self._period(project, date(2026, 1, 5))
        self._lock(date(2026, 1, 31))
        self.assertEqual(period.amount_to_invoice, 1900.0)
        [made] = period._generate_invoices().made
        lines = self.env["account.move"].browse(made).invoice_line_ids
        self.assertEqual(tuple(lines.mapped("quantity")), worked)
        self.assertEqual(lines.move_id.amount_untaxed, 1900.0)
        self.assertEqual(order.order_line.qty_invoiced, order.order_line.qty_delivered)
        self.assertProven(project)
