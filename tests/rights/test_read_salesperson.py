from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import JANUARY, SecurityCommon


@tagged("post_install", "-at_install")
class TestReadSalesperson(SecurityCommon):
    """Nobody becomes responsible for projects by oneself: see them, bill them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contacts = "sales_team.group_sale_salesman,base.group_partner_manager"
        cls.thief = cls._new_user("thief", contacts)
        cls.sales_manager = cls._new_user(
            "sales_manager", "sales_team.group_sale_manager"
        )
        cls.foreign_project.privacy_visibility = "followers"
        cls.customer = cls.foreign_project.partner_id = cls.env["res.partner"].create(
            {"name": "Taken Customer", "email": "same@example.com"}
        )
        cls.owned = cls.sold_partner
        cls.own_company = cls.env["res.partner"].create(
            {
                "name": "Thief's",
                "is_company": True,
                "email": "same@example.com",
                "user_id": cls.thief.id,
            }
        )

    def assertRefused(self, user, record, method, *arguments, su=False):
        customers = self.customer | self.owned
        before = customers.mapped("user_id")
        # Odoo runs commands on contacts as the user of the request.
        request = self.env(user=user.id, su=False)
        with (
            patch.object(self.env.transaction, "default_env", request),
            self.assertRaises(AccessError) as refusal,
        ):
            if su:
                with self.env.cr.savepoint():
                    getattr(record.with_user(user).sudo(), method)(*arguments)
                    self.env.flush_all()
            else:
                self.rpc(user, record, method, *arguments)
        self.env.invalidate_all()
        self.assertEqual(customers.mapped("user_id"), before)
        self.assertFalse(
            self.env["project.project"]
            .with_user(user)
            .search([("id", "=", self.foreign_project.id)])
        )
        return str(refusal.exception)

    def test_by_the_customer(self):
        for customer in self.customer | self.owned:
            for su in (False, True):
                for method in ("write", "web_save"):
                    arguments = [{"user_id": self.thief.id}]
                    if method == "web_save":
                        arguments.append({})
                    message = self.assertRefused(
                        self.thief, customer, method, *arguments, su=su
                    )
                    self.assertIn(customer.name, message)
        self.assertIn(self.user_salesperson.name, message)

    def test_for_somebody_else(self):
        for user in (self.user_both, self.env["res.users"]):
            self.assertRefused(self.thief, self.owned, "write", {"user_id": user.id})

    def test_by_a_company_above(self):
        """Odoo gives a contact the salesperson of its company."""
        self.assertRefused(
            self.thief, self.customer, "write", {"parent_id": self.own_company.id}
        )
        for command in (
            Command.link(self.customer.id),
            Command.update(self.customer.id, {"user_id": self.thief.id}),
            Command.set(self.customer.ids),
        ):
            with self.subTest(command=command):
                self.assertRefused(
                    self.thief, self.own_company, "write", {"child_ids": [command]}
                )
        self.assertRefused(
            self.thief,
            self.env["res.partner"],
            "create",
            {
                "name": "New",
                "is_company": True,
                "user_id": self.thief.id,
                "child_ids": [Command.link(self.customer.id)],
            },
        )

    def test_by_import(self):
        result = self.rpc(
            self.thief,
            self.env["res.partner"],
            "load",
            [".id", "user_id/.id"],
            [[str(self.customer.id), str(self.thief.id)]],
        )
        self.assertFalse(result["ids"])
        self.assertFalse(self.customer.user_id)

    def test_archived_projects(self):
        self.foreign_project.active = False
        self.assertRefused(
            self.thief, self.customer, "write", {"user_id": self.thief.id}
        )

    def test_customers_of_invoiced_periods(self):
        """A period keeps the customer that it was invoiced to."""
        self.foreign_project.partner_id = self.partner
        self.foreign_project.sale_line_id = self._create_order().order_line
        period = self._period(self.foreign_project, JANUARY)
        period.action_generate_invoices()
        self.foreign_project.partner_id = self.sold_partner
        self.assertEqual(period.partner_id, self.partner)
        (self.project | self.sold_project).partner_id = self.sold_partner
        self.assertRefused(
            self.thief, self.partner, "write", {"user_id": self.thief.id}
        )

    def test_contacts_without_projects(self):
        """Everything else on contacts stays as in Odoo."""
        self.foreign_project.partner_id = self.partner
        self.env.flush_all()
        for vals in (
            {"user_id": self.thief.id},
            {"user_id": False},
            {"parent_id": self.own_company.id},
        ):
            self.rpc(self.thief, self.customer, "write", vals)
        template = self._create_project("Template", schedule=False)
        template.write({"is_template": True, "partner_id": self.customer.id})
        self.rpc(self.thief, self.customer, "write", {"user_id": False})
        self.rpc(self.thief, self.owned, "write", {"phone": "1"})
        same = self.user_salesperson.id
        self.rpc(self.thief, self.owned, "write", {"user_id": same})
        self.assertEqual(self.owned.user_id.id, same)

    def test_those_who_appoint(self):
        for user in self.sales_manager | self.user_accountant:
            user.group_ids |= self.env.ref("base.group_partner_manager")
            for customer in self.customer | self.owned:
                self.rpc(user, customer, "write", {"user_id": self.user_both.id})
                self.assertEqual(customer.user_id, self.user_both)

    def test_hand_over(self):
        user = self.user_salesperson
        user.group_ids |= self.env.ref("base.group_partner_manager")
        self.rpc(user, self.owned, "write", {"user_id": self.user_both.id})
        self.assertEqual(self.owned.user_id, self.user_both)
        with self.assertRaises(AccessError):
            self.rpc(user, self.owned, "write", {"user_id": user.id})

    # ---------------------------------------------------------------- merging

    def _merge(self, user, source, target):
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard_id = self.rpc(
            user,
            Wizard,
            "create",
            {
                "partner_ids": [Command.set((source | target).ids)],
                "dst_partner_id": target.id,
            },
        )
        self.rpc(user, Wizard.browse(wizard_id), "action_merge")

    def test_merging(self):
        self.env["res.partner"].browse(self.owned.id).email = "same@example.com"
        for source, target in (
            (self.customer, self.own_company),
            (self.owned, self.own_company),
        ):
            with (
                self.subTest(source=source.name, target=target.name),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                self._merge(self.thief, source, target)
            self.env.invalidate_all()
        self.assertTrue(self.customer.exists())
        self.sales_manager.group_ids |= self.env.ref("base.group_partner_manager")
        self._merge(self.sales_manager, self.customer, self.own_company)
        self.assertEqual(self.foreign_project.partner_id, self.own_company)

    def test_merging_others(self):
        twin = self.env["res.partner"].create(
            {"name": "Twin", "email": "same@example.com"}
        )
        self._merge(self.thief, twin, self.own_company)
        self.assertFalse(twin.exists())

    # --------------------------------------------------------------- projects

    def test_projects_written_as_superuser(self):
        """What Odoo writes as superuser for a user does not make them responsible."""
        project = self.foreign_project
        for vals in (
            {"user_id": self.thief.id},
            {"billing_owner_id": self.thief.id},
            {"user_id": self.user_both.id},
            {"partner_id": self.own_company.id},
        ):
            message = self.assertRefused(self.thief, project, "write", vals, su=True)
            if "billing_owner_id" not in vals:
                # That is refused by Odoo's own rules, which name nothing.
                self.assertIn(project.name, message)
        for command in (
            Command.link(project.id),
            Command.update(project.id, {"user_id": self.thief.id}),
        ):
            self.assertRefused(
                self.thief,
                self.own_company,
                "write",
                {"project_ids": [command]},
                su=True,
            )
        self.assertRefused(
            self.thief,
            self.env["res.partner"],
            "create",
            {
                "name": "New",
                "user_id": self.thief.id,
                "project_ids": [Command.link(project.id)],
            },
            su=True,
        )

    def test_by_ones_own_user(self):
        """Odoo writes one's own user as superuser, and follows its relations."""
        update = Command.update(self.foreign_project.id, {"user_id": self.thief.id})
        tag = Command.create({"name": "z", "project_ids": [update]})
        for vals in (
            {"partner_id": [Command.update(self.customer.id, {})]},
            {"category_ids": [tag]},
        ):
            try:
                with self.env.cr.savepoint():
                    self.rpc(self.thief, self.thief, "write", vals)
            except (AccessError, TypeError, ValueError):
                self.env.invalidate_all()
            self.assertNotEqual(self.foreign_project.user_id, self.thief)

    def test_nobody_appoints_oneself(self):
        for user in (
            self.thief | self.user_both | self.user_consultant | self.user_approver
        ):
            for name in ("user_id", "billing_owner_id"):
                for record in (self.foreign_project, self.project):
                    with self.assertRaises(AccessError):
                        self.rpc(user, record, "write", {name: user.id})
            with self.assertRaises(AccessError):
                self.rpc(
                    user,
                    self.env["project.collaborator"],
                    "create",
                    {
                        "project_id": self.foreign_project.id,
                        "partner_id": user.partner_id.id,
                    },
                )

    def test_administrators_and_code(self):
        admin = self._new_user("projects", "project.group_project_manager")
        for project in (self.foreign_project.with_user(admin), self.foreign_project):
            project.sudo().user_id = self.user_both
            self.assertEqual(project.sudo().user_id, self.user_both)
            project.sudo().user_id = self.user_pm
        # A customer that sales fill in, of somebody else or of nobody.
        missing = self._create_project(
            "Missing", schedule=False, partner_id=False, sale_line_id=False
        )
        missing.with_user(self.thief).sudo().partner_id = self.sold_partner
        self.assertEqual(missing.partner_id, self.sold_partner)
