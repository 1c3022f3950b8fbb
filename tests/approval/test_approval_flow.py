from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.approval import DAY, ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalFlowMatch(ApprovalFlowCommon):
    """Which flow applies to an entry."""

    def assertApplies(self, **conditions):
        flow = self._create_user_flow(self.user_finance, **conditions)
        self.assertEqual(self._approvers(self.entry), self.user_finance)
        flow.unlink()

    def assertNotApplies(self, **conditions):
        flow = self._create_user_flow(self.user_finance, **conditions)
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        flow.unlink()

    def test_without_conditions(self):
        self.assertApplies()

    def test_project_tags(self):
        tag, other = self.env["project.tags"].create(
            [{"name": "Key account"}, {"name": "Other"}]
        )
        both = [Command.set((tag | other).ids)]
        self.assertNotApplies(tag_ids=both)
        self.project.tag_ids = tag
        self.assertApplies(tag_ids=both)
        self.assertNotApplies(tag_ids=[Command.set(other.ids)])

    def test_managers(self):
        self.assertApplies(manager_ids=[Command.set(self.user_manager.ids)])
        self.assertNotApplies(manager_ids=[Command.set(self.user_finance.ids)])

    def test_customer(self):
        self.assertApplies(customer="external")
        self.assertNotApplies(customer="internal")
        contact = self.env["res.partner"].create(
            {"name": "Colleague", "parent_id": self.company.partner_id.id}
        )
        internal = self._create_project("Internal", schedule=False)
        internal.partner_id = contact
        entry = self._log_time(internal, DAY)
        self._create_user_flow(self.user_finance, customer="internal")
        self.assertEqual(self._approvers(entry), self.user_finance)
        self.assertEqual(self._approvers(self.entry), self.user_manager)

    def test_pricing(self):
        self.assertApplies(pricing="fixed_rate")
        self.assertNotApplies(pricing="employee_rate")
        self.assertNotApplies(pricing="not_billable")
        self.project.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.colleague.id,
                    "sale_line_id": self.project.sale_line_id.id,
                }
            )
        ]
        self.assertApplies(pricing="employee_rate")

    def test_departments_and_those_below(self):
        top = self.env["hr.department"].create({"name": "Services"})
        team = self.env["hr.department"].create({"name": "Team", "parent_id": top.id})
        other = self.env["hr.department"].create({"name": "Sales"})
        self.assertNotApplies(department_ids=[Command.set(top.ids)])
        self.consultant.department_id = team
        entry = self.entry = self._log_time(self.project, DAY)
        self.assertEqual(entry.department_id, team)
        self.assertApplies(department_ids=[Command.set(top.ids)])
        self.assertApplies(department_ids=[Command.set(team.ids)])
        self.assertNotApplies(department_ids=[Command.set(other.ids)])

    def test_employees(self):
        self.assertApplies(employee_ids=[Command.set(self.consultant.ids)])
        self.assertNotApplies(employee_ids=[Command.set(self.colleague.ids)])

    def test_first_by_sequence(self):
        self._create_user_flow(self.user_finance, sequence=20)
        first = self._create_user_flow(self.user_colleague, sequence=10)
        self.assertEqual(self._approvers(self.entry), self.user_colleague)
        first.active = False
        self.assertEqual(self._approvers(self.entry), self.user_finance)

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.assertNotApplies(company_id=company.id)

    def test_explanation(self):
        flow = self._create_user_flow(self.user_finance, customer="external")
        flow.name = "Customers"
        text = self.entry.with_user(self.user_consultant).approval_explanation
        self.assertIn("Customers", text)
        self.assertIn("Finance", text)
        flow.unlink()
        text = self.entry.approval_explanation
        self.assertIn("No flow applies", text)
        self.assertIn("Project Lead", text)

    def test_query_count(self):
        """Which flow applies, and who approves, costs the same for any number."""
        self._create_flow(
            {"is_project_manager": True, "manager_levels": 2}, customer="internal"
        )
        entries = self.entry
        people = self.env["hr.employee"].create(
            [
                {
                    "name": f"Person {number}",
                    "parent_id": self.boss.id,
                    "user_id": self._new_user(
                        f"person_{number}", "hr_timesheet.group_hr_timesheet_user"
                    ).id,
                }
                for number in range(8)
            ]
        )
        for number, person in enumerate(people):
            # some by the flow, some by the project manager, some by the superior
            project = self._create_project(
                f"Project {number}", user_id=person.user_id.id
            )
            if number % 2:
                project.partner_id = self.company.partner_id
            entries |= self._log_time(project, DAY, employee=person)
        counts = []
        # both with somebody for each way to an approver
        for lines in (entries[1:5], entries[1:]):
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.cr.sql_log_count
            lines._get_approvers()
            counts.append(self.cr.sql_log_count - count)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestApprovalFlowApprovers(ApprovalFlowCommon):
    """Whom the steps of a flow name."""

    def test_nobody_named(self):
        with self.assertRaisesRegex(ValidationError, "Say who approves"):
            self._create_flow({})
        with self.assertRaisesRegex(ValidationError, "one approval at least"):
            self._create_flow()

    def test_project_manager_or_user(self):
        self._create_flow(
            {
                "is_project_manager": True,
                "user_ids": [Command.set(self.user_finance.ids)],
            }
        )
        self.assertEqual(
            self._approvers(self.entry), self.user_manager | self.user_finance
        )
        self.entry.with_user(self.user_finance).action_approve()
        self.assertEqual(self.entry.approved_by_id, self.user_finance)
        self.assertEqual(self.entry.approval_state, "approved")

    def test_levels_above(self):
        top_user = self._new_user("top", "hr_timesheet.group_hr_timesheet_user")
        self.boss.parent_id = self.env["hr.employee"].create(
            {"name": "Top", "user_id": top_user.id}
        )
        flow = self._create_flow({"manager_levels": 1})
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)
        flow.step_ids.manager_levels = 2
        self.assertEqual(
            self._approvers(self.entry), self.user_timesheet_admin | top_user
        )
        self.entry.with_user(top_user).action_approve()
        self.assertEqual(self.entry.approved_by_id, top_user)

    def test_group(self):
        group = self.env["res.groups"].create({"name": "Approving"})
        self._create_flow({"group_id": group.id})
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)
        self.user_finance.group_ids += group
        self.assertEqual(self._approvers(self.entry), self.user_finance)
        self.assertEqual(
            self.env["account.analytic.line"]
            .with_user(self.user_finance)
            .search([("is_to_approve", "=", True)]),
            self.entry,
        )

    def test_own_time(self):
        flow = self._create_user_flow(self.user_consultant)
        # nobody but the author: the author's manager
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)
        self.assertIn("author's manager", self.entry.approval_explanation)
        with self.assertRaisesRegex(AccessError, "own time"):
            self.entry.with_user(self.user_consultant).action_approve()
        flow.step_ids.allow_own = True
        self.entry.with_user(self.user_consultant).action_approve()
        self.assertEqual(self.entry.approved_by_id, self.user_consultant)

    def test_nobody_can_log_in(self):
        self._create_user_flow(self.user_finance)
        self.user_finance.active = False
        self.assertEqual(self._approvers(self.entry), self.user_timesheet_admin)

    def test_project_manager_of_a_flow_alone(self):
        """A flow takes the approval away from the project manager."""
        self._create_user_flow(self.user_finance)
        with self.assertRaisesRegex(AccessError, "Finance can"):
            self.entry.with_user(self.user_manager).action_approve()

    def test_automatic_only_without_flow(self):
        self.project.user_id = False
        self.company.timesheet_approval_default = "automatic"
        self.assertEqual(self.entry.approval_state, "approved")
        self._create_user_flow(self.user_finance)
        self.assertEqual(self.entry.approval_state, "pending")


@tagged("post_install", "-at_install")
class TestApprovalFlowSteps(ApprovalFlowCommon):
    """Several approvals, one after another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls._create_flow(
            {"name": "Project", "is_project_manager": True},
            {"name": "Finance", "user_ids": [Command.set(cls.user_finance.ids)]},
        )
        cls.first, cls.second = cls.flow.step_ids

    def test_one_after_another(self):
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_finance).action_approve()
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertEqual(self._approvers(self.entry), self.user_finance)
        self.assertIn("Approval 2 of 2: Finance", self.entry.approval_explanation)
        self.entry.with_user(self.user_finance).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(
            self.entry.approval_log_ids.sorted("id").mapped(
                lambda log: (log.event, log.user_id, log.step_name)
            ),
            [
                ("step", self.user_manager, "Project"),
                ("approved", self.user_finance, "Finance"),
            ],
        )

    def test_waits_for_one_at_a_time(self):
        Line = self.env["account.analytic.line"]
        waiting = [("is_to_approve", "=", True)]
        self.assertFalse(Line.with_user(self.user_finance).search(waiting))
        self.entry.with_user(self.user_manager).action_approve()
        self.assertFalse(Line.with_user(self.user_manager).search(waiting))
        self.assertEqual(Line.with_user(self.user_finance).search(waiting), self.entry)
        self.assertTrue(self.entry.with_user(self.user_finance).is_to_approve)

    def test_all_that_are_mine_at_once(self):
        self.project.user_id = self.user_finance
        self.entry.with_user(self.user_finance).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(len(self.entry.approval_log_ids), 2)

    def test_change_begins_anew(self):
        self.entry.with_user(self.user_manager).action_approve()
        self.entry.unit_amount = 3.0
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        self.assertFalse(self.entry.approved_step_id)
        self.assertIn("changed", self.entry.approval_log_ids.mapped("event"))

    def test_steps_removed_meanwhile(self):
        self.entry.with_user(self.user_manager).action_approve()
        self.second.unlink()
        # Nothing comes after: the last one decides, and nothing is stuck.
        self.assertEqual(self._approvers(self.entry), self.user_manager)
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")

    def test_period_waits_for_the_last(self):
        period = self._period(self.project, DAY)
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(period.state, "pending")
        [pending] = period.readiness["pending"]
        self.assertEqual([user["name"] for user in pending["approvers"]], ["Finance"])
        self.entry.with_user(self.user_finance).action_approve()
        self.assertEqual(period.state, "ready")
