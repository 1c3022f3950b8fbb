from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.expense import ExpenseCommon
from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)
KINDS = ("time", "fixed", "milestone", "expense", "down_payment")


@tagged("post_install", "-at_install")
class TestCreditRecreateBeyond(BeyondHoursCommon, ExpenseCommon, ProofCommon):
    """What is credited and re-created is billed again by one draft, whatever it is.

    January bills 3 h at 100, a fixed amount of 1,000, a milestone of 4,000 and an
    expense of 120, and deducts a down payment of 200.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 1.0})
            for product in (cls.product_fixed, cls.product_milestones)
        ]
        _hours, fixed, sold = cls.order.order_line
        fixed.price_unit = 9000.0
        cls.january.write({"fixed_amount": 1000.0, "sale_line_id": fixed.id})
        cls.project.allow_milestones = True
        cls.milestone = cls._create_milestones(cls.project, sold, [0.4, 0.6])[0]
        cls._reach(cls.milestone)
        cls._log_time(cls.project, DAY, 3.0)
        cls._post_expenses(cls._create_expense())
        cls._invoice_stock(
            cls.order, advance_payment_method="fixed", fixed_amount=248.0
        ).action_post()
        cls._lock(date(2026, 2, 28))
        cls.invoice = cls._generate(cls.january)
        cls.invoice.action_post()

    def _open_dialog(self, **values):
        return (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create(
                {
                    "journal_id": self.invoice.journal_id.id,
                    "date": date(2026, 3, 10),
                    **values,
                }
            )
        )

    def _recreate(self):
        dialog = self._open_dialog()
        dialog.modify_moves()
        self.env.flush_all()
        return dialog.sudo().new_move_ids

    def _line(self, invoice, kind):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == kind
        ).with_user(self.user_accountant)

    def _assert_billed(self, draft):
        self.assertEqual(draft.amount_untaxed, 5220.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.amount_invoiced, 5420.0)
        self.assertProven(self.project)

    def test_once(self):
        self.assertEqual(
            set(self.invoice.invoice_line_ids.mapped("billing_kind")) - {"section"},
            set(KINDS),
        )
        self._assert_billed(self.invoice)
        self._assert_billed(self._recreate())

    def test_twice(self):
        """It would credit the customer twice, too."""
        draft = self._recreate()
        with self.assertRaisesRegex(UserError, "credited in full already, by RINV"):
            self._recreate()
        draft.unlink()
        with self.assertRaisesRegex(UserError, "credited in full already, by RINV"):
            self._recreate()
        self._assert_billed(self._generate(self.january) - self.invoice)

    def test_a_part_was_credited(self):
        """The rest can be chosen."""
        dialog = self._open_dialog(credit_scope="lines")
        fixed = self._line(self.invoice, "fixed")
        dialog.line_ids.filtered(
            lambda row: row.move_line_id == fixed.sudo(False)
        ).is_chosen = True
        dialog.refund_moves()
        dialog.new_move_ids.action_post()
        self.assertEqual(self.january.state, "ready")
        with self.assertRaisesRegex(UserError, "Choose the lines that are left"):
            self._recreate()
        dialog = self._open_dialog(credit_scope="lines")
        dialog.line_ids.is_chosen = True
        dialog.modify_moves()
        draft = dialog.sudo().new_move_ids
        self.assertEqual(draft.amount_untaxed, 4220.0)
        self.assertProven(self.project)
        rest = self._generate(self.january) - self.invoice - draft
        self.assertEqual(rest.amount_untaxed, 1000.0)
        self.assertEqual(self.january.amount_invoiced, 5420.0)
        self.assertProven(self.project)

    def test_quantities_made(self):
        draft = self._recreate()
        for kind in KINDS:
            line, made = self._line(draft, kind), self._line(self.invoice, kind)
            self.assertEqual(line.quantity_made, made.quantity_made, kind)

    def test_day_to_come(self):
        """Whatever is chosen, the invoice would bill it until that day."""
        day = date(2026, 4, 30)
        for kind in (None, *KINDS):
            dialog = self._open_dialog(
                date=day, credit_scope="lines" if kind else "invoice"
            )
            dialog.line_ids.filtered(
                lambda row, kind=kind: row.move_line_id.billing_kind == kind
            ).is_chosen = True
            with (
                self.subTest(kind),
                self.assertRaisesRegex(UserError, "which would only be on 04/30/2026"),
                self.env.cr.savepoint(),
            ):
                dialog.modify_moves()
        self.assertFalse(self.invoice.reversal_move_ids)
        self._assert_billed(self.invoice)

    def test_credit_is_undone(self):
        """Not while the draft bills, which in turn is not re-opened afterwards."""
        draft = self._recreate()
        credit = self.invoice.reversal_move_ids
        with self.assertRaises(UserError), self.env.cr.savepoint():
            credit.button_draft()
        self._assert_billed(draft)
        draft.button_cancel()
        credit.button_draft()
        self._assert_billed(self.invoice)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            draft.button_draft()
        draft.unlink()
        self._assert_billed(self.invoice)

    def test_credit_of_one_kind_is_undone(self):
        """Each kind by itself stands in the way."""
        for kind in KINDS:
            with self.subTest(kind), self.env.cr.savepoint() as savepoint:
                draft = self._recreate()
                (draft.invoice_line_ids - self._line(draft, kind)).unlink()
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self.invoice.reversal_move_ids.button_draft()
                self.assertProven(self.project)
                savepoint.rollback()
                self.env.invalidate_all()

    # ------------------------------------------------------- a credit of money

    def _concede(self, kind, price):
        """A posted credit note of the full quantity of a line at a lower price."""
        concession = self.invoice._reverse_moves()
        kept = concession.invoice_line_ids.filtered(
            lambda line: line.credited_line_id == self._line(self.invoice, kind).sudo()
        )
        kept.price_unit = price
        (concession.invoice_line_ids - kept).unlink()
        concession._post()
        self.assertProven(self.project)

    def test_after_a_concession(self):
        """The draft bills what the invoice did, whichever credit note is older."""
        february = self._period(self.project, date(2026, 2, 5))
        self._log_time(self.project, date(2026, 2, 5), 2.0)
        for kind, price in (("time", 10.0), ("fixed", 100.0), ("milestone", 400.0)):
            with self.subTest(kind), self.env.cr.savepoint() as savepoint:
                self._concede(kind, price)
                draft = self._recreate()
                for made in self.invoice.invoice_line_ids.filtered("made_with"):
                    self.assertIn(
                        made.quantity_made,
                        draft.invoice_line_ids.mapped("quantity_made"),
                    )
                self.assertProven(self.project)
                bill = self._generate(february)
                self.assertEqual(bill.invoice_line_ids.quantity, 2.0)
                self.assertProven(self.project)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_credited_twice_and_undone_once(self):
        """What a second credit note gave back of a deduction may be deducted again by
        now, though the first one stays."""
        for _number in range(2):
            self.invoice._reverse_moves(cancel=True)
        draft = self._generate(self.january) - self.invoice
        self.assertEqual(self._line(draft, "down_payment").price_subtotal, -400.0)
        self.assertProven(self.project)
        credit = self.invoice.reversal_move_ids[0]
        with (
            self.assertRaisesRegex(UserError, "More would be deducted"),
            self.env.cr.savepoint(),
        ):
            credit.button_draft()
        self.assertProven(self.project)
        self._line(draft, "down_payment").price_unit = 200.0
        credit.button_draft()
        self.assertProven(self.project)

    def test_share_whose_item_was_raised(self):
        """The period is open for a moment, and keeps what was billed."""
        period = self._period(self.project, date(2026, 2, 5))
        item = self.january.sale_line_id
        period.write({"sale_line_id": item.id, "fixed_share": 50.0})
        invoice = self._generate(period)
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 4500.0)
        item.price_unit = 12000.0
        self.assertEqual(period.fixed_amount, 4500.0)
        self.invoice = invoice
        self.assertEqual(self._recreate().amount_untaxed, 4500.0)
        self.assertEqual(period.fixed_amount, 4500.0)
        self.assertProven(self.project)

    def test_other_invoices(self):
        """Of goods: what Odoo allows is no matter of ours."""
        self.invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.order.partner_id.id,
                "invoice_line_ids": [
                    Command.create({"name": name, "price_unit": 10.0, "tax_ids": []})
                    for name in ("One", "Two")
                ],
            }
        )
        self.invoice.action_post()
        draft = self._recreate()
        draft.action_post()
        credit = self.invoice.reversal_move_ids
        credit.button_draft()
        credit.invoice_line_ids[0].unlink()
        credit.action_post()
        self.assertEqual(credit.amount_total, 10.0)
