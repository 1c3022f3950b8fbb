from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.proof import ProofMixin


@tagged("post_install", "-at_install")
class TestBillingProofMilestones(ProofMixin, BeyondHoursCommon):
    """Milestones stand on the line that bills them, and on no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order(cls.product_milestones, quantity=1.0)
        cls.project = cls._create_project(order=order, allow_milestones=True)
        cls.milestone = cls._create_milestones(cls.project, order.order_line, [0.5])
        cls._reach(cls.milestone)
        cls._generate(cls._period(cls.project, date(2026, 1, 5)))
        cls.line = cls.milestone.invoice_line_id
        order = cls._create_order(cls.product_milestones, quantity=1.0)
        stock = cls._create_project("Stock", order=order, allow_milestones=True)
        cls.stock_milestone = cls._create_milestones(stock, order.order_line, [0.5])
        cls._reach(cls.stock_milestone)
        cls.line.move_id.action_post()
        cls.env.flush_all()

    def test_clean(self):
        proof = self.assertProven(self.project)
        self.assertFalse(proof.lines[0].by_time)
        credit = self.line.move_id._reverse_moves()
        credit._post()
        self.assertProven(self.project)
        credit.button_draft()
        self.assertProven(self.project)

    def test_billed_by_stock(self):
        """Odoo's own invoice says nothing of what it bills, nor does one made anew."""
        invoice = self._invoice_stock(self.stock_milestone.sale_line_id.order_id)
        self.assertEqual(self.stock_milestone.invoice_line_id.move_id, invoice)
        self.assertProven(self.stock_milestone.project_id)
        invoice.action_post()
        self._reverse(invoice, "modify_moves")
        self.assertProven(self.stock_milestone.project_id)

    def test_lost_milestone(self):
        self.env.cr.execute(
            "UPDATE project_milestone SET invoice_line_id = NULL WHERE id = %s",
            [self.milestone.id],
        )
        self.assertEqual(
            self._get_kinds(self.project),
            {("milestone_lost", self.line), ("closed_period", self.milestone)},
        )

    def test_cancelled_invoice(self):
        self.env.cr.execute(
            "UPDATE account_move SET state = 'cancel' WHERE id = %s",
            [self.line.move_id.id],
        )
        self.assertIn(("milestone_line", self.milestone), self._get_kinds(self.project))
