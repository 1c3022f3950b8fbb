from contextlib import contextmanager
from datetime import date
from itertools import pairwise

from odoo.exceptions import UserError

from .base import InvoicingCycleCommon


class ScheduleCommon(InvoicingCycleCommon):
    """Reads and changes billing schedules."""

    @contextmanager
    def assertRefused(self, pattern):
        """Raises a UserError (or one of its kind), and everything is as before."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertRegex(str(caught.exception), pattern)

    def _spans(self, project):
        """First and last day of each period, in order."""
        return [
            (period.date_from, period.date_to)
            for period in project.billing_period_ids.sorted("date_from")
        ]

    def assertTiled(self, project):
        """No gap and no overlap."""
        spans = self._spans(project)
        for (_start, end), (following, _end) in pairwise(spans):
            self.assertEqual((following - end).days, 1, spans)

    def _invoice(self, period):
        """Invoice a period whatever its state."""
        period.action_generate_invoices(reason="test")
        return period.invoice_ids

    def _create_custom(self, project, date_from, date_to, **values):
        return self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )


def day(month, number, year=2026):
    """A day of 2026."""
    return date(year, month, number)
