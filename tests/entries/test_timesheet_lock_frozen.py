from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.rates.item_change import holding_from

from ..common.base import InvoicingCycleCommon

CLOSED_DAY = date(2026, 2, 10)


@tagged("post_install", "-at_install")
class TestTimesheetLockFrozen(InvoicingCycleCommon):
    """What Odoo recomputes by itself does not reach closed time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order)
        cls.other_partner = cls.env["res.partner"].create({"name": "Other Customer"})
        cls.other_order = cls._create_order(price=50.0)
        cls.other_project = cls._create_project("Other", order=cls.other_order)
        Task = cls.env["project.task"]
        cls.parent = Task.create({"name": "Parent", "project_id": cls.project.id})
        cls.task = Task.create(
            {
                "name": "Task",
                "project_id": cls.project.id,
                "parent_id": cls.parent.id,
            }
        )
        cls.locked = cls._log_time(cls.project, CLOSED_DAY, 2.0, task_id=cls.task.id)
        cls.free = cls._log_time(
            cls.project, date(2026, 3, 3), 1.0, task_id=cls.task.id
        )
        cls._lock(date(2026, 2, 28))

    def _state(self, entry):
        self.env.flush_all()
        self.env.invalidate_all()
        return entry.read(
            ["project_id", "partner_id", "user_id", "company_id", "unit_amount", "date"]
        )

    def test_moved_task(self):
        before = self._state(self.locked)
        self.task.with_user(self.user_manager).write(
            {"project_id": self.other_project.id, "parent_id": False}
        )
        self.assertEqual(self._state(self.locked), before)
        self.assertEqual(self.free.project_id, self.other_project)
        self.assertEqual(self.task.project_id, self.other_project)
        # moving a task must not change a price
        self.assertEqual(self.locked.so_line, self.order.order_line)

    def test_moved_task_forged_context(self):
        before = self._state(self.locked)
        keys = dict.fromkeys(("force", "bypass", "recompute", "install_mode"), True)
        self.task.with_user(self.user_manager).with_context(**keys).write(
            {"project_id": self.other_project.id, "parent_id": False}
        )
        self.assertEqual(self._state(self.locked), before)

    def test_moved_task_by_superuser(self):
        before = self._state(self.locked)
        self.task.write({"project_id": self.other_project.id, "parent_id": False})
        self.assertEqual(self._state(self.locked), before)

    def test_moved_parent(self):
        before = self._state(self.locked)
        self.parent.with_user(self.user_manager).project_id = self.other_project
        self.assertEqual(self._state(self.locked), before)

    def test_moved_task_new_sale_line(self):
        """Wherever the task goes, time that was closed keeps its sale line."""
        self.task.write({"project_id": self.other_project.id, "parent_id": False})
        self.task.sale_line_id = self.other_order.order_line
        self.assertEqual(self.locked.so_line, self.order.order_line)
        self.assertEqual(self.free.so_line, self.other_order.order_line)

    def test_deleted_task(self):
        with self.assertRaisesRegex(UserError, "locked or invoiced time"):
            self.task.with_user(self.user_manager).unlink()
        self.assertEqual(self.locked.task_id, self.task)

    def test_deleted_links_forged_context(self):
        """The key of an uninstallation switches Odoo's own checks off."""
        before = self._state(self.locked)
        user = self._new_user(
            "all_rights",
            "project.group_project_manager,hr.group_hr_manager,"
            "sales_team.group_sale_manager,hr_timesheet.group_hr_timesheet_approver",
        )
        for record in (self.task, self.project, self.consultant):
            record = record.with_user(user).with_context(_force_unlink=True)
            with (
                self.subTest(model=record._name),
                self.assertRaisesRegex(UserError, "locked or invoiced time"),
            ):
                record.unlink()
        self.assertEqual(self._state(self.locked), before)

    def test_switched_user(self):
        before = self._state(self.locked)
        successor = self._new_user("successor", "hr_timesheet.group_hr_timesheet_user")
        self.consultant.user_id = successor
        self.assertEqual(self._state(self.locked), before)
        self.assertEqual(self.free.user_id, successor)

    def test_changed_customer(self):
        before = self._state(self.locked)
        self.project.partner_id = self.other_partner
        self.task.partner_id = self.other_partner
        self.assertEqual(self._state(self.locked), before)
        self.assertEqual(self.free.partner_id, self.other_partner)

    def test_archived_project(self):
        before = self._state(self.locked)
        self.project.with_user(self.user_manager).sudo().active = False
        self.assertEqual(self._state(self.locked), before)

    def test_changed_company(self):
        """A project's company says nothing about that of time which is closed."""
        company = self.env["res.company"].create({"name": "Second"})
        before = self._state(self.locked)
        project = self._create_project("No company", order=self.order, schedule=False)
        entry = self._log_time(project, CLOSED_DAY)
        project.sale_line_id = False
        project.company_id = company
        self.env.flush_all()
        self.assertEqual(entry.company_id, self.company)
        # ... and writing the same project does not take it over.
        with self.assertRaises(AccessError):
            entry.with_user(self.user_manager).sudo().project_id = project
        self.assertEqual(self._state(self.locked), before)

    # -------------------------------------------------------------- sale line

    def test_sale_line_of_the_day(self):
        before, item = self.locked.so_line, self.other_order.order_line
        for record in (self.project, self.task):
            record.sale_line_id = item
            self.assertEqual(self.locked.so_line, before)
        # Unless somebody decides otherwise.
        for record in (self.project, self.task):
            record.sale_line_id = before
            self._change_for_all(record, {"sale_line_id": item.id})
        self.assertEqual(self.locked.so_line, item)

    def test_sale_line_first_order(self):
        """Time that was locked before there was an order can still be billed."""
        project = self._create_project("No order yet", schedule=False)
        project.sale_line_id = False
        entry = self._log_time(project, CLOSED_DAY)
        self.assertFalse(entry.so_line)
        project.with_user(self.user_manager).sudo().sale_line_id = self.order.order_line
        self.assertEqual(entry.so_line, self.order.order_line)

    def _add_rate(self, project, order):
        return self.env["project.sale.line.employee.map"].create(
            {
                "project_id": project.id,
                "employee_id": self.consultant.id,
                "sale_line_id": order.order_line.id,
            }
        )

    def test_sale_line_of_the_rate_table(self):
        """Odoo writes it on the entries; they get that of their day instead."""
        entry = self._log_time(self.project, CLOSED_DAY)
        before = entry.so_line
        rate = self._add_rate(self.project, self.other_order)
        self.assertEqual(entry.so_line, before)
        rate.unlink()
        with holding_from(date.min):
            rate = self._add_rate(self.project, self.other_order)
        self.assertEqual(entry.so_line, self.other_order.order_line)
        self.assertEqual(self.locked.so_line, self.other_order.order_line)
        administrator = self._new_user("rates", "project.group_project_manager")
        rate.with_user(administrator).sudo().sale_line_id = self.order.order_line
        self.assertEqual(entry.so_line, self.other_order.order_line)

    def test_not_billable_any_more(self):
        self.project.allow_billable = False
        self.assertFalse(self.locked.so_line)
