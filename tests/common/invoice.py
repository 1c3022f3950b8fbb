from datetime import date

from odoo.fields import Command

from .base import InvoicingCycleCommon


class InvoiceCommon(InvoicingCycleCommon):
    """Customer invoices with a billing origin, as the sent record meets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._create_invoice(post=True)
        cls.draft = cls._create_invoice()

    @classmethod
    def _create_invoice(cls, post=False, period=None, price=100.0, **values):
        """An invoice of one line, by default freeform and for ``partner``."""
        line = {
            "name": "Work",
            "price_unit": price,
            "tax_ids": [Command.set(cls.tax.ids)],
        }
        if period:
            line["billing_period_id"] = period.id
        else:
            values.setdefault("billing_origin", "freeform")
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_date": date(2026, 3, 10),
                "invoice_line_ids": [Command.create(line)],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _create_period(cls, project):
        return cls.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": date(2026, 2, 1),
                "date_to": date(2026, 2, 28),
            }
        )

    @classmethod
    def _create_company(cls, name="Second company", **values):
        """Another company with a chart of accounts and a sale tax."""
        company = cls.env["res.company"].create({"name": name, **values})
        cls.env.user.company_ids |= company
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        return company

    def assertNotSent(self, moves):
        for move in moves:
            self.assertFalse(move.sent_on, move.display_name)
            self.assertFalse(move.sent_by_id)
            self.assertFalse(move.sent_channel)

    def assertSent(self, moves, channel, user=None):
        for move in moves:
            self.assertTrue(move.sent_on, move.display_name)
            self.assertEqual(move.sent_channel, channel)
            self.assertTrue(move.is_move_sent)
            if user is not None:
                self.assertEqual(move.sent_by_id, user)
