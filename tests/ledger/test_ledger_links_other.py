from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestLedgerLinksOfOtherLines(StockInvoiceMixin, ProofMixin, ExpenseCommon):
    """Lines that bill no time of a period, and those that Odoo's own dialog made."""

    def assertClosed(self, line):
        """A biller opens neither end of the link of a line, nor its document."""
        line = line.with_user(self.user_accountant)
        item = line.sale_line_ids[:1]
        other = self._create_order().order_line
        for record, values in (
            (line, {"sale_line_ids": [Command.clear()]}),
            (line, {"sale_line_ids": [Command.set(other.ids)]}),
            (item, {"invoice_lines": [Command.unlink(line.id)]}),
            (item, {"order_id": other.order_id.id}),
            (other, {"invoice_lines": [Command.link(line.id)]}),
            (line.move_id, {"move_type": "entry"}),
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(UserError) as refusal,
                self.env.cr.savepoint(),
            ):
                record.with_user(self.user_accountant).write(values)
            self.assertIn(line.move_id.display_name, str(refusal.exception))

    def test_fixed_amount(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project("Fixed", order=order, billing_frequency="custom")
        period = self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": 3000.0,
            }
        )
        self._generate(period)
        self.assertClosed(period.invoice_line_ids)

    def test_item_of_fixed_amounts_invoiced_by_dialog(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project("Fixed", order=order, billing_frequency="custom")
        invoice = self._invoice_stock(order)
        self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": 3000.0,
            }
        )
        self.assertClosed(invoice.invoice_line_ids)

    def test_time_invoiced_by_dialog(self):
        self._log_time(self.project, date(2026, 1, 5), 3.0)
        self.assertClosed(self._invoice_stock(self.order).invoice_line_ids)

    def test_expense(self):
        self._post_expenses(self._create_expense())
        self._generate(self.january)
        self.assertClosed(self.january.invoice_line_ids)

    def test_expense_stays_on_its_item(self):
        expense, other = self._create_expense(), self._create_expense(amount=80.0)
        self._post_expenses(expense | other)
        item, other_item = (expense | other).sale_order_line_id
        other.date = date(2026, 2, 20)
        self._generate(self.january)
        document = self.january.invoice_line_ids.move_id.display_name
        for record, values in (
            (expense, {"sale_order_line_id": False}),
            (expense, {"sale_order_line_id": other_item.id}),
            (expense, {"sale_order_id": False}),
            (expense, {"quantity": 3.0}),
            (item, {"expense_ids": [Command.clear()]}),
            (item, {"expense_ids": [Command.link(other.id)]}),
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(UserError) as refusal,
                self.env.cr.savepoint(),
            ):
                # As the superuser, who has the right to the expense.
                record.with_user(self.user_poster).sudo().write(values)
            self.assertIn(document, str(refusal.exception))

    def test_expense_invoiced_by_dialog(self):
        self._post_expenses(self._create_expense())
        invoice = self._invoice_stock(self.order)
        line = invoice.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids.is_expense
        )
        self.assertClosed(line)

    def test_down_payment(self):
        invoice = self._invoice_stock(
            self.order, advance_payment_method="fixed", fixed_amount=300.0
        )
        self.assertClosed(
            invoice.invoice_line_ids.filtered(
                lambda line: line.sale_line_ids.is_downpayment
            )[:1]
        )

    def test_credit_note(self):
        self._log_time(self.project, date(2026, 1, 5), 3.0)
        self._lock(date(2026, 1, 31))
        invoice = self._generate(self.january, post=True)
        credit = invoice.with_user(self.user_accountant)._reverse_moves()
        self.assertClosed(credit.invoice_line_ids)
        other = invoice.copy()
        for value in (False, other.id):
            with (
                self.assertRaisesRegex(UserError, "Delete"),
                self.env.cr.savepoint(),
            ):
                credit.with_user(self.user_accountant).reversed_entry_id = value

    def test_freeform_is_free(self):
        """Documents that bill nothing of the ledger stay Odoo's matter."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Fee", "price_unit": 5.0})
                ],
            }
        )
        other = move.copy()
        move = move.with_user(self.user_accountant)
        move.move_type = "out_refund"
        move.invoice_line_ids.move_id = other
        self.assertEqual(len(other.invoice_line_ids), 2)
        item = self._create_order().order_line
        other.invoice_line_ids[:1].with_user(self.user_accountant).sale_line_ids = item
        self.assertEqual(item.invoice_lines, other.invoice_line_ids[:1])
