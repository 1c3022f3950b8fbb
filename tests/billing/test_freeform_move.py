from ast import literal_eval
from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.freeform import FreeformCommon


@tagged("post_install", "-at_install")
class TestFreeformMove(FreeformCommon):
    def test_invoice(self):
        move = self._create_move(
            project_id=self.project.id,
            invoice_date=date(2026, 3, 5),
            lines=[
                {
                    "product_id": self.product_hours.id,
                    "name": "Workshop",
                    "quantity": 3.0,
                    "price_unit": 150.0,
                },
                {"name": "Travel", "quantity": 1.0, "price_unit": 40.0, "tax_ids": []},
            ],
        )
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "partner_id": self.partner.id,
                    "invoice_date": date(2026, 3, 5),
                    "billing_origin": "freeform",
                    "billing_project_ids": self.project.ids,
                    "billing_period_ids": [],
                    "reversed_entry_id": False,
                    "ref": False,
                    "currency_id": self.company.currency_id.id,
                    "company_id": self.company.id,
                    "amount_untaxed": 490.0,
                    "amount_tax": 108.0,
                }
            ],
        )
        self.assertRecordValues(
            move.invoice_line_ids,
            [
                {
                    "product_id": self.product_hours.id,
                    "name": "Workshop",
                    "quantity": 3.0,
                    "price_unit": 150.0,
                    "tax_ids": self.tax.ids,
                    "analytic_distribution": {str(self.analytic.id): 100},
                },
                {
                    "product_id": False,
                    "name": "Travel",
                    "quantity": 1.0,
                    "price_unit": 40.0,
                    "tax_ids": [],
                    "analytic_distribution": {str(self.analytic.id): 100},
                },
            ],
        )

    def test_credit_note_joins_the_path_to_sent(self):
        move = self._create_move(move_type="out_refund")
        self.assertEqual(move.move_type, "out_refund")
        self.assertEqual(move.billing_origin, "freeform")
        action = self.env.ref("invoicing_cycle.account_move_action_to_send")
        section = self.env["account.move"].search(literal_eval(action.domain))
        self.assertIn(move, section)
        move.with_user(self.user_accountant).action_confirm_invoices()
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.invoice_date, date(2026, 3, 10))
        move.with_user(self.user_accountant).action_mark_as_sent()
        self.assertSent(move, "other", self.user_accountant)

    def test_without_project(self):
        move = self._create_move()
        self.assertFalse(move.billing_project_ids)
        self.assertFalse(move.invoice_line_ids.analytic_distribution)
        self.assertFalse(move.invoice_date)

    def test_correction_names_the_invoice_and_is_no_reversal(self):
        self.invoice.ref = "PO 4711"
        move = self._create_move(
            move_type="out_refund", corrects_move_id=self.invoice.id
        )
        self.assertEqual(move.ref, f"Correction of {self.invoice.name}, PO 4711")
        self.assertEqual(move.corrected_invoice_id, self.invoice)
        self.assertFalse(move.reversed_entry_id)
        self.assertIn(f'data-oe-id="{self.invoice.id}"', move.message_ids[0].body)
        self.assertIn(f'data-oe-id="{move.id}"', self.invoice.message_ids[0].body)
        move.action_post()
        self.assertNotEqual(self.invoice.payment_state, "reversed")

    def test_correction_releases_no_time(self):
        order = self._create_order()
        project = self._create_project(order=order, schedule=False)
        entry = self._log_time(project, date(2026, 2, 3), 2.0)
        billed = order._create_invoices()
        billed.action_post()
        self.assertEqual(entry.timesheet_invoice_id, billed)
        move = self._create_move(
            move_type="out_refund",
            corrects_move_id=billed.id,
            project_id=project.id,
            lines=[{"product_id": self.product_hours.id, "quantity": 2.0}],
        )
        move.action_post()
        self.assertEqual(entry.timesheet_invoice_id, billed)
        self.assertEqual(order.order_line.qty_invoiced, 2.0)

    def test_defaults_follow_product_and_fiscal_position(self):
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        export = self.tax.copy(
            {
                "name": "Export 0%",
                "amount": 0.0,
                "fiscal_position_ids": [Command.set(abroad.ids)],
                "original_tax_ids": [Command.set(self.tax.ids)],
            }
        )
        self.partner.property_account_position_id = abroad
        self.product_hours.description_sale = "By the hour"
        line = self._create_freeform().line_ids
        self.assertEqual(line.tax_ids, export)
        self.assertEqual(line.price_unit, 100.0)
        self.assertEqual(line.name, "Consulting (hours)\nBy the hour")
        move = self._create_move()
        self.assertEqual(move.fiscal_position_id, abroad)
        self.assertEqual(move.amount_total, 200.0)

    def test_price_included_tax(self):
        self.product_hours.taxes_id = self.tax_included
        self.product_hours.list_price = 124.0
        freeform = self._create_freeform()
        self.assertAlmostEqual(freeform.amount_untaxed, 200.0)
        self.assertAlmostEqual(freeform.amount_total, 248.0)
        move = freeform.action_create_move()
        move = self.env["account.move"].browse(move["res_id"])
        self.assertAlmostEqual(move.amount_untaxed, 200.0)
        self.assertAlmostEqual(move.amount_total, 248.0)

    def test_price_included_tax_that_is_replaced_leaves_the_price(self):
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self.tax_included.copy(
            {
                "name": "Export 0%",
                "amount": 0.0,
                "price_include_override": "tax_excluded",
                "fiscal_position_ids": [Command.set(abroad.ids)],
                "original_tax_ids": [Command.set(self.tax_included.ids)],
            }
        )
        self.partner.property_account_position_id = abroad
        self.product_hours.taxes_id = self.tax_included
        self.product_hours.list_price = 124.0
        move = self._create_move()
        self.assertAlmostEqual(move.amount_total, 200.0)

    def test_currency_of_the_pricelist(self):
        currency = self.env["res.currency"].create(
            {"name": "ZZZ", "symbol": "Z", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 2.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        self.partner.specific_property_product_pricelist = self.env[
            "product.pricelist"
        ].create({"name": "Abroad", "currency_id": currency.id})
        move = self._create_move()
        self.assertEqual(move.currency_id, currency)
        self.assertAlmostEqual(move.invoice_line_ids.price_unit, 200.0)
        self.assertAlmostEqual(move.amount_untaxed, 400.0)
        self.assertAlmostEqual(move.amount_untaxed_signed, 200.0)

        # a correction is in the currency of what it corrects
        move = self._create_move(
            move_type="out_refund", corrects_move_id=self.invoice.id
        )
        self.assertEqual(move.currency_id, self.company.currency_id)
        self.assertAlmostEqual(move.invoice_line_ids.price_unit, 100.0)

    def test_price_of_the_pricelist(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref(
            "product.group_product_pricelist"
        )
        self.partner.specific_property_product_pricelist = self.env[
            "product.pricelist"
        ].create(
            {
                "name": "Good customer",
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": 80.0})
                ],
            }
        )
        self.assertEqual(self._create_move().invoice_line_ids.price_unit, 80.0)
