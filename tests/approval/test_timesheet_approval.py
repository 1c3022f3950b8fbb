from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

LOCK = date(2026, 2, 28)
DAY = date(2026, 2, 10)


@tagged("post_install", "-at_install")
class TestTimesheetApproval(InvoicingCycleCommon):
    """The states of an entry, approving, sending back, what undoes an approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.project = cls._create_project()
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.entry = cls._log_time(cls.project, DAY, 2.0, task_id=cls.task.id)
        cls.later = cls._log_time(cls.project, date(2026, 3, 3), 1.0)
        cls._lock(LOCK)

    # ------------------------------------------------------------------ states

    def test_states(self):
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertEqual(self.later.approval_state, "open")
        self.entry.with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.entry.approved_by_id, self.user_manager)
        self.assertEqual(self.entry.approved_on, datetime(2026, 3, 10))
        self.assertFalse(self.entry.approval_automatic)

    def test_switch_off(self):
        self.company.timesheet_approval = False
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertFalse(self.entry.approved_by_id)
        self.company.timesheet_approval = True
        self.assertEqual(self.entry.approval_state, "pending")

    def test_label_without_approval(self):
        """Where nobody approves, what is ready is called locked."""
        Line = self.env["account.analytic.line"]

        def label():
            field = Line.fields_get(["approval_state"], ["selection"])
            return dict(field["approval_state"]["selection"])["approved"]

        self.assertEqual(label(), "Approved")
        self.company.timesheet_approval = False
        self.assertEqual(label(), "Locked")

    def test_approval_from(self):
        self.company.timesheet_approval_from = DAY
        self.assertEqual(self.entry.approval_state, "pending")
        self.company.timesheet_approval_from = date(2026, 2, 11)
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.later.approval_state, "open")

    def test_billed_time_is_approved(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "X"})],
            }
        )
        (self.entry | self.later)._set_invoice_line(invoice.invoice_line_ids)
        self.assertEqual(self.entry.approval_state, "approved")
        self.assertEqual(self.later.approval_state, "approved")
        invoice.button_cancel()
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertEqual(self.later.approval_state, "open")

    def test_search_group_and_order(self):
        Line = self.env["account.analytic.line"].with_user(self.user_manager)
        domain = [("project_id", "=", self.project.id)]
        self.assertEqual(
            Line.search([*domain, ("approval_state", "=", "pending")]), self.entry
        )
        self.assertEqual(
            Line.search([*domain, ("approval_state", "!=", "pending")]), self.later
        )
        self.assertEqual(
            Line.search([*domain, ("approval_state", "in", ["open", "pending"])]),
            self.later | self.entry,
        )
        self.assertFalse(Line.search([*domain, ("approval_state", "=", False)]))
        self.assertEqual(
            Line._read_group(domain, ["approval_state"], ["unit_amount:sum"]),
            [("open", 1.0), ("pending", 2.0)],
        )
        groups = Line.web_read_group(domain, ["approval_state"], ["unit_amount:sum"])
        self.assertEqual(groups["length"], 2)
        self.assertEqual(
            Line.search(domain, order="approval_state desc, id"),
            self.entry + self.later,
        )

    def test_search_sees_unsaved_lock(self):
        """The expression flushes what it reads."""
        Line = self.env["account.analytic.line"]
        domain = [("project_id", "=", self.project.id)]
        self._lock(date(2026, 3, 31))
        self.assertEqual(
            Line.search_count([*domain, ("approval_state", "=", "pending")]), 2
        )

    # ------------------------------------------------------------------ actions

    def test_approve_many(self):
        entries = self._log_time(self.project, DAY) | self.entry | self.later
        entries.with_user(self.user_manager).action_approve()
        self.assertEqual(
            entries.sorted("id").mapped("approval_state"),
            ["approved", "open", "approved"],
        )

    def test_approve_twice(self):
        entry = self.entry.with_user(self.user_manager)
        entry.action_approve()
        self.entry.with_user(self.user_timesheet_admin).action_approve()
        self.assertEqual(self.entry.approved_by_id, self.user_manager)

    def test_approve_open_time(self):
        with self.assertRaisesRegex(UserError, "03/03/2026"):
            self.later.with_user(self.user_manager).action_approve()

    def test_approve_all_or_nothing(self):
        project = self._create_project("Other", user_id=self.user_timesheet_admin.id)
        foreign = self._log_time(project, DAY)
        with self.assertRaisesRegex(AccessError, "Timesheet Admin"):
            (self.entry | foreign).with_user(self.user_manager).action_approve()
        self.assertEqual(self.entry.approval_state, "pending")

    def test_approve_invisible_time(self):
        with self.assertRaises(AccessError) as error:
            self.entry.with_user(self.user_colleague).action_approve()
        self.assertNotIn("Project Lead", str(error.exception))

    # -------------------------------------------------- what ends an approval

    def test_changes_end_the_approval(self):
        order = self._create_order()
        project = self._create_project("Other")
        task = self.env["project.task"].create(
            {"name": "Other", "project_id": self.project.id}
        )
        self._lock(LOCK, self.colleague)
        entries = self.env["account.analytic.line"]
        changes = [
            {"unit_amount": 3.0},
            {"date": date(2026, 2, 11)},
            {"project_id": project.id, "task_id": False},
            {"task_id": task.id},
            {"employee_id": self.colleague.id},
            {"so_line": order.order_line.id},
        ]
        for _change in changes:
            entries |= self._log_time(self.project, DAY, 2.0)
        entries.with_user(self.user_manager).action_approve()
        for entry, change in zip(entries, changes, strict=True):
            with self.subTest(change=change):
                self.assertEqual(entry.approval_state, "approved")
                entry.with_user(self.user_timesheet_admin).write(change)
                self.assertEqual(entry.approval_state, "pending")
                self.assertFalse(entry.approved_by_id or entry.approved_on)

    def test_other_changes_keep_the_approval(self):
        self.entry.with_user(self.user_manager).action_approve()
        entry = self.entry.with_user(self.user_timesheet_admin)
        entry.write({"name": "Typo mended", "unit_amount": 2.0, "amount": -1.0})
        self.assertEqual(self.entry.approval_state, "approved")

    def test_new_sale_line_ends_the_approval(self):
        """Odoo's recomputation of the sale line passes no write()."""
        self.entry.with_user(self.user_manager).action_approve()
        line = self._create_order(price=70.0).order_line
        self._change_for_all(self.project, {"sale_line_id": line.id})
        self._change_for_all(self.task, {"sale_line_id": line.id})
        self.assertEqual(self.entry.so_line, line)
        self.assertEqual(self.entry.approval_state, "pending")
        self.assertFalse(self.entry.approved_by_id)

    def test_moved_task_keeps_the_approval(self):
        self.entry.with_user(self.user_manager).action_approve()
        self.task.project_id = self._create_project("Other")
        self.assertEqual(self.entry.project_id, self.project)
        self.assertEqual(self.entry.approval_state, "approved")

    def test_unlock_and_lock_again(self):
        self.entry.with_user(self.user_manager).action_approve()
        self._lock(False)
        self.assertEqual(self.entry.approval_state, "open")
        self._lock(LOCK)
        self.assertEqual(self.entry.approval_state, "approved")
        self._lock(False)
        self.entry.with_user(self.user_consultant).unit_amount = 5.0
        self._lock(LOCK)
        self.assertEqual(self.entry.approval_state, "pending")

    def test_copy_is_not_approved(self):
        self.entry.with_user(self.user_manager).action_approve()
        copy = self.entry.copy()
        self.assertEqual(copy.approval_state, "pending")

    # --------------------------------------------------------------- send back

    def test_send_back(self):
        other = self._log_time(self.project, DAY)
        with self.assertRaisesRegex(UserError, "why"):
            self.entry.with_user(self.user_manager).action_send_back(" ")
        self.entry.with_user(self.user_manager).action_send_back("Which task?")
        self.assertEqual(self.entry.approval_state, "open")
        own = self.entry.with_user(self.user_consultant)
        self.assertEqual(own.sent_back_reason, "Which task?")
        self.env.invalidate_all()
        self.assertFalse(own.readonly_timesheet)
        own.write({"unit_amount": 1.5, "name": "On the task"})
        with self.assertRaises(AccessError):
            other.with_user(self.user_consultant).unit_amount = 1.5
        # for its author only
        with self.assertRaises(AccessError):
            self.entry.with_user(self.user_manager).unit_amount = 9.0
        self.assertEqual(self.entry.unit_amount, 1.5)
        # handed in again
        wizard = self.env["timesheet.lock"].with_user(self.user_consultant)
        wizard.create({"locked_until": LOCK}).action_lock()
        self.assertEqual(self.entry.approval_state, "pending")
        with self.assertRaises(AccessError):
            own.unit_amount = 3.0

    def test_send_back_not_permitted(self):
        for user in (self.user_consultant, self.user_colleague):
            with self.assertRaises(AccessError):
                self.entry.with_user(user).action_send_back("No")
        with self.assertRaises(UserError):
            self.later.with_user(self.user_manager).action_send_back("Open anyway")

    def test_send_back_approved(self):
        self.entry.with_user(self.user_manager).action_approve()
        self.entry.with_user(self.user_manager).action_send_back("After all")
        self.assertEqual(self.entry.approval_state, "open")
        self.assertFalse(self.entry.approved_by_id)

    # ------------------------------------------------------------------- speed

    def _count_queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_query_count(self):
        """Twice the entries cost the same number of queries."""
        entries = [
            self.env["account.analytic.line"]
            .concat(
                *(
                    self._log_time(self.project, DAY, employee=employee)
                    for employee in (self.consultant, self.colleague) * (size // 2)
                )
            )
            .with_user(self.user_manager)
            for size in (10, 10, 20)
        ]
        self._lock(LOCK, self.colleague)
        self.env.registry.clear_cache()
        for name, call in {
            "state": lambda lines: lines.mapped("approval_state"),
            "approvers": lambda lines: lines._get_approvers(),
            "to approve": lambda lines: lines.mapped("is_to_approve"),
            "approve": lambda lines: lines.action_approve(),
        }.items():
            counts = [
                self._count_queries(lambda lines=lines, call=call: call(lines))
                for lines in entries
            ]
            with self.subTest(call=name):
                self.assertEqual(counts[1], counts[2])
