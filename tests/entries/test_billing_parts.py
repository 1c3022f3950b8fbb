from datetime import date

from odoo.exceptions import (
    AccessError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.fields import Command
from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon

LOCK = date(2026, 2, 28)
OTHER_DAY = date(2026, 2, 12)


@tagged("post_install", "-at_install")
class TestBillingParts(DecisionCommon):
    """A part is where its entry is, and nothing that anybody enters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_project = cls._create_project("Other")
        cls.task, cls.other_task = cls.env["project.task"].create(
            [
                {"name": "Here", "project_id": cls.project.id},
                {"name": "There", "project_id": cls.other_project.id},
            ]
        )
        cls.entry.task_id = cls.task

    def assertTogether(self, part):
        self.env.flush_all()
        self.env.invalidate_all()
        for name in (
            "account_id",
            "approval_state",
            "company_id",
            "date",
            "employee_id",
            "name",
            "partner_id",
            "project_id",
            "sent_back",
            "so_line",
            "task_id",
            "user_id",
        ):
            self.assertEqual(part[name], self.entry[name], name)
        self.assertEqual(part.unit_amount, 0.0)
        self.assertEqual(part.billing_hours, 0.5)

    # -------------------------------------------------------------- following

    def test_changes_of_the_entry(self):
        """By an administrator, with open and with locked time."""
        part = self._split(0.5, "hold")
        for lock in (None, LOCK):
            self._lock(lock)
            entry = self.entry.with_user(self.user_timesheet_admin)
            for vals in (
                {"date": OTHER_DAY, "name": "Other"},
                {"employee_id": self.colleague.id},
                {"task_id": self.other_task.id},
                {"project_id": self.project.id, "task_id": self.task.id},
                {"date": DAY, "employee_id": self.consultant.id},
            ):
                with self.subTest(lock=lock, vals=vals):
                    entry.write(vals)
                    self.assertTogether(part)

    def test_task_moves(self):
        """Odoo's recomputation, which calls no write."""
        part = self._split(0.5, "hold")
        self.task.project_id = self.other_project
        self.assertEqual(self.entry.project_id, self.other_project)
        self.assertTogether(part)

    def test_task_moves_from_locked_time(self):
        part = self._split(0.5, "hold")
        self._lock(LOCK)
        self.task.project_id = self.other_project
        self.assertEqual(self.entry.project_id, self.project)
        self.assertTogether(part)

    def test_task_moves_from_billed_time(self):
        """Of an entry that is billed, the rest is not left behind, nor the other way
        round."""
        part = self._split(0.5, "hold")
        self._invoice()
        self.task.project_id = self.other_project
        self.env.flush_all()
        self.assertEqual((self.entry | part).project_id, self.project)
        self.assertEqual((self.entry | part).partner_id, self.partner)

    def test_task_moves_from_billed_part(self):
        self._decide(self.entry, "hold")
        part = self._split(0.5, "bill")
        self._invoice()
        self.task.project_id = self.other_project
        self.env.flush_all()
        self.assertTrue(part.invoice_line_id)
        self.assertEqual((self.entry | part).project_id, self.project)

    def test_rate_of_locked_time(self):
        """The sales order item follows as long as the row is not billed."""
        part = self._split(0.5, "hold")
        self._lock(LOCK)
        item = self._create_order(price=50.0).order_line
        self.task.sale_line_id = item
        self.assertEqual(self.entry.so_line, item)
        self.assertTogether(part)

    def test_item_is_chosen_on_the_entry(self):
        """The held part is billed on it as well, once it is released."""
        part = self._split(0.5, "hold")
        item = self._create_order(price=50.0).order_line
        entry = self.entry.with_user(self.user_timesheet_admin)
        for chosen in (item, item.browse()):
            entry.write({"so_line": chosen.id, "is_so_line_edited": True})
            self.assertEqual(self.entry.so_line, chosen)
            self.assertTogether(part)
        entry.so_line = item
        self._decide(part, "bill")
        self.assertLedger((2.0, "bill"))

    def test_part_that_is_billed_on_another_item(self):
        """It stays there."""
        part = self._split(0.5, "hold")
        overtime = self._create_order(price=200.0).order_line
        part.write({"so_line": overtime.id, "is_so_line_edited": True})
        self.entry.so_line = self._create_order(price=50.0).order_line
        self.assertEqual(part.so_line, overtime)

    def test_user_of_employee(self):
        part = self._split(0.5, "hold")
        self.consultant.user_id = self._new_user(
            "successor", "hr_timesheet.group_hr_timesheet_user"
        )
        self.assertTogether(part)

    def test_shorter(self):
        part = self._split(0.5, "hold")
        self.entry.unit_amount = 1.0
        self.assertLedger((0.5, "bill"), (0.5, "hold"))
        self.entry.unit_amount = 0.5
        self.assertLedger((0.0, "bill"), (0.5, "hold"))
        for hours in (0.25, 0.0, -1.0):
            with self.assertRaisesRegex(ValidationError, "cannot become shorter"):
                self.entry.unit_amount = hours
        self.entry.unit_amount = 3.0
        self.assertLedger((2.5, "bill"), (0.5, "hold"))
        self._decide(part, "bill", reason=None)
        self.assertLedger((3.0, "bill"))

    def test_rounding_changes(self):
        self._split(0.5, "hold")
        self.entry.unit_amount = 1.9
        self.project.write({"billing_rounding": "30"})
        self.assertLedger((1.5, "bill"), (0.5, "hold"))
        self.project.billing_rounding = "none"
        self.assertLedger((1.4, "bill"), (0.5, "hold"))

    # ---------------------------------------------------------------- deleting

    def test_delete_entry(self):
        """Unlocked again, its author learns who can take the part back."""
        self._split(0.5)
        with self.assertRaisesRegex(UserError, "takes the part back"):
            self.entry.with_user(self.user_consultant).unlink()
        self._decide(self.entry.part_ids, "bill", reason=None)
        self.entry.with_user(self.user_consultant).unlink()
        self.assertFalse(self.entry.exists())

    def test_delete_together(self):
        part = self._split(0.5)
        (self.entry | part).with_user(self.user_timesheet_admin).unlink()
        self.assertFalse((self.entry | part).exists())

    def test_delete_part(self):
        """Its hours would be lost: neither worked nor billed."""
        part = self._split(0.5)
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_timesheet_admin,
        ):
            with self.assertRaisesRegex(UserError, "hours are not lost"):
                part.with_user(user).unlink()
        with self.assertRaisesRegex(UserError, "hours are not lost"):
            part.unlink()

    def test_delete_task_and_project(self):
        self._split(0.5)
        for record in self.task, self.project:
            with self.assertRaises(RedirectWarning):
                record.unlink()

    # ------------------------------------------------------------------- guard

    def test_written_by_hand(self):
        part = self._split(0.5)
        values = {
            "billing_hours": 1.0,
            "part_of_id": self.entry.id,
            "split_hours": 1.0,
            "part_ids": [Command.clear()],
        }
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_timesheet_admin,
        ):
            for name, value in values.items():
                for record in self.entry, part:
                    with (
                        self.subTest(user=user.login, field=name),
                        self.assertRaises(AccessError),
                    ):
                        record.with_user(user).write({name: value})
                if name == "part_ids":
                    continue
                with self.assertRaises(AccessError):
                    self.entry.with_user(user).create(
                        {
                            "name": "New",
                            "project_id": self.project.id,
                            "employee_id": self.consultant.id,
                            name: value,
                        }
                    )
                result = self.entry.with_user(user).load(
                    [".id", name if name != "part_of_id" else "part_of_id/.id"],
                    [[str(self.entry.id), str(value)]],
                )
                self.assertFalse(result["ids"])
        self.assertLedger((1.5, "bill"), (0.5, "write_off"))

    def test_forged_context(self):
        entry = (
            self.entry.with_user(self.user_consultant)
            .with_context(
                default_billing_hours=9.0,
                default_part_of_id=self.entry.id,
                default_split_hours=3.0,
            )
            .create({"name": "New", "project_id": self.project.id, "unit_amount": 1.0})
        )
        self.assertFalse(entry.part_of_id or entry.split_hours)
        self.assertEqual(entry.billing_hours, 1.0)

    def test_part_changed(self):
        """A part is not changed on its own, whoever tries and by whatever way."""
        part = self._split(0.5)
        for vals in (
            {"unit_amount": 1.0},
            {"date": OTHER_DAY},
            {"employee_id": self.colleague.id},
            {"project_id": self.other_project.id, "task_id": False},
            {"task_id": self.other_task.id},
            {"name": "Other"},
        ):
            for user in (self.user_timesheet_admin, self.env.ref("base.user_root")):
                with (
                    self.subTest(vals=vals, user=user.login),
                    self.assertRaisesRegex(UserError, "part of"),
                ):
                    part.with_user(user).write(vals)
                    self.env.flush_all()

    def test_copy(self):
        """A copy of a part is no part, and bills nothing."""
        part = self._split(0.5)
        copy = part.copy()
        self.assertFalse(copy.part_of_id)
        self.assertEqual((copy.unit_amount, copy.billing_hours), (0.0, 0.0))
        copy = self.entry.copy()
        self.assertEqual((copy.split_hours, copy.billing_hours), (0.0, 2.0))

    # ------------------------------------------------------------------- shown

    def test_own_time(self):
        """Odoo's lists of time show what was worked, once."""
        part = self._split(0.5)
        self.assertEqual(self.task.timesheet_ids, self.entry)
        self.assertEqual(self.task.effective_hours, 2.0)
        for name in (
            "act_hr_timesheet_line",
            "timesheet_action_all",
            "timesheet_action_task",
            "timesheet_action_project",
            "timesheet_action_from_employee",
            "act_hr_timesheet_line_by_project",
        ):
            domain = self.env.ref(f"hr_timesheet.{name}").domain
            self.assertIn("('part_of_id', '=', False)", domain)
        domain = self.entry.with_user(self.user_consultant)
        domain = domain._timesheet_get_portal_domain()
        self.assertIn(self.entry, self.entry.sudo().search(domain))
        self.assertNotIn(part, self.entry.sudo().search(domain))

    def test_printed(self):
        self.entry.name = "Written once"
        part = self._split(0.5)
        html = self.env["ir.qweb"]._render(
            "hr_timesheet.timesheet_table",
            {"lines": self.entry | part, "show_task": True},
        )
        self.assertEqual(html.count("Written once"), 1)

    def test_portal(self):
        """Customers in a shared project read the time of their tasks."""
        self._split(0.5)
        portal = self._new_user("customer", "base.group_portal")
        self.project.privacy_visibility = "portal"
        self.project.collaborator_ids = [
            Command.create({"partner_id": portal.partner_id.id})
        ]
        self.project.message_subscribe(portal.partner_id.ids)
        self.task.message_subscribe(portal.partner_id.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        task = self.task.with_user(portal)
        self.assertEqual(
            task.read(["timesheet_ids"])[0]["timesheet_ids"], self.entry.ids
        )

    def test_uninstall(self):
        """Nothing of ours is left in Odoo's own actions."""
        from odoo.addons.invoicing_cycle.hooks import uninstall_hook

        uninstall_hook(self.env)
        self.assertFalse(
            self.env["ir.actions.act_window"].search(
                [
                    ("res_model", "=", "account.analytic.line"),
                    ("domain", "like", "part_of_id"),
                ]
            )
        )
        self.assertEqual(
            self.env.ref("hr_timesheet.act_hr_timesheet_line").domain,
            "[('project_id', '!=', False), ('user_id', '=', uid)]",
        )
