from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import SecurityCommon


@tagged("post_install", "-at_install")
class TestSecurityFields(SecurityCommon):
    """Results of actions are not written by hand, by no way and in no context."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custom = cls._create_custom_project()
        cls.custom_period = cls.custom.billing_period_ids

    RESULTS = {
        "skip_reason": "x",
        "generate_error": "x",
        "is_supplementary": True,
        "hours": 99.0,
        "late_hours": 99.0,
        "expense_amount": 99.0,
        "amount_to_invoice": 99.0,
        "amount_invoiced": 99.0,
        "state": "sent",
        "is_overdue": True,
        "readiness": {"open": []},
        "open_hours": 1.0,
        "invoice_ids": [Command.clear()],
        "invoice_line_ids": [Command.clear()],
        "timesheet_ids": [Command.clear()],
        "expense_ids": [Command.clear()],
        "expense_line_ids": [Command.clear()],
    }

    def test_results_of_a_period_cannot_be_written(self):
        values = {
            **self.RESULTS,
            "billing_owner_id": self.user_pm.id,
            "partner_id": self.sold_partner.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "project_id": self.foreign_project.id,
        }
        for user in self.user_pm | self.user_accountant:
            for name, value in values.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.period, "write", {name: value})

    def test_results_of_a_period_cannot_be_created(self):
        day = {"date_from": "2026-05-01", "date_to": "2026-05-31"}
        for name, value in self.RESULTS.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(
                    self.user_pm,
                    self.period,
                    "create",
                    {"project_id": self.custom.id, **day, name: value},
                )

    def test_defaults_of_the_context_fill_no_result(self):
        context = {f"default_{name}": value for name, value in self.RESULTS.items()}
        user = self._new_user(
            "sees_all_fields",
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_user",
        )
        period_id = self.rpc(
            user,
            self.period,
            "create",
            {
                "project_id": self.custom.id,
                "date_from": "2026-05-01",
                "date_to": "2026-05-31",
            },
            context={
                **context,
                "default_company_id": self.env["res.company"].create({"name": "X"}).id,
                "default_timesheet_ids": [
                    Command.link(self.foreign_period.timesheet_ids[:1].id)
                ],
            },
        )
        period = self.period.browse(period_id)
        self.assertEqual(period.state, "upcoming")
        self.assertFalse(period.skip_reason)
        self.assertFalse(period.generate_error)
        self.assertFalse(period.is_supplementary)
        self.assertFalse(period.hours)
        self.assertFalse(period.amount_to_invoice)
        self.assertEqual(period.company_id, self.company)
        self.assertTrue(self.foreign_period.timesheet_ids)

    def test_dates_follow_the_schedule_unless_custom(self):
        for values in ({"date_from": "2026-01-10"}, {"date_to": "2026-01-20"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.rpc(self.user_pm, self.period, "write", values)
        self.rpc(self.user_pm, self.custom_period, "write", {"date_to": "2026-03-20"})
        self.assertEqual(self.custom_period.date_to, date(2026, 3, 20))

    def test_only_custom_periods_are_entered_and_deleted_by_hand(self):
        with self.assertRaises(UserError):
            self.rpc(
                self.user_accountant,
                self.period,
                "create",
                {
                    "project_id": self.project.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                },
            )
        with self.assertRaises(UserError):
            self.rpc(self.user_accountant, self.period, "unlink")
        self.rpc(self.user_pm, self.custom_period, "unlink")
        self.assertFalse(self.custom_period.exists())

    def test_closed_periods_keep_their_amount(self):
        self.custom_period.write(
            {"fixed_amount": 500.0, "sale_line_id": self.custom.sale_line_id.id}
        )
        self.custom_period.action_skip("x")
        for values in (
            {"fixed_amount": 1.0},
            {"sale_line_id": False},
            {"invoice_date": "2026-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.rpc(self.user_pm, self.custom_period, "write", values)

    def test_fixed_amount_is_billed_to_the_projects_customer(self):
        with self.assertRaises(ValidationError):
            self.rpc(
                self.user_pm,
                self.custom_period,
                "write",
                {"sale_line_id": self.sold_project.sale_line_id.id},
            )

    def test_ledger_of_time_cannot_be_written(self):
        entry = self._log_time(self.project, date(2026, 2, 10), 1.0)
        line = self.env["account.move.line"].search([], limit=1)
        for user in self.user_consultant | self.user_timesheet_admin:
            for name, value in {
                "billing_period_id": self.foreign_period.id,
                "invoice_line_id": line.id,
                "timesheet_invoice_id": line.move_id.id,
                "approved_by_id": user.id,
                "approved_on": "2026-01-01 00:00:00",
                "approval_key": "x",
                "sent_back": True,
                "sent_back_reason": "x",
            }.items():
                with (
                    self.subTest(field=name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, entry, "write", {name: value})

    def test_lock_cannot_be_written(self):
        for user in self.user_timesheet_admin | self.env.ref("base.user_admin"):
            with self.assertRaises(AccessError):
                self.rpc(
                    user,
                    self.consultant,
                    "write",
                    {"timesheet_locked_until": "2030-01-01"},
                )
        employee_id = self.rpc(
            self.env.ref("base.user_admin"),
            self.consultant,
            "create",
            {"name": "New"},
            context={"default_timesheet_locked_until": "2030-01-01"},
        )
        self.assertFalse(self.consultant.browse(employee_id).timesheet_locked_until)

    def _get_invoice(self):
        self.period.action_generate_invoices()
        return self.period.invoice_ids

    def test_ledger_of_invoice_lines_cannot_be_written(self):
        invoice = self._get_invoice()
        line = invoice.invoice_line_ids
        entry = line.timesheet_entry_ids
        for name, value in {
            "billing_period_id": self.foreign_period.id,
            "quantity_made": 0.0,
            "credited_line_id": line.id,
            "credit_line_ids": [Command.link(line.id)],
            "recreated_line_id": line.id,
            "released_entry_ids": [Command.clear()],
            "credited_entry_ids": [Command.clear()],
            "timesheet_entry_ids": [Command.clear()],
        }.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(self.user_accountant, line, "write", {name: value})
            with self.subTest(command=name), self.assertRaises(AccessError):
                self.rpc(
                    self.user_accountant,
                    invoice,
                    "write",
                    {"invoice_line_ids": [Command.update(line.id, {name: value})]},
                )
        self.assertEqual(entry.invoice_line_id, line)

    def test_defaults_of_the_context_fill_no_ledger(self):
        invoice_id = self.rpc(
            self.user_accountant,
            self.env["account.move"],
            "create",
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            },
            context={
                "default_billing_period_id": self.period.id,
                "default_quantity_made": 7.0,
                "default_timesheet_entry_ids": [
                    Command.link(self.period.timesheet_ids[:1].id)
                ],
                "default_released_entry_ids": [
                    Command.link(self.period.timesheet_ids[:1].id)
                ],
                "default_sent_on": "2026-01-01 00:00:00",
            },
        )
        invoice = self.env["account.move"].browse(invoice_id)
        line = invoice.invoice_line_ids
        self.assertFalse(line.billing_period_id)
        self.assertFalse(line.quantity_made)
        self.assertFalse(line.timesheet_entry_ids)
        self.assertFalse(line.released_entry_ids)
        self.assertFalse(invoice.sent_on)
        self.assertEqual(self.period.state, "ready")

    def test_a_copy_credits_nothing_whatever_the_context(self):
        invoice = self._get_invoice()
        invoice.action_post()
        line = invoice.invoice_line_ids
        copy_id = self.rpc(
            self.user_accountant,
            invoice,
            "copy",
            context={"move_reverse_cancel": True, "include_business_fields": True},
        )
        copy = invoice.browse(copy_id)
        copy.invoice_date = date(2026, 3, 10)
        copy.action_post()
        self.assertFalse(copy.invoice_line_ids.credited_line_id)
        self.assertFalse(copy.invoice_line_ids.sale_line_ids)
        self.assertTrue(line.timesheet_entry_ids)
        self.assertEqual(self.period.state, "to_send")

    def test_the_link_of_an_expense_cannot_be_written(self):
        expense = self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": self.consultant.id,
                "total_amount_currency": 10.0,
            }
        )
        for name, value in {
            "billing_period_id": self.foreign_period.id,
            "billing_project_id": self.foreign_project.id,
        }.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.rpc(self.user_consultant, expense, "write", {name: value})
        expense_id = self.rpc(
            self.user_consultant,
            expense,
            "create",
            {"name": "Bus", "total_amount_currency": 5.0},
            context={
                "default_billing_period_id": self.foreign_period.id,
                "default_billing_project_id": self.foreign_project.id,
            },
        )
        self.assertFalse(expense.browse(expense_id).billing_period_id)
        self.assertFalse(expense.browse(expense_id).billing_project_id)

    def test_the_link_of_a_sale_line_cannot_be_written(self):
        line = self.sold_project.sale_line_id
        line.order_id.user_id = self.user_salesperson
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_salesperson,
                line,
                "write",
                {"billing_period_id": self.foreign_period.id},
            )

    def test_generating_listens_to_no_default_of_the_context(self):
        journal = self.env["account.journal"].create(
            {"name": "Other", "type": "sale", "code": "OTH"}
        )
        self.rpc(
            self.user_pm,
            self.period,
            "action_generate_invoices",
            context={
                "default_journal_id": journal.id,
                "default_invoice_date": "2020-01-01",
                "default_narration": "forged",
                "default_invoice_user_id": self.user_pm.id,
                "default_billing_origin": "freeform",
                "default_quantity_made": 5.0,
                "default_discount": 50.0,
                "default_sent_on": "2026-01-01 00:00:00",
                "move_reverse_cancel": True,
                "active_test": False,
                "timesheet_start_date": "2030-01-01",
                "skip_invoice_sync": True,
                "check_move_validity": False,
            },
        )
        invoice = self.period.invoice_ids
        self.assertEqual(invoice.state, "draft")
        self.assertNotEqual(invoice.journal_id, journal)
        self.assertFalse(invoice.invoice_date)
        self.assertNotIn("forged", invoice.narration or "")
        self.assertFalse(invoice.sent_on)
        self.assertEqual(invoice.billing_origin, "schedule")
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertEqual(invoice.amount_total, 372.0)
        self.assertEqual(invoice.invoice_line_ids.quantity_made, 3.0)
