from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.preview import FEBRUARY, JANUARY, PreviewCommon


@tagged("post_install", "-at_install")
class TestPreview(PreviewCommon):
    """What the preview shows is what is made."""

    def test_shows_one_document_per_invoice(self):
        period = self._create_period("Alpha", 8.5)
        preview = self._preview(period)
        line = preview.document_ids
        self.assertEqual(line.partner_id, self.partner)
        self.assertEqual(line.period_ids, period)
        self.assertEqual(line.project_text, "Alpha")
        self.assertEqual(line.period_text, period.period_label)
        self.assertEqual((line.hours, line.amount), (8.5, 850.0))
        self.assertFalse(line.warnings)
        self.assertFalse(line.has_last)
        self.assertEqual(preview.document_count, 1)
        self.assertEqual((preview.hours, preview.amount), (8.5, 850.0))
        self.assertFalse(preview.refused_ids)
        self.assertEqual(line.item_ids.quantity, 8.5)
        self.assertEqual(line.item_ids.entries, 1)

    def test_made_as_shown(self):
        periods = self._create_period("Alpha", 8.5) | self._create_period("Beta", 1.35)
        preview = self._preview(periods)
        invoices = self._create_from(preview)
        self.assertEqual(len(invoices), 2)
        self.assertMadeAsShown(preview, invoices)
        self.assertTrue(preview.is_done)
        with self.assertRaises(UserError):
            preview.action_create_invoices()

    def test_without_choice_all_ready_ones(self):
        ready = self._create_period("Alpha") | self._create_period("Beta")
        pending = self._create_period("Gamma", day=date(2026, 3, 9))
        self.assertEqual(pending.state, "pending")
        Period = self.env["project.billing.period"]
        preview = self._preview(Period)
        self.assertLessEqual(ready, preview.period_ids)
        self.assertNotIn(pending, preview.period_ids)
        action = Period.with_user(self.user_accountant).action_preview_invoices(
            [("project_id.name", "=", "Beta")]
        )
        preview = self.env["project.billing.preview"].browse(action["res_id"])
        self.assertEqual(preview.period_ids.project_id.name, "Beta")

    def test_nothing_ready(self):
        Period = self.env["project.billing.period"]
        action = Period.with_user(self.user_accountant).action_preview_invoices(
            [("project_id.name", "=", "There is none")]
        )
        preview = self.env["project.billing.preview"].browse(action["res_id"])
        self.assertFalse(preview.line_ids)
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            preview.with_user(self.user_accountant).action_create_invoices()

    def test_refused_tell_why(self):
        ready = self._create_period("Alpha")
        pending = self._create_period("Gamma", day=date(2026, 3, 9))
        invoiced = self._create_period("Delta")
        invoiced.action_generate_invoices()
        preview = self._preview(ready | pending | invoiced)
        self.assertEqual(preview.document_ids.period_ids, ready)
        refused = {line.period_ids: line.obstacle for line in preview.refused_ids}
        self.assertEqual(set(refused), {pending, invoiced})
        self.assertIn("Consultant has open days", refused[pending])
        self.assertIn("is invoiced already", refused[invoiced])
        self.assertEqual(preview.refused_count, 2)
        self.assertMadeAsShown(preview, self._create_from(preview))
        self.assertFalse(pending.invoice_ids)

    def test_grouped_by_customer(self):
        periods = self.env["project.billing.period"]
        order = self._create_order()
        for name, hours in (("Alpha", 1.35), ("Beta", 2.35), ("Gamma", 3.35)):
            periods |= self._create_period(
                name, hours, order=order, billing_grouping="customer"
            )
        periods |= self._create_period("Alone", 4.0)
        preview = self._preview(periods)
        self.assertEqual(len(preview.document_ids), 2)
        shared = preview.document_ids.filtered(lambda line: len(line.period_ids) == 3)
        self.assertEqual(shared.project_text, "Alpha, Beta, Gamma")
        self.assertEqual(shared.period_text, periods[0].period_label)
        self.assertEqual(len(shared.item_ids), 3)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_last_digits_add_up_as_on_the_invoices(self):
        """A third of an hour, in days, over periods of projects on one order."""
        order = self._create_order(self.product_days)
        periods = self.env["project.billing.period"]
        for name in ("Alpha", "Beta", "Gamma"):
            for day in (JANUARY, FEBRUARY):
                period = self._create_period(name, 1 / 3, day, order=order)
                self._log_time(period.project_id, date(2026, 1, 20), 1 / 3)
                periods |= period.project_id.billing_period_ids.filtered(
                    lambda period: period.state == "ready"
                )
        preview = self._preview(periods[::-1])
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_taxes_included_and_discounts(self):
        for number, price in enumerate((99.99, 33.33, 0.07)):
            order = self._create_order(
                order_line=[
                    Command.create(
                        {
                            "product_id": self.product_hours.id,
                            "price_unit": price,
                            "discount": 33.3,
                            "tax_ids": [Command.set(self.tax_included.ids)],
                        }
                    )
                ]
            )
            self._create_period(
                f"Included {number}", 7.77, order=order, billing_grouping="customer"
            )
        periods = self.env["project.billing.period"].search(
            [("project_id.name", "like", "Included")]
        )
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            preview = self._preview(periods.filtered(lambda p: p.state == "ready"))
            self.assertEqual(len(preview.document_ids), 1)
            invoices = self._create_from(preview)
            self.assertMadeAsShown(preview, invoices)
            invoices.unlink()

    def test_several_currencies(self):
        other = self.env.ref(
            "base.EUR" if self.company.currency_id.name != "EUR" else "base.USD"
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "company_id": self.company.id,
                "name": date(2026, 1, 1),
                "rate": 0.5,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Other", "currency_id": other.id}
        )
        foreign = self._create_period(
            "Foreign",
            2.0,
            order=self._create_order(pricelist_id=pricelist.id, price=100.0),
        )
        own = self._create_period("Own", 3.0)
        preview = self._preview(foreign | own)
        amounts = {
            line.currency_id: (line.amount, line.amount_company)
            for line in preview.document_ids
        }
        self.assertEqual(
            amounts,
            {other: (200.0, 400.0), self.company.currency_id: (300.0, 300.0)},
        )
        self.assertTrue(preview.several_currencies)
        self.assertEqual(preview.amount, 700.0)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_period_with_several_documents(self):
        project = self._create_project("Two orders")
        second = self._create_order(client_order_ref="PO 2", price=50.0)
        task = self.env["project.task"].create(
            {
                "name": "Other order",
                "project_id": project.id,
                "sale_line_id": second.order_line.id,
            }
        )
        self._log_time(project, JANUARY, 2.0)
        self._log_time(project, JANUARY, 4.0, task_id=task.id)
        preview = self._preview(self._period(project, JANUARY))
        self.assertEqual(sorted(preview.document_ids.mapped("amount")), [200.0, 200.0])
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_fixed_amount(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project("Fixed", order=order, billing_frequency="custom")
        project.billing_period_ids = [
            Command.create(
                {
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 1, 31),
                    "fixed_amount": 3000.0,
                }
            )
        ]
        preview = self._preview(project.billing_period_ids)
        self.assertEqual(preview.document_ids.amount, 3000.0)
        self.assertEqual(preview.document_ids.item_ids.kind, "fixed")
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_negative_is_refused(self):
        period = self._create_period("Correction", -2.0)
        other = self._create_period("Other", 2.0)
        preview = self._preview(period | other)
        self.assertEqual(preview.document_ids.period_ids, other)
        self.assertIn("negative in total", preview.refused_ids.obstacle)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_one_negative_document_refuses_what_shares_its_fate(self):
        """The period as a whole is positive, its second document is not."""
        project = self._create_project("Two orders")
        second = self._create_order(client_order_ref="PO 2")
        task = self.env["project.task"].create(
            {
                "name": "Other order",
                "project_id": project.id,
                "sale_line_id": second.order_line.id,
            }
        )
        self._log_time(project, JANUARY, 8.0)
        self._log_time(project, JANUARY, -1.0, task_id=task.id)
        period = self._period(project, JANUARY)
        other = self._create_period(
            "Same order", 1 / 3, order=project.sale_line_id.order_id
        )
        preview = self._preview(period | other)
        self.assertEqual(preview.document_ids.period_ids, other)
        self.assertEqual(preview.refused_ids.period_ids, period)
        self.assertIn("negative in total", preview.refused_ids.obstacle)
        self.assertMadeAsShown(preview, self._create_from(preview))

    def test_leave_out_and_take_in(self):
        alpha, beta = self._create_period("Alpha"), self._create_period("Beta", 2.0)
        preview = self._preview(alpha | beta)
        line = preview.document_ids.filtered(lambda line: line.period_ids == alpha)
        line.action_leave_out()
        self.assertEqual(preview.document_ids.period_ids, beta)
        self.assertEqual(preview.refused_ids.period_ids, alpha)
        self.assertTrue(preview.refused_ids.is_left_out)
        preview.refused_ids.action_take_in()
        self.assertEqual(preview.document_ids.period_ids, alpha | beta)
        line = preview.document_ids.filtered(lambda line: line.period_ids == alpha)
        line.action_leave_out()
        self.assertMadeAsShown(preview, self._create_from(preview))
        self.assertFalse(alpha.invoice_ids)
        with self.assertRaises(UserError):
            preview.refused_ids.action_take_in()

    def test_drill_down_opens_the_entries(self):
        period = self._create_period("Alpha", 8.0)
        self.user_accountant.group_ids |= self.env.ref(
            "hr_timesheet.group_hr_timesheet_approver"
        )
        preview = self._preview(period | self._create_period("Beta"))
        line = preview.document_ids.filtered(lambda line: line.period_ids == period)
        action = line.action_view_entries()
        entries = self.env["account.analytic.line"].search(action["domain"])
        self.assertEqual(entries, period.timesheet_ids)
