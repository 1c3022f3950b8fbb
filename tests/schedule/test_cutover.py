from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon
from ..common.schedule import ScheduleCommon, day
from ..common.stock import StockInvoiceMixin


@tagged("post_install", "-at_install")
class TestCutover(StockInvoiceMixin, ProofCommon, ScheduleCommon):
    """What is dated before the cut-over is billed in another way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(quantity=100.0)
        cls.project = cls._create_project(order=cls.order, schedule=False)
        cls.old = cls._log_time(cls.project, date(2025, 11, 5), 8.0)
        cls.first = cls._log_time(cls.project, date(2026, 1, 12), 2.0)
        cls.second = cls._log_time(cls.project, date(2026, 1, 20), 3.0)
        cls._lock(date(2026, 1, 31))

    def _set_schedule(self, **values):
        dialog = self.env["project.billing.schedule"].with_user(self.user_manager)
        return dialog.create(
            {
                "project_ids": [Command.set(self.project.ids)],
                "billing_frequency": "monthly",
                "billing_start_date": date(2026, 1, 1),
                **values,
            }
        )

    def assertWaiting(self, *entries):
        self.env.flush_all()
        self.env.invalidate_all()
        waiting = self.project.timesheet_ids.filtered("billing_period_id")
        self.assertEqual(waiting, sum(entries, waiting.browse()))
        hours = sum(entry.unit_amount for entry in entries)
        self.assertEqual(self.project.uninvoiced_hours, hours)
        self.assertEqual(sum(self.project.billing_period_ids.mapped("hours")), hours)
        self.assertProven(self.project)

    def test_without(self):
        dialog = self._set_schedule()
        self.assertEqual(dialog.late_hours, 8.0)
        dialog.action_apply()
        self.assertWaiting(self.old, self.first, self.second)
        january = self._period(self.project, day(1, 5))
        self.assertEqual(january.late_hours, 8.0)

    def test_dialog(self):
        dialog = self._set_schedule(billing_cutover_date=date(2026, 1, 1))
        self.assertEqual(dialog.late_hours, 0.0)
        dialog.action_apply()
        self.assertWaiting(self.first, self.second)
        self.assertFalse(self._get_missing(self.project))
        january = self._period(self.project, day(1, 5))
        self.assertEqual(january.state, "ready")
        january._generate_invoices()
        self.assertEqual(january.invoice_line_ids.quantity, 5.0)
        self.assertEqual(
            january.invoice_line_ids.timesheet_entry_ids, self.first | self.second
        )
        self.assertProven(self.project)

    def test_dialog_tells_only_what_is_ones_own(self):
        self.project.user_id = self.user_accountant
        self.project.billing_owner_id = self.user_accountant
        self.assertEqual(self._set_schedule().late_hours, 0.0)

    def test_within_a_period(self):
        """The first period begins with the cut-over."""
        self._set_schedule(billing_cutover_date=date(2026, 1, 15)).action_apply()
        self.assertWaiting(self.second)
        self.assertEqual(
            self._spans(self.project)[0], (date(2026, 1, 15), date(2026, 1, 31))
        )
        self.assertTiled(self.project)

    def test_company_and_project(self):
        self._set_schedule().action_apply()
        self.company.billing_cutover_date = date(2026, 1, 15)
        self.assertWaiting(self.second)
        # A project's own day comes first, also an earlier one.
        self.project.with_user(self.user_manager).billing_cutover_date = day(1, 1)
        self.assertWaiting(self.first, self.second)
        self.company.billing_cutover_date = date(2026, 1, 21)
        self.assertWaiting(self.first, self.second)
        self.project.billing_cutover_date = False
        self.assertWaiting()
        self.company.billing_cutover_date = False
        self.assertWaiting(self.old, self.first, self.second)
        self.assertEqual(self._spans(self.project)[0][0], date(2026, 1, 1))

    def test_projects_without_a_schedule(self):
        self.assertEqual(self.project.uninvoiced_hours, 13.0)
        self.company.billing_cutover_date = date(2026, 1, 15)
        self.assertEqual(self.project.uninvoiced_hours, 3.0)

    def test_what_is_billed_stays(self):
        self._set_schedule().action_apply()
        january = self._period(self.project, day(1, 5))
        january._generate_invoices()
        invoice = january.invoice_ids
        self.project.billing_cutover_date = date(2026, 3, 10)
        self.assertEqual(january.invoice_ids, invoice)
        self.assertEqual(self.first.invoice_line_id.move_id, invoice)
        self.assertEqual(
            self._spans(self.project)[:2],
            [(day(1, 1), day(1, 31)), (day(3, 10), day(3, 31))],
        )
        self.assertProven(self.project)
        # Given back, it is not billed here.
        january.invoice_ids.button_cancel()
        self.assertWaiting()

    def test_logged_and_moved_afterwards(self):
        self._set_schedule(billing_cutover_date=date(2026, 1, 15)).action_apply()
        late = self._log_time(self.project, date(2026, 1, 3), 1.0)
        self.assertTrue(late.is_before_cutover)
        self.assertWaiting(self.second)
        late.date = date(2026, 1, 16)
        self.assertWaiting(self.second, late)
        self.second.date = date(2026, 1, 14)
        self.assertWaiting(late)
        found = self.env["account.analytic.line"].search(
            [("project_id", "=", self.project.id), ("is_before_cutover", "=", True)]
        )
        self.assertEqual(found, self.old | self.first | self.second)

    def test_no_period_of_late_time(self):
        """A schedule that has ended opens none for what is before it."""
        self._set_schedule(billing_cutover_date=date(2026, 1, 15)).action_apply()
        self.project.write({"date_start": date(2025, 1, 1), "date": date(2026, 1, 31)})
        self._period(self.project, day(1, 20))._generate_invoices()
        count = len(self.project.billing_period_ids)
        self._log_time(self.project, date(2025, 12, 5), 1.0)
        self.assertEqual(len(self.project.billing_period_ids), count)
        self.assertFalse(self._get_missing(self.project))
        self._log_time(self.project, date(2026, 1, 16), 1.0)
        self.assertEqual(len(self.project.billing_period_ids), count + 1)

    def test_odoos_own_dialog_bills_it(self):
        self._set_schedule(billing_cutover_date=date(2026, 1, 1)).action_apply()
        self._period(self.project, day(1, 5))._generate_invoices()
        invoice = self._invoice_stock(self.order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 8.0)
        self.assertEqual(self.old.invoice_line_id.move_id, invoice)
        self.assertProven(self.project)

    def test_outside(self):
        """It is not named as what no period takes."""
        self._set_schedule(billing_cutover_date=date(2026, 1, 1)).action_apply()
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        self.assertEqual(Period.get_cycle_overview()["outside"]["unplaced_hours"], 0.0)

    def test_expenses_and_milestones(self):
        self._set_schedule().action_apply()
        product = self.env["product.product"].create(
            {
                "name": "Goals",
                "type": "service",
                "service_policy": "delivered_milestones",
            }
        )
        item = self.env["sale.order.line"].create(
            {
                "order_id": self.order.id,
                "product_id": product.id,
                "product_uom_qty": 1.0,
                "price_unit": 1000.0,
            }
        )
        milestones = self.env["project.milestone"].create(
            [
                {
                    "name": f"Goal {number}",
                    "project_id": self.project.id,
                    "sale_line_id": item.id,
                    "quantity_percentage": 0.5,
                    "is_reached": True,
                }
                for number in range(2)
            ]
        )
        milestones[0].reached_date = date(2026, 1, 10)
        milestones[1].reached_date = date(2026, 1, 20)
        travel = self.env["product.product"].create(
            {
                "name": "Travel",
                "type": "service",
                "can_be_expensed": True,
                "expense_policy": "cost",
                "invoice_policy": "delivery",
            }
        )
        expenses = self.env["hr.expense"].create(
            [
                {
                    "name": "Train",
                    "employee_id": self.consultant.id,
                    "product_id": travel.id,
                    "total_amount_currency": 120.0,
                    "date": date(2026, 1, number),
                    "sale_order_id": self.order.id,
                    "analytic_distribution": False,
                }
                for number in (10, 20)
            ]
        )
        expenses.action_submit()
        january = self._period(self.project, day(1, 5))
        self.assertEqual(milestones.billing_period_id, january)
        self.assertEqual(expenses.billing_period_id, january)
        self.project.billing_cutover_date = date(2026, 1, 15)
        self.env.flush_all()
        self.env.invalidate_all()
        january = self._period(self.project, day(1, 20))
        self.assertEqual(milestones.mapped("billing_period_id.id"), january.ids)
        self.assertFalse(milestones[0].billing_period_id)
        self.assertFalse(expenses[0].billing_period_id)
        self.assertEqual(expenses[1].billing_period_id, january)
        self.assertFalse(self._get_missing(self.project))
        self.assertProven(self.project)

    def test_bounds(self):
        for value in (date(1900, 1, 1), date(2200, 1, 1)):
            for record in (self.project, self.company):
                with (
                    self.subTest(value=value, record=record._name),
                    self.assertRaisesRegex(ValidationError, "Cut-over Date"),
                ):
                    record.billing_cutover_date = value

    def test_rights(self):
        self._set_schedule().action_apply()
        with self.assertRaises(AccessError):
            self.project.with_user(self.user_consultant).billing_cutover_date = day(
                1, 9
            )
