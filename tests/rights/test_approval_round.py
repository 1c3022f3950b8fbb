from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.approval import DAY, ApprovalFlowCommon

OPEN_DAY = date(2026, 3, 3)


@tagged("post_install", "-at_install")
class TestApprovalRound(ApprovalFlowCommon):
    """What a flow, a rule or a price goes by does not change with its author's wish.

    The strict flow asks the project manager; the lax one, of another department, lets
    the author approve the own time.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lax, cls.strict = cls.env["hr.department"].create(
            [{"name": "Lax"}, {"name": "Strict"}]
        )
        cls.consultant.department_id = cls.strict
        cls.lax_flow, cls.strict_flow = cls.env["timesheet.approval.flow"].create(
            [
                {
                    "name": "Lax",
                    "sequence": 1,
                    "department_ids": [Command.set(cls.lax.ids)],
                    "step_ids": [
                        Command.create(
                            {
                                "user_ids": [Command.set(cls.user_consultant.ids)],
                                "allow_own": True,
                            }
                        )
                    ],
                },
                {
                    "name": "Strict",
                    "sequence": 2,
                    "step_ids": [Command.create({"is_project_manager": True})],
                },
            ]
        )
        cls.locked = cls._log_time(cls.project, DAY)
        cls.open = cls._log_time(cls.project, OPEN_DAY)
        cls.sent_back = cls._log_time(cls.project, DAY)
        cls.sent_back.with_user(cls.user_manager).action_send_back("Say more")

    def _get_changes(self):
        task = self.env["project.task"].create(
            {"name": "Elsewhere", "project_id": self.project.id}
        )
        yield "department_id", self.lax.id
        yield "manager_id", self.consultant.id
        yield "order_id", False
        yield "parent_task_id", task.id
        yield "timesheet_invoice_type", "non_billable"
        yield "approved_step_id", self.lax_flow.step_ids.id

    def test_derived_values(self):
        """Open time as well: what is locked later goes by them then."""
        administrators = self.user_timesheet_admin | self.user_manager
        for entry in (self.locked, self.open, self.sent_back):
            for user in self.user_consultant | administrators:
                for name, value in self._get_changes():
                    before = entry[name]
                    for su in (False, True):
                        known = entry.with_env(self.env(user=user.id, su=su))
                        with (
                            self.subTest(user=user.login, field=name, su=su),
                            self.assertRaises(AccessError),
                        ):
                            known.write({name: value})
                    self.assertEqual(entry[name], before)

    def test_derived_values_of_new_time(self):
        for name, value in self._get_changes():
            if not value:
                continue
            vals = {
                "name": "New",
                "project_id": self.project.id,
                "employee_id": self.consultant.id,
                "date": OPEN_DAY,
                "unit_amount": 1.0,
            }
            Line = self.env["account.analytic.line"].with_user(self.user_consultant)
            with self.subTest(default=name):
                entry = Line.with_context(**{f"default_{name}": value}).create(vals)
                self.assertEqual(entry.department_id, self.strict)
                self.assertFalse(entry.approved_step_id)
            with self.subTest(field=name):
                if name in ("approved_step_id", "timesheet_invoice_type"):
                    with self.assertRaises(AccessError):
                        Line.create({**vals, name: value})
                    continue
                # Odoo's own code names some of them: it is worked out all the same.
                entry = Line.create({**vals, name: value})
                self.assertEqual(entry.department_id, self.strict)
                self.assertEqual(entry.manager_id, self.consultant.parent_id)
                self.assertFalse(entry.parent_task_id)

    def test_round_trip(self):
        """The example: change the department, approve, change it back."""
        own = self.locked.with_user(self.user_consultant)
        with self.assertRaises(AccessError):
            own.department_id = self.lax
        with self.assertRaises(AccessError):
            own.action_approve()
        self.assertEqual(self.locked.approval_state, "pending")

    def test_company_without_approval(self):
        """Time of a project of no company is of its person's."""
        other = self.env["res.company"].create({"name": "Lax Company"})
        self.user_consultant.company_ids |= other
        shared = self._create_project("Shared", billing_frequency=False)
        shared.sudo().company_id = False
        vals = {
            "name": "New",
            "project_id": shared.id,
            "employee_id": self.consultant.id,
            "date": OPEN_DAY,
            "unit_amount": 1.0,
        }
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        Line = Line.with_context(allowed_company_ids=(self.company | other).ids)
        entry = Line.create(vals)
        self.assertEqual(entry.company_id, self.company)
        with self.assertRaises(ValidationError):
            entry.company_id = other
        with self.assertRaises(ValidationError):
            Line.create({**vals, "company_id": other.id})

    def test_tag_of_a_flow(self):
        """Whoever may not change the project does not tag it either."""
        tag = self.env["project.tags"].create({"name": "Lax"})
        self.lax_flow.write(
            {"department_ids": [Command.clear()], "tag_ids": [Command.set(tag.ids)]}
        )
        for user in (self.user_consultant, self.user_colleague, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                tag.with_user(user).project_ids = [Command.link(self.project.id)]
        self.assertFalse(self.project.tag_ids)

    # -------------------------------------------------------- customer and pricing

    def _create_own_project(self, **values):
        """A project that the author of its waiting time manages."""
        self.user_consultant.group_ids |= self.env.ref("project.group_project_user")
        self.user_consultant.group_ids |= self.env.ref("base.group_partner_manager")
        project = self._create_project("Own", user_id=self.user_consultant.id, **values)
        self.lax_flow.department_ids = False
        return project, self._log_time(project, DAY)

    def test_customer_that_becomes_internal(self):
        customer = self.env["res.partner"].create({"name": "Customer of mine"})
        order = self._create_order(partner_id=customer.id)
        entry = self._create_own_project(order=order, partner_id=customer.id)[1]
        self.lax_flow.customer = "internal"
        own = customer.with_user(self.user_consultant)
        company = self.company.partner_id
        for vals in (
            {"commercial_partner_id": company.id},
            {"parent_id": company.id, "is_company": False},
        ):
            for su in (False, True):
                with self.subTest(vals=vals, su=su), self.assertRaises(AccessError):
                    own.sudo(su).write(vals)
        with self.assertRaises(AccessError):
            entry.with_user(self.user_consultant).action_approve()
        manager = self._new_user("sales_admin", "sales_team.group_sale_manager")
        manager.group_ids |= self.env.ref("base.group_partner_manager")
        customer.with_user(manager).parent_id = self.partner
        self.assertEqual(customer.commercial_partner_id, self.partner)

    def test_pricing_by_a_missing_item(self):
        order = self._create_order()
        project, entry = self._create_own_project(partner_id=self.partner.id)
        # Odoo would find another one.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_project SET sale_line_id = NULL WHERE id = %s", [project.id]
        )
        self.env.invalidate_all(flush=False)
        self.lax_flow.pricing = "fixed_rate"
        item = {"sale_line_id": order.order_line.id}
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(project.sale_line_id)
        self.assertEqual(entry.approval_state, "pending")
        with (
            self.assertRaisesRegex(AccessError, "Your own time"),
            self.env.cr.savepoint(),
        ):
            project.with_user(self.user_consultant).write(item)
        self.env.invalidate_all()
        self.assertFalse(project.sale_line_id)
        self.env.invalidate_all()
        entry.with_user(self.user_timesheet_admin).action_approve()
        self.assertEqual(entry.approval_state, "approved")
