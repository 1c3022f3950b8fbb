from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.allocation import round_quantity

from .common import InvoicingCycleCommon
from .common_pure import repeatable

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "log",
                "log",
                "log",
                "generate",
                "generate",
                "post",
                "cancel",
                "reopen",
                "delete",
                "delete_line",
                "edit",
                "credit",
                "credit_part",
                "credit_entries",
                "credit_entries",
                "credit_reset",
                "recreate",
                "recreate_entries",
                "skip",
                "unskip",
                "hold",
                "release",
            ]
        ),
        st.integers(0, 997),
    ),
    min_size=10,
    max_size=20,
)

DIGIT = 0.01  # the last digit of a quantity
NOISE = 1e-6  # of adding floats


class Billing(NamedTuple):
    """What one sale order line bills: each set of entries that stand on an invoice line
    together, with the quantity made from them and their exact time."""

    made: dict
    time: dict

    @property
    def drift(self):
        return sum(self.made.values()) - sum(self.time.values())

    def off(self, key):
        """How far a line is off its entries by rounding."""
        return abs(self.made[key] - self.time[key])


@tagged("post_install", "-at_install")
class TestBillingLedgerRandom(InvoicingCycleCommon):
    """Whatever people do in whatever order, an hour is billed exactly once.

    Quantities round the running total, so each generation ends on it exactly:

        Σ made = round(Σ time), off the time by half a digit at most.

    A line takes the step from the drift (Σ made - Σ time) before it to the one after
    it. So it is off its own entries by half a digit and that drift: by one digit at
    most where nothing moved since the last generation. An invoice that is given back,
    or taken again, takes its own rounding along, so that much is added to the drift
    and not a bit more, until the next generation takes it away.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        cls.sale_line = order.order_line
        cls.projects = cls._create_project("One", order=order) | cls._create_project(
            "Two", order=order
        )
        for number in range(0, 60, 5):
            cls._do_log(cls, number)
        cls.projects.billing_period_ids.filtered(
            lambda period: period.date_from == date(2026, 1, 1)
        )._generate_invoices("To begin with")

    # Shrinking a failure would take minutes: the steps are printed as they are.
    @settings(repeatable, max_examples=15, phases=[Phase.generate])
    @given(STEPS)
    def test_random_steps(self, steps):
        with self.env.cr.savepoint() as savepoint:
            before, moved = self._get_billing(), 0.0
            self.assertAlmostEqual(abs(before.drift), 0.0, delta=DIGIT / 2 + NOISE)
            for name, number in steps:
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_do_{name}")(number)
                        self.env.flush_all()
                except UserError:
                    # A refusal is an answer, as long as nothing changed by it.
                    self.env.invalidate_all()
                self._assert_ledger()
                after = self._get_billing()
                moved = self._assert_quantities(name, before, after, moved)
                before = after
            savepoint.rollback()
        self.env.invalidate_all()

    # ------------------------------------------------------------- invariants

    def _assert_ledger(self):
        entries = self.projects.timesheet_ids
        for entry in entries:
            line = entry.invoice_line_id
            self.assertEqual(entry.timesheet_invoice_id, line.move_id)
            self.assertEqual(entry._is_not_billed(), not line)
            if line:
                self.assertNotEqual(line.parent_state, "cancel")
                self.assertEqual(entry.billing_period_id, line.billing_period_id)
            elif entry.billing_hold == "bill":
                self.assertTrue(entry.billing_period_id, entry.date)
                self.assertNotIn(
                    entry.billing_period_id.state, ("to_send", "sent", "skipped")
                )
            else:
                self.assertFalse(entry.billing_period_id)
        for period in self.projects.billing_period_ids:
            self.assertAlmostEqual(
                period.hours, sum(period.timesheet_ids.mapped("unit_amount"))
            )

    def _get_billing(self):
        made, time = {}, {}
        for line in self.sale_line.invoice_lines.filtered("timesheet_entry_ids"):
            key = frozenset(line.timesheet_entry_ids.ids)
            made[key] = line.quantity_made - sum(
                credit.quantity_made
                for credit in line.credit_line_ids
                if credit.parent_state == "posted"
            )
            time[key] = sum(line.timesheet_entry_ids.mapped("unit_amount"))
        return Billing(made, time)

    def _assert_quantities(self, name, before, after, moved):
        """
        :param float moved: what left or came back since the last generation was off
        :return: the same after this step
        """
        total = sum(after.made.values())
        # The order counts that, however drafts were edited and invoices credited.
        live = self.sale_line.invoice_lines.filtered(
            lambda line: line.parent_state != "cancel"
        )
        counted = sum(
            -line.quantity_made
            if line.move_id.move_type == "out_refund"
            else line.quantity_made
            for line in live
        )
        self.assertAlmostEqual(counted, total, delta=NOISE)
        self.assertAlmostEqual(self.sale_line.qty_invoiced, total, delta=NOISE)

        for key in before.made.keys() & after.made.keys():
            self.assertAlmostEqual(after.made[key], before.made[key], delta=NOISE)
            self.assertEqual(after.time[key], before.time[key])
        left = before.made.keys() - after.made.keys()
        came = after.made.keys() - before.made.keys()
        if name == "generate" and came:
            self.assertFalse(left)
            time = round_quantity(sum(after.time.values()), 2)
            self.assertAlmostEqual(total, time, delta=NOISE)
            bound = DIGIT / 2 + max(DIGIT / 2, abs(before.drift))
            for key in came:
                self.assertLessEqual(after.off(key), bound + NOISE)
            return 0.0
        moved += sum(map(before.off, left)) + sum(map(after.off, came))
        self.assertLessEqual(abs(after.drift), DIGIT / 2 + moved + NOISE)
        return moved

    # ------------------------------------------------------------------ steps

    def _pick(self, records, number):
        return records[number % len(records)] if records else records

    def _get_documents(self, move_type, *states):
        return self.sale_line.invoice_lines.move_id.filtered(
            lambda move: move.move_type == move_type and move.state in states
        ).sorted("id")

    def _do_log(self, number):
        self._log_time(
            self.projects[number % 2],
            date(2026, 1, 1) + timedelta(days=number % 90),
            (1 / 3, 0.25, 1.0, 7.5)[number % 4],
        )

    def _do_generate(self, number):
        periods = self.projects.billing_period_ids.sorted("id")
        waiting = periods.filtered("hours").filtered(
            lambda period: period.state in ("pending", "ready", "upcoming")
        )
        # One of them, or all.
        chosen = self._pick(waiting, number) if number % 3 else waiting
        chosen._generate_invoices("Because")

    def _do_post(self, number):
        drafts = self._get_documents("out_invoice", "draft")
        drafts |= self._get_documents("out_refund", "draft")
        self._pick(drafts, number).action_post()

    def _do_cancel(self, number):
        invoices = self._get_documents("out_invoice", "draft", "posted")
        self._pick(invoices, number).button_cancel()

    def _do_reopen(self, number):
        self._pick(self._get_documents("out_invoice", "cancel"), number).button_draft()

    def _do_delete(self, number):
        self._pick(self._get_documents("out_invoice", "draft"), number).unlink()

    def _do_delete_line(self, number):
        lines = self._get_documents("out_invoice", "draft").invoice_line_ids
        self._pick(lines, number).unlink()

    def _do_edit(self, number):
        lines = self._get_documents("out_invoice", "draft").invoice_line_ids
        if line := self._pick(lines, number):
            line.quantity += number % 5 - 2

    def _do_credit(self, number, part=1.0):
        invoices = self._get_documents("out_invoice", "posted")
        if invoice := self._pick(invoices, number):
            refund = invoice._reverse_moves()
            for line in refund.invoice_line_ids:
                line.quantity *= part
            refund._post()

    def _do_credit_part(self, number):
        self._do_credit(number, part=0.5)

    def _do_credit_entries(self, number, method="refund_moves"):
        invoices = self._get_documents("out_invoice", "posted")
        if invoice := self._pick(invoices, number):
            dialog = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create(
                    {
                        "journal_id": invoice.journal_id.id,
                        "date": "2026-03-10",
                        "credit_scope": "entries" if number % 4 else "lines",
                    }
                )
            )
            for position, row in enumerate(dialog.line_ids):
                row.is_chosen = (number + position) % 3 == 0
            getattr(dialog, method)()
            if number % 5 and method == "refund_moves":
                dialog.new_move_ids._post()

    def _do_recreate_entries(self, number):
        self._do_credit_entries(number, "modify_moves")

    def _do_credit_reset(self, number):
        self._pick(self._get_documents("out_refund", "posted"), number).button_draft()

    def _do_recreate(self, number):
        invoices = self._get_documents("out_invoice", "posted")
        if invoice := self._pick(invoices, number):
            self.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create(
                {"journal_id": invoice.journal_id.id, "date": "2026-03-10"}
            ).modify_moves()

    def _do_skip(self, number):
        period = self._pick(self.projects.billing_period_ids, number)
        if period.date_to < date(2026, 4, 1):
            period.action_skip("Agreed")

    def _do_unskip(self, number):
        periods = self.projects.billing_period_ids.filtered("skip_reason")
        self._pick(periods, number).action_unskip()

    def _do_hold(self, number):
        entries = self.projects.timesheet_ids.filtered(lambda e: not e.invoice_line_id)
        self._pick(entries, number).sudo().billing_hold = "hold"

    def _do_release(self, number):
        held = self.projects.timesheet_ids.filtered(lambda e: e.billing_hold == "hold")
        self._pick(held, number).sudo().billing_hold = "bill"
