from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestRetainer(BeyondHoursCommon):
    """A fixed amount each period, with hours drawn against it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_fixed, price=2000.0, quantity=12.0)
        cls.item = cls.order.order_line
        cls.overtime = cls._create_order(quantity=0.0).order_line
        cls.project = cls._create_project(order=cls.order)
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls.project.with_user(cls.user_accountant).write(
            {
                "billing_retainer_line_id": cls.item.id,
                "billing_retainer_hours": 20.0,
                "billing_retainer_carry_over": True,
            }
        )
        cls._log_time(cls.project, date(2026, 1, 5), 16.0)
        cls._log_time(cls.project, date(2026, 2, 5), 18.0)

    def test_amount(self):
        self.assertEqual(self.project.billing_retainer_amount, 2000.0)
        periods = self.project.billing_period_ids
        self.assertEqual(set(periods.mapped("fixed_amount")), {2000.0})
        self.assertEqual(periods.sale_line_id, self.item)
        self.assertEqual(self.january.state, "ready")
        self.assertFalse(self.january.required_ids)
        self.assertEqual(self.january.amount_to_invoice, 2000.0)

    def test_hours(self):
        self.assertEqual(
            self.january.readiness["retainer"],
            {
                "included": 20.0,
                "carried": 0.0,
                "drawn": 16.0,
                "left": 4.0,
                "above": 0.0,
                "text": "Included 20 h, used 16 h, left 4 h",
            },
        )
        self.assertEqual(
            self.february.readiness["retainer"]["text"],
            "Included 20 h, carried over 4 h, used 18 h, left 6 h",
        )
        self.project.billing_retainer_carry_over = False
        self.assertEqual(
            self.february.readiness["retainer"]["text"],
            "Included 20 h, used 18 h, left 2 h",
        )

    def test_invoice(self):
        self._generate(self.january)
        invoice = self._generate(self.february)
        line = invoice.invoice_line_ids
        self.assertEqual(line.price_subtotal, 2000.0)
        self.assertEqual(line.billing_kind, "fixed")
        self.assertIn("Included 20 h, carried over 4 h, used 18 h, left 6 h", line.name)
        self.assertEqual(self.item.qty_invoiced, 2.0)

    def test_in_advance(self):
        """Before its end the invoice tells what there is, not what is left."""
        april = self._period(self.project, date(2026, 4, 5))
        self.assertEqual(
            april.readiness["retainer"]["text"], "Included 20 h, carried over 26 h"
        )

    def test_new_periods(self):
        self.project._open_billing_periods(today=date(2026, 4, 2))
        may = self._period(self.project, date(2026, 5, 5))
        self.assertEqual(may.fixed_amount, 2000.0)
        self.assertEqual(may.retainer_hours, 20.0)

    def test_changed(self):
        """Open periods follow the retainer; what is invoiced stays."""
        self._generate(self.january)
        self.project.with_user(self.user_accountant).write(
            {"billing_retainer_amount": 2500.0, "billing_retainer_hours": 25.0}
        )
        self.assertEqual(self.january.fixed_amount, 2000.0)
        self.assertEqual(self.january.retainer_hours, 20.0)
        self.assertEqual(self.february.fixed_amount, 2500.0)
        self.assertEqual(self.february.retainer_hours, 25.0)
        self.project.billing_retainer_line_id = False
        self.assertEqual(self.january.fixed_amount, 2000.0)
        self.assertEqual(self.february.fixed_amount, 0.0)
        self.assertEqual(self.february.state, "empty")

    def test_schedule_may_change(self):
        """A retainer holds up no change of the schedule, as entered amounts do."""
        self.project.billing_frequency = "quarterly"
        self.assertEqual(
            self._period(self.project, date(2026, 2, 5)).fixed_amount, 2000.0
        )

    def test_archived(self):
        """Periods that have begun are billed, those to come are dropped."""
        self.project.active = False
        periods = self.project.with_context(active_test=False).billing_period_ids
        self.assertEqual(max(periods.mapped("date_from")), date(2026, 3, 1))

    def test_cancelled(self):
        invoice = self._generate(self.january)
        invoice.button_cancel()
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.item.qty_invoiced, 0.0)

    def test_overrun(self):
        first = self._log_time(self.project, date(2026, 2, 6), 10.0)
        last = self._log_time(self.project, date(2026, 2, 9), 3.0)
        # 24 h there were, 18 h were used before.
        self.assertEqual(self.february.retainer_above, 7.0)
        february = self.february.with_user(self.user_accountant)
        with self.assertRaisesRegex(UserError, "Choose on Project"):
            february.action_bill_retainer_overrun()
        self.project.billing_retainer_overrun_line_id = self.overtime
        february.action_bill_retainer_overrun()
        self.assertEqual(last.so_line, self.overtime)
        self.assertEqual(first.so_line, self.item)
        self.assertEqual(first.part_ids.so_line, self.overtime)
        self.assertEqual(self.february.retainer_above, 0.0)
        self.assertEqual(self.february.hours, 7.0)
        self.assertEqual(self.february.amount_to_invoice, 2700.0)
        self._lock(date(2026, 2, 28))
        invoice = self._generate(self.february)
        self.assertEqual(invoice.amount_untaxed, 2700.0)
        with self.assertRaisesRegex(UserError, "no hours beyond"):
            self.january.with_user(self.user_accountant).action_bill_retainer_overrun()

    def test_overrun_of_locked_time(self):
        """Whoever bills need not be whoever may change locked time."""
        first = self._log_time(self.project, date(2026, 2, 6), 6.0)
        last = self._log_time(self.project, date(2026, 2, 9), 3.0)
        self._lock(date(2026, 2, 28))
        self.project.billing_retainer_overrun_line_id = self.overtime
        self.february.with_user(self.user_accountant).action_bill_retainer_overrun()
        self.assertEqual(last.so_line, self.overtime)
        self.assertEqual(first.so_line, self.item)
        self.assertEqual(self.february.amount_to_invoice, 2300.0)

    def test_entered_amount_stays(self):
        """A change of the retainer leaves what was agreed for one period."""
        self.february.with_user(self.user_accountant).fixed_amount = 1500.0
        march = self._period(self.project, date(2026, 3, 5))
        march.with_user(self.user_accountant).fixed_amount = 0.0
        self.project.with_user(self.user_accountant).write(
            {"billing_retainer_amount": 2500.0, "billing_retainer_hours": 25.0}
        )
        self.assertEqual(self.january.fixed_amount, 2500.0)
        self.assertEqual(self.february.fixed_amount, 1500.0)
        self.assertEqual(self.february.retainer_hours, 25.0)
        self.assertEqual(march.fixed_amount, 0.0)
        with self.assertRaisesRegex(UserError, "February|Feb"):
            self.project.billing_frequency = "quarterly"

    def test_retainer_and_schedule_change_at_once(self):
        self.project.write(
            {"billing_frequency": "quarterly", "billing_retainer_amount": 6000.0}
        )
        first = self._period(self.project, date(2026, 2, 5))
        self.assertEqual(first.date_to, date(2026, 3, 31))
        self.assertEqual(first.fixed_amount, 6000.0)

    def test_changed_while_a_period_was_closed(self):
        """It keeps what it was billed with, which nobody has entered."""
        invoice = self._generate(self.january)
        self.project.billing_retainer_amount = 2500.0
        invoice.unlink()
        self.assertEqual(self.january.fixed_amount, 2000.0)
        self.project.billing_retainer_amount = 3000.0
        self.assertEqual(self.january.fixed_amount, 3000.0)
        self.project.billing_retainer_line_id = False
        self.assertEqual(self.january.fixed_amount, 0.0)

    def test_cancelled_credit_note_is_reopened(self):
        """Also where more periods are billed than were ordered."""
        self.item.product_uom_qty = 1.0
        invoice = self._generate(self.january)
        self._generate(self.february)
        invoice.action_post()
        credit = self._reverse(invoice)
        credit.button_cancel()
        credit.button_draft()
        self.assertEqual(credit.state, "draft")

    def test_supplementary_period_becomes_regular(self):
        """The project goes on: its retainer does so as well."""
        self.project.billing_retainer_line_id = False
        self.project.write({"date_start": "2026-01-01", "date": "2026-02-28"})
        self.project.billing_retainer_line_id = self.item
        self._generate(self.january | self.february)
        other = self._create_order().order_line
        entry = self._log_time(
            self.project,
            date(2026, 3, 3),
            1.0,
            so_line=other.id,
            is_so_line_edited=True,
        )
        march = entry.billing_period_id
        self.assertTrue(march.is_supplementary)
        self.assertFalse(march.is_retainer)
        self.project.date = date(2026, 12, 31)
        self.assertEqual(march.date_to, date(2026, 3, 31))
        self.assertFalse(march.is_supplementary)
        self.assertEqual(march.fixed_amount, 2000.0)
        self.assertEqual(march.retainer_hours, 20.0)

    def test_wrong_items(self):
        with self.assertRaises(ValidationError):
            self.project.billing_retainer_line_id = self.overtime
        with self.assertRaises(ValidationError):
            self.project.billing_retainer_overrun_line_id = self.item
        with self.assertRaises(ValidationError):
            self.project.billing_retainer_hours = -1.0

    def test_entered_amounts_stay(self):
        project = self._create_project("Custom", order=self.order, schedule=False)
        project.billing_frequency = "custom"
        period = self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": 500.0,
            }
        )
        project.billing_retainer_line_id = self.item
        self.assertEqual(period.fixed_amount, 500.0)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner.lang = "de_DE"
        self._log_time(self.project, date(2026, 1, 6), 0.75)
        line = self._generate(self.january).invoice_line_ids
        self.assertIn("Enthalten 20 h, verbraucht 16,75 h, übrig 3,25 h", line.name)
