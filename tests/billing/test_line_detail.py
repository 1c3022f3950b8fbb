from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

SPAN = "Jan 1\u2009–\u200931, 2026"


@tagged("post_install", "-at_install")
class TestLineDetail(InvoicingCycleCommon):
    """One invoice line per sale line, task, person, both, or entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.build, cls.test = cls.env["project.task"].create(
            [{"name": name, "project_id": cls.project.id} for name in ("Build", "Test")]
        )
        cls.entries = cls._log_time(
            cls.project, date(2026, 1, 5), 1.0, task_id=cls.build.id, name="Wall"
        )
        for day, hours, employee, task in (
            (6, 2.0, cls.colleague, cls.build),
            (7, 4.0, cls.consultant, cls.test),
            (8, 8.0, cls.consultant, cls.build),
        ):
            cls.entries |= cls._log_time(
                cls.project, date(2026, 1, day), hours, employee, task_id=task.id
            )
        cls._lock(date(2026, 3, 8), cls.consultant | cls.colleague)
        cls.period = cls._period(cls.project, date(2026, 1, 5))

    def _generate(self, detail):
        self.project.billing_line_detail = detail
        self.env.flush_all()
        made = self.period._generate_invoices().made
        lines = self.env["account.move"].browse(made).invoice_line_ids
        # Every entry on exactly one line, which shows its hours.
        self.assertEqual(lines.timesheet_entry_ids, self.entries)
        for line in lines:
            self.assertEqual(
                line.quantity, sum(line.timesheet_entry_ids.mapped("unit_amount"))
            )
            self.assertEqual(line.billing_kind, "time")
            self.assertEqual(line.billing_period_id, self.period)
        self.assertEqual(self.project.sale_line_id.qty_invoiced, 15.0)
        return {line.name: line.quantity for line in lines.sorted("sequence")}

    def test_sale_line(self):
        self.assertEqual(
            self._generate("sale_line"), {f"Consulting (hours)\n{SPAN}": 15.0}
        )

    def test_task(self):
        self.assertEqual(
            self._generate("task"),
            {
                f"Consulting (hours)\nBuild\n{SPAN}": 11.0,
                f"Consulting (hours)\nTest\n{SPAN}": 4.0,
            },
        )

    def test_employee(self):
        self.assertEqual(
            self._generate("employee"),
            {
                f"Consulting (hours)\nConsultant\n{SPAN}": 13.0,
                f"Consulting (hours)\nColleague\n{SPAN}": 2.0,
            },
        )

    def test_task_and_employee(self):
        self.assertEqual(
            self._generate("task_employee"),
            {
                f"Consulting (hours)\nBuild · Consultant\n{SPAN}": 9.0,
                f"Consulting (hours)\nBuild · Colleague\n{SPAN}": 2.0,
                f"Consulting (hours)\nTest · Consultant\n{SPAN}": 4.0,
            },
        )

    def test_entry(self):
        self.assertEqual(
            self._generate("entry"),
            {
                "Consulting (hours)\n01/05/2026 · Consultant · Wall": 1.0,
                "Consulting (hours)\n01/06/2026 · Colleague · Work": 2.0,
                "Consulting (hours)\n01/07/2026 · Consultant · Work": 4.0,
                "Consulting (hours)\n01/08/2026 · Consultant · Work": 8.0,
            },
        )

    def test_thirds_add_up_over_lines(self):
        """Twenty minutes each: the lines are 0.33, 0.34, 0.33 …, the order is 1 h."""
        self.entries.with_user(self.user_timesheet_admin).write({"unit_amount": 1 / 3})
        self.project.billing_line_detail = "entry"
        self.entries[3:].unlink()
        made = self.period._generate_invoices().made
        lines = self.env["account.move"].browse(made).invoice_line_ids
        self.assertEqual(lines.mapped("quantity"), [0.33, 0.34, 0.33])
        self.assertEqual(self.period.amount_invoiced, 100.0)

    def test_amount_to_invoice_is_about_that_of_the_lines(self):
        """Each line is rounded by itself: the list says so, the items are exact."""
        self.company.tax_calculation_rounding_method = "round_globally"
        self.entries.with_user(self.user_timesheet_admin).write({"unit_amount": 1 / 3})
        self._change_for_all(self.project.sale_line_id, {"price_unit": 33.35})
        self.assertEqual(self.period.amount_to_invoice, 44.36)
        self.assertFalse(self.period.amount_is_about)
        self.project.billing_line_detail = "entry"
        self.assertTrue(self.period.amount_is_about)
        items = self.period._get_billing_items()
        self.assertEqual(sum(item.amount for item in items), 44.37)
        self.assertAlmostEqual(
            self.period.amount_to_invoice, 44.37, delta=0.005 * len(items)
        )
        self.period._generate_invoices()
        self.assertEqual(self.period.amount_invoiced, 44.37)

    def test_deleted_line_frees_its_entries_alone(self):
        self.project.billing_line_detail = "task"
        made = self.period._generate_invoices().made
        invoice = self.env["account.move"].browse(made)
        line = invoice.invoice_line_ids.filtered(lambda line: "Test" in line.name)
        freed = line.timesheet_entry_ids
        line.unlink()
        self.assertFalse(freed.invoice_line_id)
        self.assertEqual(
            (self.entries - freed).invoice_line_id, invoice.invoice_line_ids
        )

    def test_several_projects_in_sections(self):
        order = self.project.sale_line_id.order_id
        self.project.write({"billing_grouping": "customer", "name": "First"})
        second = self._create_project("Second", order, billing_grouping="customer")
        self._log_time(second, date(2026, 1, 9), 3.0)
        periods = self.period | self._period(second, date(2026, 1, 9))
        self.env.flush_all()
        invoice = self.env["account.move"].browse(periods._generate_invoices().made)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(
            [
                (line.display_type, line.name.split("\n")[0], line.quantity)
                for line in invoice.invoice_line_ids.sorted("sequence")
            ],
            [
                ("line_section", "First", 0.0),
                ("product", "Consulting (hours)", 15.0),
                ("line_section", "Second", 0.0),
                ("product", "Consulting (hours)", 3.0),
            ],
        )
        self.assertEqual(
            invoice.invoice_line_ids.mapped("billing_kind"),
            ["section", "time", "section", "time"],
        )

    def test_late_time_of_one_of_several_projects(self):
        order = self.project.sale_line_id.order_id
        self.project.billing_grouping = "customer"
        second = self._create_project("Second", order, billing_grouping="customer")
        self._log_time(second, date(2025, 12, 9), 3.0)
        periods = self.period | self._period(second, date(2026, 1, 9))
        self.env.flush_all()
        invoice = self.env["account.move"].browse(periods._generate_invoices().made)
        self.assertEqual(
            invoice.invoice_line_ids.sorted("sequence").mapped("display_type"),
            ["line_section", "product", "line_section", "line_subsection", "product"],
        )

    def test_two_rates_of_one_task_stand_apart(self):
        other = self.env["sale.order.line"].create(
            {
                "order_id": self.project.sale_line_id.order_id.id,
                "product_id": self.product_hours.id,
                "price_unit": 150.0,
            }
        )
        rate = Command.create(
            {"employee_id": self.colleague.id, "sale_line_id": other.id}
        )
        self._change_for_all(self.project, {"sale_line_employee_ids": [rate]})
        self.project.billing_line_detail = "task"
        made = self.period._generate_invoices().made
        lines = self.env["account.move"].browse(made).invoice_line_ids
        self.assertEqual(
            sorted(lines.mapped(lambda line: (line.quantity, line.price_unit))),
            [(2.0, 150.0), (4.0, 100.0), (9.0, 100.0)],
        )
