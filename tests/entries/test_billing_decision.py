from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common.decision import DAY, DecisionCommon


@tagged("post_install", "-at_install")
class TestBillingDecision(DecisionCommon):
    """Bill, hold and write off, in full and in part."""

    def test_whole(self):
        for decision in ("hold", "write_off"):
            with self.subTest(decision):
                self._decide(self.entry, decision)
                self.assertLedger((2.0, decision))
                self.assertEqual(self.entry.hold_reason, "Because")
                self.assertFalse(self.entry.billing_period_id)
                self._decide(self.entry, "bill", reason=None)
                self.assertLedger((2.0, "bill"))
                self.assertFalse(self.entry.hold_reason)
                self.assertEqual(self.entry.billing_period_id, self.period)

    def test_part(self):
        part = self._split(0.5)
        self.assertLedger((1.5, "bill"), (0.5, "write_off"))
        self.assertEqual(self.entry.unit_amount, 2.0)
        self.assertEqual(part.hold_reason, "Because")
        self.assertEqual(part.entry_id, self.entry)
        self.assertEqual(part.so_line, self.item)
        self.assertEqual(part.timesheet_invoice_type, "billable_time")
        self.assertFalse(part.billing_period_id)
        self.assertEqual(self.period.hours, 1.5)
        self.assertEqual(self.period.amount_to_invoice, 150.0)

    def test_release_part(self):
        part = self._split(0.5, "hold")
        self._decide(part, "bill", reason=None)
        self.assertFalse(part.exists())
        self.assertLedger((2.0, "bill"))
        self.assertEqual(self.period.hours, 2.0)

    def test_release_part_in_part(self):
        part = self._split(1.0, "hold")
        self._decide(part, "bill", 0.25, reason=None)
        self.assertLedger((1.25, "bill"), (0.75, "hold"))
        self._decide(part, "write_off", 0.5)
        self.assertLedger((1.25, "bill"), (0.25, "hold"), (0.5, "write_off"))
        self._decide(self.entry.part_ids, "bill", reason=None)
        self.assertLedger((2.0, "bill"))

    def test_part_of_held_entry(self):
        """Released in part, the part is billed and the rest stays held."""
        self._decide(self.entry, "hold")
        part = self._split(0.5, "bill")
        self.assertLedger((1.5, "hold"), (0.5, "bill"))
        self.assertEqual(part.billing_period_id, self.period)
        self.assertEqual(self.period.hours, 0.5)
        self._decide(self.entry, "bill", reason=None)
        self.assertLedger((2.0, "bill"))

    def test_all_that_is_left(self):
        self._split(0.5, "hold")
        self._decide(self.entry, "write_off", 1.5)
        self.assertLedger((1.5, "write_off"), (0.5, "hold"))

    def test_release_after_invoice(self):
        """The part goes with the next open period, on a line of its own."""
        part = self._split(0.5, "hold")
        invoice = self._invoice()
        self.assertEqual(invoice.invoice_line_ids.quantity, 1.5)
        self._decide(part, "bill", reason=None)
        self.assertLedger((1.5, "bill"), (0.5, "bill"))
        march = self._period(self.project, date(2026, 3, 1))
        self.assertEqual(part.billing_period_id, march)
        self.assertEqual(march.late_hours, 0.5)
        invoice = self._invoice(march)
        self.assertEqual(invoice.invoice_line_ids.mapped("quantity")[-1], 0.5)
        self.assertEqual(self.item.qty_invoiced, 2.0)
        self.assertEqual(self.item.qty_delivered, 2.0)

    def test_release_after_credit(self):
        """Unbilled again, an entry takes its part back."""
        part = self._split(0.5, "hold")
        invoice = self._invoice()
        self._decide(part, "bill", reason=None)
        invoice.unlink()
        self.assertLedger((1.5, "bill"), (0.5, "bill"))
        self.assertEqual(self.period.hours, 2.0)
        self._decide(self.entry, "bill", reason=None)
        self.assertLedger((2.0, "bill"))

    def test_rounded_entry(self):
        """The hours that are split are those that are billed."""
        self.project.write({"billing_rounding": "30"})
        entry = self._log_time(self.project, DAY, 1 / 3)
        self.assertEqual(entry.billing_hours, 0.5)
        self._split(0.25, entry=entry)
        self.assertAlmostEqual(entry.billing_hours, 0.25)
        self.assertAlmostEqual(entry.unit_amount, 1 / 3)

    def test_negative_entry(self):
        entry = self._log_time(self.project, DAY, -2.0)
        with self.assertRaises(UserError):
            self._split(0.5, entry=entry)
        part = self._split(-0.5, entry=entry)
        self.assertEqual((part.billing_hours, entry.billing_hours), (-0.5, -1.5))

    def test_delivered_quantity(self):
        """Odoo's order counts what is billed, without what is written off."""
        self.assertEqual(self.item.qty_delivered, 2.0)
        part = self._split(0.5, "hold")
        self.assertEqual(self.item.qty_delivered, 2.0)
        self._decide(part, "write_off")
        self.assertEqual(self.item.qty_delivered, 1.5)
        self.assertEqual(self.project.uninvoiced_hours, 1.5)
        self._invoice()
        self.assertEqual(self.item.qty_invoiced, 1.5)
        self.assertEqual(self.item.qty_to_invoice, 0.0)

    def test_reason(self):
        for decision in ("hold", "write_off"):
            for reason in (None, "", "  "):
                with self.assertRaisesRegex(UserError, "Say why"):
                    self._decide(self.entry, decision, reason=reason)
        with self.assertRaisesRegex(UserError, "Choose one"):
            self._decide(self.entry, "give_away")

    def test_hours(self):
        for hours in (0.0, -1.0, 2.5, float("nan"), float("inf")):
            with self.subTest(hours), self.assertRaisesRegex(UserError, "more than 0"):
                self._decide(self.entry, "hold", hours)
        self.assertLedger((2.0, "bill"))

    def test_invoiced(self):
        part = self._split(0.5)
        self._invoice()
        for decision, hours in (("write_off", None), ("hold", 1.0), ("bill", None)):
            with self.assertRaisesRegex(UserError, "Draft Invoice"):
                self._decide(self.entry, decision, hours)
        self._decide(part, "hold")
        self.assertEqual(part.billing_hold, "hold")

    def test_locked_time(self):
        """Deciding changes no time: locked time is decided on as well."""
        self._lock(date(2026, 2, 28))
        self._split(0.5)
        self.assertLedger((1.5, "bill"), (0.5, "write_off"))
        self._decide(self.entry, "hold")
        self._decide(self.entry, "bill", reason=None)
        self.assertLedger((2.0, "bill"))

    def test_archived_employee(self):
        """Who wrote the time may have left since."""
        self.consultant.active = False
        part = self._split(0.5)
        self.assertEqual(part.employee_id, self.consultant)
        self.assertEqual(part.user_id, self.entry.user_id)
        self._decide(part, "bill", reason=None)
        self.assertLedger((2.0, "bill"))

    def test_rights(self):
        approver = self._new_user(
            "approver", "hr_timesheet.group_hr_timesheet_approver"
        )
        for user in (self.user_consultant, self.user_colleague, approver):
            for hours in (None, 0.5):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    self._decide(self.entry, "write_off", hours, user=user)
        self.assertLedger((2.0, "bill"))
        manager = self._new_user(
            "billing",
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_approver",
        )
        self._decide(self.entry, "hold", 0.5, user=manager)
        self.assertLedger((1.5, "bill"), (0.5, "hold"))

    def test_log(self):
        """Who decided what and why stays with the entry, also when its part is gone."""
        part = self._split(0.5, "hold")
        self._decide(part, "write_off", reason="Too late")
        self._decide(part, "bill", reason=None)
        self.assertEqual(
            [
                (row.event, row.hours, row.reason, row.user_id)
                for row in self.entry.approval_log_ids.sorted("id")
            ],
            [
                ("held", 0.5, "Because", self.user_manager),
                ("written_off", 0.5, "Too late", self.user_manager),
                ("released", 0.5, False, self.user_manager),
            ],
        )

    def test_note(self):
        """What the author sees on the entry, without the parts."""
        self.assertFalse(self.entry.billing_note)
        self._split(0.5)
        entry = self.entry.with_user(self.user_consultant)
        entry.invalidate_recordset()
        self.assertEqual(
            entry.billing_note, "01:30 h to bill; 00:30 h written off (Because)"
        )
        self.assertEqual(
            self.entry.part_ids._describe_decision(), "00:30 h written off (Because)"
        )

    # ----------------------------------------------------------------- dialog

    def _open_dialog(self, entries, user=None):
        return Form(
            self.env["timesheet.billing.decision"]
            .with_user(user or self.user_manager)
            .with_context(active_model=entries._name, active_ids=entries.ids)
        )

    def test_dialog(self):
        other = self._log_time(self.project, DAY, 3.0, self.colleague)
        form = self._open_dialog(self.entry | other)
        form.decision = "write_off"
        form.reason = "Rework"
        with form.line_ids.edit(1) as line:
            self.assertEqual(line.available_hours, 3.0)
            line.hours = 1.0
        form.save().action_decide()
        self.assertLedger((2.0, "write_off"))
        self.assertEqual(other.billing_hours, 2.0)
        self.assertEqual(other.part_ids.billing_hold, "write_off")
        self.assertEqual(other.part_ids.hold_reason, "Rework")

    def test_dialog_shows_parts(self):
        """What is billed again takes its parts along; each can be chosen alone."""
        self._split(0.5, "hold")
        self._split(0.25, "write_off")
        with self._open_dialog(self.entry) as form:
            form.decision = "bill"
            self.assertEqual(len(form.line_ids), 3)
            with form.line_ids.edit(0) as line:
                self.assertIn("01:15 h to bill", line.description)
                self.assertNotIn("held", line.description)
                self.assertEqual(line.hours, 1.25)
            with form.line_ids.edit(1) as line:
                self.assertIn("00:30 h held (Because)", line.description)
                self.assertEqual((line.available_hours, line.hours), (0.5, 0.5))
            with form.line_ids.edit(2) as line:
                line.hours = 0.0
        form.save().action_decide()
        self.assertLedger((1.75, "bill"), (0.25, "write_off"))
        form = self._open_dialog(self.entry)
        form.decision = "hold"
        form.reason = "Wait"
        with form.line_ids.edit(1) as line:
            self.assertEqual((line.available_hours, line.hours), (0.25, 0.0))
        form.save().action_decide()
        self.assertLedger((1.75, "hold"), (0.25, "write_off"))
        form = self._open_dialog(self.entry)
        form.decision = "bill"
        form.save().action_decide()
        self.assertLedger((2.0, "bill"))

    def test_dialog_of_invoiced_entry(self):
        """Its held part is what can be decided."""
        self._split(0.5, "hold")
        self._invoice()
        form = self._open_dialog(self.entry)
        form.decision = "bill"
        with form.line_ids.edit(0) as line:
            self.assertEqual((line.available_hours, line.hours), (0.5, 0.5))
        form.save().action_decide()
        self.assertLedger((1.5, "bill"), (0.5, "bill"))

    def test_dialog_refuses_at_once(self):
        with self.assertRaisesRegex(AccessError, "billing manager"):
            self._open_dialog(
                self.entry,
                self._new_user(
                    "stranger",
                    "hr_timesheet.group_hr_timesheet_approver,project.group_project_user",
                ),
            )
        self._invoice()
        with self.assertRaisesRegex(UserError, "Draft Invoice"):
            self._open_dialog(self.entry)

    def test_dialog_of_others(self):
        """Nobody confirms what somebody else has in hand."""
        form = self._open_dialog(self.entry)
        form.reason = "Because"
        wizard = form.save()
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_salesperson).action_decide()

    def test_held_hours_of_period(self):
        self.assertEqual(self.period.held_hours, 0.0)
        self._split(0.5)
        self._decide(self.entry, "hold")
        self.env.invalidate_all()
        self.assertEqual(self.period.held_hours, 1.5)
        self.assertEqual(self.period.written_off_hours, 0.5)
        self.assertEqual(
            self.period.readiness["held"], {"hours": 1.5, "written_off": 0.5}
        )
        action = self.period.with_user(self.user_manager).action_view_timesheets()
        found = self.entry.search(action["domain"])
        self.assertEqual(found, self.entry)
