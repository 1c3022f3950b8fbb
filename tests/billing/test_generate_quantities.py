from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGenerateQuantities(InvoicingCycleCommon):
    """The quantity of each line follows from its linked entries."""

    def _generate(self, periods):
        self._lock(date(2026, 3, 8), self.consultant | self.colleague)
        self.env.flush_all()
        result = periods._generate_invoices()
        self.assertFalse(result.failed + result.skipped)
        return self.env["account.move"].browse(result.made)

    def _assert_proven(self, invoices):
        """Every line equals its entries, and every order what its lines made."""
        for line in invoices.invoice_line_ids.filtered("sale_line_ids"):
            sale_line = line.sale_line_ids
            entries = line.timesheet_entry_ids
            self.assertEqual(entries.timesheet_invoice_id, line.move_id)
            self.assertEqual(entries.so_line, sale_line)
            self.assertAlmostEqual(
                line.quantity, sale_line._get_time_quantity(entries), delta=0.011
            )
            self.assertEqual(line.quantity, line.quantity_made)
            self.assertAlmostEqual(
                sale_line.qty_invoiced,
                sum(sale_line.invoice_lines.mapped("quantity_made")),
            )

    def test_project_rate(self):
        project = self._create_project(order=self._create_order(price=120.0))
        self._log_time(project, date(2026, 1, 5), 1.5)
        self._log_time(project, date(2026, 1, 6), 2.25, self.colleague)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(invoice.invoice_line_ids.quantity, 3.75)
        self.assertEqual(invoice.amount_untaxed, 450.0)
        self._assert_proven(invoice)

    def test_task_rate(self):
        order = self._create_order()
        order.write(
            {
                "order_line": [
                    Command.create(
                        {"product_id": self.product_hours.id, "price_unit": 150.0}
                    )
                ]
            }
        )
        junior, senior = order.order_line
        project = self._create_project(sale_line_id=False)
        tasks = self.env["project.task"].create(
            [
                {"name": name, "project_id": project.id, "sale_line_id": line.id}
                for name, line in (("Junior", junior), ("Senior", senior))
            ]
        )
        for task, hours in zip(tasks, (2.0, 3.0), strict=True):
            self._log_time(project, date(2026, 1, 5), hours, task_id=task.id)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(
            invoice.invoice_line_ids.mapped(
                lambda line: (line.quantity, line.price_unit)
            ),
            [(2.0, 100.0), (3.0, 150.0)],
        )
        self._assert_proven(invoice)

    def test_employee_rate(self):
        order = self._create_order(price=90.0)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {"product_id": self.product_hours.id, "price_unit": 200.0}
                    )
                ]
            }
        )
        junior, senior = order.order_line
        project = self._create_project(
            order=order,
            sale_line_employee_ids=[
                Command.create(
                    {"employee_id": self.consultant.id, "sale_line_id": junior.id}
                ),
                Command.create(
                    {"employee_id": self.colleague.id, "sale_line_id": senior.id}
                ),
            ],
        )
        self._log_time(project, date(2026, 1, 5), 4.0)
        self._log_time(project, date(2026, 1, 5), 1.0, self.colleague)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(
            invoice.invoice_line_ids.mapped(
                lambda line: (line.quantity, line.price_unit)
            ),
            [(4.0, 90.0), (1.0, 200.0)],
        )
        self._assert_proven(invoice)

    def test_days(self):
        project = self._create_project(order=self._create_order(self.product_days))
        self._log_time(project, date(2026, 1, 5), 8.0)
        self._log_time(project, date(2026, 1, 6), 4.0)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(invoice.invoice_line_ids.quantity, 1.5)
        self.assertEqual(invoice.amount_untaxed, 1200.0)
        self._assert_proven(invoice)

    def test_two_projects_on_one_order(self):
        order = self._create_order()
        one = self._create_project("One", order=order)
        two = self._create_project("Two", order=order)
        self._log_time(one, date(2026, 1, 5), 2.0)
        entry = self._log_time(two, date(2026, 1, 5), 5.0)
        invoice = self._generate(self._period(one, date(2026, 1, 5)))
        self.assertEqual(invoice.invoice_line_ids.quantity, 2.0)
        self.assertFalse(entry.invoice_line_id)
        other = self._generate(self._period(two, date(2026, 1, 5)))
        self.assertEqual(other.invoice_line_ids.quantity, 5.0)
        self.assertEqual(order.order_line.qty_invoiced, 7.0)
        self._assert_proven(invoice | other)

    def test_one_customer_invoice_for_two_projects(self):
        order = self._create_order()
        projects = self._create_project(
            "One", order=order, billing_grouping="customer"
        ) | self._create_project("Two", order=order, billing_grouping="customer")
        for project in projects:
            self._log_time(project, date(2026, 1, 5), 1 / 3)
        periods = projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )
        invoice = self._generate(periods)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.invoice_line_ids.billing_period_id, periods)
        self.assertEqual(sum(invoice.invoice_line_ids.mapped("quantity")), 0.67)
        self._assert_proven(invoice)

    def test_two_currencies(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 2.0,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": other.id}
        )
        home = self._create_project("Home", order=self._create_order(price=100.0))
        abroad = self._create_project(
            "Abroad", order=self._create_order(price=300.0, pricelist_id=pricelist.id)
        )
        self._log_time(home, date(2026, 1, 5), 2.0)
        self._log_time(abroad, date(2026, 1, 5), 3.0)
        periods = (home | abroad).billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )
        invoices = self._generate(periods)
        self.assertEqual(
            {(move.currency_id, move.amount_untaxed) for move in invoices},
            {(self.company.currency_id, 200.0), (other, 900.0)},
        )
        self.assertEqual(self._period(abroad, date(2026, 1, 5)).amount_invoiced, 900.0)
        self._assert_proven(invoices)

    def test_minutes_add_up_over_invoices(self):
        """Sixty entries of twenty minutes over three invoices bill 20.00 h."""
        project = self._create_project()
        for month in (1, 2):
            for day in range(1, 21):
                self._log_time(project, date(2026, month, day), 1 / 3)
        for day in range(1, 9):
            self._log_time(project, date(2026, 3, day), 1 / 3)
        for _extra in range(12):
            self._log_time(project, date(2026, 3, 1), 1 / 3)
        periods = project.billing_period_ids.sorted("date_from")[:3]
        invoices = self.env["account.move"]
        for period in periods[:2]:
            invoices |= self._generate(period)
        invoices |= self.env["account.move"].browse(
            periods[2]._generate_invoices("early").made
        )
        quantities = invoices.mapped("invoice_line_ids.quantity")
        self.assertEqual(round(sum(quantities), 2), 20.0)
        self.assertEqual(quantities, [6.67, 6.66, 6.67])
        self.assertEqual(project.sale_line_id.qty_invoiced, 20.0)
        self.assertEqual(project.sale_line_id.qty_to_invoice, 0.0)

    def test_price_with_discount_and_included_tax(self):
        order = self._create_order(price=124.0)
        line = order.order_line
        line.write({"discount": 10.0, "tax_ids": [Command.set(self.tax_included.ids)]})
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 5), 2.0)
        january = self._period(project, date(2026, 1, 5))
        self.assertAlmostEqual(january.amount_to_invoice, 180.0)
        invoice = self._generate(january)
        self.assertAlmostEqual(invoice.amount_untaxed, 180.0)
        self.assertAlmostEqual(january.amount_invoiced, 180.0)

    def test_fixed_amounts_share_the_order_line(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project(
            order=order,
            billing_frequency="custom",
            billing_start_date=False,
            billing_period_ids=[
                Command.create(
                    {
                        "date_from": date(2026, month, 1),
                        "date_to": date(2026, month, 5),
                        "fixed_amount": 3000.0,
                    }
                )
                for month in (1, 2, 3)
            ],
        )
        self._log_time(project, date(2026, 1, 2), 7.0)
        periods = project.billing_period_ids
        self.assertEqual(set(periods.mapped("state")), {"ready"})
        self.assertEqual(sum(periods.mapped("hours")), 0.0)
        invoices = self._generate(periods)
        self.assertEqual(invoices.mapped("amount_untaxed"), [3000.0] * 3)
        self.assertEqual(
            invoices.invoice_line_ids.mapped("quantity_made"), [0.33, 0.34, 0.33]
        )
        self.assertEqual(order.order_line.qty_invoiced, 1.0)

    def test_other_lines_of_the_order_stay(self):
        order = self._create_order()
        order.write(
            {
                "order_line": [
                    Command.create(
                        {"product_id": self.product_fixed.id, "price_unit": 500.0}
                    )
                ]
            }
        )
        project = self._create_project(order=order)
        self._log_time(project, date(2026, 1, 5), 1.0)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(invoice.amount_untaxed, 100.0)
        self.assertEqual(order.order_line[1].qty_invoiced, 0.0)
