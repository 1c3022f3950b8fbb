from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestTimesheetBilledGuard(InvoicingCycleCommon):
    """Time on an invoice: closed whether locked or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.project = cls._create_project(order=cls.order, schedule=False)
        cls.other_project = cls._create_project("Other", schedule=False)
        cls.task = cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id}
        )
        cls.entry = cls._log_time(
            cls.project, date(2026, 3, 3), 2.0, task_id=cls.task.id, name="Work"
        )
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_date": date(2026, 3, 5),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product_hours.id,
                            "quantity": 2.0,
                            "price_unit": 100.0,
                            "sale_line_ids": [Command.set(cls.order.order_line.ids)],
                        }
                    )
                ],
            }
        )
        cls.entry._set_invoice_line(cls.invoice.invoice_line_ids)

    def test_draft(self):
        self.assertEqual(self.entry.approval_state, "approved")
        for user in (self.user_consultant, self.user_manager):
            entry = self.entry.with_user(user)
            for values in (
                {"unit_amount": 3.0},
                {"name": "Other"},
                {"project_id": self.other_project.id},
            ):
                with (
                    self.subTest(user=user.login, values=values),
                    self.assertRaisesRegex(AccessError, "Draft Invoice"),
                ):
                    entry.write(values)
            with self.assertRaisesRegex(AccessError, "Draft Invoice"):
                entry.unlink()
        self.env.invalidate_all()
        self.assertTrue(self.entry.with_user(self.user_consultant).readonly_timesheet)

    def test_draft_administrator(self):
        entry = self.entry.with_user(self.user_timesheet_admin)
        self.env.invalidate_all()
        self.assertFalse(entry.readonly_timesheet)
        entry.write({"unit_amount": 3.0, "date": date(2026, 3, 4)})
        self.assertEqual(entry.unit_amount, 3.0)
        self.assertEqual(entry.invoice_line_id, self.invoice.invoice_line_ids)

    def test_posted(self):
        self.invoice.action_post()
        everybody = self.user_consultant | self.user_manager | self.user_timesheet_admin
        for user in everybody | self.env.ref("base.user_root"):
            entry = self.entry.with_user(user)
            for values in ({"unit_amount": 3.0}, {"name": "Other"}):
                with (
                    self.subTest(user=user.login, values=values),
                    self.assertRaisesRegex(UserError, self.invoice.name),
                ):
                    entry.write(values)
            with (
                self.subTest(user=user.login, values="unlink"),
                self.assertRaises(UserError),
            ):
                entry.unlink()
            with self.assertRaises(UserError):
                entry.with_context(_force_unlink=True).unlink()
        self.env.invalidate_all()
        admin_entry = self.entry.with_user(self.user_timesheet_admin)
        self.assertTrue(admin_entry.readonly_timesheet)

    def test_costs_of_billed_time(self):
        self.invoice.action_post()
        self.entry.with_user(self.user_manager).amount = -99.0
        self.assertEqual(self.entry.amount, -99.0)

    def test_recomputation(self):
        self.invoice.action_post()
        successor = self._new_user("successor", "hr_timesheet.group_hr_timesheet_user")
        partner = self.env["res.partner"].create({"name": "Other Customer"})
        other_order = self._create_order(price=10.0)
        self.consultant.user_id = successor
        self.task.partner_id = partner
        self.project.sale_line_id = other_order.order_line
        self.task.sale_line_id = other_order.order_line
        self.task.project_id = self.other_project
        self.assertEqual(self.entry.user_id, self.user_consultant)
        self.assertEqual(self.entry.partner_id, self.partner)
        self.assertEqual(self.entry.project_id, self.project)
        self.assertEqual(self.entry.so_line, self.order.order_line)

    def test_cancelled(self):
        """A cancelled invoice closes nothing."""
        self.invoice.button_cancel()
        self.entry.with_user(self.user_consultant).unit_amount = 3.0
        self.assertEqual(self.entry.unit_amount, 3.0)
