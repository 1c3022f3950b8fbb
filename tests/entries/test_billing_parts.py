from datetime import date

from odoo.exceptions import (
    AccessError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

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
        self.assertEqual(self.entry.project_id, self.project)
        self.assertEqual(self.entry.partner_id, self.partner)
        self.assertTogether(part)

    def test_task_moves_from_billed_part(self):
        self._decide(self.entry, "hold")
        part = self._split(0.5, "bill")
        self._invoice()
        self.task.project_id = self.other_project
        self.env.flush_all()
        self.assertTrue(part.invoice_line_id)
        self.assertEqual(self.entry.project_id, self.project)
        self.assertTogether(part)

    def test_rate_of_locked_time(self):
        """It keeps its item, unless somebody decides otherwise."""
        part = self._split(0.5, "hold")
        self._lock(LOCK)
        before = self.entry.so_line
        item = self._create_order(price=50.0).order_line
        self.task.sale_line_id = item
        self.assertEqual(self.entry.so_line, before)
        self.assertTogether(part)
        self.task.sale_line_id = before
        self._change_for_all(self.task, {"sale_line_id": item.id})
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
        part.own_sale_line_id = overtime
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

    def test_delete_part(self):
        """Nobody deletes it by hand. With it, its hours go back into the entry."""
        part = self._split(0.5)
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_timesheet_admin,
        ):
            with self.assertRaises(AccessError):
                part.with_user(user).unlink()
        part.unlink()
        self.assertLedger((2.0, "bill"))

    def test_delete_billed_part(self):
        part = self._split(0.5, "hold")
        self._decide(self.entry, "hold")
        self._decide(part, "bill", reason=None)
        self._invoice()
        with self.assertRaisesRegex(UserError, "Invoiced already"):
            part.unlink()

    def test_delete_part_of_billed_entry(self):
        """Its hours would go into what the invoice bills."""
        part = self._split(0.5, "hold")
        self._invoice()
        with self.assertRaisesRegex(UserError, "Invoiced already"):
            part.unlink()
        self.assertLedger((1.5, "bill"), (0.5, "hold"))

    def test_delete_task_and_project(self):
        self._split(0.5)
        for record in self.task, self.project:
            with self.assertRaises(RedirectWarning):
                record.unlink()

    # ------------------------------------------------------------------- guard

    def test_written_by_hand(self):
        part = self._split(0.5)
        entry_values = {
            "billing_hours": 1.0,
            "split_hours": 1.0,
            "part_ids": [Command.clear()],
        }
        part_values = {
            "billing_hours": 1.0,
            "billing_hold": "bill",
            "billing_period_id": self.period.id,
            "date": OTHER_DAY,
            "entry_id": self.entry.id,
            "hold_reason": "Mine",
            "own_sale_line_id": self.item.id,
            "so_line": self.item.id,
        }
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_timesheet_admin,
        ):
            for record, values in ((self.entry, entry_values), (part, part_values)):
                for name, value in values.items():
                    with (
                        self.subTest(user=user.login, field=name),
                        self.assertRaises(AccessError),
                    ):
                        record.with_user(user).write({name: value})
                    with (
                        self.subTest(user=user.login, field=name, su=True),
                        self.assertRaises(AccessError),
                    ):
                        record.with_user(user).sudo().write({name: value})
            for name in ("billing_hours", "split_hours"):
                with self.assertRaises(AccessError):
                    self.entry.with_user(user).create(
                        {
                            "name": "New",
                            "project_id": self.project.id,
                            "employee_id": self.consultant.id,
                            name: 1.0,
                        }
                    )
                result = self.entry.with_user(user).load(
                    [".id", name], [[str(self.entry.id), "1.0"]]
                )
                self.assertFalse(result["ids"])
            with self.assertRaises(AccessError):
                part.with_user(user).create(
                    {"entry_id": self.entry.id, "billing_hours": 0.5}
                )
        self.assertLedger((1.5, "bill"), (0.5, "write_off"))

    def test_forged_context(self):
        entry = (
            self.entry.with_user(self.user_consultant)
            .with_context(default_billing_hours=9.0, default_split_hours=3.0)
            .create({"name": "New", "project_id": self.project.id, "unit_amount": 1.0})
        )
        self.assertFalse(entry.part_ids or entry.split_hours)
        self.assertEqual(entry.billing_hours, 1.0)

    def test_changed_through_the_part(self):
        """It is the entry that is changed then, with the entry's own guard."""
        self._lock(LOCK)
        part = self._split(0.5)
        with self.assertRaises(AccessError):
            part.with_user(self.user_consultant).sudo().write({"unit_amount": 1.0})
        self.assertEqual(self.entry.unit_amount, 2.0)

    def test_read_as_the_entry_is(self):
        part = self._split(0.5)
        own = part.with_user(self.user_consultant)
        self.assertEqual(own.read(["billing_hours"])[0]["billing_hours"], 0.5)
        other = part.with_user(self.user_colleague)
        with self.assertRaises(AccessError):
            other.read(["billing_hours"])
        self.assertFalse(other.search([("entry_id", "=", self.entry.id)]))
        for group in ("base.group_portal", "base.group_user"):
            stranger = part.with_user(self._new_user(f"stranger {group}", group))
            with self.subTest(group), self.assertRaises(AccessError):
                stranger.read(["billing_hours"])
            with self.subTest(group), self.assertRaises(AccessError):
                stranger.search([])

    def test_costs_are_not_told_by_parts(self):
        part = self._split(0.5)
        approver = part.with_user(self.user_manager)
        with self.assertRaises(AccessError):
            approver.read(["amount"])
        with self.assertRaises(AccessError):
            approver.search([("amount", "<", 0.0)])

    def test_copy(self):
        """A copy of an entry has no part."""
        self._split(0.5)
        copy = self.entry.copy()
        self.assertFalse(copy.part_ids)
        self.assertEqual((copy.split_hours, copy.billing_hours), (0.0, 2.0))

    def test_rows_are_asked_by_indexes(self):
        """The database does not put entries and parts together first."""
        rows = self.env["account.analytic.line"]._all_rows_sql("entry")
        plan = self.env.execute_query(
            SQL("EXPLAIN SELECT * FROM %s WHERE entry.billing_period_id = 1", rows)
        )
        text = "\n".join(row[0] for row in plan)
        self.assertIn("Append", text)
        self.assertNotIn("Subquery Scan", text)

    # ------------------------------------------------------------------- shown

    def test_no_time_of_its_own(self):
        """Nobody but who bills meets a part: time entries are what was worked."""
        Entry = self.env["account.analytic.line"]
        before = Entry.search_count([])
        self._split(0.5)
        self._split(0.25, "hold")
        self.assertEqual(Entry.search_count([]), before)
        self.assertEqual(self.task.timesheet_ids, self.entry)
        self.assertEqual(self.task.effective_hours, 2.0)
        self.assertEqual(self.item.qty_delivered, 1.5)
        for name in (
            "act_hr_timesheet_line",
            "timesheet_action_all",
            "timesheet_action_task",
            "timesheet_action_project",
            "timesheet_action_from_employee",
            "act_hr_timesheet_line_by_project",
        ):
            domain = self.env.ref(f"hr_timesheet.{name}").domain
            self.assertNotIn("part", domain)

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
