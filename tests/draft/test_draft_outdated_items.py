from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


class OutdatedCommon(BeyondHoursCommon, ExpenseCommon, ProofCommon):
    """A project with 3 h of January on a draft; its order sells milestones as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order.order_line = [
            Command.create(
                {"product_id": cls.product_milestones.id, "product_uom_qty": 1.0}
            )
        ]
        cls.item, cls.milestone_item = cls.order.order_line
        cls.project.allow_milestones = True
        cls.first, cls.second = cls._create_milestones(
            cls.project, cls.milestone_item, [0.4, 0.6]
        )
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls._log_time(cls.project, DAY, 3.0)
        cls._lock(date(2026, 2, 28))

    def setUp(self):
        super().setUp()
        self.draft = self._generate(self.january)

    def _reasons(self, draft=None):
        self.env.flush_all()
        self.env.invalidate_all()
        draft = (draft or self.draft).with_user(self.user_accountant)
        self.assertEqual(bool(draft.outdated_reasons), draft.draft_status == "outdated")
        return draft.outdated_reasons

    def _refresh(self, draft=None):
        draft = (draft or self.draft).with_user(self.user_accountant)
        self.assertFalse(draft.action_refresh_draft())
        self.assertFalse(self._reasons(draft))

    def _line(self, kind, draft=None):
        return (draft or self.draft).invoice_line_ids.filtered(
            lambda line: line.billing_kind == kind
        )


@tagged("post_install", "-at_install")
class TestDraftOutdatedItems(OutdatedCommon):
    """A draft tells what else its periods bill by now, and a refresh takes that in."""

    # ----------------------------------------------------------------- expenses

    def test_expense_arrived(self):
        self.assertFalse(self._reasons())
        expense = self._create_expense()
        self.assertFalse(self._reasons())
        self._post_expenses(expense)
        self.assertEqual(expense.billing_period_id, self.february)
        self.assertRegex(
            self._reasons(), r"^An expense of .*120\.00.* arrived since\.$"
        )
        self._refresh()
        line = self._line("expense")
        self.assertEqual(line.price_subtotal, 120.0)
        self.assertEqual(line.billing_period_id, self.january)
        self.assertEqual(expense.billing_period_id, self.january)
        self.assertEqual(expense.sale_order_line_id.billing_period_id, self.january)
        self.assertEqual(expense.sale_order_line_id.qty_invoiced, 1.0)
        self.assertEqual(self.february.amount_to_invoice, 0.0)
        self.assertEqual(self.february.expense_amount, 0.0)
        self.assertEqual(self.january.amount_invoiced, 420.0)
        self.assertTrue(
            self.draft.message_ids.filtered(lambda m: "Taken in: Train" in m.body)
        )
        self.assertProven(self.project)
        # Without the draft it waits where it belongs.
        self.draft.unlink()
        self.assertEqual(expense.billing_period_id, self.january)
        self.assertEqual(self.january.amount_to_invoice, 420.0)

    def test_expenses_arrived(self):
        self._post_expenses(self._create_expense() | self._create_expense(amount=30.5))
        self.assertRegex(self._reasons(), r"^2 expenses of .*150\.50.* in total")
        self._refresh()
        self.assertEqual(self.draft.amount_untaxed, 450.5)

    def test_expenses_of_other_days_and_orders_are_not_offered(self):
        other = self._create_project("Other", order=self._create_order())
        other._create_analytic_account()
        self._post_expenses(
            self._create_expense(day=date(2026, 2, 3))
            | self._create_expense(project=other)
        )
        self.assertFalse(self._reasons())

    def test_what_the_next_period_bills_by_now_is_not_offered(self):
        self._post_expenses(self._create_expense())
        self._reach(self.first)
        self.assertIn("An expense of", self._reasons())
        self.assertIn("M1", self._reasons())
        self._generate(self.february)
        self.assertFalse(self._reasons())

    def test_expense_that_a_person_left_out_of_the_draft(self):
        """Its line deleted, it is offered again, as time is."""
        self._post_expenses(self._create_expense())
        self._refresh()
        self._line("expense").with_user(self.user_accountant).unlink()
        self.assertIn("An expense of", self._reasons())

    def test_expense_on_a_draft_is_not_taken_back(self):
        expense = self._create_expense()
        self._post_expenses(expense)
        self._refresh()
        with self.assertRaisesRegex(UserError, "Delete its line there"):
            expense.account_move_id.button_draft()
        self._line("expense").unlink()
        expense.account_move_id.button_draft()
        self.assertFalse(self._reasons())
        # Posted again it arrives again.
        # By whom Odoo lets: not only as the superuser, as in the dialog.
        self.user_poster.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        expense.account_move_id.with_user(self.user_poster).action_post()
        self.assertIn("An expense of", self._reasons())
        self._refresh()
        self.assertEqual(self.draft.amount_untaxed, 420.0)
        self.assertProven(self.project)

    # --------------------------------------------------------------- milestones

    def test_milestone_reached(self):
        self._reach(self.first)
        self.assertEqual(self._reasons(), "The milestone M1 is reached since.")
        self._refresh()
        line = self._line("milestone")
        self.assertEqual(line.price_subtotal, 4000.0)
        self.assertEqual(line.milestone_ids, self.first)
        self.assertEqual(self.first.invoice_line_id, line)
        self.assertEqual(self.first.billing_period_id, self.january)
        self.assertEqual(self.february.amount_to_invoice, 0.0)
        self._reach(self.second)
        self.assertEqual(self._reasons(), "The milestone M2 is reached since.")
        self._refresh()
        self.assertEqual(self.draft.amount_untaxed, 10300.0)
        self.assertEqual(self.milestone_item.qty_invoiced, 1.0)
        self.assertProven(self.project)
        self.draft.unlink()
        self.assertEqual(self.january.amount_to_invoice, 10300.0)

    def test_milestone_of_another_period_is_not_offered(self):
        self._reach(self.first, date(2026, 2, 3))
        self.assertFalse(self._reasons())

    def test_milestone_on_a_draft_is_not_taken_back(self):
        self._reach(self.first)
        self._refresh()
        with self.assertRaisesRegex(UserError, "Delete its line there"):
            self.first.is_reached = False
        self._line("milestone").unlink()
        self.first.is_reached = False
        self.assertFalse(self._reasons())

    def test_milestone_of_another_ordered_quantity(self):
        self._reach(self.first)
        self._refresh()
        self.milestone_item.product_uom_qty = 2.0
        self.assertRegex(self._reasons(), "^The ordered quantity of .* is 2.00 now")
        self._refresh()
        self.assertEqual(self._line("milestone").price_subtotal, 8000.0)

    # ------------------------------------------------------------- fixed amounts

    def _fix(self, amount):
        """By code that runs as the superuser: people are refused."""
        self.january.sudo().write(
            {"fixed_amount": amount, "sale_line_id": self.fixed_item.id}
        )

    def _order_fixed(self):
        self.order.order_line = [
            Command.create({"product_id": self.product_fixed.id, "price_unit": 9000.0})
        ]
        self.fixed_item = self.order.order_line[-1:]

    def test_fixed_amount(self):
        self._order_fixed()
        self._fix(1000.0)
        self.assertRegex(
            self._reasons(), r"The fixed amount of .*, .*1,000\.00.*, is not on it\."
        )
        self._refresh()
        self.assertEqual(self._line("fixed").price_subtotal, 1000.0)
        self._fix(1500.0)
        self.assertRegex(self._reasons(), r"is .*1,500\.00.* now, .* made with .*1,000")
        self._refresh()
        self.assertEqual(self.draft.amount_untaxed, 1800.0)
        self.assertProven(self.project)
        with self.assertRaisesRegex(UserError, "stay as they are"):
            self.january.with_user(self.user_accountant).fixed_amount = 99.0

    def test_fixed_amount_on_another_invoice_stays_there(self):
        """A part of a period that is billed anew does not bill its amount twice."""
        self._order_fixed()
        self._fix(1000.0)
        self._refresh()
        self.draft.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.draft.ids)
            .create(
                {
                    "journal_id": self.draft.journal_id.id,
                    "date": date(2026, 3, 10),
                    "credit_scope": "lines",
                }
            )
        )
        wizard.line_ids.filtered(
            lambda row: row.move_line_id == self._line("time")
        ).is_chosen = True
        wizard.modify_moves()
        draft = wizard.new_move_ids.filtered(lambda move: move.state == "draft")
        self.assertEqual(draft.amount_untaxed, 300.0)
        self.assertFalse(self._reasons(draft))
        draft.with_user(self.user_accountant).action_refresh_draft()
        self.assertEqual(draft.amount_untaxed, 300.0)
        self.assertProven(self.project)

    # ------------------------------------------------------------- down payments

    def _pay(self, total):
        invoice = self._invoice_stock(
            self.order, advance_payment_method="fixed", fixed_amount=total
        )
        self.assertFalse(self._reasons())
        invoice.action_post()
        return invoice

    def test_down_payment(self):
        self._pay(248.0)
        self.assertRegex(
            self._reasons(),
            rf"^.*200\.00.* more of the down payments of {self.order.name}",
        )
        self._refresh()
        self.assertEqual(self._line("down_payment").price_subtotal, -200.0)
        self.assertEqual(self.draft.amount_untaxed, 100.0)
        # Deducted less by hand: what a person decides is not out of date.
        self._line("down_payment").price_unit = 150.0
        self.assertFalse(self._reasons())
        self._line("down_payment").price_unit = 200.0
        self._pay(1240.0)
        self.assertRegex(self._reasons(), r"^.*100\.00.* more of the down payments")
        self._refresh()
        self.assertEqual(self.draft.amount_untaxed, 0.0)

    def test_deducted_down_payment_is_not_taken_back(self):
        paid = self._pay(248.0)
        self._refresh()
        credit = self._reverse(paid, "refund_moves")
        with (
            self.assertRaisesRegex(UserError, "change the deduction first"),
            self.env.cr.savepoint(),
        ):
            credit.action_post()
        self._line("down_payment").unlink()
        credit.action_post()
        self.assertFalse(self._reasons())
        self.assertEqual(self.draft.amount_untaxed, 300.0)
        self.assertProven(self.project)

    def test_less_of_a_down_payment_is_left(self):
        """A correction of its invoice by a smaller credit leaves the draft too much."""
        paid = self._pay(248.0)
        self._refresh()
        self._line("down_payment").price_unit = 150.0
        credit = self._reverse(paid, "refund_moves")
        credit.invoice_line_ids.price_unit = 50.0
        credit.action_post()
        self.assertRegex(self._reasons(), r"^.*50\.00.* less of the down payments")
        # What a person has changed is asked about.
        self.assertTrue(self.draft.action_refresh_draft())
        self.assertProven(self.project)

    def test_not_deducted_where_it_is_switched_off(self):
        self.project.billing_deduct_down_payments = False
        self._pay(248.0)
        self.assertFalse(self._reasons())


@tagged("post_install", "-at_install")
class TestDraftOutdatedPerformance(OutdatedCommon):
    """A fixed number of queries for any number of drafts, expenses and milestones."""

    def _make_drafts(self, count, items):
        drafts = self.env["account.move"]
        for number in range(count):
            order = self._create_order()
            order.order_line = [
                Command.create(
                    {"product_id": self.product_milestones.id, "product_uom_qty": 1.0}
                )
            ]
            project = self._create_project(
                f"P{number}", order=order, allow_milestones=True
            )
            project._create_analytic_account()
            self._log_time(project, DAY, 3.0)
            drafts |= self._generate(self._period(project, DAY))
            expenses = self.env["hr.expense"]
            for _item in range(items):
                expenses |= self._create_expense(project=project)
            self._post_expenses(expenses)
            self._reach(
                self._create_milestones(project, order.order_line[1], [0.1] * items)
            )
            self._invoice_stock(
                order, advance_payment_method="fixed", fixed_amount=124.0
            ).action_post()
        return drafts

    def _count(self, drafts):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        rows = drafts.with_user(self.user_accountant).read(["outdated_reasons"])
        for row in rows:
            for text in ("expense", "milestone", "down payments"):
                self.assertIn(text, row["outdated_reasons"])
        return self.cr.sql_log_count - before

    def test_reading(self):
        few, many = self._make_drafts(2, 1), self._make_drafts(5, 3)
        self._count(few)
        self.assertEqual(self._count(few), self._count(many))
