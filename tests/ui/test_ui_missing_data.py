from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiMissingData(InvoicingCycleHttpCommon):
    """Step 1: every project gets an invoicing schedule."""

    def test_accountant_sets_schedules(self):
        projects = one, many, more = (
            self._create_project("Missing one", schedule=False)
            | self._create_project("Missing many", schedule=False)
            | self._create_project("Missing more", schedule=False)
        )
        self._log_time(one, self.last_month, 7.5)
        self.assertEqual(set(projects.mapped("billing_missing")), {"schedule"})

        self._run_tour("set_schedules", self.user_accountant, url="/odoo")

        self.assertFalse(any(projects.mapped("billing_missing")))
        self.assertEqual(one.billing_frequency, "monthly")
        self.assertEqual(one.billing_start_date, self.last_month)
        self.assertEqual(self._period(one, self.last_month).hours, 7.5)
        for project in many, more:
            self.assertEqual(project.billing_frequency, "biweekly")
            self.assertEqual(project.billing_start_date, self.month)
            self.assertTrue(project.billing_period_ids)

    def test_salesperson_creates_sales_order(self):
        project = self.env["project.project"].create(
            {
                "name": "Missing order",
                "allow_billable": True,
                "allow_timesheets": True,
                "partner_id": self.partner.id,
                "billing_owner_id": self.user_salesperson.id,
                "billing_frequency": "monthly",
                "billing_start_date": self.last_month,
            }
        )
        self._log_time(project, self.last_month, 4.0)
        self.assertEqual(self._get_missing(project), "sale_line,unmapped_time")

        self._run_tour("create_sales_order", self.user_salesperson)

        line = project.sale_line_id
        self.assertEqual(line.order_id.state, "sale")
        self.assertEqual(line.order_id.user_id, self.user_salesperson)
        self.assertEqual(line.price_unit, 125.0)
        self.assertFalse(self._get_missing(project))
        period = self._period(project, self.last_month)
        self.assertEqual(period.amount_to_invoice, 500.0)
