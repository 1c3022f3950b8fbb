from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon


@tagged("post_install", "-at_install")
class TestBilledValue(DecisionCommon):
    """Billed hours and value beside the worked hours of each entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._log_time(cls.project, DAY, 1.0, cls.colleague)

    def assertBilled(self, *values):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = (self.entry | self.other).sorted("id")
        self.assertEqual(
            [(round(r.billed_hours, 6), r.billed_value) for r in rows], list(values)
        )

    def _credit(self, invoice, **values):
        """A posted credit note over the invoice, changed before it is posted."""
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        reversal.reverse_moves()
        credit = reversal.new_move_ids
        credit.invoice_line_ids.write(values)
        credit.action_post()
        return credit

    def test_plain(self):
        self.assertBilled((0.0, 0.0), (0.0, 0.0))
        invoice = self._invoice()
        self.assertBilled((2.0, 200.0), (1.0, 100.0))
        invoice.button_cancel()
        self.assertBilled((0.0, 0.0), (0.0, 0.0))

    def test_changed_draft(self):
        line = self._invoice().invoice_line_ids
        line.price_unit = 80.0
        self.assertBilled((2.0, 160.0), (1.0, 80.0))
        line.quantity = 2.0
        self.assertBilled((2.0, 106.67), (1.0, 53.33))

    def test_cents_add_up(self):
        self._log_time(self.project, DAY, 1.0, self.lead)
        line = self._invoice().invoice_line_ids
        line.write({"quantity": 1.0, "price_unit": 0.05})
        entries = line.timesheet_entry_ids
        self.env.invalidate_all()
        self.assertEqual(round(sum(entries.mapped("billed_value")), 2), 0.05)

    def test_parts(self):
        """What is written off has no share."""
        self._split(0.5)
        self._invoice()
        self.assertBilled((1.5, 150.0), (1.0, 100.0))

    def test_rounded_up(self):
        self.project.billing_rounding = "30"
        self.other.unit_amount = 1 / 3
        self._invoice()
        self.assertBilled((2.0, 200.0), (0.5, 50.0))

    def test_hours_that_cancel_out(self):
        self.other.unit_amount = -2.0
        period = self.period
        # Nothing by itself; with more it is billed along.
        self.assertFalse(period._generate_invoices("To be tested").made)
        self._log_time(period.project_id, period.date_from, 1.0)
        period.action_generate_invoices(reason="To be tested")
        self.assertBilled((2.0, 200.0), (-2.0, -200.0))

    def test_credit(self):
        """A credit that frees nothing lowers what the entries brought in."""
        invoice = self._invoice()
        invoice.action_post()
        self._credit(invoice, price_unit=30.0, quantity=1.0)
        self.assertBilled((2.0, 180.0), (1.0, 90.0))
        self._credit(invoice)
        self.assertBilled((0.0, 0.0), (0.0, 0.0))

    def test_negative_period(self):
        self.entry.unit_amount = -2.0
        self._invoice()
        move = self.period.invoice_line_ids.move_id
        self.assertEqual(move.move_type, "out_refund")
        self.assertBilled((-2.0, -200.0), (1.0, 100.0))

    def test_rights(self):
        """Money is for those who sell or bill."""
        self._invoice()
        entry = self.entry.with_user(self.user_consultant)
        self.assertEqual(entry.billed_hours, 2.0)
        with self.assertRaises(AccessError):
            entry.read(["billed_value"])

    def test_queries(self):
        for day in range(1, 20):
            self._log_time(self.project, date(2026, 2, day), 1.0)
        self._invoice()
        entries = self.entry.browse(
            self.period.invoice_line_ids.timesheet_entry_ids.ids
        )
        self.env.invalidate_all()
        entries.mapped("invoice_line_id.amount_currency")
        entries.mapped("billed_currency_id.rounding")
        with self.assertQueryCount(2):
            entries.mapped("billed_value")
