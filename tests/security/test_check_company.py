from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon


@tagged("post_install", "-at_install")
class TestCheckCompany(MultiCompanyCommon):
    """What is chosen belongs to the company that it is chosen for.

    Whoever chooses is in both companies: rights do not keep them apart.
    """

    def setUp(self):
        super().setUp()
        self.custom = self._create_custom_project().billing_period_ids
        companies = self.company | self.company_b
        self.env = self.accountant_two.with_context(
            allowed_company_ids=companies.ids
        ).env(user=self.accountant_two, su=False)

    def assertCrossing(self, function):
        with (
            self.assertRaisesRegex(UserError, "belongs to another company"),
            self.env.cr.savepoint(),
        ):
            function()
        self.env.invalidate_all()

    def test_item_of_a_fixed_amount(self):
        period = self.custom.with_env(self.env)
        item_b = self.order_b.order_line[:1]
        self.assertCrossing(lambda: period.write({"sale_line_id": item_b.id}))
        self.assertCrossing(
            lambda: period.create(
                {
                    "project_id": period.project_id.id,
                    "date_from": date(2026, 4, 1),
                    "date_to": date(2026, 4, 30),
                    "sale_line_id": item_b.id,
                }
            )
        )
        own = period.project_id.sale_line_id
        period.sale_line_id = own
        self.assertEqual(period.sale_line_id, own)

    def test_company_of_the_project_does_not_matter(self):
        """It is the sales order item that says who bills, as for any invoice."""
        self.assertFalse(self.project_b.company_id)
        self.assertEqual(self.period_b.company_id, self.company_b)
        self.period_b._check_company()

    def test_conditions_of_a_flow(self):
        values = {
            "name": "Flow",
            "company_id": self.company.id,
            "step_ids": [Command.create({"is_project_manager": True})],
        }
        flows = self.env["timesheet.approval.flow"].with_user(self.accountant_two)
        flow = flows.create(values)
        for name, record in (
            ("manager_ids", self.approver_b),
            ("employee_ids", self.consultant_b),
            (
                "department_ids",
                self.env["hr.department"]
                .sudo()
                .create({"name": "B", "company_id": self.company_b.id}),
            ),
        ):
            chosen = {name: [Command.set(record.ids)]}
            with self.subTest(name):
                self.assertCrossing(
                    lambda chosen=chosen: flows.sudo().create({**values, **chosen})
                )
                self.assertCrossing(
                    lambda chosen=chosen: flow.sudo().write(dict(chosen))
                )
        flow.manager_ids = self.user_pm
        self.assertEqual(flow.manager_ids, self.user_pm)
