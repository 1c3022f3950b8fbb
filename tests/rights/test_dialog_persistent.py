from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon


@tagged("post_install", "-at_install")
class TestOnchangeNames(MultiCompanyCommon):
    """Forms that are not saved tell nothing of records that their user may not read."""

    def _onchange(self, user, record, values):
        spec = {
            name: {"fields": {"display_name": {}}} if field.relational else {}
            for name, field in record._fields.items()
            if record.with_user(user)._has_field_access(field, "read")
        }
        return self.rpc(user, record, "onchange", values, list(values), spec)

    def test_foreign_records_are_refused(self):
        admin = self._new_user(
            "first_company",
            "account.group_account_manager,project.group_project_manager,"
            "hr_timesheet.group_timesheet_manager",
        )
        self.project_b.company_id = self.company_b
        Period = self.env["project.billing.period"]
        Flow = self.env["timesheet.approval.flow"]
        Step = self.env["timesheet.approval.step"]
        required = self.period.required_ids[:1]
        flow_b = Flow.create(
            {
                "name": "Secret",
                "company_id": self.company_b.id,
                "step_ids": [Command.create({"is_project_manager": True})],
            }
        )
        sale_line = self.order_b.order_line[:1].id
        for record, values in (
            (Period, {"project_id": self.project_b.id}),
            (Period, {"project_id": {"id": self.project_b.id}}),
            (Period, {"sale_line_id": sale_line}),
            (
                Period,
                {"project_id": {"id": self.project.id, "sale_line_id": sale_line}},
            ),
            (self.period, {"project_id": self.project_b.id}),
            (
                self.period,
                {"required_ids": [[0, 0, {"employee_id": self.consultant_b.id}]]},
            ),
            (required, {"employee_id": self.consultant_b.id}),
            (required, {"period_id": self.period_b.id}),
            (Flow, {"company_id": self.company_b.id}),
            (Flow, {"employee_ids": [[6, 0, self.consultant_b.ids]]}),
            (Flow, {"step_ids": [[0, 0, {"flow_id": flow_b.id}]]}),
            (Step, {"flow_id": flow_b.id}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError) as refusal:
                self._onchange(admin, record, values)
            self.assertNotIn("Secret", str(refusal.exception))

    def test_own_records_are_not(self):
        result = self._onchange(
            self.user_pm,
            self.env["project.billing.period"],
            {"project_id": self.project.id},
        )
        self.assertEqual(
            result["value"]["partner_id"]["id"], self.project.partner_id.id
        )

    def test_what_the_form_proposed_is_taken(self):
        """What the server worked out comes back with the next change."""
        project = self._create_custom_project()
        line = self._create_order(product=self.product_fixed).order_line
        project.sale_line_id = line
        pm = self._new_user("only_pm", "project.group_project_user")
        project.user_id = pm
        values = self._onchange(
            pm, self.env["project.billing.period"], {"project_id": project.id}
        )["value"]
        self.assertEqual(values["sale_line_id"]["id"], line.id)
        values = {
            name: value["id"] if isinstance(value, dict) else value
            for name, value in values.items()
            if self.env["project.billing.period"]._fields[name].type
            not in ("one2many", "many2many")
        }
        self._onchange(
            pm,
            self.env["project.billing.period"],
            {**values, "project_id": project.id, "fixed_amount": 100.0},
        )

    def test_time(self):
        """Time tells no period of a project that one may not see, nor a person."""
        user = self._new_user("logs", "hr_timesheet.group_hr_timesheet_approver")
        self.project_b.company_id = self.company_b
        Line = self.env["account.analytic.line"]
        for values in (
            {"project_id": self.project_b.id},
            {"project_id": self.project.id, "employee_id": self.consultant_b.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError) as refusal:
                self._onchange(user, Line, {"date": "2026-03-03", **values})
            for name in (self.project_b.name, self.consultant_b.name):
                self.assertNotIn(name, str(refusal.exception))
        found = self._onchange(
            user,
            Line,
            {
                "date": "2026-03-03",
                "employee_id": self.consultant.id,
                "project_id": self.project.id,
            },
        )
        self.assertIn("value", found)

    def test_retainer(self):
        """The price of an item is told to whom its order is."""
        user = self._new_user(
            "project_admin",
            "project.group_project_manager,sales_team.group_sale_manager",
        )
        foreign = {"billing_retainer_line_id": self.order_b.order_line[:1].id}
        for su in (False, True):
            project = self.project.with_env(self.env(user=user.id, su=su))
            with self.subTest(su=su), self.assertRaises(AccessError):
                project.write(foreign)
        with self.assertRaises(AccessError):
            self._onchange(user, self.project, foreign)

    def test_expenses_and_milestones(self):
        """Odoo lets everybody name an order; what we add to it is hidden."""
        self.project_b.company_id = self.company_b
        user = self._new_user("files", "hr_timesheet.group_hr_timesheet_user")
        expense = {"sale_order_id": self.order_b.id, "date": "2026-03-05"}
        spec = {
            name: {"fields": {"display_name": {}}}
            for name in ("billing_period_id", "billing_project_id")
        }
        found = self.rpc(
            user,
            self.env["hr.expense"],
            "onchange",
            expense,
            ["sale_order_id"],
            spec,
        )
        self.assertFalse(found["value"].get("billing_project_id"))
        self.assertFalse(found["value"].get("billing_period_id"))

    def test_open_period_in_a_form(self):
        """Its amount follows what is typed in, with its time."""
        self._log_time(self.project, date(2026, 1, 20), 3.0)
        before = self.period.amount_to_invoice
        found = self.rpc(
            self.env.user,
            self.period,
            "onchange",
            {"fixed_amount": 5.0},
            ["fixed_amount"],
            {"fixed_amount": {}, "amount_to_invoice": {}},
        )
        self.assertEqual(found["value"]["amount_to_invoice"], before + 5.0)
