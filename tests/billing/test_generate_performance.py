from datetime import date

from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestGeneratePerformance(InvoicingCycleCommon):
    """A fixed number of queries of ours for any number of periods and entries."""

    def _setup_periods(self, projects, entries):
        made = self.env["project.project"]
        order = self._create_order()
        for number in range(projects):
            project = self._create_project(f"P{number}", order=order)
            made |= project
            self.env["account.analytic.line"].create(
                [
                    {
                        "name": "Work",
                        "project_id": project.id,
                        "employee_id": self.consultant.id,
                        "date": date(2026, 1, 1 + day % 28),
                        "unit_amount": 1.0,
                    }
                    for day in range(entries)
                ]
            )
        self._lock(date(2026, 3, 8))
        self.env.flush_all()
        return made.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )

    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_items_cost_the_same_for_any_number(self):
        few = self._setup_periods(3, 4)
        many = self._setup_periods(9, 12)
        few._get_billing_items()
        self.assertEqual(
            self._count_queries(few._get_billing_items),
            self._count_queries(many._get_billing_items),
        )

    def test_generating_grows_with_invoices_not_with_entries(self):
        self._setup_periods(2, 2)._generate_invoices()
        few = self._setup_periods(4, 5)
        many = self._setup_periods(4, 40)
        few_queries = self._count_queries(few._generate_invoices)
        self.assertLessEqual(self._count_queries(many._generate_invoices), few_queries)

    def test_linking_is_one_statement(self):
        periods = self._setup_periods(6, 3)
        statements = []
        execute = self.env.cr.execute

        def recording(query, *args, **kwargs):
            text = getattr(query, "code", query)
            if "UPDATE" in str(text):
                statements.append(text)
            return execute(query, *args, **kwargs)

        self.patch(self.env.cr, "execute", recording)
        periods._generate_invoices()
        linking = [text for text in statements if "bill.line_id" in text]
        self.assertEqual(len(linking), 1)
