from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_security import JANUARY, SecurityCommon

#: What the terms of a project are worth, with the value that they have here.
MONEY = {
    "billing_expense_markup": 12.5,
    "billing_retainer_amount": 2000.0,
    "billing_retainer_carry_over": True,
    "billing_retainer_hours": 20.0,
}
ITEMS = ("billing_retainer_line_id", "billing_retainer_overrun_line_id")
NAMES = (*MONEY, *ITEMS, "billing_retainer_currency_id")


@tagged("post_install", "-at_install")
class TestReadMoney(SecurityCommon):
    """Money on projects is read by those who bill them, whatever way one asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.projects = cls.project | cls.sold_project | cls.foreign_project
        for project in cls.projects:
            order = cls._create_order(
                cls.product_fixed, partner_id=project.partner_id.id
            )
            overtime = cls._create_order(partner_id=project.partner_id.id)
            (order | overtime).order_line.name = "Retained secret"
            project.write(
                {
                    "billing_retainer_line_id": order.order_line.id,
                    "billing_retainer_overrun_line_id": overtime.order_line.id,
                    **MONEY,
                }
            )
        cls.user_admin_projects = cls._new_user(
            "projects", "project.group_project_manager"
        )
        export = cls.env.ref("base.group_allow_export")
        for user in cls.user_pm | cls.user_both | cls.user_colleague:
            user.group_ids |= export

    def _read(self, user, project):
        return self.values(user, project, *NAMES, "name")

    def assertOpen(self, user, project):
        values = self._read(user, project)
        for name, value in MONEY.items():
            self.assertEqual(values[name], value, (user.login, name))
        for name in ITEMS:
            self.assertEqual(values[name][0], project[name].id, (user.login, name))

    def assertEmpty(self, user, project):
        values = self._read(user, project)
        for name in NAMES:
            self.assertFalse(values[name], (user.login, name))
        self.assertTrue(values["name"])

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

    # ----------------------------------------------------------------- queries

    def _search(self, user, *domain, order="id"):
        domain = [("id", "in", self.projects.ids), *domain]
        ids = self.rpc(user, self.projects, "search", domain, order=order)
        return self.projects.browse(ids)

    def test_filter(self):
        conditions = [
            ("billing_retainer_amount", ">", 1999),
            ("billing_retainer_hours", "=", 20.0),
            ("billing_expense_markup", "!=", 0),
            ("billing_retainer_carry_over", "=", True),
            ("billing_retainer_line_id", "!=", False),
            (
                "billing_retainer_line_id",
                "=",
                self.foreign_project.billing_retainer_line_id.id,
            ),
            ("billing_retainer_line_id.name", "ilike", "secret"),
            ("billing_retainer_overrun_line_id", "ilike", "secret"),
            ("billing_retainer_currency_id", "!=", False),
        ]
        for condition in conditions:
            with self.subTest(condition=condition):
                for user, own in (
                    (self.user_pm, self.project),
                    (self.user_both, self.project.browse()),
                ):
                    self.assertLessEqual(self._search(user, condition), own)
        self.assertEqual(self._search(self.user_pm, conditions[0]), self.project)
        self.assertEqual(
            self._search(self.user_accountant, conditions[0]), self.projects
        )

    def test_order(self):
        """Nobody learns by sorting which of two foreign projects is worth more."""
        foreign = self.sold_project | self.foreign_project
        by_id = {}
        for swapped in (False, True):
            low, high = reversed(foreign) if swapped else foreign
            for project, amount in ((low, 1.0), (high, 9.0)):
                project.write(
                    {
                        "billing_retainer_amount": amount,
                        "billing_retainer_hours": amount,
                        "billing_expense_markup": amount,
                    }
                )
                project.billing_retainer_line_id.sequence = amount
            for name in NAMES:
                order = f"{name}, id"
                ids = self._search(self.user_both, order=order).ids
                self.assertEqual(by_id.setdefault(name, ids), ids, name)

    def test_groups_and_sums(self):
        aggregates = [
            f"{name}:{function}"
            for name in ("billing_retainer_hours", "billing_expense_markup")
            for function in ("sum", "max", "avg")
        ]
        domain = [("id", "in", self.projects.ids)]
        for user, share in ((self.user_pm, 1), (self.user_accountant, 3)):
            [group] = self.rpc(
                user,
                self.projects,
                "formatted_read_group",
                domain,
                [],
                [*aggregates, "__count"],
            )
            self.assertEqual(group["__count"], 3)
            self.assertEqual(group["billing_retainer_hours:sum"], 20.0 * share)
        for groupby in ("partner_id", *NAMES):
            with self.subTest(groupby=groupby):
                groups = self.rpc(
                    self.user_both,
                    self.projects,
                    "formatted_read_group",
                    domain,
                    [groupby],
                    [*aggregates, "__count"],
                )
                for group in groups:
                    self.assertFalse(any(group[name] for name in aggregates), group)
                    if groupby != "partner_id":
                        self.assertFalse(group[groupby])

    def test_companies(self):
        """A billing manager reads what the companies bill that are switched on."""
        other = self.env["res.company"].create({"name": "Other"})
        self.user_accountant.company_ids |= other
        shared = self.foreign_project
        self.env.cr.execute(
            "UPDATE project_project SET billing_company_id = %s WHERE id = %s",
            [other.id, shared.id],
        )
        self.env.invalidate_all()
        for companies, open_ in ((self.company, False), (self.company | other, True)):
            context = {"allowed_company_ids": companies.ids}
            values = self.values(self.user_accountant, shared, *NAMES, **context)
            self.assertEqual(bool(values["billing_retainer_amount"]), open_)
            found = self.rpc(
                self.user_accountant,
                shared,
                "search",
                [("id", "=", shared.id), ("billing_retainer_amount", ">", 0)],
                context=context,
            )
            self.assertEqual(bool(found), open_)

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
