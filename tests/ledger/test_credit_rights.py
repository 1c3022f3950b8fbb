from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditDialog(CreditCommon):
    """The dialog as an accountant meets it, who may not read timesheets."""

    def _open_form(self, invoice=None):
        return Form(
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(
                active_model="account.move", active_ids=(invoice or self.invoice).ids
            )
        )

    def test_whole_invoice_by_default(self):
        form = self._open_form()
        self.assertTrue(form.bills_time)
        self.assertEqual(form.credit_scope, "invoice")
        self.assertFalse(len(form.line_ids))

    def test_entries(self):
        form = self._open_form()
        form.credit_scope = "entries"
        rows = form.save().line_ids
        self.assertEqual(rows.mapped("date"), self.entries.mapped("date"))
        self.assertEqual(rows.mapped("name"), ["Design", "Review", "Work"])
        self.assertEqual(set(rows.mapped("person")), {"Consultant"})
        self.assertEqual(rows.mapped("hours"), [3.0, 1.5, 2.0])
        self.assertEqual(rows.mapped("price_unit"), [100.0, 100.0, 150.0])
        self.assertEqual(rows.mapped("amount"), [300.0, 150.0, 300.0])

    def test_lines(self):
        form = self._open_form()
        form.credit_scope = "entries"
        form.credit_scope = "lines"
        rows = form.save().line_ids
        self.assertEqual(rows.move_line_id.ids, self.invoice.invoice_line_ids.ids)
        self.assertFalse(rows.entry_id)
        self.assertEqual(rows.mapped("quantity"), [4.5, 2.0])
        self.assertEqual(rows.mapped("amount"), [450.0, 300.0])

    def test_totals_of_what_is_chosen(self):
        form = self._open_form()
        form.credit_scope = "entries"
        with form.line_ids.edit(0) as row:
            row.is_chosen = True
        self.assertEqual(form.chosen_hours, 3.0)
        self.assertEqual(form.chosen_amount, 300.0)
        form.choose_all = True
        self.assertEqual(form.chosen_hours, 6.5)
        self.assertEqual(form.chosen_amount, 750.0)
        form.choose_all = False
        self.assertEqual(form.chosen_hours, 0.0)
        dialog = form.save()
        with self.assertRaisesRegex(UserError, "Choose what to credit"):
            dialog.refund_moves()

    def test_choice_from_the_form(self):
        form = self._open_form()
        form.credit_scope = "entries"
        form.reason = "Agreed"
        with form.line_ids.edit(1) as row:
            row.is_chosen = True
        dialog = form.save()
        dialog.refund_moves()
        self.assertEqual(dialog.new_move_ids.amount_untaxed, 150.0)
        self.assertIn("Agreed", dialog.new_move_ids.ref)

    def test_other_documents_are_credited_as_ever(self):
        other = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 3, 10),
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            }
        )
        other.action_post()
        self.assertFalse(self._open_form(other).bills_time)
        self.assertFalse(self._open_form(self.invoice | other).bills_time)
        dialog = self._open_dialog("lines", invoice=other)
        self.assertFalse(dialog.line_ids)
        with self.assertRaisesRegex(UserError, "Only a single customer invoice"):
            dialog.refund_moves()
        dialog = self._open_dialog("invoice", invoice=self.invoice | other)
        dialog.refund_moves()
        self.assertEqual(len(dialog.new_move_ids), 2)

    def test_large_dialog(self):
        self.assertEqual(
            self.invoice.action_reverse()["context"], {"dialog_size": "extra-large"}
        )


@tagged("post_install", "-at_install")
class TestCreditRights(CreditCommon):
    """What a client may send, and what it may not."""

    def setUp(self):
        super().setUp()
        other = self._create_project("Other")
        self.foreign = self._log_time(other, date(2026, 1, 8), 4.0, name="Secret")
        self.foreign_invoice = self._generate(
            self._period(other, date(2026, 1, 8)), "Because"
        )
        self.foreign_invoice.action_post()
        self.foreign_line = self.foreign_invoice.invoice_line_ids

    def test_time_of_another_invoice_is_neither_shown_nor_credited(self):
        for line, entry in (
            (self.line, self.foreign),
            (self.foreign_line, self.foreign),
            (self.foreign_line, self.long),
        ):
            dialog = self._open_dialog(
                "entries",
                line_ids=[
                    Command.create(
                        {
                            "move_line_id": line.id,
                            "entry_id": entry.id,
                            "is_chosen": True,
                        }
                    )
                ],
            )
            row = dialog.line_ids
            self.assertFalse(row.name)
            self.assertFalse(row.hours)
            self.assertFalse(row.person)
            self.assertFalse(row.amount)
            with self.assertRefused("Open this dialog again"):
                dialog.refund_moves()
            with self.assertRefused("Open this dialog again"):
                dialog.modify_moves()
        self.assertBilled(self.foreign, self.foreign_line)

    def test_time_that_no_invoice_bills_is_not_named(self):
        """Billing people read no time but what their invoices bill."""
        unbilled = self._log_time(self.project, date(2026, 2, 3), name="Secret")
        self.assertFalse(unbilled.with_user(self.user_accountant).has_access("read"))
        dialog = self._open_dialog("entries")
        rows = [Command.create({"move_line_id": self.line.id, "entry_id": unbilled.id})]
        with self.assertRaises(AccessError):
            self._open_dialog("entries", line_ids=rows)
        with self.assertRaises(AccessError):
            dialog.line_ids = rows
        with self.assertRaises(AccessError):
            dialog.onchange({"line_ids": rows}, ["line_ids"], {"chosen_hours": {}})
        own = [Command.create({"move_line_id": self.line.id, "entry_id": self.long.id})]
        self._open_dialog("entries", line_ids=own)

    def test_line_of_another_invoice_is_not_credited(self):
        dialog = self._open_dialog(
            "lines",
            line_ids=[
                Command.create(
                    {"move_line_id": self.foreign_line.id, "is_chosen": True}
                )
            ],
        )
        self.assertFalse(dialog.line_ids.amount)
        with self.assertRefused("Open this dialog again"):
            dialog.refund_moves()

    def test_entry_without_a_line_of_its_own(self):
        dialog = self._open_dialog(
            "entries",
            line_ids=[
                Command.create({"move_line_id": self.line.id, "is_chosen": True})
            ],
        )
        with self.assertRefused("Open this dialog again"):
            dialog.refund_moves()

    def test_rows_follow_the_invoice_of_the_dialog(self):
        """The rows are about what the dialog credits, also when that is changed."""
        dialog = self._choose(self.long)
        dialog.move_ids = self.foreign_invoice
        self.assertEqual(dialog.line_ids.entry_id, self.foreign)
        self.assertFalse(dialog.line_ids.is_chosen)

    def test_the_choice_is_not_written_by_hand(self):
        credit = self._credit(self.short, post=False)
        line = credit.invoice_line_ids.with_user(self.user_accountant)
        for values in (
            {"credited_entry_ids": [Command.set(self.long.ids)]},
            {"credited_quantity": 1.0},
            {"credited_made": 1.0},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                line.write(values)
            with self.subTest(values), self.assertRaises(AccessError):
                credit.with_user(self.user_accountant).write(
                    {"invoice_line_ids": [Command.create({"name": "x", **values})]}
                )
            [name] = values
            context = {f"default_{name}": values[name]}
            forged = line.with_context(**context).create(
                {"move_id": credit.id, "name": "x", "price_unit": 1.0}
            )
            self.assertFalse(forged[name])

    def test_strangers(self):
        for user in (
            self.user_consultant,
            self.user_manager,
            self.user_salesperson,
            self.user_timesheet_admin,
        ):
            with self.assertRaises(AccessError):
                self._open_dialog("entries", user=user)

    def test_rows_are_their_authors_own(self):
        rows = self._choose(self.long).line_ids
        other = self._new_user("second_accountant", "account.group_account_invoice")
        for method, *arguments in (("read", ["name"]), ("write", {"is_chosen": True})):
            with self.assertRaises(AccessError):
                getattr(rows.with_user(other), method)(*arguments)
