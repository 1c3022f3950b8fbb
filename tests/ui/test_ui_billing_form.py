from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiBillingForm(InvoicingCycleHttpCommon):
    """People without write access to projects change the schedule in a form."""

    def test_project_manager_enters_custom_periods(self):
        user = self._new_user("pm", "project.group_project_user")
        order = self._create_order(self.product_fixed)
        project = self._create_project(
            "Custom project", order=order, schedule=False, user_id=user.id
        )

        self._run_tour(
            "billing_form", user, url=f"/odoo/m-project.project/{project.id}"
        )

        self.assertEqual(project.billing_frequency, "custom")
        period = project.billing_period_ids
        self.assertEqual(period.date_from, self.last_month)
        self.assertEqual(period.date_to, self.last_month_end)
        self.assertEqual(period.fixed_amount, 500.0)
        self.assertEqual(period.sale_line_id, order.order_line)
        self.assertEqual(period.create_uid, user)
