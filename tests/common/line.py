from datetime import date

from .base import InvoicingCycleCommon


class LineCommon(InvoicingCycleCommon):
    """Looks at the invoice line of one month of a project."""

    def _generate(self, project, month=1):
        """The lines made of a month; the screen told their amount before."""
        self._lock(date(2026, 3, 8))
        self.env.flush_all()
        period = self._period(project, date(2026, month, 5))
        expected = period.amount_to_invoice
        made = self.env["account.move"].browse(period._generate_invoices().made)
        self.assertEqual(made.amount_untaxed, expected)
        return made.invoice_line_ids
