from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin
from ..common.stock import StockInvoiceMixin

JANUARY = date(2026, 1, 5)
FEBRUARY = date(2026, 2, 5)


@tagged("post_install", "-at_install")
class TestBillingProofBeyond(ProofMixin, BeyondHoursCommon):
    """What went wrong past the ORM with what is billed beyond hours is found."""

    def _get_texts(self, projects):
        proof = self.env["billing.proof"]._prove(projects)
        return [difference.message for difference in proof.differences]

    # -------------------------------------------------------------------- caps

    def _setup_capped(self, *, capped=True):
        order = self._create_order(quantity=10.0)
        order.order_line.billing_capped = capped
        project = self._create_project("Capped", order=order)
        self._log_time(project, JANUARY, 8.0)
        self._log_time(project, FEBRUARY, 8.0)
        self._lock(date(2026, 2, 28))
        self._generate(self._period(project, JANUARY))
        self._generate(self._period(project, FEBRUARY))
        return project, order.order_line

    def test_cap(self):
        project, item = self._setup_capped()
        self.assertEqual(item.qty_invoiced, 10.0)
        self.assertProven(project)
        # A person lowers it later.
        item.product_uom_qty = 4.0
        self.assertProven(project)

    def test_cap_that_was_set_later(self):
        project, item = self._setup_capped(capped=False)
        self.assertEqual(item.qty_invoiced, 16.0)
        item.billing_capped = True
        self.assertProven(project)

    def test_passed_cap(self):
        project, item = self._setup_capped()
        line = item.invoice_lines.sorted("id")[-1]
        self._set(line, quantity_made=5.0)
        self.assertIn(("cap", item), self._get_kinds(project))
        self.assertTrue(
            any(
                "13.00" in text and "10.00" in text for text in self._get_texts(project)
            )
        )

    # ----------------------------------------------------------- down payments

    def test_down_payment(self):
        order = self._create_order(quantity=100.0)
        project = self._create_project("Paid", order=order)
        self._log_time(project, JANUARY, 7.0)
        self._lock(date(2026, 1, 31))
        paid = self._invoice_stock(
            order, advance_payment_method="fixed", fixed_amount=1240.0
        )
        paid.action_post()
        invoice = self._generate(self._period(project, JANUARY))
        self.assertProven(project)
        item = paid.invoice_line_ids.sale_line_ids
        self._set(paid, state="cancel")
        self.assertIn(("down_payment", item), self._get_kinds(project))
        self._set(paid, state="posted")
        self.assertProven(project)
        line = invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == "down_payment"
        )
        self._set(line, price_subtotal=-1000.01)
        self.assertEqual(
            self._get_kinds(project), {("down_payment", item), ("line_amount", line)}
        )
        self.assertTrue(any(order.name in text for text in self._get_texts(project)))

    # ----------------------------------------------------------- fixed amounts

    def _setup_shares(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project(
            "Shares", order=order, billing_frequency="custom"
        )
        return self.env["project.billing.period"].create(
            [
                {
                    "project_id": project.id,
                    "date_from": date(2026, month, 1),
                    "date_to": date(2026, month, 15),
                    "fixed_share": 50.0,
                }
                for month in (1, 2, 3)
            ]
        )

    def test_shares(self):
        periods = self._setup_shares()
        self._generate(periods[0])
        self._generate(periods[1])
        self.assertProven(periods.project_id)
        with self.assertRaisesRegex(UserError, "add up to 150.00 %"):
            self._generate(periods[2])
        self.assertProven(periods.project_id)
        self._set(periods[0], fixed_share=60.0)
        self.assertEqual(
            self._get_kinds(periods.project_id),
            {("shares", periods.sale_line_id), ("share_amount", periods[0])},
        )

    def test_shares_of_one_run(self):
        """The last one fails, the others go."""
        periods = self._setup_shares()
        periods.with_user(self.user_accountant).action_generate_invoices()
        self.assertEqual(len(periods.filtered("invoice_line_ids")), 2)
        self.assertProven(periods.project_id)

    def test_shares_of_a_skipped_period(self):
        periods = self._setup_shares()
        self._generate(periods[0])
        self._generate(periods[1])
        invoice = periods[0].invoice_line_ids.move_id
        invoice.button_cancel()
        periods[0].action_skip("Agreed")
        self._generate(periods[2])
        self.assertProven(periods.project_id)

    def test_fixed_amount(self):
        periods = self._setup_shares()
        line = self._generate(periods[0]).invoice_line_ids
        # A person writes it down.
        line.price_unit = 4000.0
        self.assertProven(periods.project_id)
        self._set(line, price_made=4000.0)
        self.assertEqual(
            self._get_kinds(periods.project_id),
            {("fixed_amount", line), ("write_up", line)},
        )

    # --------------------------------------------------------------- retainers

    def _setup_retainer(self):
        order = self._create_order(self.product_fixed, price=2000.0, quantity=12.0)
        project = self._create_project("Retainer", order=order)
        project.write(
            {
                "billing_retainer_line_id": order.order_line.id,
                "billing_retainer_hours": 10.0,
            }
        )
        return project, self._log_time(project, FEBRUARY, 4.0)

    def test_retainer_amount(self):
        project, _entry = self._setup_retainer()
        period = self._period(project, JANUARY)
        line = self._generate(period).invoice_line_ids
        self.assertProven(project)
        self._set(period, fixed_amount=1500.0)
        self.assertEqual(self._get_kinds(project), {("fixed_amount", line)})

    def test_retainer_hours(self):
        project, entry = self._setup_retainer()
        self.assertProven(project)
        february = self._period(project, FEBRUARY)
        self._set(february, is_retainer=False)
        self.assertEqual(self._get_kinds(project), {("retainer", entry)})
        self.assertIn("4.00 h (Retainer)", self._get_texts(project)[0])
        self._set(february, is_retainer=True)
        january = self._period(project, JANUARY)
        self._set(january, date_to=date(2026, 2, 10))
        self.assertEqual(
            self._get_kinds(project),
            {
                ("retainer", entry),
                ("period_overlap", january),
                ("period_overlap", february),
            },
        )

    def test_retainer_hours_before_the_cutover(self):
        """Time between a billed period and the cut-over is billed elsewhere."""
        project, _entry = self._setup_retainer()
        self._generate(self._period(project, JANUARY))
        project.billing_cutover_date = date(2026, 2, 15)
        [first, second] = project.billing_period_ids.sorted("date_from")[:2]
        self.assertEqual(first.date_to, date(2026, 1, 31))
        self.assertEqual(second.date_from, date(2026, 2, 15))
        self.assertProven(project)
        inside = self._log_time(project, date(2026, 2, 16), 1.0)
        self._set(second, is_retainer=False)
        self._set(project.billing_period_ids.sorted("date_from")[2], is_retainer=True)
        self.assertEqual(self._get_kinds(project), {("retainer", inside)})

    def test_retainer_time_is_not_billed(self):
        project, entry = self._setup_retainer()
        line = self._generate(self._period(project, FEBRUARY)).invoice_line_ids
        self._set(entry, invoice_line_id=line.id, timesheet_invoice_id=line.move_id.id)
        self.assertIn(("fixed_billed", entry), self._get_kinds(project))


@tagged("post_install", "-at_install")
class TestBillingProofExpenses(StockInvoiceMixin, ProofMixin, ExpenseCommon):
    """Re-invoiced expenses are billed once, at cost and mark-up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.billing_expense_markup = 12.5
        cls.expense = cls._create_expense(amount=120.0)
        cls._post_expenses(cls.expense)
        cls.item = cls.expense.sale_order_line_id
        cls.january._generate_invoices("Because")
        cls.line = cls.january.invoice_line_ids
        cls.env.flush_all()

    def test_clean(self):
        self.assertEqual(
            self.item.reinvoiced_with,
            {"price": 135.0, "markup": 12.5, "rate": 1.0},
        )
        self.assertProven(self.project)
        # What comes later changes nothing of it.
        self.project.billing_expense_markup = 0.0
        self.assertProven(self.project)
        self.item.price_unit = 140.0
        self.assertProven(self.project)

    def test_credited(self):
        invoice = self.line.move_id
        invoice.action_post()
        invoice._reverse_moves()._post()
        self.assertProven(self.project)
        self._generate(self.january)
        self.assertProven(self.project)

    def test_price_with_more_digits(self):
        self.project.billing_expense_markup = 10.0
        expense = self._create_expense(date(2026, 2, 20), amount=100.07)
        self._post_expenses(expense)
        self.assertEqual(expense.sale_order_line_id.price_unit, 110.077)
        self._generate(self._period(self.project, FEBRUARY))
        self.assertProven(self.project)

    def test_amount_of_the_expense(self):
        self._set(self.expense, untaxed_amount=100.0)
        self.assertEqual(self._get_kinds(self.project), {("expense_amount", self.item)})

    def test_amount_of_the_line(self):
        self._set(self.line, price_made=150.0)
        self.assertEqual(
            self._get_kinds(self.project),
            {("expense_amount", self.line), ("write_up", self.line)},
        )

    def test_twice(self):
        second = self.line.move_id.copy().invoice_line_ids
        second.sudo().write(
            {
                "billing_kind": "expense",
                "billing_period_id": self.line.billing_period_id.id,
                "quantity_made": 1.0,
                "sale_line_ids": self.item.ids,
            }
        )
        self.env.flush_all()
        self.assertEqual(
            self._get_kinds(self.project),
            {("expense_twice", self.item), ("line_made", second)},
        )

    def test_taken_back(self):
        self._set(self.expense, sale_order_line_id=None)
        self.assertEqual(self._get_kinds(self.project), {("expense_twice", self.item)})
        self.line.move_id.unlink()
        self.assertProven(self.project)

    def test_no_date(self):
        """Without one it is in no period."""
        self.line.move_id.unlink()
        self._set(self.expense, date=None, billing_period_id=None)
        self._set(self.item, billing_period_id=None)
        self.assertEqual(self._get_kinds(self.project), {("no_period", self.item)})

    def test_nothing_will_bill_it(self):
        self.line.move_id.unlink()
        self._set(self.expense, billing_period_id=None)
        self.assertEqual(
            self._get_kinds(self.project),
            {("no_period", self.item), ("order_expense", self.item)},
        )
        self._set(self.expense, billing_period_id=self.january.id)
        self.assertProven(self.project)
        self._set(self.january, skip_reason="Nothing")
        self.assertEqual(self._get_kinds(self.project), {("closed_period", self.item)})

    def test_period_ends_before_its_day(self):
        """Nothing dated after a period's end is billed by it."""
        self._set(self.january, date_to=date(2026, 1, 19))
        self.assertIn(("order_expense", self.item), self._get_kinds(self.project))

    def test_odoo_billed_it_and_the_schedule_changed(self):
        """The expense stays in the period that it waited in, as time does."""
        expense = self._create_expense(date(2026, 2, 20))
        self._post_expenses(expense)
        invoice = self._invoice_stock(self.order)
        self.project.billing_start_date = date(2026, 1, 10)
        self.assertEqual(expense.billing_period_id.date_to, date(2026, 2, 9))
        self.assertProven(self.project)
        invoice.unlink()
        self.assertEqual(expense.billing_period_id.date_from, date(2026, 2, 10))
        self.assertProven(self.project)
