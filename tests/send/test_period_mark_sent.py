from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestPeriodMarkSent(InvoicingCycleCommon):
    """Project managers clear their rows without access to the invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls._log_time(cls.project, date(2026, 1, 5), 2.0)
        cls._lock(date(2026, 1, 31))
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.january.action_generate_invoices()

    def test_draft_is_refused(self):
        with self.assertRaises(UserError):
            self.january.with_user(self.user_manager).action_mark_as_sent()

    def test_confirmed_is_marked(self):
        self.january.invoice_ids.action_post()
        self.january.with_user(self.user_manager).action_mark_as_sent()
        self.assertEqual(self.january.invoice_ids.sent_by_id, self.user_manager)
        self.assertEqual(self.january.state, "sent")

    def test_sent_at_midnight_belongs_to_the_users_day(self):
        invoice = self.january.invoice_ids
        invoice.action_post()
        invoice.action_mark_as_sent()
        # 23:30 UTC on 28 February is 1 March in Helsinki.
        invoice.sudo().sent_on = datetime(2026, 2, 28, 23, 30)
        Period = self.env["project.billing.period"].with_context(tz="Europe/Helsinki")
        Move = self.env["account.move"]
        march = Period._get_sent_domain(date(2026, 3, 1), date(2026, 3, 31))
        february = Period._get_sent_domain(date(2026, 2, 1), date(2026, 2, 28))
        self.assertIn(invoice, Move.search(march))
        self.assertNotIn(invoice, Move.search(february))
