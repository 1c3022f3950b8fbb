from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon
from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestFixedAmountLeft(BeyondHoursCommon, ProofCommon):
    """The fixed amount of a period is never lost: as long as no line bills it, the
    period is open, though its time is on an invoice.

    January bills 3 h at 100 and a fixed amount of 1,000.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.order.order_line = [
            Command.create({"product_id": cls.product_fixed.id, "price_unit": 9000.0})
        ]
        cls.project = cls._create_project(order=cls.order)
        cls.january = cls._period(cls.project, DAY)
        cls.january.write(
            {"fixed_amount": 1000.0, "sale_line_id": cls.order.order_line[1].id}
        )
        cls.february = cls._period(cls.project, date(2026, 2, 5))
        cls.entry = cls._log_time(cls.project, DAY, 3.0)
        cls._lock(date(2026, 2, 28))

    def _generate_january(self):
        before = self.january.sudo().invoice_line_ids.move_id
        return self._generate(self.january) - before

    def _line(self, invoice, kind="fixed"):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.billing_kind == kind
        ).with_user(self.user_accountant)

    def _credit_lines(self, lines, method="refund_moves"):
        """Credit chosen lines of one invoice by Odoo's dialog."""
        move = lines.move_id
        dialog = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "journal_id": move.journal_id.id,
                    "date": date(2026, 3, 10),
                    "credit_scope": "lines",
                }
            )
        )
        dialog.line_ids.filtered(
            lambda row: row.move_line_id in lines.sudo(False)
        ).is_chosen = True
        getattr(dialog, method)()
        return dialog.sudo().new_move_ids

    def assertAmountLeft(self):
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 1000.0)
        self.assertEqual(self.january.amount_invoiced, 300.0)
        self.assertEqual(self.january.readiness["invoiced"], 300.0)
        # Time that is billed is none to invoice.
        self.assertEqual(self.january.hours, 0.0)
        self.assertEqual(self.january.approved_hours, 0.0)
        self.assertProven(self.project)

    def test_deleted_line(self):
        draft = self._generate_january()
        self.assertEqual(draft.amount_untaxed, 1300.0)
        self._line(draft).unlink()
        self.assertAmountLeft()
        draft.with_user(self.user_accountant).action_post()
        self.assertAmountLeft()
        other = self._generate_january()
        self.assertEqual(other.amount_untaxed, 1000.0)
        self.assertEqual(other.invoice_line_ids.billing_kind, "fixed")
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_invoiced, 1300.0)
        self.assertEqual(self.january.readiness["invoiced"], 0.0)
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.hours, 3.0)
        self.assertEqual(self.january.approved_hours, 3.0)
        self.assertProven(self.project)
        with self.assertRaisesRegex(UserError, "invoiced"):
            self._generate(self.january)

    def test_refresh_brings_it_back(self):
        draft = self._generate_january()
        self._line(draft).unlink()
        draft.with_user(self.user_accountant).action_refresh_draft()
        self.assertEqual(draft.amount_untaxed, 1300.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertProven(self.project)

    def test_refresh_leaves_it_where_it_is_billed_by_now(self):
        draft = self._generate_january()
        self._line(draft).unlink()
        other = self._generate_january()
        self.assertFalse(draft.outdated_reasons)
        draft.with_user(self.user_accountant).action_refresh_draft()
        self.assertEqual(draft.amount_untaxed, 300.0)
        self.assertEqual(other.amount_untaxed, 1000.0)
        self.assertProven(self.project)

    def test_credited_line(self):
        invoice = self._generate_january()
        invoice.with_user(self.user_accountant).action_post()
        credit = self._credit_lines(self._line(invoice))
        self.assertEqual(self.january.state, "to_send")
        credit.action_post()
        self.assertAmountLeft()
        other = self._generate_january()
        self.assertEqual(other.amount_untaxed, 1000.0)
        self.assertProven(self.project)
        with self.assertRaisesRegex(UserError, "billed on"):
            credit.button_draft()

    def test_undone_credit(self):
        invoice = self._generate_january()
        invoice.with_user(self.user_accountant).action_post()
        credit = self._credit_lines(self._line(invoice))
        credit.action_post()
        credit.button_draft()
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertProven(self.project)

    def test_skip_what_is_left(self):
        draft = self._generate_january()
        self._line(draft).unlink()
        self.january.with_user(self.user_accountant).action_skip("A present")
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(self.january.amount_to_invoice, 0.0)
        self.assertEqual(self.january.amount_invoiced, 300.0)
        self.assertFalse(draft.outdated_reasons)
        self.assertProven(self.project)
        self.january.with_user(self.user_accountant).action_unskip()
        self.assertAmountLeft()

    def test_amount_taken_away(self):
        """Late time that the open period took in finds another one."""
        draft = self._generate_january()
        self._line(draft).unlink()
        late = self._log_time(self.project, date(2026, 1, 6), 1.0)
        self.assertEqual(late.billing_period_id, self.january)
        self.january.with_user(self.user_accountant).fixed_amount = 0.0
        self.assertEqual(self.january.state, "to_send")
        self.assertEqual(late.billing_period_id, self.february)
        self.assertProven(self.project)

    def test_late_time_goes_along(self):
        draft = self._generate_january()
        late = self._log_time(self.project, date(2026, 1, 6), 1.0)
        self.assertEqual(late.billing_period_id, self.february)
        self._line(draft).unlink()
        self.assertEqual(late.billing_period_id, self.january)
        self.assertProven(self.project)
        other = self._generate_january()
        self.assertEqual(other.amount_untaxed, 1100.0)
        self.assertProven(self.project)

    def test_odoos_dialog_leaves_it_out(self):
        """It bills the time of the order; the amount is left to the period."""
        invoice = self._invoice_stock(self.order)
        self.assertEqual(invoice.amount_untaxed, 300.0)
        self.assertEqual(self.entry.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(self.january.state, "ready")
        self.assertEqual(self.january.amount_to_invoice, 1000.0)
        with self.assertRaisesRegex(UserError, "billing periods invoice by their amou"):
            self._invoice_stock(self.order)
        self.assertEqual(self.order.invoice_status, "to invoice")
        self.assertEqual(self._generate_january().amount_untaxed, 1000.0)
        self.assertEqual(self.january.state, "to_send")
        self.assertProven(self.project)

    def test_odoos_dialog_offers_it_without_periods(self):
        """What no period bills by amounts is Odoo's to invoice."""
        self.january.fixed_amount = 0.0
        self.order.order_line[1].product_uom_qty = 1.0
        self.assertEqual(self._invoice_stock(self.order).amount_untaxed, 9300.0)

    def test_item_is_taken_away(self):
        """An amount without an item is not billed either."""
        draft = self._generate_january()
        self._line(draft).unlink()
        item = self.january.sale_line_id
        january = self.january.with_user(self.user_accountant)
        january.sale_line_id = False
        self.assertEqual(self.january.state, "ready")
        with self.assertRaisesRegex(UserError, "[Ss]ales order item"):
            january.action_generate_invoices()
        january.sale_line_id = item.id
        self.assertAmountLeft()

    def test_amount_is_typed_on_a_new_row(self):
        """And is part of what the row says before it is saved."""
        project = self._create_project(
            "New", order=self.order, billing_frequency="custom"
        )
        period = self.env["project.billing.period"].new(
            {
                "project_id": project.id,
                "date_from": DAY,
                "date_to": DAY,
                "sale_line_id": self.order.order_line[1].id,
                "fixed_amount": 700.0,
            }
        )
        self.assertEqual(period.amount_to_invoice, 700.0)

    def test_customer_stays(self):
        draft = self._generate_january()
        customer = self.january.partner_id
        self._line(draft).unlink()
        self.project.partner_id = self.env["res.partner"].create({"name": "Other"})
        self.assertEqual(self.january.partner_id, customer)
        self.assertEqual(self.february.partner_id, self.project.partner_id)

    def test_share_is_freed(self):
        self.january.fixed_share = 60.0
        self.february.write(
            {"sale_line_id": self.january.sale_line_id.id, "fixed_share": 40.0}
        )
        self.assertEqual(self.january.fixed_amount, 5400.0)
        draft = self._generate_january()
        self._line(draft).unlink()
        self.assertEqual(self.january.state, "ready")
        self._generate(self.february)
        self.assertEqual(self._generate_january().amount_untaxed, 5400.0)
        self.assertEqual(self.january.sale_line_id.qty_invoiced, 1.0)
        self.assertProven(self.project)
