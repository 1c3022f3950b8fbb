from datetime import date, timedelta

from hypothesis import strategies as st

from .billing_machine import BillingMachine
from .steps import days, numbers, step

shares = st.sampled_from([0.1, 0.25, 1 / 3, 0.5])


class BillingMachineBeyond(BillingMachine):
    """Random people do random things with all that is billed beyond hours as well.

    ``case`` has ``milestones``, ``capped`` sales order items, the projects ``retainer``
    and ``custom``, and ``expenses`` in several states.
    """

    # ------------------------------------------------------------- milestones

    def _get_milestones(self, *, reached):
        return self.case.milestones.filtered(
            lambda milestone: (
                milestone.is_reached == reached and not milestone.invoice_line_id
            )
        )

    def _reach(self, milestone, day):
        milestone.is_reached = True
        milestone.reached_date = day

    @step(number=numbers, day=days)
    def reach(self, number, day):
        if milestone := self._pick(self._get_milestones(reached=False), number):
            self._attempt(self._reach, milestone, day)

    @step(number=numbers)
    def unreach(self, number):
        if milestone := self._pick(self._get_milestones(reached=True), number):
            self._attempt(milestone.write, {"is_reached": False})

    @step(number=numbers, share=shares)
    def change_milestone(self, number, share):
        milestone = self._pick(self.case.milestones, number)
        self._attempt(milestone.write, {"quantity_percentage": share})

    # ------------------------------------------------------------- the orders

    @step(number=numbers, quantity=st.sampled_from([4.0, 10.0, 12.5, 30.0]))
    def change_cap(self, number, quantity):
        line = self._pick(self.case.capped, number)
        self._attempt(line.write, {"product_uom_qty": quantity})

    @step(number=numbers)
    def switch_cap(self, number):
        line = self._pick(self.case.capped, number)
        self._attempt(line.write, {"billing_capped": not line.billing_capped})

    @step(
        number=numbers,
        values=st.sampled_from([{"price_unit": 123.45}, {"discount": 10.0}]),
    )
    def change_price(self, number, values):
        lines = self.case.orders.order_line.filtered(
            lambda line: not (line.is_expense or line.is_downpayment)
        )
        self._attempt(self._pick(lines, number).write, values)

    @step(number=numbers)
    def edit(self, number):
        """But nobody deducts more than was paid, nor bills an expense several times on
        an invoice that Odoo's own dialog made: the proof would tell, rightly."""
        line = self._get_draft_line(number)
        if line.sale_line_ids.filtered("is_expense") and not line.made_with:
            self._attempt(line.write, {"price_unit": line.price_unit * 0.9})
        elif not line.sale_line_ids.filtered("is_downpayment"):
            self._edit(line, number)
        elif line.price_subtotal < 0:
            self._attempt(line.write, {"price_unit": line.price_unit * 0.9})

    # ---------------------------------------------------------------- the end

    def teardown(self):
        """In the end somebody enters the periods that custom schedules want.

        Missing data names their time until then, and so does the proof.
        """
        try:
            self._enter_last_periods()
        finally:
            super().teardown()

    def _enter_last_periods(self):
        self.case.env["project.billing.period"].create(
            [
                {"project_id": project.id, "date_from": start, "date_to": end}
                for project in self._get_custom_projects()
                for start, end in self._get_gaps(project)
            ]
        )

    def _get_gaps(self, project):
        """Days between the periods of a project, and those after all of them."""
        start = date(2026, 1, 1)
        for period in project.billing_period_ids.sorted("date_from"):
            if start < period.date_from:
                yield start, period.date_from - timedelta(days=1)
            start = period.date_to + timedelta(days=1)
        yield start, start + timedelta(days=120)

    def _get_custom_projects(self):
        return self.case.projects.filtered(
            lambda project: project.billing_frequency == "custom"
        )

    # ---------------------------------------------------------- down payments

    @step(number=numbers, amount=st.sampled_from([124.0, 333.33, 1240.0]))
    def pay_in_advance(self, number, amount):
        order = self._pick(self.case.orders, number)
        self._attempt(self.case._pay_in_advance, order, amount, post=number % 4)

    @step(number=numbers)
    def switch_deduction(self, number):
        project = self._pick(self.case.projects, number)
        self._attempt(
            project.write,
            {"billing_deduct_down_payments": not project.billing_deduct_down_payments},
        )

    # -------------------------------------------------- fixed amounts, retainer

    @step(
        values=st.sampled_from(
            [
                {"billing_retainer_amount": 1500.0},
                {"billing_retainer_amount": 2000.0},
                {"billing_retainer_hours": 5.0},
                {"billing_retainer_carry_over": False},
                {"billing_retainer_carry_over": True},
            ]
        )
    )
    def change_retainer(self, values):
        self._attempt(self.case.retainer.write, values)

    @step(number=numbers)
    def bill_overrun(self, number):
        periods = self.case.retainer.billing_period_ids.filtered("retainer_above")
        if period := self._pick(periods.sorted("id"), number):
            self._attempt(period.action_bill_retainer_overrun)

    @step(
        number=numbers,
        values=st.sampled_from(
            [
                {"fixed_amount": 1000.0},
                {"fixed_amount": 0.0},
                {"fixed_share": 20.0},
                {"fixed_share": 33.33},
            ]
        ),
    )
    def change_amount(self, number, values):
        periods = self.case.custom.billing_period_ids.sorted("id")
        period = self._pick(periods, number).with_user(self.case.user_accountant)
        self._attempt(period.write, values)

    @step(day=days, share=shares)
    def add_period(self, day, share):
        """Often refused: periods may not overlap."""
        self._attempt(
            self.case.env["project.billing.period"].create,
            {
                "project_id": self.case.custom.id,
                "date_from": day,
                "date_to": day,
                "fixed_share": round(100 * share, 2),
            },
        )

    # --------------------------------------------------------------- expenses

    def _get_expenses(self, *states):
        return self.case.expenses.filtered(lambda expense: expense.state in states)

    @step(number=numbers)
    def post_expense(self, number):
        if expense := self._pick(self._get_expenses("draft"), number):
            self._attempt(self.case._post_expenses, expense)

    @step(number=numbers, day=days)
    def date_expense(self, number, day):
        if expense := self._pick(self._get_expenses("draft"), number):
            self._attempt(expense.write, {"date": day})

    @step(number=numbers)
    def take_expense_back(self, number):
        """And post it again, every other time."""
        entry = self._pick(self._get_expenses("posted"), number).account_move_id
        if entry.state == "posted":
            self._attempt(entry.button_draft)
        elif entry:
            self._attempt(entry.action_post)

    @step(number=numbers, percent=st.sampled_from([0.0, 12.5]))
    def change_markup(self, number, percent):
        project = self._pick(self.case.projects, number)
        self._attempt(project.write, {"billing_expense_markup": percent})

    # ----------------------------------------------------------------- credit

    @step(number=numbers)
    def credit_by_dialog(self, number):
        """Chosen lines, whatever they bill."""
        if invoice := self._get_document(number, "out_invoice", "posted"):
            self._attempt(self._credit_lines, invoice, number)

    def _credit_lines(self, invoice, number):
        dialog = (
            self.case.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "journal_id": invoice.journal_id.id,
                    "date": date(2026, 3, 10),
                    "credit_scope": "lines",
                }
            )
        )
        for position, row in enumerate(dialog.line_ids):
            row.is_chosen = (number + position) % 2 == 0
        dialog.refund_moves()
        dialog.new_move_ids._post()
