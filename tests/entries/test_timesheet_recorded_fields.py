from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon


@tagged("post_install", "-at_install")
class TestTimesheetRecordedFields(InvoicingCycleCommon):
    """What actions record is not written by RPC, import or form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, date(2026, 3, 3))
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_line_ids": [Command.create({"name": "X"})],
            }
        )
        cls.values = {
            "approval_key": "x",
            "approved_by_id": cls.user_manager.id,
            "approved_on": "2026-03-01 00:00:00",
            "billing_period_id": cls.project.billing_period_ids[0].id,
            "invoice_line_id": cls.invoice.invoice_line_ids.id,
            "sent_back": True,
            "sent_back_reason": "x",
            "timesheet_invoice_id": cls.invoice.id,
            "timesheet_invoice_type": "non_billable",
        }

    def test_write_and_create(self):
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_timesheet_admin,
        ):
            entry = self.entry.with_user(user)
            for name, value in self.values.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        entry.write({name: value})
                    with self.assertRaises(AccessError):
                        entry.create(
                            {
                                "name": "New",
                                "project_id": self.project.id,
                                "employee_id": self.consultant.id,
                                name: value,
                            }
                        )
            with self.assertRaises(AccessError):
                entry.write({"billing_period_id": False})

    def test_defaults(self):
        Line = self.env["account.analytic.line"].with_user(self.user_consultant)
        forged = {f"default_{name}": value for name, value in self.values.items()}
        entry = Line.with_context(
            **forged, default_billing_hold="write_off", default_hold_reason="x"
        ).create(
            {"name": "New", "project_id": self.project.id, "date": date(2026, 3, 4)}
        )
        self.assertFalse(entry.approved_on or entry.approved_by_id or entry.sent_back)
        self.assertFalse(entry.invoice_line_id or entry.timesheet_invoice_id)
        self.assertEqual(entry.timesheet_invoice_type, "billable_time")
        self.assertEqual(
            entry.billing_period_id, self._period(self.project, entry.date)
        )
        self.assertEqual(entry.billing_hold, "bill")
        self.assertFalse(entry.hold_reason)

    def test_import(self):
        result = (
            self.env["account.analytic.line"]
            .with_user(self.user_manager)
            .load([".id", "approved_on"], [[str(self.entry.id), "2026-03-01"]])
        )
        self.assertFalse(result["ids"])
        self.assertFalse(self.entry.approved_on)

    def test_hold(self):
        hold = {"billing_hold": "hold", "hold_reason": "Ask the customer"}
        for user in (
            self.user_consultant,
            self._new_user("approver", "hr_timesheet.group_hr_timesheet_approver"),
        ):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "billing manager"),
            ):
                self.entry.with_user(user).write(hold)
            with self.assertRaises(AccessError):
                self.entry.with_user(user).create(
                    {
                        "name": "New",
                        "project_id": self.project.id,
                        "employee_id": self.consultant.id,
                        **hold,
                    }
                )
        # the project manager, the invoice owner, the customer's salesperson
        self.entry.with_user(self.user_manager).write(hold)
        self.assertEqual(self.entry.billing_hold, "hold")
        owner = self._new_user("owner", "hr_timesheet.group_hr_timesheet_approver")
        self.project.billing_owner_id = owner
        self.entry.with_user(owner).write({"billing_hold": "bill"})
        seller = self._new_user("seller", "hr_timesheet.group_hr_timesheet_approver")
        self.partner.user_id = seller
        self.entry.with_user(seller).write({"billing_hold": "write_off"})
        manager = self._new_user(
            "billing",
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_approver",
        )
        self.entry.with_user(manager).write({"billing_hold": "bill"})

    def test_hold_of_billed_time(self):
        self.entry._set_invoice_line(self.invoice.invoice_line_ids)
        with self.assertRaisesRegex(UserError, "Draft Invoice"):
            self.entry.with_user(self.user_manager).billing_hold = "write_off"
