from datetime import date

from .base import InvoicingCycleCommon


class DraftCommon(InvoicingCycleCommon):
    """A project with January on a draft invoice: 3 h and 2 h at 100.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.sale_line = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.entry, cls.other_entry = cls.entries = cls._log_time(
            cls.project, date(2026, 1, 5), 3.0
        ) | cls._log_time(cls.project, date(2026, 1, 6), 2.0)
        cls._lock(date(2026, 1, 31), cls.consultant | cls.colleague)
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls.draft = cls._generate(cls.january)
        cls.line = cls.draft.invoice_line_ids

    @classmethod
    def _generate(cls, periods, reason=""):
        """The invoices that the accountant makes of these periods."""
        made = periods.with_user(cls.user_accountant)._generate_invoices(reason).made
        return cls.env["account.move"].browse(made)

    def _refresh(self, draft=None, user=None, take=()):
        """Refresh as a user does, answering what is asked.

        :param take: names of fields whose new value is taken
        """
        draft = (draft or self.draft).with_user(user or self.user_accountant)
        action = draft.action_refresh_draft()
        if action:
            wizard = (
                self.env[action["res_model"]]
                .with_user(user or self.user_accountant)
                .with_context(**action["context"])
                .create({})
            )
            wizard.line_ids.filtered(
                lambda line: line.field_name in take
            ).is_taken = True
            wizard.action_refresh()
        self.env.flush_all()
        self.env.invalidate_all()
        return action

    def _reasons(self, draft=None):
        self.env.flush_all()
        return (draft or self.draft).with_user(self.user_accountant).outdated_reasons

    def _not_ready(self, draft=None):
        self.env.flush_all()
        return (draft or self.draft).with_user(self.user_accountant).arrived_not_ready

    def assertLedger(self, sale_line=None):
        """Each entry is on one line or waits, and the order counts what was made."""
        sale_line = sale_line or self.sale_line
        self.env.flush_all()
        self.env.invalidate_all()
        entries = self.env["account.analytic.line"].search(
            [("so_line", "=", sale_line.id), ("project_id", "!=", False)]
        )
        billed = entries.filtered("invoice_line_id")
        for entry in entries:
            self.assertEqual(entry.timesheet_invoice_id, entry.invoice_line_id.move_id)
            if entry in billed:
                self.assertIn(sale_line, entry.invoice_line_id.sale_line_ids)
            else:
                self.assertTrue(entry.billing_period_id)
        self.assertAlmostEqual(
            sale_line.qty_invoiced, sale_line._get_time_quantity(billed)
        )
