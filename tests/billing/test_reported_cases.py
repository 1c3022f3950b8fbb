from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import InvoicingCycleCommon
from ..common.stock import StockInvoiceMixin

JANUARY, FEBRUARY, MARCH = date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)


@tagged("post_install", "-at_install")
class TestReportedCases(StockInvoiceMixin, InvoicingCycleCommon):
    """Wrong money that users of time billing have reported, most of it of Odoo itself.

    The text of each test names the report, and what Odoo 19.0 alone does with these
    very steps where it fails; ``_bill_stock_way`` is its wizard, on the same order.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.sale_line = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.january, cls.february, cls.march = (
            cls._period(cls.project, day) for day in (JANUARY, FEBRUARY, MARCH)
        )

    def _generate(self, periods):
        self._lock(date(2026, 3, 31))
        self.env.flush_all()
        result = periods._generate_invoices("Ahead of time")
        self.assertFalse(result.failed + result.skipped)
        return self.env["account.move"].browse(result.made)

    def _reverse(self, invoice):
        """A draft credit note over the whole invoice, by Odoo's dialog."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        return self.env["account.move"].browse(wizard.refund_moves()["res_id"])

    def _bill_stock_way(self, orders, date_from=False, date_to=False):
        return self._invoice_stock(
            orders,
            date_start_invoice_timesheet=date_from,
            date_end_invoice_timesheet=date_to,
        )

    def test_01_a_period_does_not_block_other_lines(self):
        """odoo#93348: a line with time outside the invoiced dates is blocked.

        Odoo leaves 0 to invoice on the line that has 4 h of February.
        """
        other = self.sale_line.copy({"order_id": self.order.id})
        task = self.env["project.task"].create(
            {"name": "T", "project_id": self.project.id, "sale_line_id": other.id}
        )
        self._log_time(self.project, JANUARY, 3.0)
        self._log_time(self.project, FEBRUARY, 4.0, task_id=task.id)
        self.assertEqual(self._generate(self.january).amount_untaxed, 300.0)
        self.assertEqual(other.qty_to_invoice, 4.0)
        self.assertEqual(self._generate(self.february).amount_untaxed, 400.0)
        self.assertEqual(self.order.order_line.mapped("qty_to_invoice"), [0.0, 0.0])

    def test_02_a_credit_does_not_eat_the_next_period(self):
        """odoo#277727 and #280601: 9 h billed instead of 15, or June billed twice."""
        self._log_time(self.project, JANUARY, 6.0)
        credited = self._generate(self.january)
        credited.action_post()
        self._reverse(credited).action_post()
        self._log_time(self.project, FEBRUARY, 15.0)
        self.assertEqual(self._generate(self.february).amount_untaxed, 1500.0)
        self.assertEqual(self._generate(self.january).amount_untaxed, 600.0)
        self.assertEqual(self.sale_line.qty_invoiced, 21.0)

    def test_03_reduced_quantity(self):
        """odoo#274677: the rest of a reduced line can never be billed.

        Odoo shows 2 h to invoice for ever and says that there is nothing to invoice.
        """
        self._log_time(self.project, JANUARY, 10.0)
        invoice = self._generate(self.january)
        invoice.invoice_line_ids.quantity = 8.0
        invoice.action_post()
        self.assertEqual(self.sale_line.qty_to_invoice, 0.0)
        self.assertEqual(self.order.invoice_status, "invoiced")
        # given back by a credit note, all of it is billed again
        self._reverse(invoice).action_post()
        self.assertEqual(self._generate(self.january).invoice_line_ids.quantity, 10.0)

    def test_03_raised_quantity(self):
        """odoo#284470: after a raised quantity the next period cannot be billed.

        Odoo reads "invoiced" and refuses the 2 h of February.
        """
        self._log_time(self.project, JANUARY, 10.0)
        invoice = self._generate(self.january)
        invoice.invoice_line_ids.quantity = 12.0
        invoice.action_post()
        self._log_time(self.project, FEBRUARY, 2.0)
        self.assertEqual(self.sale_line.qty_to_invoice, 2.0)
        self.assertEqual(self._generate(self.february).amount_untaxed, 200.0)
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_04_a_small_refund_frees_nothing(self):
        """odoo#254332, #265840: crediting 1 h opens 15 h, which Odoo offers again."""
        entries = self._log_time(self.project, JANUARY, 10.0)
        entries |= self._log_time(self.project, JANUARY, 5.0)
        invoice = self._generate(self.january)
        invoice.action_post()
        credit = self._reverse(invoice)
        credit.invoice_line_ids.quantity = 1.0
        credit.action_post()
        self.assertEqual(entries.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(entries.timesheet_invoice_id, invoice)
        with self.assertRaises(UserError):
            self._bill_stock_way(self.order, date(2026, 1, 1), date(2026, 1, 31))

    def test_05_dates_do_not_leak_to_the_next_order(self):
        """odoo#284781: in a batch, the dates of the first order hold for the others."""
        other = self._create_project(
            "Other",
            order=self._create_order(),
            billing_frequency="weekly",
            billing_start_date=date(2026, 2, 2),
        )
        mine = self._log_time(self.project, JANUARY, 3.0)
        theirs = self._log_time(other, FEBRUARY, 4.0)
        outside = self._log_time(other, date(2026, 2, 20), 5.0)
        invoices = self._generate(self.january | self._period(other, FEBRUARY))
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [300.0, 400.0])
        self.assertEqual((mine | theirs).timesheet_invoice_id, invoices)
        self.assertFalse(outside.invoice_line_id)

    def test_06_rounding_adds_up(self):
        """odoo#285322: 6.67 h delivered, 3.33 h and 3.33 h invoiced by Odoo."""
        for day in (JANUARY, FEBRUARY):
            for _number in range(10):
                self._log_time(self.project, day, 1 / 3)
        invoices = self._generate(self.january) | self._generate(self.february)
        self.assertEqual(invoices.invoice_line_ids.mapped("quantity"), [3.33, 3.34])
        self.assertEqual(self.sale_line.qty_delivered, 6.67)
        self.assertEqual(self.sale_line.qty_invoiced, 6.67)
        self.assertEqual(self.sale_line.qty_to_invoice, 0.0)

    def test_07_cancelling_gives_time_back_and_takes_it_again(self):
        """kimai#3526: cancelled invoices keep their time.

        Odoo gives it back, bills it anew, and lets the cancelled invoice be re-opened:
        3 h worked, 6 h billed.
        """
        entry = self._log_time(self.project, JANUARY, 3.0)
        invoice = self._generate(self.january)
        invoice.button_cancel()
        self.assertFalse(entry.invoice_line_id)
        self.assertEqual(self.january.state, "ready")
        again = self._generate(self.january)
        with self.assertRaises(UserError) as refusal:
            invoice.button_draft()
        self.assertIn(again.display_name, str(refusal.exception))
        again.button_cancel()
        invoice.button_draft()
        self.assertEqual(entry.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(self.sale_line.qty_invoiced, 3.0)

    def test_08_a_credit_note_frees_whoever_posts_it(self):
        """erpnext#22558, #51131: credited time stays billed for ever.

        Odoo frees it by its button alone, not when a credit note is posted by code, by
        its cron, or together with the reversal.
        """
        entry = self._log_time(self.project, JANUARY, 3.0)
        invoice = self._generate(self.january)
        invoice.action_post()
        invoice._reverse_moves([{}], cancel=True)
        self.assertFalse(entry.invoice_line_id)
        self.assertFalse(entry.timesheet_invoice_id)
        self.assertEqual(self._generate(self.january).amount_untaxed, 300.0)

    def test_09_credited_time_can_be_corrected(self):
        """odoo#201921: entries of a reversed invoice stay read-only."""
        entry = self._log_time(self.project, JANUARY, 3.0)
        invoice = self._generate(self.january)
        invoice.action_post()
        invoice._reverse_moves([{}], cancel=True)
        entry.with_user(self.user_timesheet_admin).unit_amount = 4.0
        self.assertEqual(self._generate(self.january).amount_untaxed, 400.0)

    def test_09_giving_back_moves_no_hours(self):
        """odoo#279552: time of a deleted draft goes to the sale line that its task got
        meanwhile."""
        other = self.sale_line.copy({"order_id": self.order.id})
        task = self.env["project.task"].create(
            {"name": "T", "project_id": self.project.id}
        )
        entry = self._log_time(self.project, JANUARY, 3.0, task_id=task.id)
        cancelled = self._generate(self.january)
        task.sale_line_id = other
        cancelled.button_cancel()
        self.env.flush_all()
        self.assertEqual(entry.so_line, self.sale_line)
        deleted = self._generate(self.january)
        deleted.unlink()
        self.assertEqual(entry.so_line, self.sale_line)
        self.assertEqual(entry.project_id, self.project)
        self.assertEqual(self._generate(self.january).amount_untaxed, 300.0)

    def test_10_a_failure_marks_nothing_as_billed(self):
        """kimai#2917: entries are marked as billed although saving failed."""
        entry = self._log_time(self.project, JANUARY, 3.0)
        other = self._create_project("Other", order=self._create_order())
        fine = self._log_time(other, JANUARY, 4.0)
        self._lock(date(2026, 3, 8))
        self.env.flush_all()
        # Booking fails in the database, after the invoice was made.
        self.env.cr.execute(
            "ALTER TABLE account_move_line ADD CONSTRAINT no_three_hours"
            " CHECK (quantity <> 3.0) NOT VALID"
        )
        with mute_logger(
            "odoo.sql_db",
            "odoo.addons.invoicing_cycle.models.billing.generate",
        ):
            result = (self.january | self._period(other, JANUARY))._generate_invoices()
        self.assertEqual([row[0] for row in result.failed], self.january.ids)
        self.assertFalse(entry.invoice_line_id or entry.timesheet_invoice_id)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 300.0)
        self.assertEqual(fine.timesheet_invoice_id.ids, result.made)
