from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.read_money import ITEMS, NAMES, ReadMoneyCommon
from ..common.security import JANUARY


@tagged("post_install", "-at_install")
class TestReadMoney(ReadMoneyCommon):
    """Money on projects is read by those who bill them, whatever way one asks."""

    # ----------------------------------------------------------------- reading

    def test_read_by_those_who_bill(self):
        self.assertOpen(self.user_pm, self.project)
        self.assertOpen(self.user_salesperson, self.sold_project)
        for project in self.projects:
            self.assertOpen(self.user_accountant, project)
            self.assertOpen(self.user_admin_projects, project)
        self.foreign_project.billing_owner_id = self.user_both
        self.assertOpen(self.user_both, self.foreign_project)

    def test_empty_for_others_who_bill(self):
        self.assertEmpty(self.user_pm, self.foreign_project)
        self.assertEmpty(self.user_salesperson, self.foreign_project)
        for project in self.projects:
            self.assertEmpty(self.user_both, project)

    def test_no_field_for_everybody_else(self):
        for user in (
            self.user_consultant | self.user_approver | self.user_timesheet_admin
        ):
            offered = self.rpc(user, self.project, "fields_get")
            self.assertFalse(set(NAMES) & set(offered))
            for name in NAMES:
                for method, *arguments in (
                    ("read", [name]),
                    ("web_read", {name: {}}),
                    ("search", [(name, "!=", False)]),
                    ("search", [], 0, 5, f"{name} desc"),
                    ("formatted_read_group", [], [name], ["__count"]),
                ):
                    with (
                        self.subTest(user=user.login, field=name, method=method),
                        self.assertRaises(AccessError),
                    ):
                        self.rpc(user, self.project, method, *arguments)

    def test_both_in_one_call(self):
        for rows in (
            self.rpc(self.user_pm, self.projects, "read", ["name", *NAMES]),
            self.rpc(
                self.user_pm,
                self.projects,
                "web_read",
                {name: {} for name in ("name", *NAMES)}
                | {name: {"fields": {"display_name": {}}} for name in ITEMS},
            ),
            self.rpc(
                self.user_pm,
                self.projects,
                "web_search_read",
                [("id", "in", self.projects.ids)],
                {name: {} for name in ("name", *NAMES)},
                order="id",
            )["records"],
            self.rpc(
                self.user_pm,
                self.projects,
                "search_read",
                [("id", "in", self.projects.ids)],
                ["name", *NAMES],
                order="id",
            ),
        ):
            self.assertEqual([row["id"] for row in rows], self.projects.ids)
            self.assertEqual([row["name"] for row in rows], ["Own", "Sold", "Foreign"])
            for row in rows:
                for name in NAMES:
                    own = row["id"] == self.project.id
                    self.assertEqual(bool(row[name]), own, (row["name"], name))

    def test_uninvoiced_hours(self):
        projects = self.project | self.foreign_project
        rows = self.rpc(self.user_pm, projects, "read", ["uninvoiced_hours"])
        self.assertEqual([row["uninvoiced_hours"] for row in rows], [3.0, 0.0])
        rows = self.rpc(self.user_accountant, projects, "read", ["uninvoiced_hours"])
        self.assertEqual([row["uninvoiced_hours"] for row in rows], [3.0, 3.0])

    def test_through_tasks(self):
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.foreign_project.id}
        )
        path = {"project_id": {"fields": {name: {} for name in NAMES}}}
        values = self.rpc(self.user_both, task, "web_read", path)[0]["project_id"]
        self.assertFalse(any(values[name] for name in NAMES), values)
        for name in NAMES:
            domain = [("id", "=", task.id), (f"project_id.{name}", "!=", False)]
            self.assertFalse(self.rpc(self.user_both, task, "search", domain), name)

    def test_export(self):
        def export(user, project):
            return self.rpc(user, project, "export_data", ["billing_retainer_amount"])[
                "datas"
            ]

        self.assertEqual(export(self.user_pm, self.project), [[2000.0]])
        self.assertEqual(export(self.user_both, self.foreign_project), [[""]])
        with self.assertRaises(AccessError):
            export(self.user_colleague, self.foreign_project)

    # ----------------------------------------------------------------- writing

    def test_writing_stays(self):
        values = {"billing_retainer_amount": 500.0, "billing_expense_markup": 1.0}
        for user, project in (
            (self.user_pm, self.project),
            (self.user_salesperson, self.sold_project),
            (self.user_accountant, self.foreign_project),
            (self.user_admin_projects, self.foreign_project),
        ):
            values["billing_retainer_amount"] += 1.0
            self.rpc(user, project, "web_save", values, {})
            self.assertEqual(
                project.billing_retainer_amount, values["billing_retainer_amount"]
            )
        for user in self.user_both | self.user_consultant:
            with self.assertRaises(AccessError):
                self.rpc(user, self.project, "write", values)

    def test_forms_open(self):
        """Each role opens Odoo's form and ours, whatever is hidden in it."""
        for user in (
            self.user_pm
            | self.user_both
            | self.user_salesperson
            | self.user_accountant
            | self.user_consultant
            | self.user_admin_projects
        ):
            for project in self.project | self.foreign_project:
                for view in (
                    False,
                    "invoicing_cycle.project_project_view_form_billing",
                ):
                    self.env.invalidate_all()
                    view_id = view and self.env.ref(view).id
                    views = self.rpc(
                        user, project, "get_views", [(view_id, "form")], options={}
                    )
                    fields = views["models"]["project.project"]["fields"]
                    spec = {name: {} for name in NAMES if name in fields}
                    with self.subTest(user=user.login, view=view):
                        [row] = self.rpc(
                            user, project, "web_read", {"name": {}, **spec}
                        )
                        self.assertEqual(row["name"], project.name)

    def test_administrators_copy_a_project(self):
        copy_id = self.rpc(self.user_admin_projects, self.foreign_project, "copy")
        copy = self.projects.browse(copy_id)
        self.assertEqual(copy.billing_expense_markup, 12.5)

    def test_what_runs_for_others_reads_the_true_value(self):
        """What is hidden from a user is not hidden from code that runs for them."""
        project = self.foreign_project.with_user(self.user_both)
        self.env.invalidate_all()
        self.assertFalse(
            project.read(["billing_retainer_amount"])[0]["billing_retainer_amount"]
        )
        project.search_fetch([("id", "=", project.id)], ["billing_retainer_amount"])
        self.assertEqual(project.sudo().billing_retainer_amount, 2000.0)
        with self.assertRaises(AccessError):
            _ = project.billing_retainer_amount

    def test_queries(self):
        """A list costs as many for many projects as for few."""
        more = self.project.browse(
            self._create_project(f"Own {number}", user_id=self.user_pm.id).id
            for number in range(6)
        )

        def count(projects):
            self.env.flush_all()
            self.env.invalidate_all()
            user_projects = projects.with_user(self.user_pm)
            before = self.env.cr.sql_log_count
            rows = user_projects.web_read({name: {} for name in ("name", *NAMES)})
            self.assertEqual(len(rows), len(projects))
            return self.env.cr.sql_log_count - before

        half = self.project | self.foreign_project | more[:1]
        count(half)
        self.assertEqual(count(half), count(self.projects | more))

    # ----------------------------------------------------------------- entries

    def test_value_of_entries(self):
        """What time is worth is read by who bills its project, not by its author."""
        user = self.user_salesperson
        user.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_user")
        employee = self.env["hr.employee"].create(
            {"name": "Salesperson", "user_id": user.id}
        )
        entries = self.env["account.analytic.line"].union(
            *(
                self._log_time(project, JANUARY, 2.0, employee=employee)
                for project in (self.sold_project, self.foreign_project)
            )
        )
        names = ["billing_value", "billed_value", "unit_amount"]
        self._lock(date(2026, 1, 31), employee)
        rows = self.rpc(user, entries, "read", names)
        self.assertEqual([row["billing_value"] for row in rows], [200.0, 0.0])
        (self.sold_period | self.foreign_period).action_generate_invoices()
        rows = self.rpc(user, entries, "read", names)
        self.assertEqual([row["billed_value"] for row in rows], [200.0, 0.0])
        self.assertEqual(entries.mapped("billed_value"), [200.0, 200.0])

    # -------------------------------------------------------------- milestones

    def _create_milestone(self, project):
        milestone = self.env["project.milestone"].create(
            {"name": "Phase", "project_id": project.id}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_milestone SET billed_amount = 700 WHERE id = %s",
            [milestone.id],
        )
        return milestone

    def test_milestones(self):
        own = self._create_milestone(self.project)
        foreign = self._create_milestone(self.foreign_project)
        milestones = own | foreign
        rows = self.rpc(self.user_pm, milestones, "read", ["name", "billed_amount"])
        self.assertEqual([row["billed_amount"] for row in rows], [700.0, 0.0])
        domain = [("id", "in", milestones.ids), ("billed_amount", ">", 0)]
        for user, found in (
            (self.user_pm, own),
            (self.user_both, own.browse()),
            (self.user_accountant, milestones),
            (self.user_admin_projects, milestones),
        ):
            ids = self.rpc(user, milestones, "search", domain)
            self.assertEqual(set(ids), set(found.ids), user.login)
            groups = self.rpc(
                user,
                milestones,
                "formatted_read_group",
                domain[:1],
                [],
                ["billed_amount:sum"],
            )
            self.assertEqual(
                groups[0]["billed_amount:sum"] or 0.0, 700.0 * len(found), user.login
            )
        with self.assertRaises(AccessError):
            self.rpc(self.user_consultant, own, "read", ["billed_amount"])
