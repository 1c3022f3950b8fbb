from datetime import date

from odoo.tests import tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditEntries(CreditCommon):
    """A posted credit note frees the chosen entries, exactly those."""

    def test_draft_frees_nothing(self):
        credit = self._credit(self.long, post=False)
        self.assertEqual(credit.state, "draft")
        self.assertEqual(credit.invoice_line_ids.quantity, 3.0)
        self.assertEqual(credit.invoice_line_ids.price_unit, 100.0)
        self.assertEqual(credit.invoice_line_ids.tax_ids, self.line.tax_ids)
        self.assertEqual(credit.amount_untaxed, 300.0)
        self.assertEqual(credit.reversed_entry_id, self.invoice)
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)
        credit.unlink()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_posted_credit_frees_what_was_chosen(self):
        self._credit(self.long)
        # January is still invoiced: what it gave back is late time of the next period.
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)
        self.assertBilled(self.senior, self.senior_line)
        self.assertCounted(1.5)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 450.0)
        self.assertEqual(self.january.hours, 3.5)
        self.assertEqual(self.february.late_hours, 3.0)
        self.assertEqual(self.february.amount_to_invoice, 300.0)

    def test_next_invoice_bills_what_was_freed(self):
        self._credit(self.long)
        self._log_time(self.project, date(2026, 2, 3), 2.0)
        invoice = self._generate(self.february, "Anew")
        self.assertEqual(invoice.amount_untaxed, 500.0)
        self.assertEqual(self.long.timesheet_invoice_id, invoice)
        self.assertCounted(6.5)

    def test_entries_of_two_lines(self):
        credit = self._credit(self.short | self.senior)
        self.assertEqual(credit.invoice_line_ids.mapped("quantity"), [1.5, 2.0])
        self.assertEqual(credit.amount_untaxed, 450.0)
        self.assertFree(self.short | self.senior, self.february)
        self.assertBilled(self.long, self.line)
        self.assertCounted(3.0, 0.0)

    def test_last_step_completes(self):
        self._credit(self.long)
        self._credit(self.short)
        self.assertCounted(0.0)
        self.assertEqual(self.january.state, "to_send")
        self._credit(self.senior)
        # Nothing of January is invoiced any more, so all of it belongs there again.
        self.assertFree(self.entries, self.january)
        self.assertCounted(0.0, 0.0)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_invoiced, 0.0)
        self.assertEqual(self.january.amount_to_invoice, 750.0)

    def test_steps_of_thirds_add_up(self):
        thirds = self.env["account.analytic.line"].union(
            *(
                self._log_time(self.project, date(2026, 2, day), 1 / 3)
                for day in (2, 3, 4)
            )
        )
        invoice = self._generate(self.february, "Because")
        self.assertEqual(invoice.invoice_line_ids.quantity, 1.0)
        invoice.action_post()
        self.assertCounted(5.5)
        credited = []
        for entry in thirds:
            credit = self._credit(entry, invoice=invoice)
            credited.append(credit.invoice_line_ids.quantity)
        self.assertEqual(credited, [0.33, 0.34, 0.33])
        self.assertCounted(4.5)

    def test_deleted_once_it_is_free(self):
        credit = self._credit(self.long)
        self.long.sudo().unlink()
        self.invoice.button_draft()
        self.assertEqual(credit.invoice_line_ids.quantity_made, 3.0)
        self.assertCounted(1.5)
        self.invoice.action_post()
        self.assertCounted(1.5)
        self.assertProven(self.project)

    def test_reset_once_its_time_is_gone(self):
        credit = self._credit(self.long)
        self.long.sudo().unlink()
        with self.assertRefused("has changed since"):
            credit.button_draft()
        self.assertEqual(credit.state, "posted")
        self.assertCounted(1.5)

    def test_reset_takes_again(self):
        credit = self._credit(self.long)
        credit.button_draft()
        self.assertBilled(self.long | self.short, self.line)
        self.assertEqual(self.long.billing_period_id, self.january)
        self.assertCounted(4.5)
        credit.button_cancel()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_reset_and_posted_again(self):
        credit = self._credit(self.long)
        credit.button_draft()
        credit._post()
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)
        self.assertCounted(1.5)

    def test_reset_is_refused_when_billed_elsewhere(self):
        credit = self._credit(self.long)
        again = self._generate(self.february, "Anew")
        again.action_post()
        with self.assertRefused(again.name):
            credit.button_draft()
        self.assertEqual(credit.state, "posted")
        self.assertEqual(self.long.timesheet_invoice_id, again)

    def test_one_of_two_steps_is_taken_back(self):
        first = self._credit(self.long)
        self._credit(self.short)
        first.button_draft()
        self.assertBilled(self.long, self.line)
        self.assertFree(self.short, self.february)
        self.assertCounted(3.0)

    def test_less_than_the_choice_frees_nothing(self):
        """A person lowers the quantity: a matter of price, the time stays billed."""
        credit = self._credit(self.long, post=False)
        credit.invoice_line_ids.quantity = 2.0
        credit._post()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_all_of_the_line_frees_all(self):
        credit = self._credit(self.long, post=False)
        credit.invoice_line_ids.quantity = 4.5
        credit._post()
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)
        credit.button_draft()
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)

    def test_concession_is_not_credited_again(self):
        concession = self._concede(1.5)
        self.assertBilled(self.long | self.short, self.line)
        credit = self._credit(self.long)
        self.assertEqual(credit.invoice_line_ids.quantity, 2.0)  # 2/3 of 3.0
        self.assertFree(self.long, self.february)
        self.assertBilled(self.short, self.line)
        self.assertCounted(1.5)
        last = self._credit(self.short)
        self.assertEqual(last.invoice_line_ids.quantity, 1.0)
        self.assertCounted(0.0)
        concession.button_draft()
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)

    def test_concession_that_completes(self):
        """What was not chosen is credited in full by another credit note."""
        self._credit(self.long)
        concession = self._concede(1.5)
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)
        concession.button_draft()
        self.assertBilled(self.short, self.line)
        self.assertFree(self.long, self.february)
        self.assertCounted(1.5)

    def test_edited_line_is_credited_in_proportion(self):
        """Written down to 4 h: the entries make up that, not their own hours."""
        self._log_time(self.project, date(2026, 2, 2), 3.0)
        rest = self._log_time(self.project, date(2026, 2, 3), 1.5)
        invoice = self._generate(self.february, "Because")
        invoice.invoice_line_ids.quantity = 4.0
        invoice.action_post()
        entries = invoice.invoice_line_ids.timesheet_entry_ids
        first = self._credit(entries - rest, invoice=invoice)
        self.assertEqual(first.invoice_line_ids.quantity, 2.67)
        self.assertCounted(6.0)
        last = self._credit(rest, invoice=invoice)
        self.assertEqual(last.invoice_line_ids.quantity, 1.33)
        self.assertCounted(4.5)

    def test_work_and_its_correction(self):
        """A line of 2 h from 3 h and -1 h: the credit of 3 h leaves the correction."""
        work = self._log_time(self.project, date(2026, 2, 2), 3.0)
        correction = self._log_time(self.project, date(2026, 2, 3), -1.0)
        invoice = self._generate(self.february, "Because")
        invoice.action_post()
        line = invoice.invoice_line_ids
        self.assertEqual(line.quantity, 2.0)
        credit = self._credit(work, invoice=invoice)
        self.assertEqual(credit.invoice_line_ids.quantity, 3.0)
        self.assertBilled(correction, line)
        self.assertFalse(work.invoice_line_id)
        self.assertEqual(self.february.state, "to_send")
        self.assertCounted(3.5)

    def test_correction_alone(self):
        """Odoo would make a negative credit note, which nobody can post."""
        self._log_time(self.project, date(2026, 2, 2), 3.0)
        correction = self._log_time(self.project, date(2026, 2, 3), -1.0)
        invoice = self._generate(self.february, "Because")
        invoice.action_post()
        for method in ("refund_moves", "modify_moves"):
            dialog = self._choose(correction, invoice=invoice)
            with self.assertRefused("negative in total"):
                getattr(dialog, method)()
        self.assertBilled(correction, invoice.invoice_line_ids)

    def test_one_of_two_corrections(self):
        """-1 h of -2 h is no credit in full."""
        self._log_time(
            self.project,
            date(2026, 2, 2),
            5.0,
            so_line=self.senior_sale_line.id,
            is_so_line_edited=True,
        )
        one = self._log_time(self.project, date(2026, 2, 3), -1.0)
        other = self._log_time(self.project, date(2026, 2, 4), -1.0)
        invoice = self._generate(self.february, "Because")
        invoice.action_post()
        line = one.invoice_line_id
        dialog = self._choose(
            one
            | self.env["account.analytic.line"].search(
                [
                    ("invoice_line_id.move_id", "=", invoice.id),
                    ("unit_amount", "=", 5.0),
                ]
            ),
            invoice=invoice,
        )
        dialog.refund_moves()
        dialog.new_move_ids._post()
        self.assertFalse(one.invoice_line_id)
        self.assertBilled(other, line)
        self.assertCounted(3.5)

    def test_days(self):
        order = self._create_order(product=self.product_days)
        project = self._create_project("Days", order=order)
        day = self._log_time(project, date(2026, 1, 5), 8.0)
        half = self._log_time(project, date(2026, 1, 6), 4.0)
        invoice = self._generate(self._period(project, date(2026, 1, 5)), "Because")
        invoice.action_post()
        credit = self._credit(half, invoice=invoice)
        self.assertEqual(credit.invoice_line_ids.quantity, 0.5)
        self.assertEqual(credit.amount_untaxed, 400.0)
        self.assertBilled(day, invoice.invoice_line_ids)
        self.assertFalse(half.invoice_line_id)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
