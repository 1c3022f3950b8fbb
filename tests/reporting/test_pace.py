from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..common.decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestPace(DecisionCommon):
    """From the end of February to the invoice of 3 March, sent on 6 March."""

    def _read(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = (
            self.env["project.billing.pace"]
            .with_user(self.user_accountant)
            .search([("project_id", "=", self.project.id)])
        )
        return [
            (row.days_to_invoice, row.sent_on and row.days_to_sent, row.amount)
            for row in rows
        ]

    def test_days(self):
        invoice = self._invoice()
        invoice.invoice_date = date(2026, 3, 3)
        self.assertEqual(self._read(), [])
        invoice.action_post()
        self.assertEqual(self._read(), [(3.0, False, 200.0)])
        with freeze_time("2026-03-06 12:00:00"):
            invoice.with_user(self.user_accountant).action_mark_as_sent()
        self.assertEqual(self._read(), [(3.0, 6.0, 200.0)])

    def test_average(self):
        """Of what is sent: what is not is not as quick as nothing."""
        for month, day in ((1, date(2026, 2, 10)), (2, date(2026, 3, 3))):
            self._log_time(self.project, date(2026, month, 20), 1.0)
            invoice = self._invoice(self._period(self.project, date(2026, month, 20)))
            invoice.invoice_date = day
            invoice.action_post()
            if month == 1:
                invoice.with_user(self.user_accountant).action_mark_as_sent()
        self.env.flush_all()
        [(invoiced, sent)] = self.env["project.billing.pace"]._read_group(
            [("project_id", "=", self.project.id)],
            [],
            ["days_to_invoice:avg", "days_to_sent:avg"],
        )
        # 10 March, today, is 38 days after January.
        self.assertEqual((invoiced, sent), (6.5, 38.0))
