from collections import Counter
from datetime import date

from hypothesis import strategies as st

from odoo.exceptions import UserError

from odoo.addons.invoicing_cycle.tools.allocation import round_quantity

from .rate_steps import RateSteps
from .steps import days, hours, numbers, step


class BillingMachine(RateSteps):
    """Random people do random things with time and its invoices.

    What they pick is a number, so that the same steps do the same at every run. A
    refusal is an answer, as long as it leaves nothing behind.

    ``case`` has the ``projects`` and their ``orders``, and proves them at the end.
    ``outcomes`` counts what became of each step where ``counts_writes`` asks for it: a
    step that is always refused proves nothing.
    """

    case = None
    counts_writes = False
    outcomes = Counter()

    def __init__(self):
        super().__init__()
        self.outcome = "idle"
        self.savepoint = self.case.env.cr.savepoint()

    def teardown(self):
        try:
            self.case.assertProven(self.case.projects)
        finally:
            self.savepoint.rollback()
            self.case.env.invalidate_all()

    # ------------------------------------------------------------------ means

    def _attempt(self, function, *args, **kwargs):
        env = self.case.env
        before = self._count_writes()
        try:
            with env.cr.savepoint():
                function(*args, **kwargs)
                env.flush_all()
        except UserError:
            env.invalidate_all()
            self.outcome = "refused"
        else:
            if before < self._count_writes():
                self.outcome = "done"

    def _count_writes(self):
        """Rows that this transaction has written so far."""
        if not self.counts_writes:
            return 0
        self.case.env.cr.execute(
            "SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del)"
            "  FROM pg_stat_xact_user_tables"
        )
        return self.case.env.cr.fetchone()[0]

    def _pick(self, records, number):
        return records[number % len(records)] if records else records

    def _get_entries(self):
        return self.case.projects.timesheet_ids.sorted("id")

    def _get_unbilled(self, number, hold=("bill", "hold", "write_off")):
        entries = self._get_entries().filtered(
            lambda entry: not entry.invoice_line_id and entry.billing_hold in hold
        )
        return self._pick(entries, number).sudo()

    def _get_undecided(self, number, hold):
        """An unbilled entry, or a part of one, in some states (superuser record)."""
        entries = self._get_entries().sudo()
        rows = [
            row
            for row in (*entries, *entries.part_ids.sorted("id"))
            if not row.invoice_line_id and row.billing_hold in hold
        ]
        return rows[number % len(rows)] if rows else None

    def _get_periods(self):
        return self.case.projects.billing_period_ids.sorted("id")

    def _get_documents(self, move_type, *states):
        return self.case.orders.order_line.invoice_lines.move_id.filtered(
            lambda move: move.move_type == move_type and move.state in states
        ).sorted("id")

    def _get_document(self, number, move_type, *states):
        return self._pick(self._get_documents(move_type, *states), number)

    def _get_draft_line(self, number):
        lines = self._get_documents("out_invoice", "draft").invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        return self._pick(lines, number)

    # ------------------------------------------------------------------- time

    @step(number=numbers, day=days, amount=hours)
    def log(self, number, day, amount):
        project = self._pick(self.case.projects, number)
        self._attempt(self.case._log_time, project, day, amount)

    log_more = log  # more often than other things

    @step(number=numbers, amount=hours)
    def change_hours(self, number, amount):
        if entry := self._get_unbilled(number):
            self._attempt(entry.write, {"unit_amount": amount})

    @step(number=numbers, day=days)
    def change_date(self, number, day):
        if entry := self._get_unbilled(number):
            self._attempt(entry.write, {"date": day})

    @step(number=numbers)
    def move_to_another_project(self, number):
        if entry := self._get_unbilled(number):
            project = self._pick(self.case.projects, number // 7)
            self._attempt(entry.write, {"project_id": project.id})

    @step(number=numbers)
    def delete_time(self, number):
        if entry := self._get_unbilled(number):
            self._attempt(entry.unlink)

    @step(number=numbers, amount=hours)
    def change_freed_time(self, number, amount):
        """Time that was given back, which the documents that billed it remember."""
        lines = self.case.orders.order_line.invoice_lines
        freed = (lines.released_entry_ids | lines.credited_entry_ids).filtered(
            lambda entry: not entry.invoice_line_id
        )
        if entry := self._pick(freed.sorted("id"), number).sudo():
            if number % 2:
                self._attempt(entry.unlink)
            else:
                self._attempt(entry.write, {"unit_amount": amount})

    # ------------------------------------------------------------------- hold

    @step(number=numbers, hold=st.sampled_from(["hold", "write_off"]))
    def hold(self, number, hold):
        if row := self._get_undecided(number, ("bill",)):
            self._attempt(row.write, {"billing_hold": hold})

    @step(number=numbers)
    def release(self, number):
        if row := self._get_undecided(number, ("hold", "write_off")):
            self._attempt(row.write, {"billing_hold": "bill"})

    @step(
        number=numbers,
        hold=st.sampled_from(["hold", "write_off"]),
        amount=st.sampled_from([0.2, 0.2, 3.0]),
    )
    def hold_a_part(self, number, hold, amount):
        if row := self._get_undecided(number, ("bill",)):
            self._attempt(row._split_off, amount, {"billing_hold": hold})

    @step(number=numbers)
    def take_a_part_back(self, number):
        parts = self._get_entries().part_ids.sorted("id")
        if part := self._pick(parts, number):
            self._attempt(part.sudo().unlink)

    # ------------------------------------------------------------- generating

    @step(number=numbers)
    def generate(self, number):
        waiting = self._get_periods().filtered(
            lambda period: period.state in ("pending", "ready", "upcoming")
        )
        # One of them, or all.
        chosen = self._pick(waiting, number) if number % 3 else waiting
        self._attempt(self._generate, chosen)

    generate_more = generate

    def _generate(self, periods):
        """Each generation ends exactly on the rounded total of all that is billed.

        Quantities round the running total, and an invoice that is given back takes its
        own rounding along. So the proof allows for a digit per line, but this makes up
        for all of it.
        """
        made = periods._generate_invoices("Because").made
        lines = self.case.env["account.move"].browse(made).invoice_line_ids
        items = lines.filtered(lambda line: line.billing_kind == "time").sale_line_ids
        totals = periods._get_billed_quantities(items)
        for item, (billed, total) in totals.items():
            expected = round_quantity(billed, item._get_quantity_digits())
            self.case.assertAlmostEqual(total, expected, 6, item.display_name)

    @step(number=numbers)
    def invoice_late_time(self, number):
        late = self._get_periods().filtered("late_hours")
        if period := self._pick(late, number):
            self._attempt(period.action_invoice_late_time)

    @step(number=numbers)
    def write_off_late_time(self, number):
        late = self._get_periods().filtered("late_hours")
        if period := self._pick(late, number):
            self._attempt(period.action_write_off_late_time, "Agreed")

    @step(number=numbers)
    def skip(self, number):
        period = self._pick(self._get_periods(), number)
        self._attempt(period.action_skip, "Agreed")

    @step(number=numbers)
    def unskip(self, number):
        skipped = self._get_periods().filtered("skip_reason")
        if period := self._pick(skipped, number):
            self._attempt(period.action_unskip)

    @step(
        number=numbers,
        values=st.sampled_from(
            [
                {"billing_line_detail": "entry"},
                {"billing_line_detail": "task_employee"},
                {"billing_line_detail": "sale_line"},
                {"billing_grouping": "customer"},
                {"billing_grouping": "project"},
                {"billing_unit": "day"},
                {"billing_rounding": "15", "billing_rounding_per": "entry"},
                {"billing_rounding": "15", "billing_rounding_per": "line"},
                {"billing_rounding": "none"},
            ]
        ),
    )
    def change_project(self, number, values):
        self._attempt(self._pick(self.case.projects, number).write, values)

    # ----------------------------------------------------------------- drafts

    @step(number=numbers)
    def edit(self, number):
        self._edit(self._get_draft_line(number), number)

    def _edit(self, line, number):
        if line:
            vals = {"quantity": line.quantity + number % 5 - 2}
            if number % 2:
                vals = {"price_unit": line.price_unit * 0.9}
            self._attempt(line.write, vals)

    @step(number=numbers)
    def refresh(self, number):
        """Also what a person changed is made anew, or kept."""
        if draft := self._get_document(number, "out_invoice", "draft"):
            self._attempt(draft._refresh_draft)

    @step(number=numbers, amount=hours)
    def change_billed_hours_and_refresh(self, number, amount):
        line = self._get_draft_line(number)
        if entry := self._pick(line.timesheet_entry_ids.sorted("id"), number):
            self._attempt(self._change_and_refresh, entry.sudo(), line.move_id, amount)

    def _change_and_refresh(self, entry, draft, amount):
        entry.unit_amount = amount
        draft._refresh_draft()

    @step(number=numbers)
    def delete_line(self, number):
        if line := self._get_draft_line(number):
            self._attempt(line.unlink)

    @step(number=numbers)
    def delete(self, number):
        self._attempt(self._get_document(number, "out_invoice", "draft").unlink)

    @step(number=numbers)
    def post(self, number):
        if invoice := self._get_document(number, "out_invoice", "draft"):
            self._attempt(invoice.action_post)

    @step(number=numbers)
    def post_by_cron(self, number):
        if invoice := self._get_document(number, "out_invoice", "draft"):
            self._attempt(invoice._post)

    @step(number=numbers)
    def cancel(self, number):
        if invoice := self._get_document(number, "out_invoice", "draft", "posted"):
            self._attempt(invoice.button_cancel)

    @step(number=numbers)
    def reopen(self, number):
        if invoice := self._get_document(number, "out_invoice", "cancel", "posted"):
            self._attempt(invoice.button_draft)

    # ----------------------------------------------------------------- credit

    def _reverse(self, invoice, part):
        refund = invoice._reverse_moves()
        for line in refund.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ):
            line.quantity *= part
        refund._post()

    @step(number=numbers, part=st.sampled_from([1.0, 1.0, 0.5]))
    def credit(self, number, part):
        if invoice := self._get_document(number, "out_invoice", "posted"):
            self._attempt(self._reverse, invoice, part)

    def _credit_chosen(self, invoice, number, method):
        dialog = (
            self.case.env["account.move.reversal"]
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

    @step(number=numbers, method=st.sampled_from(["refund_moves", "modify_moves"]))
    def credit_chosen_entries(self, number, method):
        if invoice := self._get_document(number, "out_invoice", "posted"):
            self._attempt(self._credit_chosen, invoice, number, method)

    @step(number=numbers)
    def reset_credit(self, number):
        if refund := self._get_document(number, "out_refund", "posted"):
            self._attempt(refund.button_draft)

    @step(number=numbers)
    def post_credit(self, number):
        if refund := self._get_document(number, "out_refund", "draft"):
            refund.auto_post = "no"
            self._attempt(refund.action_post)

    @step(number=numbers)
    def cancel_credit(self, number):
        if refund := self._get_document(number, "out_refund", "draft"):
            self._attempt(refund.button_cancel)

    @step(number=numbers)
    def recreate(self, number):
        if invoice := self._get_document(number, "out_invoice", "posted"):
            wizard = self.case.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            vals = {"journal_id": invoice.journal_id.id, "date": "2026-03-10"}
            self._attempt(lambda: wizard.create(vals).modify_moves())

    @step(number=numbers)
    def stock_wizard(self, number):
        """The order is invoiced by Odoo's own wizard."""
        order = self._pick(self.case.orders, number)
        wizard = self.case.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        vals = {
            "advance_payment_method": "delivered",
            "date_start_invoice_timesheet": date(2026, 1, 1),
            "date_end_invoice_timesheet": date(2026, 1 + number % 3, 28),
        }
        self._attempt(lambda: wizard.create(vals).create_invoices())
