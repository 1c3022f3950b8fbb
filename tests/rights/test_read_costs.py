from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.security import SecurityCommon

DAY = date(2026, 2, 10)
COST = -86.42
ENTRY = "account.analytic.line"
#: Depends on the sign of a cost or on whether there is one, and tells no more.
NO_COSTS = {
    ("account.analytic.line", "timesheet_invoice_type"),
    ("project.sale.line.employee.map", "is_cost_changed"),
}


@tagged("post_install", "-at_install")
class TestReadCosts(SecurityCommon):
    """Who approves time reads its hours and texts, and nobody's cost by any road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.consultant.hourly_cost = 43.21
        own = "hr_timesheet.group_hr_timesheet_user"
        cls.user_above = cls._new_user("above", own)
        cls.user_named = cls._new_user("named", own)
        cls.user_stand_in = cls._new_user("stand_in", own)
        cls.user_books = cls._new_user(
            "books", f"{own},account.group_account_invoice,project.group_project_user"
        )
        employees = cls.env["hr.employee"].create(
            [
                {"name": user.name, "user_id": user.id, "hourly_cost": 50.0}
                for user in (
                    cls.user_above,
                    cls.user_named,
                    cls.user_stand_in,
                    cls.user_books,
                )
            ]
        )
        cls.consultant.parent_id = employees[0]
        cls.env["timesheet.approval.flow"].create(
            {
                "name": "Named",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"user_ids": [Command.set(cls.user_named.ids)]})
                ],
            }
        )
        cls.env["timesheet.approval.delegation"].create(
            {
                "user_id": cls.user_above.id,
                "delegate_id": cls.user_stand_in.id,
                "date_from": date(2020, 1, 1),
                "date_to": date(2030, 1, 1),
            }
        )
        cls.managed = cls._create_project("Managed", user_id=cls.user_both.id)
        cls.booked = cls._create_project("Booked", user_id=cls.user_books.id)
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.managed.id}
        )
        cls.entry = cls._log_time(cls.managed, DAY, 2.0, task_id=cls.task.id)
        cls.booked_entry = cls._log_time(cls.booked, DAY, 2.0)
        cls.approvers = (
            cls.user_both | cls.user_above | cls.user_named | cls.user_stand_in
        )
        export = cls.env.ref("base.group_allow_export")
        (cls.approvers | cls.user_books).group_ids = [Command.link(export.id)]

    def test_the_cost_is_there(self):
        self.assertAlmostEqual(self.entry.amount, COST)

    def test_hours_and_texts_are_read(self):
        for user in self.approvers:
            values = self.values(user, self.entry, "unit_amount", "name", "date")
            self.assertEqual(values["unit_amount"], 2.0, user.login)
            self.assertEqual(values["name"], "Work")

    def _get_roads(self):
        """(record, method, arguments) of ways to a cost."""
        entry, project, task = self.entry, self.managed, self.task
        amounts = {"fields": {"amount": {}}}
        return [
            (entry, "read", ["amount"]),
            (entry, "web_read", {"amount": {}}),
            (entry, "search", [("amount", "<", -80)]),
            (entry, "search", [], 0, 5, "amount desc"),
            (entry, "search_read", [], ["amount"]),
            (entry, "web_search_read", [], {"amount": {}}),
            (entry, "formatted_read_group", [], ["employee_id"], ["amount:sum"]),
            (entry, "formatted_read_group", [], ["amount"], ["__count"]),
            (entry, "formatted_read_group", [], [], ["amount:max"]),
            (entry, "web_read_group", [], ["employee_id"], ["amount:sum"]),
            (entry, "read_group", [], ["amount:sum"], ["employee_id"]),
            (entry, "export_data", ["amount"]),
            (project, "web_read", {"timesheet_ids": amounts}),
            (project, "export_data", ["timesheet_ids/amount"]),
            (project, "search", [("timesheet_ids.amount", "<", -80)]),
            (project, "read", ["analytic_account_balance"]),
            (task, "web_read", {"timesheet_ids": amounts}),
            (task, "search", [("timesheet_ids.amount", "<", -80)]),
            (project.account_id, "read", ["balance"]),
            (project.account_id, "read", ["debit"]),
            (project.account_id, "search", [("line_ids.amount", "<", -80)]),
            (project.account_id, "web_read", {"line_ids": amounts}),
            (
                project.account_id,
                "formatted_read_group",
                [],
                ["plan_id"],
                ["balance:sum"],
            ),
            *(
                (self.env["timesheets.analysis.report"], *road)
                for road in (
                    ("search_read", [], ["amount"]),
                    ("search_read", [], ["margin"]),
                    ("search", [("amount", "<", -80)]),
                    ("formatted_read_group", [], ["employee_id"], ["amount:sum"]),
                    ("formatted_read_group", [], ["employee_id"], ["margin:sum"]),
                )
            ),
        ]

    def test_no_road(self):
        for user in self.approvers:
            for record, method, *arguments in self._get_roads():
                with (
                    self.subTest(
                        user=user.login, on=record._name, method=method, args=arguments
                    ),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, method, *arguments)

    def test_exports(self):
        """By whatever path. Who logs no time reads what Odoo gives, and no entries."""
        self.managed.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.consultant.id,
                    "sale_line_id": self.managed.sale_line_id.id,
                }
            )
        ]
        self.managed.privacy_visibility = "employees"
        report = self.env["timesheets.analysis.report"].search(
            [("employee_id", "=", self.consultant.id)]
        )
        public = self.env["hr.employee.public"].browse(self.consultant.id)
        odoo = ("sale_line_employee_ids/cost", "analytic_account_balance")
        for user in (*self.approvers, self.user_pm):
            user.group_ids |= self.env.ref("base.group_allow_export")
            for records, path in (
                (self.entry, "amount"),
                (self.entry, "employee_id/hourly_cost"),
                (self.task, "timesheet_ids/amount"),
                (self.managed, "timesheet_ids/amount"),
                (self.managed, "sale_line_employee_ids/cost"),
                (self.managed, "account_id/balance"),
                (self.managed, "analytic_account_balance"),
                (self.consultant, "hourly_cost"),
                (public, "employee_id/hourly_cost"),
                (report, "amount"),
                (report, "margin"),
            ):
                if user == self.user_pm and path in odoo:
                    continue
                with (
                    self.subTest(user=user.login, on=records._name, path=path),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, records, "export_data", [path])
        # The calls are refused for these fields, not for want of the right to export.
        rows = self.rpc(self.user_above, self.entry, "export_data", ["unit_amount"])
        self.assertEqual(rows["datas"], [[2.0]])

    def test_heads_of_department(self):
        """Odoo's report shows the time of one's department: without its costs."""
        department = self.env["hr.department"].create(
            {"name": "Department", "manager_id": self.user_above.employee_id.id}
        )
        self.consultant.department_id = department
        self.env.flush_all()
        Report = self.env["timesheets.analysis.report"]
        domain = [("employee_id", "=", self.consultant.id)]
        rows = self.rpc(self.user_above, Report, "search_read", domain, ["unit_amount"])
        self.assertTrue(rows)
        for name in ("amount", "margin"):
            with self.assertRaises(AccessError):
                self.rpc(self.user_above, Report, "search_read", domain, [name])

    def test_employee_rates(self):
        self.managed.sale_line_employee_ids = [
            Command.create(
                {
                    "employee_id": self.consultant.id,
                    "sale_line_id": self.managed.sale_line_id.id,
                }
            )
        ]
        rate = self.managed.sale_line_employee_ids
        self.assertAlmostEqual(rate.cost, 43.21)
        for user in self.approvers:
            with self.assertRaises(AccessError):
                self.rpc(user, rate, "read", ["cost"])
            with self.assertRaises(AccessError):
                self.rpc(user, rate, "search", [("cost", ">", 40)])
        self.assertAlmostEqual(
            self.values(self.user_manager, rate, "cost")["cost"], 43.21
        )

    def test_profitability(self):
        """The panel of a project, for those who see it without all timesheets."""
        self.env.ref("base.group_user").implied_ids |= self.env.ref(
            "analytic.group_analytic_accounting"
        )
        for user, shown in ((self.user_both, False), (self.user_manager, True)):
            panel = self.rpc(user, self.managed, "get_panel_data")
            costs = panel["profitability_items"]["costs"]
            self.assertEqual(bool(costs["data"]), shown, user.login)
            self.assertEqual(bool(costs["total"]["billed"]), shown, user.login)

    def test_analytic_accounting_for_everybody(self):
        """Odoo's setting gives its group to all users, and no right to costs."""
        self.env.ref("base.group_user").implied_ids |= self.env.ref(
            "analytic.group_analytic_accounting"
        )
        for user in self.approvers:
            with self.assertRaises(AccessError):
                self.rpc(user, self.entry, "read", ["amount"])

    def test_every_field_that_follows_from_a_cost(self):
        sources = [
            (ENTRY, "amount"),
            ("hr.employee", "hourly_cost"),
            ("project.sale.line.employee.map", "cost"),
            ("timesheets.analysis.report", "amount"),
        ]

        def follow(names):
            fields = {self.env[model]._fields[name] for model, name in names}
            for field in tuple(fields):
                fields.update(self.env.registry.get_dependent_fields(field))
            return fields

        found = follow(sources) - follow(NO_COSTS)
        self.assertGreater(len(found), len(sources) + 3)
        for field in found:
            for user in self.approvers:
                model = self.env(user=user.id)[field.model_name]
                if model.has_access("read"):
                    self.assertFalse(
                        model._has_field_access(field, "read"), (field, user.login)
                    )

    # ------------------------------------------------------- those who may read

    def test_all_timesheets(self):
        for user in self.user_manager | self.user_timesheet_admin:
            values = self.values(user, self.entry, "amount")
            self.assertAlmostEqual(values["amount"], COST)
            ids = self.ids_of(user, ENTRY, [("amount", "<", -80)])
            self.assertIn(self.entry.id, ids)

    def test_accounting(self):
        """What is no time they read as in Odoo, with the time of others or not."""
        item = self.env[ENTRY].create(
            {
                "name": "Item",
                "account_id": self.managed.account_id.id,
                "amount": 70.0,
                "date": DAY,
            }
        )
        analyst = self._new_user(
            "analyst", "base.group_user,analytic.group_analytic_accounting"
        )
        for user in self.user_accountant | self.user_books | analyst:
            self.assertEqual(self.values(user, item, "amount")["amount"], 70.0)
            balance = self.values(user, self.managed.account_id, "credit")["credit"]
            self.assertEqual(balance, 70.0, user.login)

    def test_accounting_people_who_approve(self):
        user, entry = self.user_books, self.booked_entry
        own = self._log_time(self.booked, DAY, 1.0, employee=user.employee_id)
        both = entry | own
        rows = self.rpc(user, both, "read", ["unit_amount", "amount"])
        self.assertEqual([row["unit_amount"] for row in rows], [2.0, 1.0])
        self.assertEqual([row["amount"] for row in rows], [0.0, -50.0])
        self.assertFalse(self.values(user, entry, "amount")["amount"])
        domain = [("id", "in", both.ids)]
        for condition in (("amount", "<", -80), ("amount", "!=", 0)):
            ids = self.ids_of(user, ENTRY, [*domain, condition])
            self.assertNotIn(entry.id, ids)
        groups = self.rpc(
            user, both, "formatted_read_group", domain, [], ["amount:sum", "__count"]
        )
        self.assertEqual((groups[0]["amount:sum"], groups[0]["__count"]), (-50.0, 2))
        rows = self.rpc(user, both, "export_data", ["unit_amount", "amount"])["datas"]
        self.assertEqual(rows, [[2.0, ""], [1.0, -50.0]])
        debit = self.values(user, self.booked.account_id, "debit")["debit"]
        self.assertEqual(debit, 50.0)
        self.assertAlmostEqual(entry.amount, COST)

    # -------------------------------------------------------------- saving time

    def test_saving_time(self):
        """Time gets its cost, whoever saves it, by form, import and timer."""
        user = self.user_named
        context = {"is_timesheet": 1}
        Entry = self.env(user=user.id, context=context)[ENTRY]
        view = "hr_timesheet.hr_timesheet_line_form"
        with Form(Entry, view) as form:
            form.project_id = self.managed
            form.name = "By form"
            form.unit_amount = 1.0
        saved = Entry.search([("name", "=", "By form")])
        self.assertEqual(saved.sudo().amount, -50.0)
        with Form(saved, view) as form:
            form.unit_amount = 3.0
        self.assertEqual(saved.sudo().amount, -150.0)
        result = self.rpc(
            user,
            Entry,
            "load",
            ["name", "date", "project_id/.id", "unit_amount"],
            [["Imported", "2026-02-11", str(self.managed.id), "2"]],
        )
        self.assertTrue(result["ids"], result)
        imported = Entry.sudo().browse(result["ids"])
        self.assertEqual(imported.amount, -100.0)
        copy_id = self.rpc(user, saved, "copy")
        self.assertEqual(Entry.sudo().browse(copy_id).amount, -150.0)

    def test_views_open(self):
        """Odoo's views of time lack the cost, and load."""
        menus = (
            "hr_timesheet.act_hr_timesheet_line",
            "hr_timesheet.timesheet_action_all",
            "hr_timesheet.act_hr_timesheet_report",
            "analytic.account_analytic_line_action_entries",
            "invoicing_cycle.account_analytic_line_action_approve",
        )
        for user in self.approvers | self.user_books | self.user_manager:
            for xmlid in menus:
                action = self.env.ref(xmlid, raise_if_not_found=False)
                if not action:
                    continue
                model = self.env[action.res_model]
                for mode in action.view_mode.split(","):
                    with self.subTest(user=user.login, action=xmlid, mode=mode):
                        views = self.rpc(
                            user, model, "get_views", [(False, mode)], options={}
                        )
                        offered = views["models"][model._name]["fields"]
                        hidden = user in self.approvers
                        self.assertEqual(
                            "amount" in self.rpc(user, model, "fields_get"), not hidden
                        )
                        if hidden:
                            self.assertNotIn("amount", offered)
                            self.assertNotIn(
                                '<field name="amount"', views["views"][mode]["arch"]
                            )
                        spec = {
                            name: {}
                            for name, field in offered.items()
                            if field["type"] in ("float", "monetary", "char", "date")
                        }
                        self.rpc(user, model, "web_search_read", [], spec, limit=5)
        for user in self.approvers:
            for mode in ("list", "form", "kanban"):
                account = self.managed.account_id
                views = self.rpc(user, account, "get_views", [(False, mode)])
                offered = views["models"][account._name]["fields"]
                spec = {
                    name: {}
                    for name, field in offered.items()
                    if field["type"] in ("float", "monetary", "char", "date")
                }
                self.assertNotIn("balance", spec)
                self.rpc(user, account, "web_read", spec)
