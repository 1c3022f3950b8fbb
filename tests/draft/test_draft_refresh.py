from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.draft import DraftCommon


@tagged("post_install", "-at_install")
class TestDraftRefresh(DraftCommon):
    """Refreshing a draft: what arrived comes, what was changed follows."""

    def _arrive(self, hours=2.0, day=date(2026, 1, 20), **values):
        return self._log_time(self.project, day, hours, **values)

    def test_up_to_date(self):
        self.assertFalse(self.draft.draft_status)
        self.assertFalse(self._refresh())
        messages = self.draft.message_ids
        self.assertEqual(self.line.quantity, 5.0)
        self.assertEqual(self.draft.invoice_line_ids, self.line)
        self.assertEqual(self.draft.message_ids, messages)
        self.assertLedger()

    def test_planning_only_reads(self):
        """Nothing is written for a plan, not even to be taken back."""
        self._arrive()
        self.env.flush_all()
        self.env.cr.precommit.run()
        statements = []
        execute = self.env.cr.execute

        def recording(query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", recording):
            plan = self.draft._get_refresh_plan()
        self.assertEqual(len(plan.taken_in), 1)
        self.assertEqual(self.line.timesheet_entry_ids, self.entries)
        self.assertTrue(statements)
        for statement in statements:
            self.assertNotRegex(statement, "INSERT|UPDATE|DELETE|SAVEPOINT|FOR NO KEY")

    def test_time_arrived(self):
        late = self._arrive()
        self.assertEqual(late.billing_period_id, self.february)
        self.assertEqual(self._reasons(), "2.00 h arrived since.")
        self._refresh()
        self.assertEqual(late.invoice_line_id, self.line)
        self.assertEqual(self.line.quantity, 7.0)
        self.assertEqual(self.line.quantity_made, 7.0)
        self.assertEqual(self.draft.amount_untaxed, 700.0)
        self.assertFalse(self.draft.draft_status)
        self.assertEqual(late.billing_period_id, self.january)
        self.assertEqual(self.february.hours, 0.0)
        self.assertLedger()
        # twice changes nothing
        messages = self.draft.message_ids
        self.assertTrue(messages.filtered(lambda m: "2.00 h taken in" in m.body))
        self._refresh()
        self.assertEqual(self.line.quantity, 7.0)
        self.assertEqual(self.draft.message_ids, messages)

    def test_time_that_is_not_ready_stays(self):
        self.colleague.timesheet_locked_until = False
        open_entry = self._arrive(1.5, employee=self.colleague)
        ready = self._arrive(1.0)
        self.assertEqual(self._reasons(), "1.00 h arrived since.")
        self.assertIn("1.50 h arrived since and are not ready yet", self._not_ready())
        self._refresh()
        self.assertEqual(ready.invoice_line_id, self.line)
        self.assertEqual(open_entry.billing_period_id, self.february)
        self.assertFalse(open_entry.invoice_line_id)
        self.assertEqual(self.line.quantity, 6.0)
        # A refresh would change nothing by now: the draft is not out of date.
        self.assertFalse(self._reasons())
        self.assertFalse(self.draft.draft_status)
        self.assertIn("1.50 h", self._not_ready())
        Move = self.env["account.move"].with_user(self.user_accountant)
        self.assertNotIn(self.draft, Move.search([("draft_status", "=", "outdated")]))
        self._lock(date(2026, 1, 31), self.colleague)
        self.env.invalidate_all()
        self.assertIn("1.50 h arrived since.", self._reasons())
        self.assertFalse(self._not_ready())
        self.assertLedger()

    def test_time_of_other_days_is_not_offered(self):
        december = self._arrive(day=date(2025, 12, 20))
        self._arrive(day=date(2026, 2, 2))
        self.assertEqual(december.billing_period_id, self.february)
        self.assertFalse(self._reasons())
        self._refresh()
        self.assertEqual(self.line.quantity, 5.0)
        self.assertEqual(december.billing_period_id, self.february)

    def test_administrator_changes_hours(self):
        entry = self.entry.with_user(self.user_timesheet_admin)
        entry.unit_amount = 4.0
        self.assertEqual(self._reasons(), "1 time entry was changed.")
        entry.unit_amount = 3.0
        self.assertFalse(self._reasons())
        entry.unit_amount = 4.0
        self._refresh()
        self.assertEqual(self.line.quantity, 6.0)
        self.assertFalse(self.entry.billed_as)
        self.assertFalse(self._reasons())
        self.assertLedger()

    def test_changes_that_weigh_each_other_out(self):
        self.entry.with_user(self.user_timesheet_admin).unit_amount = 2.0
        self.other_entry.with_user(self.user_timesheet_admin).unit_amount = 3.0
        self.assertEqual(self._reasons(), "2 time entries were changed.")
        self._refresh()
        self.assertEqual(self.line.quantity, 5.0)
        self.assertFalse(self._reasons())

    def test_administrator_deletes_an_entry(self):
        self.other_entry.with_user(self.user_timesheet_admin).unlink()
        self.assertEqual(self._reasons(), "1 time entry was deleted.")
        self._refresh()
        self.assertEqual(self.line.quantity, 3.0)
        self.assertFalse(self._reasons())
        self.assertLedger()

    def test_nothing_left(self):
        self.entries.with_user(self.user_timesheet_admin).unlink()
        with self.assertRaisesRegex(UserError, "Nothing of .* is left to bill"):
            self._refresh()

    def test_date_moves_to_another_period(self):
        self.other_entry.with_user(self.user_timesheet_admin).date = date(2026, 2, 3)
        self._refresh()
        self.assertFalse(self.other_entry.invoice_line_id)
        self.assertEqual(self.other_entry.billing_period_id, self.february)
        self.assertEqual(self.line.quantity, 3.0)
        self.assertLedger()

    def test_another_sale_line(self):
        senior = self.env["sale.order.line"].create(
            {
                "order_id": self.order.id,
                "product_id": self.product_hours.id,
                "price_unit": 150.0,
            }
        )
        self.other_entry.with_user(self.user_timesheet_admin).write(
            {"so_line": senior.id}
        )
        self.assertEqual(self._reasons(), "1 time entry was changed.")
        self._refresh()
        line = self.other_entry.invoice_line_id
        self.assertEqual(line.move_id, self.draft)
        self.assertEqual(line.price_unit, 150.0)
        self.assertEqual(self.line.quantity, 3.0)
        self.assertLedger()
        self.assertLedger(senior)
        # and back again: the line has nothing left to bill
        self.other_entry.with_user(self.user_timesheet_admin).write(
            {"so_line": self.sale_line.id}
        )
        self._refresh()
        self.assertEqual(self.draft.invoice_line_ids, self.line)
        self.assertEqual(self.line.quantity, 5.0)
        self.assertEqual(senior.qty_invoiced, 0.0)

    def test_price_source(self):
        self._change_for_all(self.sale_line, {"price_unit": 110.0})
        self.assertIn("is 110.00 now, the line was made with 100.00", self._reasons())
        self.assertFalse(self._refresh())
        self.assertEqual(self.line.price_unit, 110.0)
        self.assertEqual(self.draft.amount_untaxed, 550.0)
        self.assertFalse(self._reasons())
        self._change_for_all(self.sale_line, {"discount": 10.0})
        self.assertIn("The discount of", self._reasons())
        self._refresh()
        self.assertEqual(self.line.discount, 10.0)
        self._change_for_all(self.sale_line, {"tax_ids": self.tax_included.ids})
        self.assertIn("The taxes of", self._reasons())
        self._refresh()
        self.assertEqual(self.line.tax_ids, self.tax_included)
        self.assertFalse(self._reasons())

    def test_fiscal_position(self):
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self.order.fiscal_position_id = position
        self.assertIn("is Abroad now", self._reasons())
        self._refresh()
        self.assertEqual(self.draft.fiscal_position_id, position)
        self.assertFalse(self._reasons())
        self.assertEqual(self.line.quantity, 5.0)

    def test_keeps_what_a_person_did(self):
        self.draft.with_user(self.user_accountant).write(
            {
                "invoice_line_ids": [
                    Command.update(
                        self.line.id,
                        {"quantity": 4.0, "price_unit": 90.0, "name": "My text"},
                    ),
                    Command.create({"name": "Travel", "price_unit": 50.0}),
                ]
            }
        )
        self._arrive()
        self._change_for_all(self.sale_line, {"price_unit": 110.0})
        action = self._refresh()
        self.assertEqual(action["res_model"], "account.move.refresh")
        self.assertEqual(self.line.quantity, 6.0)
        self.assertEqual(self.line.quantity_made, 7.0)
        self.assertEqual(self.line.price_unit, 90.0)
        self.assertEqual(self.line.price_made, 110.0)
        self.assertEqual(self.line.name, "My text")
        self.assertEqual(self.line.write_up_quantity, -1.0)
        self.assertEqual(self.line.write_up_amount, 540.0 - 770.0)
        travel = self.draft.invoice_line_ids - self.line
        self.assertEqual((travel.name, travel.price_unit), ("Travel", 50.0))
        self.assertFalse(self._reasons())
        self.assertLedger()
        self._refresh(take=("quantity", "price_unit"))
        self.assertEqual(self.line.quantity, 7.0)
        self.assertEqual(self.line.price_unit, 110.0)
        self.assertEqual(self.line.name, "My text")
        self.assertEqual(self.line.write_up_amount, 0.0)

    def test_dialog_tells_both_values(self):
        self.line.with_user(self.user_accountant).quantity = 4.0
        self._arrive()
        with Form(
            self.env["account.move.refresh"]
            .with_user(self.user_accountant)
            .with_context(default_move_id=self.draft.id)
        ) as form:
            self.assertIn("2.00 h arrived since.", form.reasons)
            with form.line_ids.edit(0) as row:
                self.assertEqual(
                    (row.value_shown, row.value_kept, row.value_new),
                    ("4.00", "6.00", "7.00"),
                )
                self.assertFalse(row.is_taken)
                row.is_taken = True
        form.record.action_refresh()
        self.assertEqual(self.line.quantity, 7.0)

    def test_posted_is_refused_by_name(self):
        self.draft.action_post()
        self._arrive()
        self.assertFalse(self._reasons())
        with self.assertRaisesRegex(UserError, self.draft.name):
            self._refresh()

    def test_who_may(self):
        self._arrive()
        for user in (self.user_manager, self.user_consultant):
            with self.assertRaises(AccessError):
                self._refresh(user=user)
        # A salesperson sees the draft, and refreshes it where the customer is theirs.
        self.draft.invoice_user_id = self.user_salesperson
        self.order.user_id = self.user_salesperson
        with self.assertRaises(AccessError):
            self._refresh(user=self.user_salesperson)
        self.partner.user_id = self.user_salesperson
        self._refresh(user=self.user_salesperson)
        self.assertEqual(self.line.quantity, 7.0)

    def test_other_drafts_stay(self):
        self._log_time(self.project, date(2026, 2, 3), 1.0)
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        other = self._generate(self.february)
        late = self._arrive()
        self._refresh()
        self.assertEqual(late.invoice_line_id, self.line)
        self.assertEqual(other.invoice_line_ids.quantity, 1.0)
        self.assertEqual(len(other.invoice_line_ids.timesheet_entry_ids), 1)
        self.assertFalse(other.draft_status)
        self.assertLedger()
