from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestBillingLedger(StockInvoiceMixin, InvoicingCycleCommon):
    """Giving entries back, and taking them again: only those, and all of those."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        order.write(
            {
                "order_line": [
                    Command.create(
                        {"product_id": cls.product_hours.id, "price_unit": 150.0}
                    )
                ]
            }
        )
        cls.order = order
        cls.project = cls._create_project(order=order)
        cls.entries = cls._log_time(cls.project, date(2026, 1, 5), 3.0) | cls._log_time(
            cls.project, date(2026, 1, 6), 1.5
        )
        cls.senior_entry = cls._log_time(
            cls.project,
            date(2026, 1, 7),
            2.0,
            so_line=order.order_line[1].id,
            is_so_line_edited=True,
        )
        cls._lock(date(2026, 1, 31))
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.invoice = cls.env["account.move"].browse(
            cls.january._generate_invoices().made
        )
        cls.line, cls.senior_line = cls.invoice.invoice_line_ids

    def _reverse(self, method="refund_moves", quantity=None):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id, "date": "2026-03-10"})
        )
        getattr(wizard, method)()
        moves = wizard.sudo().new_move_ids
        if quantity is not None:
            moves.invoice_line_ids.filtered(
                lambda line: line.credited_line_id == self.line
            ).quantity = quantity
            moves.invoice_line_ids.filtered(
                lambda line: line.credited_line_id != self.line
            ).unlink()
        return moves

    def _assert_billed(self, entries, line):
        self.env.flush_all()
        self.assertEqual(entries.invoice_line_id, line)
        self.assertEqual(entries.timesheet_invoice_id, line.move_id)

    def _assert_free(self, entries):
        self.env.flush_all()
        self.assertFalse(entries.invoice_line_id)
        self.assertFalse(entries.timesheet_invoice_id)
        self.assertEqual(entries.billing_period_id, self.january)

    def test_delete_one_line_of_two(self):
        self.line.with_user(self.user_accountant).unlink()
        self.env.flush_all()
        self.assertFalse(self.entries.invoice_line_id)
        self._assert_billed(self.senior_entry, self.senior_line)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 0.0)

    def test_delete_one_line_of_two_on_the_same_item(self):
        # Two projects of one order on one invoice have two lines of one item.
        self.invoice.unlink()
        other = self._create_project(
            "Other", order=self.order, billing_grouping="customer"
        )
        self.project.billing_grouping = "customer"
        entry = self._log_time(other, date(2026, 1, 8), 4.0)
        self._lock(date(2026, 1, 31))
        periods = self.january | self._period(other, date(2026, 1, 8))
        invoice = self.env["account.move"].browse(periods._generate_invoices().made)
        self.assertEqual(len(invoice), 1)
        entry.invoice_line_id.unlink()
        self.env.flush_all()
        self.assertFalse(entry.invoice_line_id)
        self.assertEqual(self.entries.timesheet_invoice_id, invoice)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)

    def test_delete_draft(self):
        self.invoice.with_user(self.user_accountant).unlink()
        self._assert_free(self.entries | self.senior_entry)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 750.0)

    def test_cancel_and_reopen(self):
        invoice = self.invoice.with_user(self.user_accountant)
        invoice.button_cancel()
        self._assert_free(self.entries | self.senior_entry)
        self.assertEqual(self.january.state, "ready")
        invoice.button_draft()
        self._assert_billed(self.entries, self.line)
        self._assert_billed(self.senior_entry, self.senior_line)
        self.assertEqual(self.january.state, "to_send")

    def test_reopen_is_refused_when_billed_elsewhere(self):
        self.invoice.button_cancel()
        again = self.env["account.move"].browse(self.january._generate_invoices().made)
        again.action_post()
        with self.assertRaisesRegex(UserError, again.name):
            self.invoice.button_draft()

    def test_full_credit_frees(self):
        self.invoice.action_post()
        refund = self._reverse()
        self._assert_billed(self.entries, self.line)
        refund.with_user(self.user_accountant)._post()
        self._assert_free(self.entries | self.senior_entry)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 0.0)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_invoiced, 0.0)

    def test_small_credit_frees_nothing(self):
        self.invoice.action_post()
        refund = self._reverse(quantity=1.0)
        refund.action_post()
        self._assert_billed(self.entries, self.line)
        self._assert_billed(self.senior_entry, self.senior_line)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 650.0)

    def test_credit_of_one_line_frees_that_line(self):
        self.invoice.action_post()
        refund = self._reverse(quantity=4.5)
        refund.action_post()
        self.env.flush_all()
        self.assertFalse(self.entries.invoice_line_id)
        self._assert_billed(self.senior_entry, self.senior_line)

    def test_credit_back_to_draft_takes_again(self):
        self.invoice.action_post()
        refund = self._reverse()
        refund.action_post()
        refund.with_user(self.user_accountant).button_draft()
        self._assert_billed(self.entries, self.line)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)
        self.assertEqual(self.january.state, "to_send")

    def test_credit_back_to_draft_is_refused_when_billed_elsewhere(self):
        self.invoice.action_post()
        refund = self._reverse()
        refund.action_post()
        again = self.env["account.move"].browse(self.january._generate_invoices().made)
        with self.assertRaisesRegex(UserError, "billed on"):
            refund.button_draft()
        self.assertEqual(self.entries.timesheet_invoice_id, again)

    def test_second_full_credit_takes_nothing_back(self):
        """Time that was freed, and billed again since, is not counted back twice."""
        self.invoice.action_post()
        first = self._reverse()
        first.action_post()
        self.january._generate_invoices()
        second = self._reverse()
        second.action_post()
        again = self.january.invoice_ids - self.invoice
        self.assertEqual(self.entries.invoice_line_id.move_id, again)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)
        # Either of the two may go: the other one still credits everything.
        first.button_draft()
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)
        self.assertEqual(self.entries.invoice_line_id.move_id, again)

    def test_cancelled_after_its_credit(self):
        """The credit note goes first: alone it would take back what nobody bills."""
        self.invoice.action_post()
        credit = self._reverse()
        credit.action_post()
        with self.assertRaises(UserError) as caught:  # in a savepoint
            self.invoice.button_cancel()
        self.assertIn("cancel it first", str(caught.exception))
        credit.button_cancel()
        self.invoice.button_cancel()
        self.assertEqual(self.line.sale_line_ids.qty_invoiced, 0.0)
        again = self.january._generate_invoices("Anew").made
        line = self.env["account.move"].browse(again).invoice_line_ids[0]
        self.assertEqual(line.quantity, 4.5)
        self.assertEqual(self.line.sale_line_ids.qty_invoiced, 4.5)
        with self.assertRaises(UserError) as caught:
            self.invoice.button_draft()
        self.assertIn("by now", str(caught.exception))
        self._assert_billed(self.entries, line)

    def test_credit_of_a_cancelled_invoice(self):
        """It is not posted: it would take back what nobody bills."""
        self.invoice.action_post()
        credit = self._reverse()
        self.invoice.button_cancel()
        self._assert_free(self.entries)
        self.assertEqual(self.line.sale_line_ids.qty_invoiced, 0.0)
        with self.assertRaises(UserError) as caught:
            credit.action_post()
        self.assertIn("is cancelled and bills nothing", str(caught.exception))
        credit.button_cancel()
        self.invoice.button_draft()
        self._assert_billed(self.entries, self.line)
        self.assertEqual(self.line.sale_line_ids.qty_invoiced, 4.5)

    def test_reverse_and_recreate_moves_the_entries(self):
        self.invoice.action_post()
        draft = self._reverse("modify_moves")
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.move_type, "out_invoice")
        self.env.flush_all()
        self.assertEqual((self.entries | self.senior_entry).timesheet_invoice_id, draft)
        self.assertEqual(draft.invoice_line_ids.mapped("quantity_made"), [4.5, 2.0])
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.order.order_line.mapped("qty_invoiced"), [4.5, 2.0])

    def test_entries_keep_their_project_while_recreated(self):
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id}
        )
        elsewhere = self._create_project("Elsewhere")
        self.invoice.unlink()
        self.consultant.sudo().timesheet_locked_until = False
        entry = self._log_time(self.project, date(2026, 1, 9), 1.0, task_id=task.id)
        self._lock(date(2026, 1, 31))
        self.invoice = self.env["account.move"].browse(
            self.january._generate_invoices().made
        )
        self.consultant.sudo().timesheet_locked_until = False
        task.project_id = elsewhere
        self.env.flush_all()
        self.assertEqual(entry.project_id, self.project)
        self.invoice.action_post()
        draft = self._reverse("modify_moves")
        self.env.flush_all()
        self.assertEqual(entry.project_id, self.project)
        self.assertEqual(entry.timesheet_invoice_id, draft)

    def test_reopen_is_refused_when_time_has_changed(self):
        elsewhere = self._create_project("Elsewhere")
        entry = self.entries[0]
        for change in (
            lambda: entry.write({"project_id": elsewhere.id}),
            lambda: entry.write({"unit_amount": 5.0}),
            lambda: entry.write({"billing_hold": "write_off"}),
            self.entries.unlink,
        ):
            with self.env.cr.savepoint() as savepoint:
                self.invoice.button_cancel()
                self.env.flush_all()
                change()
                self.env.flush_all()
                with self.assertRaisesRegex(UserError, "has changed since"):
                    self.invoice.button_draft()
                savepoint.rollback()
            self.env.invalidate_all()

    def test_draft_of_a_credit_note_outlives_its_invoice(self):
        """It is of no line any more, so the order counts nothing of it."""
        self.invoice.action_post()
        credit = self._reverse()
        self.invoice.button_draft()
        self.invoice.unlink()
        self._assert_free(self.entries)
        self.assertEqual(self.order.order_line.mapped("qty_invoiced"), [0.0, 0.0])
        credit.action_post()
        self.assertEqual(self.order.order_line.mapped("qty_invoiced"), [0.0, 0.0])

    def test_freeform_credit_frees_nothing(self):
        self.invoice.action_post()
        self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Goodwill", "price_unit": 675.0})
                ],
            }
        ).action_post()
        self._assert_billed(self.entries, self.line)

    def test_edited_draft_counts_what_was_made(self):
        self.line.with_user(self.user_accountant).quantity = 4.0
        self.env.flush_all()
        self.assertEqual(self.line.quantity_made, 4.5)
        self.assertEqual(self.order.order_line[0].qty_invoiced, 4.5)
        self.assertEqual(self.order.order_line[0].qty_to_invoice, 0.0)

    def test_copy_bills_nothing(self):
        copy = self.invoice.copy()
        self.assertFalse(copy.invoice_line_ids.timesheet_entry_ids)
        self.assertFalse(copy.invoice_line_ids.billing_period_id)
        self._assert_billed(self.entries, self.line)

    def test_ledger_is_not_written_by_hand(self):
        line = self.line.with_user(self.user_accountant)
        for values in (
            {"quantity_made": 1.0},
            {"billing_period_id": False},
            {"timesheet_entry_ids": [Command.clear()]},
        ):
            with self.assertRaises(AccessError):
                line.write(values)
        with self.assertRaises(AccessError):
            self.entries.with_user(self.user_consultant).write(
                {"invoice_line_id": False, "timesheet_invoice_id": False}
            )

    def test_stock_wizard_does_not_offer_what_is_billed(self):
        self.invoice.action_post()
        self._reverse(quantity=1.0).action_post()
        late = self._log_time(self.project, date(2026, 2, 3), 2.5)
        stock = self._invoice_stock(
            self.order,
            date_start_invoice_timesheet=date(2026, 1, 1),
            date_end_invoice_timesheet=date(2026, 2, 28),
        )
        self.assertEqual(stock.invoice_line_ids.mapped("quantity"), [2.5])
        self.assertEqual(late.invoice_line_id, stock.invoice_line_ids)
        self._assert_billed(self.entries, self.line)
        self.assertEqual(late.billing_period_id.state, "to_send")
