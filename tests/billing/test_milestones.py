from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestMilestones(BeyondHoursCommon):
    """Reached milestones are billed once, and their shares add up to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_milestones, quantity=1.0)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order, allow_milestones=True)
        cls.first, cls.second, cls.third = cls._create_milestones(
            cls.project, cls.item, [1 / 3] * 3
        )
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))

    def test_reached_makes_the_period_ready(self):
        self.assertEqual(self.january.state, "empty")
        self.assertFalse(self.january.required_ids)
        self._reach(self.first)
        self.assertEqual(self.first.billing_period_id, self.january)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 3333.33)
        self.assertEqual(self.january.readiness["milestones"][0]["name"], "M1")
        self.assertEqual(self.february.state, "empty")

    def test_line(self):
        self._reach(self.first)
        invoice = self._generate(self.january)
        line = invoice.invoice_line_ids
        self.assertEqual(line.billing_kind, "milestone")
        self.assertEqual((line.quantity, line.price_subtotal), (1.0, 3333.33))
        self.assertEqual(line.sale_line_ids, self.item)
        self.assertEqual(line.quantity_made, 0.33)
        self.assertIn("M1, reached on 01/20/2026", line.name)
        self.assertEqual(self.first.invoice_line_id, line)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.amount_invoiced, 3333.33)
        self.assertEqual(self.item.qty_invoiced, 0.33)
        self.assertEqual(self.item.qty_to_invoice, 0.0)

    def test_last_takes_the_remainder(self):
        self._reach(self.first)
        self._generate(self.january)
        self._reach(self.second | self.third, date(2026, 2, 10))
        self.assertEqual(self.february.amount_to_invoice, 6666.67)
        invoice = self._generate(self.february)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("price_subtotal"), [3333.33, 3333.34]
        )
        self.assertEqual(self.item.qty_invoiced, 1.0)
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_billed_again_takes_what_is_left(self):
        """Whichever comes last, the shares add up to the value of the item."""
        self._reach(self.first)
        invoice = self._generate(self.january)
        self._reach(self.second | self.third, date(2026, 2, 10))
        invoice.unlink()
        self.assertEqual(self.january.amount_to_invoice, 3333.33)
        self._generate(self.february)
        self.assertEqual(self.january.amount_to_invoice, 3333.34)
        self._generate(self.january)
        lines = self.item.invoice_lines
        self.assertAlmostEqual(sum(lines.mapped("price_subtotal")), 10000.0)
        self.assertEqual(self.item.qty_invoiced, 1.0)

    def test_reached_after_its_period_was_closed(self):
        self._reach(self.first)
        self._generate(self.january)
        self._reach(self.second, date(2026, 1, 30))
        self.assertEqual(self.second.billing_period_id, self.february)

    def test_unreached_again(self):
        self._reach(self.first)
        self.first.with_user(self.user_manager).is_reached = False
        self.assertFalse(self.first.billing_period_id)
        self.assertEqual(self.january.state, "empty")
        self.assertEqual(self.january.amount_to_invoice, 0.0)

    def test_billed_is_closed(self):
        self._reach(self.first)
        invoice = self._generate(self.january)
        first = self.first.with_user(self.user_manager)
        for values in (
            {"is_reached": False},
            {"quantity_percentage": 0.5},
            {"sale_line_id": False},
        ):
            with self.assertRaisesRegex(UserError, "M1: billed on"):
                first.write(values)
        with self.assertRaises(UserError):
            first.toggle_is_reached(False)
        with self.assertRaises(UserError):
            first.unlink()
        first.name = "Design"
        invoice.unlink()
        first.is_reached = False

    def test_recorded(self):
        self._reach(self.first)
        first = self.first.with_user(self.user_manager)
        line = self._generate(self.january).invoice_line_ids
        for values in (
            {"invoice_line_id": False},
            {"billing_period_id": self.february.id},
            {"billed_amount": 1.0},
        ):
            with self.assertRaises(AccessError):
                first.write(values)
        with self.assertRaises(AccessError):
            line.with_user(self.user_accountant).milestone_ids = False

    def test_order_not_confirmed(self):
        self.order._action_cancel()
        self._reach(self.first)
        self.assertFalse(self.first.billing_period_id)

    def test_skipped_hands_on(self):
        self._reach(self.first)
        self.january.with_user(self.user_accountant).action_skip("Later")
        self.assertEqual(self.first.billing_period_id, self.february)
        self.january.with_user(self.user_accountant).action_unskip()
        self.assertEqual(self.first.billing_period_id, self.january)

    def test_schedule_that_has_ended(self):
        """A milestone that is reached after the end opens a period for itself."""
        self.project.write({"date_start": "2026-01-01", "date": "2026-01-31"})
        self.january.action_skip("Nothing")
        self._reach(self.first, date(2026, 1, 20))
        late = self.first.billing_period_id
        self.assertTrue(late.is_supplementary)
        self.assertEqual(late.state, "ready")

    def test_custom_without_a_period_is_missing_data(self):
        project = self._create_project(
            "Custom", order=self.order, billing_frequency="custom"
        )
        milestone = self._create_milestones(project, self.item, [0.1])
        self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
            }
        )
        self.assertFalse(self._get_missing(project))
        self._reach(milestone, date(2026, 2, 20))
        self.assertEqual(self._get_missing(project), "periods")

    def test_tax_included(self):
        order = self._create_order(self.product_milestones, price=12400.0, quantity=1)
        order.order_line.tax_ids = self.tax_included
        project = self._create_project("Gross", order=order)
        milestones = self._create_milestones(project, order.order_line, [1 / 3] * 3)
        self._reach(milestones)
        invoice = self._generate(self._period(project, date(2026, 1, 5)))
        self.assertEqual(invoice.amount_untaxed, 10000.0)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)


@tagged("post_install", "-at_install")
class TestMilestoneExits(BeyondHoursCommon):
    """Every way in which an invoice gives its milestones back, and takes them again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_milestones, quantity=10.0, price=1e3)
        cls.item = cls.order.order_line
        cls.project = cls._create_project(order=cls.order)
        cls.first, cls.second = cls._create_milestones(
            cls.project, cls.item, [0.4, 0.6]
        )
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls._reach(cls.first)
        cls.invoice = cls._generate(cls.january)
        cls.line = cls.invoice.invoice_line_ids

    def _assert_billed(self, line):
        self.env.flush_all()
        self.assertEqual(self.first.invoice_line_id, line)
        self.assertEqual(self.item.qty_invoiced, 4.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_to_invoice, 0.0)

    def _assert_free(self):
        self.env.flush_all()
        self.assertFalse(self.first.invoice_line_id)
        self.assertEqual(self.first.billing_period_id, self.january)
        self.assertEqual(self.item.qty_invoiced, 0.0)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 4000.0)

    def test_billed(self):
        self._assert_billed(self.line)

    def test_line_deleted(self):
        self.line.with_user(self.user_accountant).unlink()
        self._assert_free()

    def test_draft_deleted(self):
        self.invoice.with_user(self.user_accountant).unlink()
        self._assert_free()

    def test_cancelled_and_reopened(self):
        invoice = self.invoice.with_user(self.user_accountant)
        invoice.button_cancel()
        self._assert_free()
        invoice.button_draft()
        self._assert_billed(self.line)

    def test_reopening_is_refused_when_billed_elsewhere(self):
        self.invoice.button_cancel()
        again = self._generate(self.january) - self.invoice
        again.action_post()
        with self.assertRaisesRegex(UserError, again.name):
            self.invoice.button_draft()

    def test_reopening_is_refused_when_not_reached(self):
        self.invoice.button_cancel()
        self.first.with_user(self.user_manager).is_reached = False
        with self.assertRaisesRegex(UserError, "not reached any more"):
            self.invoice.button_draft()

    def test_reopening_is_refused_when_deleted(self):
        """Another milestone may stand for the same work by now."""
        self.invoice.button_cancel()
        self.first.with_user(self.user_manager).unlink()
        with self.assertRaisesRegex(UserError, "deleted"):
            self.invoice.button_draft()

    def test_reopening_is_refused_when_moved(self):
        other = self._create_order(self.product_milestones, price=100.0)
        project = self._create_project("Other", order=self.order)
        for values in (
            {"sale_line_id": other.order_line.id},
            {"project_id": project.id},
            {"sale_line_id": False},
        ):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self.invoice.button_cancel()
                self.first.with_user(self.user_manager).write(values)
                with self.assertRaisesRegex(UserError, "M1, which was moved"):
                    self.invoice.button_draft()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_credit_is_kept_when_deleted(self):
        self.invoice.action_post()
        refund = self._reverse(self.invoice)
        refund.action_post()
        self.first.with_user(self.user_manager).unlink()
        with self.assertRaisesRegex(UserError, "deleted"):
            refund.button_draft()

    def test_reopening_a_stock_invoice_is_refused_when_deleted(self):
        self._reach(self.second, date(2026, 2, 10))
        stock = self._invoice_stock(self.order)
        stock.button_cancel()
        self.second.with_user(self.user_manager).unlink()
        with self.assertRaisesRegex(UserError, "deleted"):
            stock.button_draft()

    def test_credited_and_undone(self):
        self.invoice.action_post()
        refund = self._reverse(self.invoice)
        self._assert_billed(self.line)
        refund.with_user(self.user_accountant)._post()
        self._assert_free()
        refund.with_user(self.user_accountant).button_draft()
        self._assert_billed(self.line)

    def test_credit_is_kept_when_billed_elsewhere(self):
        self.invoice.action_post()
        refund = self._reverse(self.invoice)
        refund.action_post()
        self._generate(self.january)
        with self.assertRaisesRegex(UserError, "billed on"):
            refund.button_draft()

    def test_recreated(self):
        self.invoice.action_post()
        draft = self._reverse(self.invoice, "modify_moves")
        self._assert_billed(draft.invoice_line_ids)
        self.assertEqual(draft.invoice_line_ids.billing_period_id, self.january)

    def test_edited_draft(self):
        self.line.with_user(self.user_accountant).price_unit = 3900.0
        self._assert_billed(self.line)

    def test_stock_invoice_bills_the_others(self):
        """Odoo's own dialog bills what we did not, and we do not bill it again."""
        self._reach(self.second, date(2026, 2, 10))
        self.assertEqual(self.february.state, "ready")
        stock = self._invoice_stock(self.order)
        self.assertEqual(stock.invoice_line_ids.quantity, 6.0)
        self.assertEqual(self.second.invoice_line_id, stock.invoice_line_ids)
        self.assertEqual(self.item.qty_invoiced, 10.0)
        self.assertEqual(self.february.state, "to_send")
        stock.unlink()
        self.assertEqual(self.second.billing_period_id, self.february)
        self.assertEqual(self.february.state, "ready")
        self.assertEqual(self.february.amount_to_invoice, 6000.0)

    def test_project_of_a_stock_invoice_is_not_deleted(self):
        """Its milestone would go with it, unseen by Odoo."""
        order = self._create_order(self.product_milestones, price=100.0)
        project = self._create_project("Plain", order=order, billing_frequency=False)
        milestone = self._create_milestones(project, order.order_line, [1.0])
        self._reach(milestone)
        stock = self._invoice_stock(order)
        self.assertEqual(milestone.invoice_line_id, stock.invoice_line_ids)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            project.unlink()
        stock.unlink()
        project.unlink()

    def test_stock_invoice_of_one_of_two_orders(self):
        """The other order's milestone waits in the period, so it stays open."""
        other = self._create_order(self.product_milestones, price=100.0)
        waiting = self._create_milestones(self.project, other.order_line, [1.0])
        self._reach(self.second | waiting, date(2026, 2, 10))
        stock = self._invoice_stock(self.order)
        self.assertEqual(self.second.invoice_line_id, stock.invoice_line_ids)
        self.assertEqual(self.february.state, "ready")
        self.assertEqual(waiting.billing_period_id, self.february)
        self.assertEqual(self.february.amount_to_invoice, 1000.0)

    def test_invoiced_before_the_add_on_came(self):
        stock = self._create_order(self.product_milestones, price=100.0, quantity=10)
        project = self._create_project("Old", order=stock)
        first, second = self._create_milestones(project, stock.order_line, [0.5, 0.5])
        self._reach(first)
        invoice = self._invoice_stock(stock)
        first._set_invoice_line(self.env["account.move.line"])
        self._reach(second, date(2026, 1, 25))
        stock.order_line._link_billed_milestones()
        self.assertEqual(first.invoice_line_id, invoice.invoice_line_ids)
        self.assertFalse(second.invoice_line_id)

    def test_stock_invoice_with_nothing_left(self):
        with self.assertRaises(UserError):
            self._invoice_stock(self.order)
