from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common.security import SecurityCommon


@tagged("post_install", "-at_install")
class TestRolesAct(SecurityCommon):
    """Who generates, overrides, skips, marks as sent and orders."""

    def test_own_ready_period_is_generated(self):
        for user, period in (
            (self.user_pm, self.period),
            (self.user_salesperson, self.sold_period),
            (self.user_accountant, self.foreign_period),
        ):
            self.rpc(user, period, "action_generate_invoices")
            invoice = period.invoice_ids
            self.assertEqual(len(invoice), 1, user.login)
            self.assertEqual(invoice.state, "draft")
            self.assertEqual(invoice.create_uid, user)
            self.assertEqual(invoice.amount_untaxed, 300.0)

    def test_foreign_period_is_not_generated(self):
        for user in self.user_pm | self.user_both | self.strangers:
            for periods in (self.foreign_period, self.period | self.foreign_period):
                with (
                    self.subTest(user=user.login, periods=periods),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, periods, "action_generate_invoices")
        self.assertFalse(self.periods.invoice_ids)

    def test_override_is_for_billing_managers(self):
        february = self._period(self.project, date(2026, 2, 15))
        self._log_time(self.project, date(2026, 2, 10), 2.0)
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, february, "action_generate_invoices", reason="Hurry")
        with self.assertRaises(UserError):
            self.rpc(self.user_pm, february, "action_generate_invoices")
        wizard_id = self.rpc(
            self.user_pm,
            self.env["project.billing.period.reason"],
            "create",
            {"period_ids": february.ids, "reason": "Hurry", "mode": "generate"},
        )
        wizard = self.env["project.billing.period.reason"].browse(wizard_id)
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, wizard, "action_confirm")
        self.rpc(
            self.user_accountant, february, "action_generate_invoices", reason="Hurry"
        )
        self.assertEqual(february.state, "to_send")

    def test_skip_is_for_own_rows(self):
        for user in self.user_pm | self.user_both | self.strangers:
            for method, *arguments in (("action_skip", "x"), ("action_unskip",)):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.foreign_period, method, *arguments)
        self.rpc(self.user_pm, self.period, "action_skip", "Goodwill")
        self.assertEqual(self.period.state, "skipped")
        self.rpc(self.user_pm, self.period, "action_unskip")
        self.assertEqual(self.period.state, "ready")

    def test_dialogs_take_no_foreign_rows(self):
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_pm,
                self.env["project.billing.period.reason"],
                "create",
                {"mode": "skip", "reason": "x"},
                context={"active_ids": (self.period | self.foreign_period).ids},
            )

    def test_sent_is_marked_by_those_who_bill_the_row(self):
        self.periods.action_generate_invoices()
        invoices = self.periods.invoice_ids
        invoices.action_post()
        for user in self.user_pm | self.user_both | self.strangers:
            for record in (self.foreign_period, self.foreign_period.invoice_ids):
                with (
                    self.subTest(user=user.login, record=record),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, record, "action_mark_as_sent")
        self.rpc(self.user_pm, self.period, "action_mark_as_sent")
        self.assertEqual(self.period.state, "sent")
        self.assertEqual(self.period.invoice_ids.sent_by_id, self.user_pm)
        self.rpc(self.user_salesperson, self.sold_period, "action_mark_as_sent")
        self.assertEqual(self.sold_period.state, "sent")
        self.assertEqual(self.foreign_period.state, "to_send")

    def test_nobody_but_accounting_confirms_or_changes_the_draft(self):
        self.period.action_generate_invoices()
        invoice = self.period.invoice_ids
        for user in self.user_pm | self.user_salesperson:
            for method, *arguments in (
                ("write", {"narration": "x"}),
                ("unlink",),
                ("action_confirm_invoices",),
                ("action_post",),
                ("button_cancel",),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, invoice, method, *arguments)
        self.rpc(self.user_accountant, invoice, "action_confirm_invoices")
        self.assertEqual(invoice.state, "posted")

    def test_forged_keys_open_nothing(self):
        context = {
            "_force_unlink": True,
            "force_delete": True,
            "active_test": False,
            "tracking_disable": True,
            "billing_cycle_section": "to_invoice",
            "billing_override": True,
            "billing_skip_check": True,
            "bypass_lock": True,
            "su": True,
            "uid": 1,
        }
        entry = self.period.timesheet_ids
        calls = (
            (self.user_pm, self.foreign_period, "read", ["hours"]),
            (self.user_pm, self.foreign_period, "action_generate_invoices"),
            (self.user_pm, self.foreign_project, "write", {"billing_grouping": "x"}),
            (self.user_pm, self.period, "unlink"),
            (self.user_accountant, self.period, "unlink"),
            (self.user_consultant, entry, "unlink"),
            (self.user_consultant, entry, "write", {"unit_amount": 9.0}),
        )
        for user, record, method, *arguments in calls:
            with (
                self.subTest(user=user.login, method=method, on=record._name),
                self.assertRaises(UserError),
            ):
                self.rpc(user, record, method, *arguments, context=context)
        self.assertTrue(self.period.exists() and entry.exists())
        self.assertEqual(entry.unit_amount, 3.0)

    # ----------------------------------------------------------- missing data

    def test_sales_order_dialog_needs_sales_rights(self):
        missing = self._create_project(
            "No order",
            schedule=False,
            sale_line_id=False,
            billing_owner_id=self.user_salesperson.id,
            user_id=self.user_pm.id,
        )
        for user in self.user_pm | self.user_accountant:
            with self.assertRaisesRegex(AccessError, "salespeople.*No order"):
                self.rpc(user, missing, "action_open_sale_order_dialog")
            with self.assertRaisesRegex(AccessError, "Sales"):
                self.rpc(
                    user,
                    self.env["project.billing.sale.order"],
                    "create",
                    {"project_id": missing.id, "price_unit": 1.0},
                )
        action = self.rpc(
            self.user_salesperson, missing, "action_open_sale_order_dialog"
        )
        self.assertEqual(action["res_model"], "project.billing.sale.order")

    def test_sales_order_of_a_foreign_project_is_refused(self):
        foreign = self._create_project("No order", schedule=False, sale_line_id=False)
        with self.assertRaises(AccessError):
            self.rpc(self.user_salesperson, foreign, "action_open_sale_order_dialog")
        wizard_id = self.rpc(
            self.user_salesperson,
            self.env["project.billing.sale.order"],
            "create",
            {
                "project_id": foreign.id,
                "partner_id": self.partner.id,
                "product_id": self.product_hours.id,
                "price_unit": 1.0,
            },
        )
        wizard = self.env["project.billing.sale.order"].browse(wizard_id)
        with self.assertRaises(AccessError):
            self.rpc(self.user_salesperson, wizard, "action_create_order")
        self.assertFalse(foreign.sale_line_id)

    def test_salesperson_orders_for_an_own_project(self):
        missing = self._create_project(
            "No order",
            schedule=False,
            sale_line_id=False,
            partner_id=self.sold_partner.id,
        )
        wizard_id = self.rpc(
            self.user_salesperson,
            self.env["project.billing.sale.order"],
            "create",
            {
                "project_id": missing.id,
                "product_id": self.product_hours.id,
                "price_unit": 120.0,
            },
        )
        wizard = self.env["project.billing.sale.order"].browse(wizard_id)
        self.rpc(self.user_salesperson, wizard, "action_create_order")
        self.assertEqual(missing.sale_line_id.order_id.state, "sale")
        self.assertEqual(missing.sale_line_id.price_unit, 120.0)

    def test_hold_is_for_those_who_bill_the_project(self):
        entry = self._log_time(self.project, date(2026, 2, 10), 1.0)
        with self.assertRaises(AccessError):
            self.rpc(self.user_consultant, entry, "write", {"billing_hold": "hold"})
        with self.assertRaises(AccessError):
            self.rpc(self.user_approver, entry, "write", {"billing_hold": "write_off"})
        self.assertEqual(entry.billing_hold, "bill")
