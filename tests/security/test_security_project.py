from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import SecurityCommon


@tagged("post_install", "-at_install")
class TestSecurityProject(SecurityCommon):
    """Billing people set the schedule of a project, and nothing else on it."""

    SCHEDULE = {
        "billing_frequency": "quarterly",
        "billing_start_date": "2026-01-01",
        "billing_invoice_delay": 5,
        "billing_grouping": "customer",
        "billing_line_detail": "sale_line",
        "billing_unmapped_intended": True,
    }

    def test_schedule_is_set_by_those_who_bill(self):
        for user, project in (
            (self.user_pm, self.project),
            (self.user_salesperson, self.sold_project),
            (self.user_accountant, self.foreign_project),
        ):
            self.rpc(user, project, "write", {**self.SCHEDULE})
            self.assertEqual(project.billing_frequency, "quarterly")
            self.assertEqual(project.billing_invoice_delay, 5)
            self.assertTrue(project.billing_period_ids)

    def test_invoice_owner_sets_the_schedule(self):
        self.foreign_project.billing_owner_id = self.user_both
        self.rpc(self.user_both, self.foreign_project, "write", {**self.SCHEDULE})
        self.assertEqual(self.foreign_project.billing_frequency, "quarterly")

    def test_schedule_of_others_is_refused(self):
        for user in (
            self.user_pm | self.user_both | self.user_salesperson | self.strangers
        ):
            for method in ("write", "web_save"):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    arguments = [{"billing_frequency": "weekly"}]
                    if method == "web_save":
                        arguments.append({})
                    self.rpc(user, self.foreign_project, method, *arguments)
        self.assertEqual(self.foreign_project.billing_frequency, "monthly")

    def test_nothing_else_on_a_project_can_be_written(self):
        values = {
            "name": "x",
            "user_id": self.user_both.id,
            "active": False,
            "allow_billable": False,
            "allow_timesheets": False,
            "company_id": self.company.id,
            "date": "2027-01-01",
            "is_template": True,
            "privacy_visibility": "followers",
            "stage_id": False,
            "description": "x",
            "tag_ids": [Command.create({"name": "x"})],
            "task_ids": [Command.create({"name": "x"})],
            "favorite_user_ids": [Command.clear()],
            "message_follower_ids": [Command.clear()],
            "collaborator_ids": [Command.clear()],
            "sale_line_employee_ids": [Command.clear()],
            "timesheet_ids": [Command.clear()],
            "billing_missing": "x",
            "uninvoiced_hours": 7.0,
            "reinvoiced_sale_order_id": False,
            "account_id": False,
            "last_update_status": "done",
        }
        for user, project in (
            (self.user_pm, self.project),
            (self.user_accountant, self.project),
            (self.user_salesperson, self.sold_project),
        ):
            for name, value in values.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(
                        user,
                        project,
                        "write",
                        {"billing_invoice_delay": 3, name: value},
                    )
                self.assertFalse(project.billing_invoice_delay)

    def test_projects_are_not_created_copied_or_deleted(self):
        for user in self.user_pm | self.user_accountant | self.user_salesperson:
            for method, *arguments in (
                ("create", {"name": "x", "billing_frequency": False}),
                ("copy",),
                ("unlink",),
                ("action_archive",),
            ):
                with (
                    self.subTest(method=method, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.project, method, *arguments)

    def test_billing_rights_are_no_rights_on_the_chatter_or_documents(self):
        project = self.foreign_project
        follower = self.env["res.partner"].create({"name": "Follower"})
        project.message_subscribe(follower.ids)
        message = project.message_post(body="Keep me", message_type="comment")
        attachment = self.env["ir.attachment"].create(
            {"name": "offer.txt", "raw": b"x", "res_model": project._name}
            | {"res_id": project.id}
        )
        attacks = (
            (project, "message_unsubscribe", [follower.ids]),
            (project, "message_subscribe", [self.partner.ids]),
            (project, "message_post", []),
            (project, "activity_schedule", ["mail.mail_activity_data_todo"]),
            (message, "unlink", []),
            (attachment, "unlink", []),
            (attachment, "write", [{"name": "forged"}]),
        )
        for user in self.user_accountant | self.user_pm | self.user_salesperson:
            for record, method, arguments in attacks:
                if method == "activity_schedule":
                    continue
                with (
                    self.subTest(method=method, on=record._name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, method, *arguments)

    def test_customer_is_chosen_but_not_changed(self):
        missing = self._create_project(
            "No customer", schedule=False, partner_id=False, sale_line_id=False
        )
        self.rpc(
            self.user_accountant, missing, "write", {"partner_id": self.partner.id}
        )
        self.assertEqual(missing.partner_id, self.partner)
        for user, project in (
            (self.user_accountant, self.project),
            (self.user_pm, self.project),
            (self.user_salesperson, self.sold_project),
        ):
            for partner in (self.user_pm.partner_id.id, False):
                with self.assertRaises(AccessError):
                    self.rpc(user, project, "write", {"partner_id": partner})

    def test_sales_order_item_is_chosen_but_not_changed(self):
        missing = self._create_project(
            "No order",
            schedule=False,
            sale_line_id=False,
            user_id=self.user_pm.id,
        )
        draft = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product_hours.id})],
            }
        )
        for line in (self.sold_project.sale_line_id, draft.order_line):
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, missing, "write", {"sale_line_id": line.id})
        self.assertEqual(draft.state, "draft")
        own = self._create_order().order_line
        self.rpc(self.user_pm, missing, "write", {"sale_line_id": own.id})
        self.assertEqual(missing.sale_line_id, own)
        for value in (False, self.project.sale_line_id.id):
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, missing, "write", {"sale_line_id": value})

    def test_invoice_owner_is_a_person_of_the_house(self):
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_pm,
                self.project,
                "write",
                {"billing_owner_id": self.user_portal.id},
            )

    def test_commands_reach_the_projects_own_periods_only(self):
        custom = self._create_custom_project()
        foreign = self.foreign_period
        for command in (
            Command.update(foreign.id, {"fixed_amount": 7.0}),
            Command.delete(foreign.id),
            Command.unlink(foreign.id),
            Command.link(foreign.id),
            Command.set(foreign.ids),
            Command.clear(),
        ):
            for user in self.user_pm | self.user_accountant:
                with (
                    self.subTest(command=command, user=user.login),
                    self.assertRaises(UserError),
                ):
                    self.rpc(user, custom, "write", {"billing_period_ids": [command]})
        self.assertEqual(foreign.project_id, self.foreign_project)
        self.assertFalse(foreign.fixed_amount)

    def test_custom_periods_are_entered_through_the_project(self):
        custom = self._create_custom_project()
        march = custom.billing_period_ids
        self.rpc(
            self.user_pm,
            custom,
            "web_save",
            {
                "billing_period_ids": [
                    Command.update(march.id, {"fixed_amount": 50.0}),
                    Command.create(
                        {"date_from": "2026-04-01", "date_to": "2026-04-30"}
                    ),
                ]
            },
            {},
        )
        self.assertEqual(march.fixed_amount, 50.0)
        self.assertEqual(len(custom.billing_period_ids), 2)
        self.rpc(
            self.user_pm,
            custom,
            "write",
            {"billing_period_ids": [Command.delete(march.id)]},
        )
        self.assertFalse(march.exists())
        for command in (
            Command.create(
                {
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-31",
                    "skip_reason": "x",
                }
            ),
            Command.create(
                {
                    "date_from": "2026-05-01",
                    "date_to": "2026-05-31",
                    "project_id": self.foreign_project.id,
                }
            ),
        ):
            with self.subTest(command=command):
                try:
                    self.rpc(
                        self.user_pm,
                        custom,
                        "write",
                        {"billing_period_ids": [command]},
                    )
                except (AccessError, UserError):
                    continue
                self.assertFalse(
                    self.foreign_project.billing_period_ids.filtered(
                        lambda period: period.date_from == date(2026, 5, 1)
                    ).filtered("create_uid"),
                )

    def test_start_is_proposed_for_own_projects(self):
        arguments = (
            {"billing_frequency": "weekly", "billing_start_date": False},
            ["billing_frequency"],
            {"billing_frequency": {}, "billing_start_date": {}},
        )
        for user, project in (
            (self.user_pm, self.project),
            (self.user_accountant, self.foreign_project),
        ):
            result = self.rpc(user, project, "onchange", *arguments)
            self.assertEqual(result["value"], {"billing_start_date": "2026-03-01"})
        for user in self.user_pm | self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc(user, self.foreign_project, "onchange", *arguments)

    def test_schedule_dialog_takes_no_foreign_projects(self):
        wizard_id = self.rpc(
            self.user_pm,
            self.env["project.billing.schedule"],
            "create",
            {
                "project_ids": [Command.set((self.project | self.foreign_project).ids)],
                "billing_frequency": "weekly",
                "billing_start_date": "2026-01-01",
            },
        )
        wizard = self.env["project.billing.schedule"].browse(wizard_id)
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, wizard, "action_apply")
        self.assertEqual(self.project.billing_frequency, "monthly")

    def test_project_administrators_change_everything(self):
        admin = self._new_user("project_admin", "project.group_project_manager")
        self.rpc(
            admin,
            self.foreign_project,
            "write",
            {"name": "Renamed", "billing_frequency": "weekly"},
        )
        self.assertEqual(self.foreign_project.name, "Renamed")
        self.assertEqual(self.foreign_project.billing_frequency, "weekly")
