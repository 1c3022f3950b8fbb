from datetime import date

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestCappedTime(BeyondHoursCommon):
    """Time is billed up to the ordered quantity; what is above is shown and held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=10.0)
        cls.item = cls.order.order_line
        cls.item.billing_capped = True
        cls.project = cls._create_project(order=cls.order)
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        # Entered in another order than worked.
        cls.last = cls._log_time(cls.project, date(2026, 1, 9), 3.0)
        cls.boundary = cls._log_time(cls.project, date(2026, 1, 8), 4.0)
        cls.first = cls._log_time(cls.project, date(2026, 1, 7), 8.0)
        cls._lock(date(2026, 2, 28))

    def test_shown_before(self):
        self.assertEqual(self.january.amount_to_invoice, 1000.0)
        self.assertEqual(self.january.readiness["above_cap"], {"hours": 5.0})
        self.assertEqual(self.january.state, "ready")

    def test_held(self):
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_line_ids.quantity, 10.0)
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self.assertEqual(self.first.billing_hold, "bill")
        self.assertEqual(self.boundary.billing_hours, 2.0)
        self.assertEqual(self.boundary.unit_amount, 4.0)
        self.assertEqual(self.boundary.invoice_line_id, invoice.invoice_line_ids)
        part = self.boundary.part_ids
        self.assertEqual((part.billing_hold, part.billing_hours), ("hold", 2.0))
        self.assertEqual(self.last.billing_hold, "hold")
        for entry in (part, self.last):
            self.assertIn("Above the cap of 10 Hours", entry.hold_reason)
            self.assertIn(self.order.name, entry.hold_reason)
            self.assertFalse(entry.billing_period_id)

    def test_above_is_not_offered_to_the_draft(self):
        """A refresh would hold it as well, and change nothing."""
        draft = self._generate(self.january).with_user(self.user_accountant)
        self._log_time(self.project, date(2026, 1, 12), 6.0)
        self.env.flush_all()
        self.assertFalse(draft.draft_status)
        self.item.product_uom_qty = 12.0
        self.env.invalidate_all()
        self.assertEqual(draft.outdated_reasons, "6.00 h arrived since.")
        draft.action_refresh_draft()
        self.env.invalidate_all()
        self.assertEqual(draft.amount_untaxed, 1200.0)
        self.assertFalse(draft.draft_status)

    def test_only_above_is_empty(self):
        self._generate(self.january)
        self._log_time(self.project, date(2026, 2, 5), 6.0)
        self.assertEqual(self.february.amount_to_invoice, 0.0)
        self.assertEqual(self.february.readiness["above_cap"], {"hours": 6.0})
        self.assertEqual(self.february.state, "empty")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            self._generate(self.february)

    def test_above_blocks_nothing(self):
        """Time above the cap that waits for approval holds nobody up."""
        self.company.timesheet_approval = True
        (self.first | self.boundary).with_user(
            self.user_timesheet_admin
        ).action_approve()
        self.assertEqual(self.last.approval_state, "pending")
        self.assertEqual(self.january.state, "ready")
        self._generate(self.january)
        self.assertEqual(self.last.billing_hold, "hold")

    def test_below_blocks(self):
        self.company.timesheet_approval = True
        self.last.with_user(self.user_timesheet_admin).action_approve()
        self.assertEqual(self.january.state, "pending")

    def test_raised_before(self):
        self.item.product_uom_qty = 14.0
        self.assertEqual(self.january.amount_to_invoice, 1400.0)
        self.assertEqual(self.january.readiness["above_cap"], {"hours": 1.0})

    def test_raised_after(self):
        """What is held stays held; what waits has room at once."""
        self._generate(self.january)
        self._log_time(self.project, date(2026, 2, 5), 6.0)
        self.assertEqual(self.february.state, "empty")
        self.item.product_uom_qty = 14.0
        self.assertEqual(self.last.billing_hold, "hold")
        self.assertEqual(self.february.state, "ready")
        self.assertEqual(self.february.amount_to_invoice, 400.0)

    def test_released(self):
        self._generate(self.january)
        self.item.product_uom_qty = 12.0
        self.last.with_user(SUPERUSER_ID).billing_hold = "bill"
        self.assertEqual(self.last.billing_period_id, self.february)
        self.assertEqual(self.february.amount_to_invoice, 200.0)
        self._generate(self.february)
        self.assertEqual(self.item.qty_invoiced, 12.0)

    def test_given_back_makes_room(self):
        invoice = self._generate(self.january)
        self._log_time(self.project, date(2026, 2, 5), 6.0)
        self.assertEqual(self.february.amount_to_invoice, 0.0)
        invoice.button_cancel()
        # What waits in January comes first, unless February is invoiced before it.
        self.assertEqual(self.january.amount_to_invoice, 1000.0)
        self.assertEqual(self.february.amount_to_invoice, 0.0)
        [item] = self.february._get_billing_items()
        self.assertEqual(item.amount, 600.0)

    def test_one_run(self):
        """The periods of one run share what the cap leaves."""
        self.last.sudo().unlink()
        self.boundary.sudo().unlink()
        late = self._log_time(self.project, date(2026, 2, 5), 6.0)
        self._generate(self.january | self.february)
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self.assertEqual(late.billing_hours, 2.0)
        self.assertEqual(late.part_ids.billing_hours, 4.0)

    def test_other_units(self):
        """A cap in days holds hours."""
        order = self._create_order(self.product_days, quantity=1.0)
        order.order_line.billing_capped = True
        project = self._create_project("Days", order=order)
        entry = self._log_time(project, date(2026, 1, 8), 10.0)
        self._lock(date(2026, 2, 28))
        period = self._period(project, date(2026, 1, 8))
        self.assertEqual(period.readiness["above_cap"], {"hours": 2.0})
        self.assertEqual(period.state, "ready")
        self._generate(period)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        self.assertEqual(entry.part_ids.billing_hours, 2.0)

    def test_line_detail(self):
        """The days decide, whatever the lines of the invoice are made by."""
        self.project.billing_line_detail = "entry"
        invoice = self._generate(self.january)
        self.assertEqual(
            sorted(invoice.invoice_line_ids.mapped("quantity")), [2.0, 8.0]
        )

    def test_rounding_per_line_stays_under_the_cap(self):
        self.project.write({"billing_rounding": "30", "billing_rounding_per": "line"})
        self.item.product_uom_qty = 10.2
        # The list knows of the cap as well.
        self.assertEqual(self.january.amount_to_invoice, 1020.0)
        invoice = self._generate(self.january)
        self.assertEqual(invoice.invoice_line_ids.quantity, 10.2)

    def test_lines_rounded_up_stay_under_the_cap_together(self):
        """Over all lines and invoices, and again once they are credited."""
        item = self._create_order(price=100.0, quantity=2.0).order_line
        item.billing_capped = True
        project = self._create_project(
            order=item.order_id,
            billing_line_detail="entry",
            billing_rounding="30",
            billing_rounding_per="line",
        )
        for day in range(1, 5):
            self._log_time(project, date(2026, 1, day), 0.4)
        self._log_time(project, date(2026, 2, 2), 0.4)
        january, february = (
            self._period(project, date(2026, month, 5)) for month in (1, 2)
        )
        self.assertEqual(january.amount_to_invoice, 200.0)
        first = self._generate(january)
        self.assertEqual(first.invoice_line_ids.mapped("quantity"), [0.5] * 4)
        # Nothing is left to show, and zero makes no invoice.
        self.assertEqual(february.amount_to_invoice, 0.0)
        self.assertEqual(february.state, "empty")
        first.action_post()
        first._reverse_moves(cancel=True)
        self.env.flush_all()
        self.assertEqual(january.amount_to_invoice, 200.0)

    def test_not_capped(self):
        self.item.billing_capped = False
        self.assertEqual(self.january.amount_to_invoice, 1500.0)
        self.assertEqual(self.january.readiness["above_cap"], {"hours": 0})
        self._generate(self.january)
        self.assertEqual(self.last.billing_hold, "bill")

    def test_refreshed_draft(self):
        """A draft that is made anew bills up to the cap, in the order of the days."""
        invoice = self._generate(self.january)
        self.consultant.sudo().timesheet_locked_until = False
        early = self._log_time(self.project, date(2026, 1, 6), 9.0)
        self._lock(date(2026, 2, 28))
        invoice.action_refresh_draft()
        self.env.flush_all()
        line = invoice.invoice_line_ids.filtered("timesheet_entry_ids")
        self.assertEqual(line.quantity, 10.0)
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self.assertAlmostEqual(
            sum(line.timesheet_entry_ids.mapped("billing_hours")), 10.0
        )
        self.assertEqual(early.invoice_line_id, line)
