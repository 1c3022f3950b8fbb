from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import JANUARY, SecurityCommon

SALES = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestSecurityBillingBasis(SecurityCommon):
    """Whether, to whom and on what a project is billed is not changed by code that runs
    as the superuser for somebody who may not change it.

    Odoo fills in a missing item, and takes the item of a cancelled order out, for
    whoever confirms or cancels the order.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_admin_projects = cls._new_user(
            "projects", "project.group_project_manager"
        )
        cls.other_order = cls._create_order(partner_id=cls.sold_partner.id)
        cls.everybody = (
            cls.strangers | cls.user_pm | cls.user_salesperson | cls.user_both
        )

    def _as_superuser(self, user, record):
        """The record as code has it that runs as the superuser for a user."""
        return record.with_env(self.env(user=user.id, su=True, context={}))

    def assertRefused(self, function, *args):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()

    def _get_changes(self):
        yield {"allow_billable": False}
        yield {"allow_timesheets": False}
        yield {"partner_id": self.sold_partner.id}
        yield {"partner_id": False}
        yield {"sale_line_id": self.other_order.order_line.id}
        yield {"sale_line_id": False}

    def test_billed_projects(self):
        project = self.foreign_project
        for state in ("waiting", "draft"):
            if state == "draft":
                self.foreign_period.action_generate_invoices()
            for user in self.everybody:
                known = self._as_superuser(user, project)
                for vals in self._get_changes():
                    with self.subTest(state=state, user=user.login, vals=vals):
                        self.assertRefused(known.write, vals)
        self.assertEqual(project.partner_id, self.partner)

    def test_projects_without_a_schedule(self):
        """It is the waiting time that counts."""
        project = self._create_project("Loose", schedule=False)
        self._log_time(project, JANUARY)
        for vals in self._get_changes():
            with self.subTest(vals=vals):
                self.assertRefused(
                    self._as_superuser(self.user_consultant, project).write, vals
                )

    def test_projects_with_nothing_to_bill(self):
        """They are Odoo's."""
        project = self._create_project("New", schedule=False)
        known = self._as_superuser(self.user_consultant, project)
        known.write({"partner_id": self.sold_partner.id})
        known.write({"allow_billable": False})
        self.assertFalse(project.allow_billable)

    def test_administrators_and_same_values(self):
        project = self.foreign_project
        self._as_superuser(self.user_consultant, project).write(
            {
                "partner_id": project.partner_id.id,
                "sale_line_id": project.sale_line_id.id,
                "allow_billable": True,
                "description": "New",
            }
        )
        self.assertIn("New", project.description)
        known = self._as_superuser(self.user_admin_projects, project)
        known.sale_line_id = False
        self.assertFalse(project.sale_line_id)

    def test_refusal(self):
        known = self._as_superuser(self.user_consultant, self.foreign_project)
        with self.assertRaisesRegex(AccessError, "Foreign.*project administrator"):
            known.allow_billable = False

    # ------------------------------------------------------------- Odoo's flows

    def _create_waiting_project(self, **values):
        """A project with time that waits for an item."""
        project = self._create_project("Waiting", **values)
        self._log_time(project, JANUARY)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_project SET sale_line_id = NULL WHERE id = %s", [project.id]
        )
        self.env.invalidate_all()
        return project

    def test_billing_people_as_superuser(self):
        """They choose what is missing, and change nothing."""
        project = self._create_waiting_project(user_id=self.user_pm.id)
        line = self._create_order().order_line
        self.user_pm.group_ids |= self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        known = self._as_superuser(self.user_pm, project)
        self.assertRefused(
            known.write, {"sale_line_id": self.other_order.order_line.id}
        )
        known.sale_line_id = line
        self.assertEqual(project.sale_line_id, line)

    def test_order_of_a_project(self):
        """A salesperson adds the service to an order of the project."""
        project = self._create_waiting_project()
        salesperson = self._new_user(
            "seller", "sales_team.group_sale_salesman_all_leads"
        )
        order = (
            self.env["sale.order"]
            .with_user(salesperson)
            .create(
                {
                    "partner_id": self.partner.id,
                    "order_line": [
                        Command.create({"product_id": self.product_hours.id})
                    ],
                }
            )
        )
        order.action_confirm()
        # As Odoo does for a line that is added from a project's form.
        known = self._as_superuser(salesperson, project)
        known.sale_line_id = order.order_line
        self.assertEqual(project.sale_line_id, order.order_line)

    def test_cancelled_order(self):
        """Odoo takes the item of a cancelled order out of its projects."""
        salesperson = self._new_user(
            "seller", "sales_team.group_sale_salesman_all_leads"
        )
        order = self._create_order()
        project = self._create_project("Cancelled", order=order)
        self._log_time(project, JANUARY)
        order = order.with_user(salesperson)
        order.locked = False
        order._action_cancel()
        self.env.flush_all()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(project.sale_line_id)

    def test_confirmed_order_makes_a_project(self):
        self.product_hours.service_tracking = "task_in_project"
        salesperson = self._new_user(
            "seller", "sales_team.group_sale_salesman_all_leads"
        )
        for user in (salesperson, self.user_portal):
            with self.subTest(user=user.login):
                order = self.env["sale.order"].create(
                    {
                        "partner_id": self.partner.id,
                        "order_line": [
                            Command.create({"product_id": self.product_hours.id})
                        ],
                    }
                )
                self._as_superuser(user, order).action_confirm()
                self.env.flush_all()
                self.assertTrue(order.project_ids.allow_billable)
                self.assertEqual(order.project_ids.sale_line_id, order.order_line)
