from datetime import date

from .base import InvoicingCycleCommon

DAY = date(2026, 2, 10)


class DecisionCommon(InvoicingCycleCommon):
    """Two hours of the consultant, at 100, on a project of the project lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.item = cls.project.sale_line_id
        cls.entry = cls._log_time(cls.project, DAY, 2.0)
        cls.period = cls._period(cls.project, DAY)

    def _decide(self, entries, decision, hours=None, reason="Because", user=None):
        return entries.with_user(user or self.user_manager).action_set_billing(
            decision, reason, hours
        )

    def _split(self, hours=0.5, decision="write_off", entry=None):
        """A part of the entry, as the superuser."""
        part = self._decide(entry or self.entry, decision, hours)
        return part.sudo(self.env.su).with_env(self.env)

    def _invoice(self, period=None):
        """The draft invoice of a period, whatever is open in it."""
        period = period or self.period
        period.action_generate_invoices(reason="To be tested")
        return period.invoice_line_ids.move_id

    def assertLedger(self, *rows):
        """(hours to bill, decision) of the entry and its parts, in their order."""
        self.env.flush_all()
        self.env.invalidate_all()
        ledger = [self.entry, *self.entry.part_ids.sorted("id")]
        self.assertEqual(
            [(round(row.billing_hours, 6), row.billing_hold) for row in ledger],
            list(rows),
        )
        self.assertAlmostEqual(
            self.entry.split_hours, sum(self.entry.part_ids.mapped("billing_hours"))
        )
