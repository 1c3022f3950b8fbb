from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import JANUARY, SecurityCommon


@tagged("post_install", "-at_install")
class TestPreviewRights(SecurityCommon):
    """Whoever may create the invoices may preview them: own rows, own previews."""

    def _open(self, user, periods, **kwargs):
        action = self.rpc(user, periods, "action_preview_invoices", **kwargs)
        return self.env["project.billing.preview"].browse(action["res_id"])

    def test_previews_and_creates_own_rows(self):
        for user, period in (
            (self.user_pm, self.period),
            (self.user_salesperson, self.sold_period),
            (self.user_accountant, self.foreign_period),
        ):
            preview = self._open(user, period)
            self.assertEqual(preview.create_uid, user)
            values = self.rpc(user, preview.document_ids, "read", [])[0]
            self.assertEqual((values["hours"], values["amount"]), (3.0, 300.0))
            self.rpc(user, preview.document_ids.item_ids, "read", [])
            self.rpc(
                user,
                preview,
                "web_read",
                {
                    "amount": {},
                    "document_ids": {
                        "fields": {"partner_id": {"fields": {"display_name": {}}}}
                    },
                },
            )
            self.rpc(user, preview, "action_refresh")
            action = self.rpc(user, preview, "action_create_invoices")
            self.assertTrue(action["context"]["billing_result"]["made"])
            self.assertEqual(period.state, "to_send")

    def test_without_choice_own_ready_rows(self):
        Period = self.env["project.billing.period"]
        for user, periods in (
            (self.user_pm, self.period),
            (self.user_salesperson, self.sold_period),
            (self.user_both, Period),
        ):
            self.assertEqual(self._open(user, Period).period_ids, periods)
        everything = self._open(self.user_accountant, Period).period_ids
        self.assertLessEqual(self.periods, everything)

    def test_foreign_rows_are_refused(self):
        for user in self.user_pm | self.user_both | self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._open(user, self.foreign_period)

    def test_no_billing_role_no_preview(self):
        for user in self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._open(user, self.env["project.billing.period"])

    def test_a_preview_is_its_authors_own(self):
        preview = self._open(self.user_accountant, self.periods)
        colleague = self._new_user("accountant_2", "account.group_account_invoice")
        for record in (preview, preview.line_ids, preview.line_ids.item_ids):
            for user in self.user_pm | colleague:
                with self.subTest(record=record), self.assertRaises(AccessError):
                    self.rpc(user, record, "read", [])
        for method in ("action_create_invoices", "action_refresh"):
            with self.assertRaises(AccessError):
                self.rpc(colleague, preview, method)
        line = preview.document_ids[:1]
        for method in ("action_leave_out", "action_take_in", "action_view_entries"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.rpc(colleague, line, method)

    def test_nobody_writes_a_preview(self):
        preview = self._open(self.user_pm, self.period)
        line = preview.document_ids
        for record, values in (
            (preview, {"period_ids": [Command.link(self.foreign_period.id)]}),
            (line, {"amount": 1.0}),
            (line, {"period_ids": [Command.link(self.foreign_period.id)]}),
            (line.item_ids, {"amount": 1.0}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.rpc(self.user_pm, record, "write", values)
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, record, "unlink")
        for model, values in (
            ("project.billing.preview", {"period_ids": [self.foreign_period.id]}),
            ("project.billing.preview.line", {"preview_id": preview.id}),
            ("project.billing.preview.item", {"line_id": line.id}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.rpc(self.user_pm, self.env[model], "create", [values])

    def test_a_row_that_was_taken_away_is_not_invoiced(self):
        preview = self._open(self.user_pm, self.period)
        self.project.user_id = self.user_manager
        self.project.billing_owner_id = self.user_manager
        for method in ("action_create_invoices", "action_refresh"):
            with self.assertRaises(AccessError):
                self.rpc(self.user_pm, preview, method)

    def test_context_opens_nothing(self):
        """What a client sends along neither fills the preview nor the invoices."""
        context = {
            "default_is_done": True,
            "default_amount": 1.0,
            "default_preview_id": 1,
            "active_ids": self.foreign_period.ids,
            "allowed_company_ids": self.company.ids,
        }
        preview = self._open(self.user_pm, self.period, context=context)
        self.assertEqual(preview.period_ids, self.period)
        self.assertFalse(preview.is_done)
        self.assertEqual(preview.document_ids.amount, 300.0)

    def test_last_period_of_a_foreign_row_is_not_told(self):
        """What somebody else's customer paid is not shown with the next period."""
        february = self._period(self.project, JANUARY.replace(month=2))
        self._log_time(self.project, february.date_from, 3.0)
        self._lock(february.date_to)
        self.period.action_generate_invoices()
        self.project.billing_owner_id = self.user_manager
        self.sold_partner.user_id = self.user_salesperson
        february.sudo().partner_id = self.sold_partner
        preview = self._open(self.user_salesperson, february)
        self.assertFalse(preview.document_ids.has_last)
        preview = self._open(self.user_accountant, february)
        self.assertTrue(preview.document_ids.has_last)

    def test_time_entries_are_for_those_who_read_them(self):
        preview = self._open(self.user_pm, self.period)
        action = self.rpc(self.user_pm, preview.document_ids, "action_view_entries")
        with self.assertRaises(AccessError):
            self.ids_of(self.user_pm, "account.analytic.line", action["domain"])

    def test_creating_twice_is_refused(self):
        preview = self._open(self.user_pm, self.period)
        self.rpc(self.user_pm, preview, "action_create_invoices")
        with self.assertRaises(UserError):
            self.rpc(self.user_pm, preview, "action_create_invoices")
