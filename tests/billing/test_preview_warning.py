from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.preview import FEBRUARY, JANUARY, PreviewCommon


@tagged("post_install", "-at_install")
class TestPreviewWarning(PreviewCommon):
    """Each thing that is odd is told, and only where it is."""

    def test_quiet_where_all_is_fine(self):
        self.assertQuiet(self._create_period())

    def test_no_price(self):
        order = self._create_order()
        order.order_line.discount = 100.0
        self.assertWarns(
            self._create_period(order=order), "no_price", "Consulting (hours)"
        )

    def test_no_tax(self):
        order = self._create_order()
        order.order_line.tax_ids = False
        self.assertWarns(
            self._create_period(order=order), "no_tax", "Consulting (hours)"
        )

    def test_order_not_confirmed(self):
        fixed = self._create_order(self.product_fixed, quantity=1.0)
        period = self._create_period()
        period.write({"fixed_amount": 500.0, "sale_line_id": fixed.order_line.id})
        self.assertQuiet(period)
        fixed._action_cancel()
        self.assertWarns(period, "order_not_confirmed", fixed.name)

    def test_order_of_the_project_not_confirmed_is_refused(self):
        period = self._create_period()
        period.project_id.sale_line_id.order_id.state = "draft"
        preview = self._preview(period)
        self.assertFalse(preview.document_ids)
        self.assertIn("Confirm the sales order", preview.refused_ids.obstacle)

    def test_more_is_due(self):
        """The order has a fee, which no period bills."""
        order = self._create_order()
        period = self._create_period(order=order)
        fee = self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.product_fixed.id,
                "name": "Set-up fee",
                "product_uom_qty": 1.0,
                "price_unit": 500.0,
            }
        )
        self.assertWarns(period, "more_due", f"Set-up fee ({order.name})")
        period.write({"fixed_amount": 500.0, "sale_line_id": fee.id})
        self.assertQuiet(period)

    def test_closed_date(self):
        """The draft is dated when it is confirmed: today is closed."""
        period = self._create_period()
        self.company.sale_lock_date = date(2026, 3, 9)
        self.assertQuiet(period)
        self.company.sale_lock_date = date(2026, 3, 31)
        self.assertWarns(period, "closed_date", "03/31/2026")

    def test_closed_scheduled_date(self):
        self.company.billing_invoice_date_scheduled = True
        period = self._create_period(billing_invoice_delay=5)
        self.assertEqual(period.invoice_date, date(2026, 2, 5))
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        self.assertQuiet(period)
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        self.assertWarns(period, "closed_date", "cannot be dated 02/05/2026")

    def test_closed_tax_date(self):
        period = self._create_period()
        self.company.tax_lock_date = date(2026, 3, 31)
        self.assertWarns(period, "closed_date", "03/31/2026")

    def test_unmapped_time(self):
        project = self._create_project("Mapped")
        self._log_time(project, JANUARY, 8.0)
        period = self._period(project, JANUARY)
        self._log_time(project, JANUARY, 2.5, self.colleague, so_line=False)
        # What is after the period is no matter of its invoice.
        self._log_time(project, FEBRUARY, 4.0, self.lead, so_line=False)
        unmapped = project.timesheet_ids.filtered(
            lambda entry: entry.employee_id != self.consultant
        )
        unmapped.write({"is_so_line_edited": False})
        self.env.cr.execute(
            "UPDATE account_analytic_line SET so_line = NULL WHERE id IN %s",
            [tuple(unmapped.ids)],
        )
        self.env.invalidate_all()
        preview = self._preview(period)
        self.assertEqual(self._codes(preview), {"unmapped_time"})
        text = self._warning(preview, "unmapped_time")
        self.assertIn("2.50 h of Colleague", text)
        self.assertNotIn("Project Lead", text)
        project.billing_unmapped_intended = True
        self.assertQuiet(period)

    def test_all_of_one_document(self):
        """They stand together, and such documents come first."""
        order = self._create_order()
        order.order_line.write({"tax_ids": False, "discount": 100.0})
        odd = self._create_period("Zeta", order=order)
        fine = self._create_period("Alpha")
        preview = self._preview(odd | fine)
        self.assertEqual(preview.document_ids.mapped("project_text"), ["Zeta", "Alpha"])
        self.assertEqual(
            [warning["code"] for warning in preview.document_ids[0].warnings],
            ["no_price", "no_tax"],
        )
        self.assertFalse(preview.document_ids[1].warnings)


@tagged("post_install", "-at_install")
class TestPreviewDeviation(PreviewCommon):
    """How far an invoice is off what the last period billed."""

    def _create_second(self, first, second, **values):
        """The February period of a project whose January is invoiced."""
        january = self._create_period("Monthly", first, **values)
        january.action_generate_invoices()
        self._log_time(january.project_id, FEBRUARY, second)
        return self._period(january.project_id, FEBRUARY)

    def _line(self, period):
        line = self._preview(period).document_ids
        codes = [warning["code"] for warning in line.warnings or ()]
        self.assertEqual(line.is_unusual, "deviation" in codes)
        return line

    def test_change_and_warning(self):
        for first, second, change, is_unusual in (
            (10.0, 12.9, 0.29, False),
            (10.0, 13.0, 0.3, True),
            (10.0, 7.0, -0.3, True),
            (10.0, 7.1, -0.29, False),
            (10.0, 10.0, 0.0, False),
        ):
            with self.subTest(first=first, second=second):
                line = self._line(self._create_second(first, second))
                self.assertTrue(line.has_last)
                self.assertEqual(line.last_amount, first * 100.0)
                self.assertEqual(line.change_amount, round((second - first) * 100.0, 2))
                self.assertAlmostEqual(line.change, change)
                self.assertEqual(line.is_unusual, is_unusual)

    def test_text(self):
        preview = self._preview(self._create_second(10.0, 4.0))
        self.assertIn("-60 %", self._warning(preview, "deviation"))

    def test_threshold_of_the_company(self):
        period = self._create_second(10.0, 4.0)
        self.company.billing_preview_deviation = 61
        self.assertFalse(self._line(period).is_unusual)
        self.company.billing_preview_deviation = 60
        self.assertTrue(self._line(period).is_unusual)
        self.company.billing_preview_deviation = 0
        self.assertFalse(self._line(period).is_unusual)

    def test_skipped_and_empty_periods_are_no_measure(self):
        project = self._create_project(billing_start_date=date(2025, 11, 1))
        self._log_time(project, date(2025, 11, 3), 10.0)
        self._period(project, date(2025, 11, 3)).action_generate_invoices()
        self._period(project, date(2025, 12, 3)).action_skip("Nothing done")
        self._log_time(project, FEBRUARY, 10.0)
        line = self._line(self._period(project, FEBRUARY))
        self.assertEqual((line.last_amount, line.change), (1000.0, 0.0))

    def test_credited_period_is_no_measure(self):
        period = self._create_second(10.0, 10.0)
        invoice = period.project_id.billing_period_ids.invoice_ids
        invoice.button_cancel()
        self.assertFalse(self._line(period).has_last)

    def test_new_projects_of_a_shared_invoice_are_not_compared(self):
        second = self._create_second(10.0, 11.0, billing_grouping="customer")
        new = self._create_period(
            "New", 50.0, day=FEBRUARY, billing_grouping="customer"
        )
        line = self._line(second | new)
        self.assertEqual(line.amount, 6100.0)
        self.assertEqual((line.last_amount, line.change_amount), (1000.0, 100.0))
        self.assertFalse(line.is_unusual)

    def test_each_document_is_compared_with_its_own_orders(self):
        project = self._create_project("Two orders")
        other = self._create_order(client_order_ref="PO 2")
        task = self.env["project.task"].create(
            {
                "name": "Other order",
                "project_id": project.id,
                "sale_line_id": other.order_line.id,
            }
        )
        self._log_time(project, JANUARY, 2.0)
        self._log_time(project, JANUARY, 4.0, task_id=task.id)
        self._period(project, JANUARY).action_generate_invoices()
        self._log_time(project, FEBRUARY, 3.0)
        self._log_time(project, FEBRUARY, 4.0, task_id=task.id)
        preview = self._preview(self._period(project, FEBRUARY))
        self.assertEqual(
            sorted(
                (line.last_amount, line.change_amount) for line in preview.document_ids
            ),
            [(200.0, 100.0), (400.0, 0.0)],
        )

    def test_several_periods_are_each_compared(self):
        december = self._create_project(billing_start_date=date(2025, 12, 1))
        self._log_time(december, date(2025, 12, 3), 10.0)
        self._period(december, date(2025, 12, 3)).action_generate_invoices()
        self._log_time(december, JANUARY, 9.0)
        self._log_time(december, FEBRUARY, 11.0)
        december.billing_grouping = "customer"
        line = self._line(
            self._period(december, JANUARY) | self._period(december, FEBRUARY)
        )
        self.assertEqual((line.amount, line.last_amount), (2000.0, 2000.0))


@tagged("post_install", "-at_install")
class TestPreviewExpense(PreviewCommon):
    """Re-invoiced expenses: on the document, with a receipt."""

    def test_receipt(self):
        travel = self.env["product.product"].create(
            {
                "name": "Travel",
                "type": "service",
                "can_be_expensed": True,
                "expense_policy": "cost",
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(self.tax.ids)],
                "supplier_taxes_id": [Command.clear()],
            }
        )
        self.company.expense_journal_id = self.env["account.journal"].create(
            {"name": "Expenses", "code": "EXPS", "type": "purchase"}
        )
        self.consultant.work_contact_id = self.env["res.partner"].create(
            {"name": "Consultant at home"}
        )
        period = self._create_period("Travelled")
        project = period.project_id
        project._create_analytic_account()
        expense = self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": self.consultant.id,
                "product_id": travel.id,
                "total_amount_currency": 120.0,
                "tax_ids": [Command.clear()],
                "date": JANUARY,
                "sale_order_id": project.sale_line_id.order_id.id,
                "analytic_distribution": {project.account_id.id: 100},
            }
        )
        expense.action_submit()
        expense._do_approve(check=False)
        action = expense.action_post()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.with_context(**action["context"]).action_post_entry()

        preview = self._preview(period)
        self.assertEqual(preview.document_ids.amount, 920.0)
        self.assertEqual(self._codes(preview), {"no_receipt"})
        self.assertIn("Train", self._warning(preview, "no_receipt"))
        self.env["ir.attachment"].create(
            {
                "name": "ticket.pdf",
                "raw": b"ticket",
                "res_model": "hr.expense",
                "res_id": expense.id,
            }
        )
        self.env.invalidate_all()
        preview = self._preview(period)
        self.assertEqual(self._codes(preview), set())
        self.assertMadeAsShown(preview, self._create_from(preview))
