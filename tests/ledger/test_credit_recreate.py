from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditRecreate(CreditCommon):
    """Credit and re-create: the same time stands on a new draft, in one step."""

    def _get_credit(self):
        return self.invoice.reversal_move_ids

    def test_another_rounding_since(self):
        """The draft bills what the invoice billed; what is given back is rounded anew.

        Found by random steps: the new draft had the old quantity and longer entries.
        """
        third = self._log_time(self.project, date(2026, 2, 2), 1 / 3)
        for choose in (False, True):
            with self.subTest(choose=choose):
                self.project.billing_rounding = "none"
                invoice = self._generate(third.billing_period_id, "Because")
                invoice.action_post()
                self.env.flush_all()
                self.project.write(
                    {"billing_rounding": "15", "billing_rounding_per": "entry"}
                )
                draft = self._recreate(third if choose else None, invoice=invoice)
                self.assertEqual(draft.invoice_line_ids.mapped("quantity"), [0.33])
                self.assertAlmostEqual(third.billing_hours, 1 / 3)
                self.assertCounted(4.83)
                draft.unlink()
                self.assertEqual(third.billing_hours, 0.5)
                self.assertCounted(4.5)

    def test_chosen_entries(self):
        self.invoice.button_draft()
        self.line.write({"name": "Work in January", "price_unit": 110.0})
        self.invoice.action_post()
        draft = self._recreate(self.long)
        credit = self._get_credit()
        self.assertEqual(credit.state, "posted")
        self.assertEqual(credit.amount_untaxed, 330.0)
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.move_type, "out_invoice")
        line = draft.invoice_line_ids
        self.assertEqual(line.mapped("quantity"), [3.0])
        self.assertEqual(line.price_unit, 110.0)
        self.assertEqual(line.name, "Work in January")
        self.assertEqual(line.tax_ids, self.line.tax_ids)
        self.assertEqual(line.sale_line_ids, self.sale_line)
        self.assertEqual(line.billing_period_id, self.january)
        self.assertBilled(self.long, line)
        self.assertEqual(self.long.billing_period_id, self.january)
        self.assertBilled(self.short, self.line)
        self.assertBilled(self.senior, self.senior_line)
        self.assertCounted(4.5)
        self.assertEqual(self.january.hours, 6.5)

    def test_dialog_leads_to_the_draft(self):
        dialog = self._choose(self.long)
        action = dialog.modify_moves()
        draft = self.long.timesheet_invoice_id
        self.assertEqual(dialog.sudo().new_move_ids, draft)
        self.assertEqual(action["res_id"], draft.id)
        self.assertEqual(action["context"], {"default_move_type": "out_invoice"})

    def test_chosen_line(self):
        draft = self._recreate(self.senior_line)
        self.assertEqual(draft.amount_untaxed, 300.0)
        self.assertBilled(self.senior, draft.invoice_line_ids)
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_credit_is_not_reset_while_the_draft_bills(self):
        draft = self._recreate(self.long)
        with self.assertRefused("billed on"):
            self._get_credit().button_draft()
        draft.unlink()
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)
        self._get_credit().button_draft()
        self.assertBilled(self.long, self.line)
        self.assertCounted(4.5)

    def test_draft_cancelled_and_reopened(self):
        draft = self._recreate(self.long)
        draft.button_cancel()
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)
        draft.button_draft()
        self.assertBilled(self.long, draft.invoice_line_ids)
        self.assertCounted(4.5)

    def test_draft_credited_in_turn(self):
        draft = self._recreate(self.long)
        draft.action_post()
        self._credit(self.long, invoice=draft)
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)
        self.assertEqual(self.january.state, "to_send")

    def test_whole_invoice_after_some_entries(self):
        self._credit(self.long)
        draft = self._recreate()
        self.assertEqual(draft.invoice_line_ids.mapped("quantity"), [1.5, 2.0])
        self.assertBilled(self.short, draft.invoice_line_ids[0])
        self.assertBilled(self.senior, draft.invoice_line_ids[1])
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)

    def test_whole_invoice_that_was_credited(self):
        """The customer would be credited twice. Its time is invoiced again."""
        self.invoice._reverse_moves(cancel=True)
        credit = self._get_credit()
        with self.assertRefused(f"credited in full already, by {credit.name}"):
            self._recreate()
        self.assertFree(self.entries, self.january)
        again = self._generate(self.january)
        self.assertBilled(self.long | self.short, again.invoice_line_ids[0])
        self.assertCounted(4.5)

    def test_entries_keep_their_project(self):
        """Never free, not even for a moment: they would follow their task."""
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project.id}
        )
        entry = self._log_time(self.project, date(2026, 2, 9), 1.0, task_id=task.id)
        rest = self._log_time(self.project, date(2026, 2, 9), 1.0)
        invoice = self._generate(self.february, "Because")
        invoice.action_post()
        task.project_id = self._create_project("Elsewhere")
        self.env.flush_all()
        draft = self._recreate(entry, invoice=invoice)
        self.assertEqual(entry.project_id, self.project)
        self.assertBilled(entry, draft.invoice_line_ids)
        self.assertBilled(rest, invoice.invoice_line_ids)
