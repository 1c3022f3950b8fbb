from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

#: What the ledger asks for to find what a line bills.
OURS = (
    'FROM "project_billing_',
    'FROM "project_milestone"',
    '"account_analytic_line"."invoice_line_id" IN',
    '"account_move_line"."credited_line_id" IN',
    "invoicing_cycle_credited_",
    "invoicing_cycle_released_",
)


@tagged("post_install", "-at_install")
class TestPlainInvoices(InvoicingCycleCommon):
    """The ledger asks nothing of invoices that bill nothing of it."""

    def _create_invoices(self, count=3):
        line = {"name": "Goods", "price_unit": 100.0}
        return (
            self.env["account.move"]
            .with_user(self.user_accountant)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.partner.id,
                        "invoice_date": date(2026, 3, 10),
                        "invoice_line_ids": [Command.create(line)],
                    }
                    for _number in range(count)
                ]
            )
        )

    def assertAsksNothing(self, function):
        """Statements of a call that look for what is billed: there are none."""
        self.env.flush_all()
        self.env.invalidate_all()
        statements, execute = [], self.env.cr.execute

        def recording(query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", recording):
            result = function()
            self.env.flush_all()
        self.assertTrue(statements)
        self.assertEqual(
            [text for text in statements if any(part in text for part in OURS)], []
        )
        return result

    def test_made_and_deleted(self):
        invoices = self.assertAsksNothing(self._create_invoices)
        self.assertAsksNothing(invoices.unlink)
        self.assertFalse(invoices.exists())

    def test_changed(self):
        invoices = self._create_invoices()
        self.assertAsksNothing(
            lambda: invoices.invoice_line_ids.write({"price_unit": 50.0})
        )
        self.assertEqual(invoices.mapped("amount_untaxed"), [50.0] * 3)

    def test_confirmed_and_reset(self):
        invoices = self._create_invoices()
        self.assertAsksNothing(invoices.action_post)
        self.assertEqual(invoices.mapped("state"), ["posted"] * 3)
        self.assertAsksNothing(invoices.button_draft)
        self.assertEqual(invoices.mapped("state"), ["draft"] * 3)

    def test_credited(self):
        invoices = self._create_invoices()
        invoices.action_post()
        credits = self.assertAsksNothing(lambda: invoices._reverse_moves(cancel=True))
        self.assertEqual(credits.mapped("state"), ["posted"] * 3)
        self.assertEqual(
            credits.invoice_line_ids.credited_line_id, invoices.invoice_line_ids
        )
