from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@tagged("post_install", "-at_install")
class TestLateTime(InvoicingCycleCommon):
    """January is invoiced when 2 h of it arrive: they wait in February as late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(billing_owner_id=cls.user_manager.id)
        cls._log_time(cls.project, date(2026, 1, 5), 5.0)
        cls._lock(date(2026, 3, 8))
        cls.january = cls._period(cls.project, JANUARY)
        cls.february = cls._period(cls.project, FEBRUARY)
        cls.invoice = cls._generate(cls.january)
        cls.late = cls._log_time(cls.project, date(2026, 1, 20), 2.0)

    @classmethod
    def _generate(cls, periods):
        cls.env.flush_all()
        return cls.env["account.move"].browse(periods._generate_invoices().made)

    def _invoice_late_time(self, user=None):
        action = self.february.with_user(
            user or self.user_manager
        ).action_invoice_late_time()
        made = action["context"]["billing_result"]["made"]
        return self.env["account.move"].browse(made)

    def test_shown_as_late(self):
        self.assertEqual(self.late.billing_period_id, self.february)
        self.assertEqual(self.february.late_hours, 2.0)
        self.assertEqual(self.february.hours, 2.0)

    def test_own_section_with_its_days(self):
        self._log_time(self.project, date(2026, 1, 27), 1.0)
        self._log_time(self.project, date(2026, 2, 3), 4.0)
        lines = self._generate(self.february).invoice_line_ids
        self.assertEqual(
            [(line.display_type, line.quantity) for line in lines.sorted("sequence")],
            [("product", 4.0), ("line_section", 0.0), ("product", 3.0)],
        )
        usual, section, late = lines.sorted("sequence")
        self.assertEqual(section.name, "Earlier periods")
        self.assertIn("Jan 20\u2009–\u200927, 2026", late.name)
        self.assertIn("Feb 1\u2009–\u200928, 2026", usual.name)
        self.assertEqual(sum(late.timesheet_entry_ids.mapped("unit_amount")), 3.0)

    def test_section_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        section, late = self._generate(self.february).invoice_line_ids.sorted(
            "sequence"
        )
        self.assertEqual(section.name, "Périodes antérieures")
        self.assertIn("20 janv. 2026", late.name)

    def test_supplementary_invoice(self):
        entry = self._log_time(self.project, date(2026, 2, 3), 4.0)
        invoice = self._invoice_late_time()
        line = invoice.invoice_line_ids
        self.assertEqual(line.quantity, 2.0)
        self.assertEqual(line.billing_period_id, self.january)
        # Its own days: those of January were told on the first invoice.
        self.assertIn("Jan 20, 2026", line.name)
        self.assertNotIn("Jan 1", line.name)
        self.assertEqual(invoice.delivery_date, date(2026, 1, 20))
        self.assertEqual(
            line._get_billed_spans(), {line: (date(2026, 1, 20), date(2026, 1, 20))}
        )
        self.assertEqual(self.late.billing_period_id, self.january)
        self.assertEqual(self.january.hours, 7.0)
        self.assertEqual(self.january.amount_invoiced, 700.0)
        # February goes on without it
        self.assertEqual(entry.billing_period_id, self.february)
        self.assertEqual(self.february.hours, 4.0)
        self.assertFalse(self.february.late_hours)
        self.assertEqual(self.february.state, "ready")
        self.assertEqual(self._generate(self.february).amount_untaxed, 400.0)

    def test_supplementary_invoice_bills_no_fixed_amount_again(self):
        line = self._create_order(self.product_fixed).order_line
        self.env.cr.execute(
            "UPDATE project_billing_period SET fixed_amount = 500, sale_line_id = %s"
            " WHERE id = %s",
            (line.id, self.january.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self._invoice_late_time().amount_untaxed, 200.0)

    def test_supplementary_line_does_not_close_its_period(self):
        """With the first invoice gone January bills the rest again."""
        supplementary = self._invoice_late_time()
        self.invoice.button_cancel()
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 500.0)
        again = self._generate(self.january)
        self.assertEqual(again.invoice_line_ids.quantity, 5.0)
        self.assertEqual(self.late.invoice_line_id.move_id, supplementary)

    def test_january_is_unsent_until_both_are_sent(self):
        supplementary = self._invoice_late_time()
        (self.invoice | supplementary).action_post()
        self.invoice.action_mark_as_sent()
        self.assertEqual(self.january.state, "to_send")
        supplementary.action_mark_as_sent()
        self.assertEqual(self.january.state, "sent")

    def test_cancelled_supplementary_invoice_gives_its_time_back(self):
        self._invoice_late_time().button_cancel()
        self.assertEqual(self.late.billing_period_id, self.february)
        self.assertEqual(self.february.late_hours, 2.0)
        self.assertEqual(self._invoice_late_time().amount_untaxed, 200.0)

    def test_open_late_time_waits(self):
        open_late = self._log_time(
            self.project, date(2026, 1, 21), 1.0, employee=self.colleague
        )
        invoice = self._invoice_late_time()
        self.assertEqual(invoice.invoice_line_ids.timesheet_entry_ids, self.late)
        self.assertEqual(open_late.billing_period_id, self.february)
        with self.assertRaisesRegex(UserError, "not ready"):
            self._invoice_late_time()

    def test_nothing_late(self):
        self._invoice_late_time()
        with self.assertRaisesRegex(UserError, "has no late time"):
            self._invoice_late_time()

    def test_before_the_schedule_and_in_a_gap(self):
        early = self._log_time(self.project, date(2025, 12, 10), 1.0)
        earlier = self._log_time(self.project, date(2025, 12, 1), 1.0)
        invoice = self._invoice_late_time()
        self.assertEqual(len(invoice), 2)
        period = (early | earlier).billing_period_id
        self.assertEqual(len(period), 1)
        self.assertTrue(period.is_supplementary)
        self.assertEqual(period.date_from, date(2025, 12, 1))
        self.assertEqual(period.date_to, date(2025, 12, 10))
        self.assertEqual(period.state, "to_send")
        self.assertEqual(sum(invoice.mapped("amount_untaxed")), 400.0)

    def test_time_of_a_skipped_period(self):
        self._log_time(self.project, date(2026, 2, 3), 4.0)
        self.february.action_skip("Bad month")
        march = self._period(self.project, date(2026, 3, 1))
        self.assertEqual(march.late_hours, 6.0)
        action = march.with_user(self.user_manager).action_invoice_late_time()
        made = self.env["account.move"].browse(
            action["context"]["billing_result"]["made"]
        )
        self.assertEqual(sum(made.mapped("amount_untaxed")), 600.0)
        self.assertEqual(self.february.state, "skipped")

    def test_write_off(self):
        self.february.with_user(self.user_manager).action_write_off_late_time("Late")
        self.assertEqual(self.late.billing_hold, "write_off")
        self.assertEqual(self.late.hold_reason, "Late")
        self.assertFalse(self.late.billing_period_id)
        self.assertEqual(self.late.unit_amount, 2.0)
        self.assertFalse(self.february.late_hours)
        self.assertIn("2.00 h of late time", self.february.message_ids[:1].body)
        self.assertEqual(self.project.sale_line_id.qty_delivered, 5.0)

    def test_write_off_takes_late_time_only(self):
        entry = self._log_time(self.project, date(2026, 2, 3), 4.0)
        self.february.with_user(self.user_manager).action_write_off_late_time("Late")
        self.assertEqual(entry.billing_hold, "bill")

    def test_write_off_needs_a_reason_and_late_time(self):
        with self.assertRaisesRegex(UserError, "reason"):
            self.february.action_write_off_late_time(" ")
        with self.assertRaisesRegex(UserError, "has no late time"):
            self._period(self.project, date(2026, 3, 1)).action_write_off_late_time("x")

    def test_rights(self):
        foreign = self._new_user("foreign_lead", "project.group_project_user")
        period = self.february.with_user(foreign)
        with self.assertRaises(AccessError):
            period.action_invoice_late_time()
        with self.assertRaises(AccessError):
            period.action_write_off_late_time("x")
