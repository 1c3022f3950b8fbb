from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.expense import ExpenseCommon
from ..common.proof import ProofMixin


@tagged("post_install", "-at_install")
class TestBilledBesideKinds(ProofMixin, ExpenseCommon):
    """Lines by hand for fixed amounts and expenses that a period bills are found."""

    def _create_line_beside(self, item, quantity, move_type="out_invoice"):
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 3, 1),
                "invoice_line_ids": [
                    Command.create({"name": "Fee", "price_unit": 9000.0}),
                    Command.create(
                        {
                            "product_id": item.product_id.id,
                            "quantity": quantity,
                            "price_unit": 100.0,
                            "sale_line_ids": [Command.link(item.id)],
                        }
                    ),
                ],
            }
        )
        if move_type == "out_refund":
            move.action_post()
        self.env.flush_all()
        return move

    def assertFound(self, item, project, *cases):
        """
        :param cases: quantity and type of document that the proof is to name
        """
        self.env.flush_all()
        self.assertProven(project)
        for quantity, move_type in cases:
            with self.subTest(quantity=quantity, move_type=move_type):
                savepoint = self.env.cr.savepoint()
                move = self._create_line_beside(item, quantity, move_type)
                self.env.invalidate_all()
                proof = self.env["billing.proof"]._prove(project)
                self.assertEqual(len(proof.differences), 1)
                text = proof.differences[0].message
                self.assertIn(item.order_id.name, text)
                if quantity < 0 or move_type == "out_refund":
                    self.assertIn(move.display_name, text)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_fixed_amount(self):
        order = self._create_order(self.product_fixed, quantity=1.0)
        project = self._create_project("Fixed", order=order, billing_frequency="custom")
        period = self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
                "fixed_amount": 3000.0,
            }
        )
        self._generate(period)
        # More of it may be billed by Odoo's own dialog.
        self.assertFound(
            order.order_line, project, (-0.5, "out_invoice"), (0.5, "out_refund")
        )

    def test_expense(self):
        expense = self._create_expense()
        self._post_expenses(expense)
        self._generate(self.january)
        self.assertFound(
            expense.sale_order_line_id,
            self.project,
            (0.5, "out_invoice"),
            (-0.5, "out_invoice"),
            (0.5, "out_refund"),
        )

    def test_credit_note_of_an_invoice_that_is_gone(self):
        """Its draft stays, as Odoo has it, and bills and credits nothing."""
        self._post_expenses(self._create_expense())
        invoice = self._generate(self.january)
        invoice.action_post()
        credit = invoice._reverse_moves()
        invoice.button_draft()
        invoice.unlink()
        self.assertTrue(credit.invoice_line_ids)
        self.assertProven(self.project)
        credit._post()
        self.assertProven(self.project)
