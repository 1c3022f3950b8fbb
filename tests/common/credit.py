from datetime import date

from odoo.fields import Command

from .proof import ProofCommon
from .refusal import RefusalMixin


class CreditCommon(RefusalMixin, ProofCommon):
    """January is invoiced: 3.0 + 1.5 h at 100 on one line, 2.0 h at 150 on another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 150.0})
        ]
        cls.project = cls._create_project(order=cls.order)
        cls.long = cls._log_time(cls.project, date(2026, 1, 5), 3.0, name="Design")
        cls.short = cls._log_time(cls.project, date(2026, 1, 6), 1.5, name="Review")
        cls.senior = cls._log_time(
            cls.project,
            date(2026, 1, 7),
            2.0,
            so_line=cls.order.order_line[1].id,
            is_so_line_edited=True,
        )
        cls.entries = cls.long | cls.short | cls.senior
        cls._lock(date(2026, 1, 31))
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls.invoice = cls._generate(cls.january)
        cls.line, cls.senior_line = cls.invoice.invoice_line_ids
        cls.sale_line, cls.senior_sale_line = cls.order.order_line
        cls.invoice.action_post()

    @classmethod
    def _generate(cls, periods, reason=""):
        return cls.env["account.move"].browse(periods._generate_invoices(reason).made)

    # ---------------------------------------------------------------- dialog

    def _open_dialog(self, scope, invoice=None, user=None, **values):
        invoice = invoice or self.invoice
        return (
            self.env["account.move.reversal"]
            .with_user(user or self.user_accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "journal_id": invoice.journal_id.id,
                    "date": date(2026, 3, 10),
                    "credit_scope": scope,
                    **values,
                }
            )
        )

    def _choose(self, records, invoice=None, **values):
        """A dialog in which these lines or entries are chosen."""
        by_line = records._name == "account.move.line"
        dialog = self._open_dialog(
            "lines" if by_line else "entries", invoice=invoice, **values
        )
        name = "move_line_id" if by_line else "entry_id"
        rows = dialog.line_ids.filtered(lambda row: row[name].id in records.ids)
        self.assertEqual(len(rows), len(records))
        rows.is_chosen = True
        return dialog

    def _credit(self, records, post=True, **values):
        """The credit note of chosen lines or entries."""
        dialog = self._choose(records, **values)
        dialog.refund_moves()
        credit = dialog.new_move_ids
        if post:
            credit._post()
            self.env.flush_all()
        return credit

    def _recreate(self, records=None, **values):
        """The new draft that bills chosen lines or entries, or the invoice, again."""
        dialog = (
            self._open_dialog("invoice", **values)
            if records is None
            else self._choose(records, **values)
        )
        dialog.modify_moves()
        self.env.flush_all()
        return dialog.new_move_ids.sudo(False)

    def _concede(self, quantity, line=None):
        """A posted credit note of a smaller quantity, without a choice."""
        line = line or self.line
        credit = self.invoice._reverse_moves()
        kept = credit.invoice_line_ids.filtered(
            lambda credited: credited.credited_line_id == line
        )
        kept.quantity = quantity
        (credit.invoice_line_ids - kept).unlink()
        credit._post()
        return credit

    def _run_auto_post(self):
        self.env.flush_all()
        cron = self.env.ref("account.ir_cron_auto_post_draft_entry")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------ assertions

    def assertBilled(self, entries, line):
        self.env.flush_all()
        for entry in entries:
            self.assertEqual(entry.invoice_line_id, line)
            self.assertEqual(entry.timesheet_invoice_id, line.move_id)

    def assertFree(self, entries, period):
        self.env.flush_all()
        for entry in entries:
            self.assertFalse(entry.invoice_line_id)
            self.assertFalse(entry.timesheet_invoice_id)
            self.assertEqual(entry.billing_period_id, period)

    def assertCounted(self, quantity, senior=2.0):
        """What the order counts as invoiced, and the proof has no difference."""
        self.env.flush_all()
        self.assertEqual(self.sale_line.qty_invoiced, quantity)
        self.assertEqual(self.senior_sale_line.qty_invoiced, senior)
        self.assertProven(self.project)
