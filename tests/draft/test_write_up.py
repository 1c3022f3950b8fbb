from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.draft import DraftCommon


@tagged("post_install", "-at_install")
class TestWriteUp(DraftCommon):
    """What a person changes on a draft is a matter of price, never of the ledger."""

    def _edit(self, draft=None, **values):
        draft = draft or self.draft
        line = draft.invoice_line_ids.filtered("billing_period_id")[0]
        draft.with_user(self.user_accountant).write(
            {"invoice_line_ids": [Command.update(line.id, values)]}
        )
        self.env.flush_all()
        return line

    def _bill_february(self, hours=4.0):
        """What the next period bills, and that all of it is billed then."""
        self._log_time(self.project, date(2026, 2, 3), hours)
        self._lock(date(2026, 2, 28), self.consultant | self.colleague)
        return self._generate(self.february).invoice_line_ids

    def test_untouched(self):
        self.assertEqual(self.line.write_up_quantity, 0.0)
        self.assertEqual(self.line.write_up_amount, 0.0)
        self._edit(name="Another text")
        self.assertEqual(self.line.write_up_amount, 0.0)
        self.draft.with_user(self.user_accountant).action_post()
        self.assertFalse(
            self.draft.message_ids.filtered(lambda m: "ritten" in (m.body or ""))
        )

    def test_quantity_down(self):
        """The rest is given up, not left behind: the next period bills its own."""
        self._edit(quantity=3.0)
        self.assertEqual(self.line.write_up_quantity, -2.0)
        self.assertEqual(self.line.write_up_amount, -200.0)
        self.assertEqual(self.draft.written_down, 200.0)
        self.assertEqual(self.draft.written_up, 0.0)
        self.draft.with_user(self.user_accountant).action_post()
        self.assertTrue(
            self.draft.message_ids.filtered(
                lambda m: "Written down by" in m.body and "5.00 → 3.00" in m.body
            )
        )
        self.assertEqual(self.sale_line.qty_invoiced, 5.0)
        self.assertEqual(self.sale_line.invoice_status, "no")
        line = self._bill_february()
        self.assertEqual(line.quantity, 4.0)
        self.assertEqual(line.write_up_amount, 0.0)
        self.assertLedger()

    def test_quantity_up(self):
        """Nothing is missing from the next period for what was billed on top."""
        self._edit(quantity=8.0)
        self.assertEqual(self.line.write_up_quantity, 3.0)
        self.assertEqual(self.draft.written_up, 300.0)
        self.draft.with_user(self.user_accountant).action_post()
        self.assertEqual(self.sale_line.qty_invoiced, 5.0)
        self.assertEqual(self._bill_february().quantity, 4.0)
        self.assertEqual(self.sale_line.qty_invoiced, 9.0)
        self.assertLedger()

    def test_price_and_discount(self):
        self._edit(price_unit=90.0, discount=10.0)
        self.assertEqual(self.line.write_up_quantity, 0.0)
        self.assertEqual(self.line.write_up_amount, 405.0 - 500.0)

    def test_price_with_taxes_included(self):
        self._change_for_all(self.sale_line, {"tax_ids": self.tax_included.ids})
        self._refresh()
        self.assertEqual(self.line.write_up_amount, 0.0)
        self._edit(price_unit=62.0)
        self.assertAlmostEqual(self.line.write_up_amount, 250.0 - 403.23)

    def test_credit_note_from_corrections(self):
        """More given back is less asked for."""
        self._log_time(self.project, date(2026, 2, 3), -2.0)
        self._lock(date(2026, 2, 28))
        credit = self._generate(self.february, "Correction")
        self.assertEqual(credit.move_type, "out_refund")
        line = self._edit(credit, quantity=3.0)
        self.assertEqual(line.write_up_amount, 100.0)
        self.assertEqual(credit.written_down, 100.0)

    def test_days(self):
        order = self._create_order(product=self.product_hours)
        project = self._create_project("Days", order=order, billing_unit="day")
        self._log_time(project, date(2026, 1, 5), 12.0)
        draft = self._generate(self._period(project, date(2026, 1, 5)))
        line = draft.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (1.5, 800.0))
        self._edit(draft, quantity=1.0)
        self.assertEqual(line.write_up_quantity, -0.5)
        self.assertEqual(line.write_up_amount, -400.0)
        draft.action_post()
        self.assertEqual(order.order_line.qty_invoiced, 12.0)
        self.assertEqual(order.order_line.invoice_status, "invoiced")

    def test_unit_stays(self):
        """Odoo would take the price of the day from the product, not the order."""
        day = self.env.ref("uom.product_uom_day")
        with (
            self.assertRaisesRegex(ValidationError, "made in Hours .* refresh"),
            self.env.cr.savepoint(),
        ):
            self._edit(product_uom_id=day.id, quantity=0.63, price_unit=800.0)
        # The way that it names.
        self.project.billing_unit = "day"
        self._edit(quantity=4.0)
        self._refresh()
        self.assertEqual(self.line.product_uom_id, day)
        self.assertEqual((self.line.quantity, self.line.price_unit), (0.51, 800.0))
        self.assertAlmostEqual(self.line.write_up_quantity, -0.12)
        self.assertLedger()

    def test_another_product_keeps_the_unit(self):
        self._edit(product_id=self.product_days.id)
        self.assertEqual(self.line.product_uom_id, self.env.ref("uom.product_uom_hour"))
        self.assertEqual((self.line.quantity, self.line.price_unit), (5.0, 100.0))

    def test_lines_of_ones_own_have_any_unit(self):
        line = self.draft.invoice_line_ids.create(
            {
                "move_id": self.draft.id,
                "product_id": self.product_hours.id,
                "product_uom_id": self.env.ref("uom.product_uom_day").id,
            }
        )
        self.assertEqual(line.price_unit, 800.0)

    def test_rounding_per_line_is_no_write_up(self):
        project = self._create_project(
            "Rounded", billing_rounding="30", billing_rounding_per="line"
        )
        self._log_time(project, date(2026, 1, 5), 1.2)
        line = self._generate(self._period(project, date(2026, 1, 5))).invoice_line_ids
        self.assertEqual(line.quantity, 1.5)
        self.assertEqual(line.quantity_made, 1.2)
        self.assertEqual(line.write_up_quantity, 0.0)
        self.assertEqual(line.write_up_amount, 0.0)

    def test_deleting_a_line_frees_its_entries_alone(self):
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id}
        )
        self.project.billing_line_detail = "task"
        self.entry.with_user(self.user_timesheet_admin).task_id = task
        self._refresh()
        line = self.entry.invoice_line_id
        other = self.other_entry.invoice_line_id
        self.assertNotEqual(line, other)
        line.with_user(self.user_accountant).unlink()
        self.env.flush_all()
        self.assertFalse(self.entry.invoice_line_id)
        self.assertEqual(self.other_entry.invoice_line_id, other)
        self.assertEqual(self.entry.billing_period_id, self.february)
        self.assertLedger()
        # and it is offered here again
        self.assertEqual(self._reasons(), "3.00 h arrived since.")
        self._refresh()
        self.assertEqual(self.entry.invoice_line_id.move_id, self.draft)
        self.assertLedger()

    def test_edited_then_credited(self):
        self._edit(quantity=3.0)
        self.draft.with_user(self.user_accountant).action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.draft.ids)
            .create({"journal_id": self.draft.journal_id.id, "date": "2026-03-10"})
        )
        wizard.refund_moves()
        credit = wizard.sudo().new_move_ids
        self.assertEqual(credit.invoice_line_ids.write_up_amount, 0.0)
        credit.action_post()
        self.env.flush_all()
        self.assertFalse(self.entries.invoice_line_id)
        self.assertEqual(self.entries.billing_period_id, self.january)
        self.assertEqual(self.sale_line.qty_invoiced, 0.0)
        line = self._generate(self.january).invoice_line_ids
        self.assertEqual(line.quantity, 5.0)
        self.assertEqual(line.write_up_amount, 0.0)
        self.assertLedger()

    def test_recreated_draft_keeps_its_differences(self):
        self._edit(quantity=3.0)
        self.draft.with_user(self.user_accountant).action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.draft.ids)
            .create({"journal_id": self.draft.journal_id.id, "date": "2026-03-10"})
        )
        wizard.modify_moves()
        line = self.entry.invoice_line_id
        self.assertNotEqual(line, self.line)
        self.assertEqual(line.write_up_quantity, -2.0)
        self.assertFalse(self._reasons(line.move_id))
        self._refresh(line.move_id, take=("quantity",))
        self.assertEqual(line.quantity, 5.0)
        self.assertLedger()

    def test_recreated_of_some_entries(self):
        """A draft that bills some entries again is made with those."""
        self.draft.with_user(self.user_accountant).action_post()
        Reversal = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.draft.ids)
        )
        wizard = Reversal.create(
            {
                "journal_id": self.draft.journal_id.id,
                "date": "2026-03-10",
                "credit_scope": "entries",
            }
        )
        wizard.line_ids.filtered(
            lambda row: row.sudo().entry_id == self.entry
        ).is_chosen = True
        wizard.modify_moves()
        line = self.entry.invoice_line_id
        self.assertNotEqual(line, self.line)
        self.assertEqual(self.other_entry.invoice_line_id, self.line)
        self.assertEqual(line.write_up_amount, 0.0)
        self.assertFalse(self._reasons(line.move_id))
        self._refresh(line.move_id)
        self.assertEqual(line.quantity, 3.0)
        self.assertLedger()

    def test_nobody_writes_the_record(self):
        for name, value in (
            ("made_with", {}),
            ("write_up_amount", 5.0),
            ("write_up_quantity", 5.0),
        ):
            with self.assertRaises(AccessError):
                self.line.with_user(self.user_accountant).write({name: value})
