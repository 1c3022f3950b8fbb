from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestStockDialogs(StockInvoiceMixin, ProofCommon):
    """A salesperson and an accountant who know nothing of periods use Odoo's dialogs.

    They get Odoo's quantities, and the periods and the proof follow.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=6.0, user_id=cls.user_salesperson.id)
        cls.sale_line = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.early, cls.late, cls.next = (
            cls._log_time(cls.project, day, hours)
            for day, hours in (
                (date(2026, 1, 5), 3.0),
                (date(2026, 1, 20), 1.0),
                (date(2026, 2, 3), 2.0),
            )
        )
        cls._lock(date(2026, 2, 28))
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 3))

    def _invoice(self, date_from=False, date_to=False):
        """Odoo's wizard on the order, as its salesperson."""
        return self._invoice_stock(
            self.order,
            self.user_salesperson,
            date_start_invoice_timesheet=date_from,
            date_end_invoice_timesheet=date_to,
        )

    def _invoice_january(self):
        return self._invoice(date(2026, 1, 1), date(2026, 1, 31))

    def _post(self, move):
        move.with_user(self.user_accountant).action_post()
        self.env.flush_all()

    def _open_dialog(self, invoice):
        return (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-10"})
        )

    def _credit(self, invoice):
        """A draft over the whole invoice, by Odoo's dialog."""
        dialog = self._open_dialog(invoice)
        return self.env["account.move"].browse(dialog.refund_moves()["res_id"])

    def _generate(self, period):
        before = period.invoice_line_ids
        period.with_user(self.user_accountant).action_generate_invoices()
        return period.invoice_line_ids - before

    def assertBooked(self, delivered, invoiced, to_invoice):
        """The quantities of the order, and a proof without a difference."""
        line = self.sale_line
        self.assertEqual(
            (line.qty_delivered, line.qty_invoiced, line.qty_to_invoice),
            (delivered, invoiced, to_invoice),
        )
        self.assertProven(self.project)

    # --------------------------------------------------------------- invoices

    def test_dates_of_a_period(self):
        line = self._invoice_january().invoice_line_ids
        self.assertEqual(line.quantity, 4.0)
        self.assertEqual((self.early | self.late).invoice_line_id, line)
        self.assertFalse(self.next.invoice_line_id)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 400.0)
        self.assertEqual(self.february.state, "ready")
        self.assertBooked(6.0, 4.0, 2.0)
        self.assertEqual(self._generate(self.february).quantity, 2.0)
        self.assertBooked(6.0, 6.0, 0.0)
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_dates_within_a_period(self):
        line = self._invoice(date(2026, 1, 1), date(2026, 1, 10)).invoice_line_ids
        self.assertEqual(line.quantity, 3.0)
        self.assertEqual(self.early.invoice_line_id, line)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 100.0)
        self.assertEqual((self.january.hours, self.january.approved_hours), (1.0, 1.0))
        self.assertBooked(6.0, 3.0, 3.0)
        self.assertEqual(self._generate(self.january).quantity, 1.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertBooked(6.0, 4.0, 2.0)

    def test_period_in_two_parts(self):
        self._invoice(date(2026, 1, 1), date(2026, 1, 10))
        self.assertEqual(self.january.amount_invoiced, 0.0)
        self._invoice(date(2026, 1, 11), date(2026, 1, 31))
        self.assertEqual(len(self.january.invoice_ids), 2)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 400.0)
        self.assertBooked(6.0, 4.0, 2.0)

    def test_no_dates(self):
        """All time on one line, as Odoo has it: of two periods, none of which waits."""
        line = self._invoice().invoice_line_ids
        self.assertEqual(line.quantity, 6.0)
        self.assertEqual((self.early | self.late | self.next).invoice_line_id, line)
        self.assertEqual(
            (self.january | self.february).mapped("amount_to_invoice"), [0.0, 0.0]
        )
        # The periods have nothing to bill, so they do not hold the cycle open.
        self.assertEqual(
            (self.january | self.february).mapped("state"), ["empty", "empty"]
        )
        self.assertBooked(6.0, 6.0, 0.0)
        self.assertEqual(self.order.invoice_status, "invoiced")
        with self.assertRaises(UserError):
            self._generate(self.january)

    def test_running_period(self):
        """It stays open for the rest of its days, whose time is not late."""
        self._invoice()
        self._log_time(self.project, date(2026, 3, 2), 2.0)
        march = self._period(self.project, date(2026, 3, 2))
        line = self._invoice().invoice_line_ids
        self.assertEqual(line.quantity, 2.0)
        self.assertFalse(march.invoice_line_ids)
        self._log_time(self.project, date(2026, 3, 9), 1.5)
        self.assertEqual((march.hours, march.late_hours), (1.5, 0.0))
        self.assertEqual(march.open_hours, 1.5)
        self.assertEqual(march.approved_hours, 0.0)
        self.assertEqual(march.amount_to_invoice, 150.0)
        self.assertBooked(9.5, 8.0, 1.5)

    def test_twice(self):
        self._invoice_january()
        with self.assertRaises(UserError):
            self._invoice_january()
        self.assertEqual(self._invoice().invoice_line_ids.quantity, 2.0)
        self.assertBooked(6.0, 6.0, 0.0)

    def test_after_a_period(self):
        self._generate(self.january)
        self.assertEqual(self._invoice().invoice_line_ids.quantity, 2.0)
        self.assertEqual(self.february.state, "to_send")
        self.assertBooked(6.0, 6.0, 0.0)

    def test_deleted_draft(self):
        invoice = self._invoice_january()
        invoice.with_user(self.user_accountant).unlink()
        self.assertEqual(self.january.state, "ready")
        self.assertBooked(6.0, 0.0, 6.0)
        self.assertEqual(self._invoice_january().invoice_line_ids.quantity, 4.0)

    def test_cancelled(self):
        invoice = self._invoice_january()
        invoice.with_user(self.user_accountant).button_cancel()
        self.assertEqual(self.january.state, "ready")
        self.assertBooked(6.0, 0.0, 6.0)
        self.assertEqual(self._generate(self.january).quantity, 4.0)

    # ---------------------------------------------------------------- credits

    def test_credit(self):
        invoice = self._invoice_january()
        self._post(invoice)
        self._post(self._credit(invoice))
        self.assertFalse((self.early | self.late).timesheet_invoice_id)
        self.assertEqual(self.january.state, "ready")
        self.assertBooked(6.0, 0.0, 6.0)
        self.assertEqual(self._invoice_january().invoice_line_ids.quantity, 4.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertBooked(6.0, 4.0, 2.0)

    def test_credit_of_a_smaller_quantity(self):
        """A matter of price: it frees nothing, so nothing of it is billed again."""
        invoice = self._invoice_january()
        self._post(invoice)
        credit = self._credit(invoice)
        credit.invoice_line_ids.with_user(self.user_accountant).quantity = 1.0
        self._post(credit)
        self.assertEqual(
            (self.early | self.late).invoice_line_id, invoice.invoice_line_ids
        )
        self.assertEqual((self.early | self.late).timesheet_invoice_id, invoice)
        self.assertEqual(self.january.state, "to_send")
        with self.assertRaises(UserError):
            self._invoice_january()
        self.assertBooked(6.0, 4.0, 2.0)
        self.assertEqual(self._invoice().invoice_line_ids.quantity, 2.0)
        self.assertBooked(6.0, 6.0, 0.0)

    def test_credit_of_one_of_two_lines(self):
        """As Odoo has it: the line that was taken off the credit note stays billed."""
        self.order.order_line = [
            Command.create({"product_id": self.product_hours.id, "price_unit": 150.0})
        ]
        senior = self._log_time(
            self.project,
            date(2026, 1, 7),
            2.0,
            so_line=self.order.order_line[1].id,
            is_so_line_edited=True,
        )
        invoice = self._invoice_january()
        self._post(invoice)
        self.assertEqual(invoice.amount_untaxed, 700.0)
        credit = self._credit(invoice)
        credit.invoice_line_ids.filtered(
            lambda line: line.price_unit == 150.0
        ).with_user(self.user_accountant).unlink()
        self._post(credit)
        self.assertFalse((self.early | self.late).timesheet_invoice_id)
        self.assertEqual(senior.timesheet_invoice_id, invoice)
        self.assertBooked(6.0, 0.0, 6.0)
        self.assertEqual(self._invoice_january().amount_untaxed, 400.0)
        self.assertBooked(6.0, 4.0, 2.0)

    def test_credit_and_recreate(self):
        """The new draft bills the time; Odoo alone would offer it once more."""
        invoice = self._invoice_january()
        self._post(invoice)
        dialog = self._open_dialog(invoice)
        dialog.modify_moves()
        draft = dialog.sudo().new_move_ids
        self.assertEqual((self.early | self.late).timesheet_invoice_id, draft)
        self.assertEqual(draft.invoice_line_ids.quantity, 4.0)
        self.assertEqual(self.january.state, "to_send")
        with self.assertRaises(UserError):
            self._invoice_january()
        self.assertBooked(6.0, 4.0, 2.0)
