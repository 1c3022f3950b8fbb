from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.draft import DraftCommon

DAY = date(2026, 1, 20)


@tagged("post_install", "-at_install")
class TestConfirmOutdated(DraftCommon):
    """Who confirms a draft that is out of date learns it first; code is not asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._log_time(cls.project, DAY, 2.0)
        cls.other = cls._make_draft("Other")
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _make_draft(cls, name):
        """A draft that is up to date."""
        project = cls._create_project(name)
        cls._log_time(project, date(2026, 1, 5), 1.0)
        return cls._generate(cls._period(project, date(2026, 1, 5)))

    def _press(self, drafts):
        """The button "Confirm" of the form."""
        return (
            drafts.with_user(self.user_accountant)
            .with_context(
                validate_analytic=True, disable_abnormal_invoice_detection=False
            )
            .action_post()
        )

    def _confirm(self, drafts):
        """The button "Confirm" of our lists."""
        return drafts.with_user(self.user_accountant).action_confirm_invoices()

    def _dialog(self, action):
        self.assertEqual(action["res_model"], "validate.account.move")
        dialog = self.env[action["res_model"]].with_user(self.user_accountant)
        dialog = dialog.browse(action["res_id"])
        with Form(dialog) as form:
            self.assertEqual(
                set(form.outdated_move_ids.ids), set(dialog.outdated_move_ids.ids)
            )
        return dialog

    def _notes(self, draft):
        return draft.message_ids.filtered(lambda m: "out of date" in (m.body or ""))

    def assertDraft(self, *drafts):
        for draft in drafts:
            self.assertEqual(draft.state, "draft")

    # ---------------------------------------------------------------- the form

    def test_form_asks(self):
        dialog = self._dialog(self._press(self.draft))
        self.assertDraft(self.draft)
        self.assertEqual(dialog.outdated_move_ids, self.draft)
        self.assertIn("2.00 h", dialog.outdated_move_ids.outdated_reasons)
        dialog.validate_move()
        self.assertEqual(self.draft.state, "posted")
        self.assertEqual(self.draft.amount_untaxed, 500.0)
        note = self._notes(self.draft)
        self.assertEqual(len(note), 1)
        self.assertIn("2.00 h arrived since.", note.body)

    def test_form_refreshes(self):
        dialog = self._dialog(self._press(self.draft))
        dialog.action_refresh_drafts()
        self.assertDraft(self.draft)
        self.assertEqual(self.draft.amount_untaxed, 700.0)
        self.assertFalse(self._press(self.draft))
        self.assertEqual(self.draft.state, "posted")
        self.assertFalse(self._notes(self.draft))

    def test_form_refreshes_and_asks_about_changes_by_hand(self):
        self.line.with_user(self.user_accountant).quantity = 4.0
        dialog = self._dialog(self._press(self.draft))
        action = dialog.action_refresh_drafts()
        self.assertEqual(action["res_model"], "account.move.refresh")
        self.assertEqual(self.line.quantity, 4.0)

    def test_form_of_a_draft_that_is_up_to_date(self):
        self.assertFalse(self._press(self.other))
        self.assertEqual(self.other.state, "posted")
        self.assertFalse(self._notes(self.other))

    def test_time_that_is_not_ready_is_no_question(self):
        self._lock(date(2026, 1, 10))
        self.assertFalse(self._press(self.draft))
        self.assertEqual(self.draft.state, "posted")

    def test_future_date_is_confirmed_at_once(self):
        """As the button does without the question."""
        self.draft.invoice_date = date(2026, 4, 1)
        self._dialog(self._press(self.draft)).validate_move()
        self.assertEqual(self.draft.state, "posted")

    # --------------------------------------------------------------- the lists

    def test_list_confirms_the_others(self):
        dialog = self._dialog(self._confirm(self.draft | self.other))
        self.assertEqual(self.other.state, "posted")
        self.assertDraft(self.draft)
        self.assertEqual(dialog.move_ids, self.draft)
        dialog.validate_move()
        self.assertEqual(self.draft.state, "posted")

    def test_list_names_failing_ones_and_asks_then(self):
        empty = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.partner.id}
        )
        result = self._confirm(self.draft | empty)
        self.assertEqual(result["tag"], "display_notification")
        self.assertIn("1 of 1", result["params"]["message"])
        self._dialog(result["params"]["next"]).validate_move()
        self.assertEqual(self.draft.state, "posted")

    def test_list_refreshes_many(self):
        second, emptied = self._make_draft("Second"), self._make_draft("Emptied")
        for draft in second, emptied:
            self._log_time(draft.billing_project_ids, DAY, 3.0)
        second.invoice_line_ids.with_user(self.user_accountant).price_unit = 90.0
        entries = self.env["account.analytic.line"].search(
            [("project_id", "=", emptied.billing_project_ids.id)]
        )
        entries.with_user(self.user_timesheet_admin).unlink()
        drafts = self.draft | second | emptied
        dialog = self._dialog(self._confirm(drafts))
        self.assertEqual(dialog.outdated_move_ids, drafts)
        params = dialog.action_refresh_drafts()["params"]
        self.assertIn("2 drafts are refreshed", params["message"])
        self.assertIn("Nothing of", params["message"])
        self.assertEqual(params["next"]["type"], "ir.actions.act_window_close")
        self.assertDraft(*drafts)
        self.assertEqual(self.draft.amount_untaxed, 700.0)
        self.assertEqual(second.amount_untaxed, 4 * 90.0)

    def test_odoos_own_list(self):
        drafts = (self.draft | self.other).with_user(self.user_accountant)
        dialog = self._dialog(drafts.action_validate_moves_with_confirmation())
        self.assertEqual(self.other.state, "posted")
        self.assertEqual(dialog.move_ids, self.draft)
        dialog.validate_move()
        self.assertEqual(self.draft.state, "posted")

    def test_whoever_may_not_confirm_gets_an_error(self):
        with self.assertRaises(AccessError):
            self.draft.with_user(self.user_salesperson).action_confirm_invoices()

    # -------------------------------------------------------------------- code

    def test_code_is_not_asked(self):
        self.assertFalse(self.draft.with_user(self.user_accountant).action_post())
        self.assertEqual(self.draft.state, "posted")
        self.assertEqual(len(self._notes(self.draft)), 1)

    def test_automatic_posting(self):
        self.draft.write({"auto_post": "at_date", "date": date(2026, 3, 10)})
        self.env.flush_all()
        cron = self.env.ref("account.ir_cron_auto_post_draft_entry")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.draft.state, "posted")
        self.assertEqual(len(self._notes(self.draft)), 1)

    def test_other_documents_are_none_of_this(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 5})],
            }
        )
        before = self.cr.sql_log_count
        self.assertFalse(move._filtered_outdated())
        self.assertEqual(self.cr.sql_log_count, before)
        self.assertFalse(self._press(move))
        self.assertEqual(move.state, "posted")
