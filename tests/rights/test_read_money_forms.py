from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.security import SecurityCommon

RETAINER = {
    "billing_retainer_amount": 2000.0,
    "billing_retainer_hours": 20.0,
    "billing_expense_markup": 12.5,
}


@tagged("post_install", "-at_install")
class TestReadMoneyForms(SecurityCommon):
    """Money that a user does not read is empty, not refused, also where forms, files
    and relations ask for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own, cls.foreign, cls.richer = cls.env["project.milestone"].create(
            [
                {"name": "Own", "project_id": cls.project.id},
                {"name": "Foreign", "project_id": cls.foreign_project.id},
                {"name": "Richer", "project_id": cls.foreign_project.id},
            ]
        )
        cls.milestones = cls.own | cls.foreign | cls.richer
        cls.env.flush_all()
        for milestone, amount in ((cls.own, 7), (cls.foreign, 8), (cls.richer, 9)):
            cls._set_amount(milestone, amount)
        (cls.project | cls.foreign_project).write(RETAINER)
        export = cls.env.ref("base.group_allow_export")
        for user in cls.user_pm | cls.user_both | cls.user_consultant:
            user.group_ids |= export

    @classmethod
    def _set_amount(cls, milestone, amount):
        cls.env.cr.execute(
            "UPDATE project_milestone SET billed_amount = %s WHERE id = %s",
            [amount, milestone.id],
        )

    def test_web_read(self):
        spec = {"name": {}, "billed_amount": {}}
        for user, own in (
            (self.user_both, 0.0),
            (self.user_salesperson, 0.0),
            (self.user_pm, 7.0),
        ):
            with self.subTest(user=user.login):
                rows = self.rpc(user, self.own | self.foreign, "web_read", spec)
                self.assertEqual([row["billed_amount"] for row in rows], [own, 0.0])
                [row] = self.rpc(user, self.foreign, "web_read", spec)
                self.assertEqual(row["billed_amount"], 0.0)
                rows = self.rpc(
                    user,
                    self.milestones,
                    "web_search_read",
                    [("id", "in", self.milestones.ids)],
                    spec,
                    order="id",
                )["records"]
                self.assertEqual(
                    [row["billed_amount"] for row in rows], [own, 0.0, 0.0]
                )

    def test_onchange(self):
        spec = {"name": {}, "billed_amount": {}}
        new = self.foreign.browse()
        for record, values, names in (
            (self.foreign, {"name": "x"}, ["name"]),
            (self.foreign, {"name": "x", "billed_amount": 1.0}, ["name"]),
            (self.foreign, {"billed_amount": 1.0}, ["billed_amount"]),
            (self.foreign, {}, []),
            (new, {"project_id": self.foreign_project.id}, ["project_id"]),
            (new, {}, []),
        ):
            with self.subTest(record=record, values=values):
                result = self.rpc(
                    self.user_both, record, "onchange", values, names, spec
                )
                self.assertFalse(result.get("value", {}).get("billed_amount"))
        retainer = {name: {} for name in RETAINER}
        result = self.rpc(
            self.user_both,
            self.foreign,
            "onchange",
            {},
            [],
            {
                "billed_amount": {},
                "project_id": {"fields": retainer},
            },
        )
        self.assertNotIn("billed_amount", result["value"])

    def test_milestones_of_a_project_in_order(self):
        """Neither amounts nor what follows from their order."""
        spec = {
            "milestone_ids": {
                "fields": {"name": {}, "billed_amount": {}},
                "order": "billed_amount desc",
            }
        }
        seen = set()
        for amount in (1, 99):
            self._set_amount(self.foreign, amount)
            for user in (self.user_both, self.user_pm):
                [row] = self.rpc(user, self.foreign_project, "web_read", spec)
                rows = row["milestone_ids"]
                self.assertFalse(any(line["billed_amount"] for line in rows))
                seen.add(tuple(line["id"] for line in rows))
        self.assertEqual(len(seen), 1)
        [row] = self.rpc(self.user_accountant, self.foreign_project, "web_read", spec)
        self.assertEqual(
            [line["billed_amount"] for line in row["milestone_ids"]], [99.0, 9.0]
        )
        with self.assertRaises(AccessError):
            self.rpc(self.user_consultant, self.foreign_project, "web_read", spec)

    def test_searched_from_records(self):
        """A search tells the same from wherever code starts it."""
        domain = [("id", "in", self.milestones.ids), ("billed_amount", ">", 1)]
        known = self.milestones.with_user(self.user_pm)
        for records in (known, known.browse()):
            self.assertEqual(records.search(domain), self.own.with_user(self.user_pm))
            self.assertEqual(records.search_count(domain), 1)
            [[total]] = records._read_group(domain[:1], [], ["billed_amount:sum"])
            self.assertEqual(total, 7.0)

    def test_groups(self):
        domain = [("id", "in", self.milestones.ids)]
        aggregates = ["billed_amount:sum", "billed_amount:max"]
        for order in (None, "billed_amount:sum desc", "billed_amount:max"):
            groups = self.rpc(
                self.user_both,
                self.milestones,
                "formatted_read_group",
                domain,
                ["project_id"],
                aggregates,
                order=order,
            )
            self.assertFalse([g for g in groups if any(g[name] for name in aggregates)])
        groups = self.rpc(
            self.user_both,
            self.milestones,
            "formatted_read_group",
            domain,
            ["project_id"],
            ["__count"],
            having=[("billed_amount:sum", ">", 1)],
        )
        self.assertFalse(groups)

    def test_export(self):
        paths = ["name", "billed_amount"]
        rows = self.rpc(self.user_pm, self.milestones, "export_data", paths)["datas"]
        self.assertEqual(rows, [["Own", 7.0], ["Foreign", ""], ["Richer", ""]])
        paths = ["name", *RETAINER, "milestone_ids/name", "milestone_ids/billed_amount"]
        projects = self.foreign_project | self.project
        for user, own in (
            (self.user_pm, [*RETAINER.values(), "Own", 7.0]),
            (self.user_both, ["", "", "", "Own", ""]),
        ):
            rows = self.rpc(
                user, projects, "export_data", paths, context={"import_compat": False}
            )["datas"]
            self.assertEqual(rows[-1], ["Own", *own])
            self.assertEqual(rows[0][:4], ["Foreign", "", "", ""])
            self.assertEqual(len(rows), 3)
            self.assertEqual({row[-1] for row in rows[:2]}, {""})
        for name in ("billed_amount", "milestone_ids/billed_amount"):
            records = self.foreign_project if "/" in name else self.foreign
            with self.subTest(path=name), self.assertRaises(AccessError):
                self.rpc(self.user_consultant, records, "export_data", [name])

    def test_export_of_items(self):
        """What a retainer is billed on, below a path."""
        order = self._create_order(self.product_fixed)
        self.foreign_project.billing_retainer_line_id = order.order_line
        paths = ["name", "billing_retainer_line_id/name"]
        for user in (self.user_pm, self.user_both):
            rows = self.rpc(user, self.foreign_project, "export_data", paths)["datas"]
            self.assertEqual(rows, [["Foreign", ""]])

    def test_copy(self):
        administrator = self._new_user("projects", "project.group_project_manager")
        copy_id = self.rpc(administrator, self.foreign, "copy")
        copy = self.foreign.browse(copy_id)
        self.assertFalse(copy.billed_amount)
