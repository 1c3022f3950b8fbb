from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.draft import DraftCommon


@tagged("post_install", "-at_install")
class TestRefreshHead(DraftCommon):
    """What a person chose for a draft holds for lines that a refresh adds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 150.0})
        ]
        cls.other = cls.order.order_line[1]
        cls.reduced = cls.tax.copy({"name": "Reduced", "amount": 10.0})

    def _add(self):
        """An hour on another item arrives; give the line that bills it."""
        entry = self._log_time(
            self.project,
            date(2026, 1, 7),
            1.0,
            so_line=self.other.id,
            is_so_line_edited=True,
        )
        self._refresh()
        self.assertEqual(entry.invoice_line_id.move_id, self.draft)
        return entry.invoice_line_id

    def test_taxes(self):
        self.line.tax_ids = self.reduced
        line = self._add()
        self.assertEqual(line.tax_ids, self.reduced)
        self.assertEqual(self.line.tax_ids, self.reduced)
        # A second refresh finds nothing to change.
        self.assertFalse(self._reasons())
        self.assertFalse(self._refresh())
        self.assertEqual(line.tax_ids, self.reduced)

    def test_fiscal_position(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        self.reduced.write(
            {"fiscal_position_ids": position.ids, "original_tax_ids": self.tax.ids}
        )
        self.draft.fiscal_position_id = position
        self.draft.action_update_fpos_values()
        self.assertEqual(self.line.tax_ids, self.reduced)
        self.assertEqual(self._add().tax_ids, self.reduced)
        self.assertEqual(self.draft.fiscal_position_id, position)

    def test_currency(self):
        usd = self.env.ref("base.USD")
        if usd == self.company.currency_id:
            usd = self.env.ref("base.EUR")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": date(2026, 1, 1),
                "rate": 2.0,
                "currency_id": usd.id,
                "company_id": self.company.id,
            }
        )
        self.draft.currency_id = usd
        line = self._add()
        self.assertEqual(line.currency_id, usd)
        self.assertAlmostEqual(line.price_unit, 300.0)
        self._log_time(
            self.project,
            date(2026, 1, 8),
            1.0,
            so_line=self.other.id,
            is_so_line_edited=True,
        )
        self._refresh()
        self.assertEqual((line.quantity, line.price_unit), (2.0, 300.0))

    def test_customer_and_journal(self):
        journal = self.draft.journal_id.copy({"name": "Other", "code": "OTH"})
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner.id}
        )
        self.draft.write({"journal_id": journal.id, "partner_id": branch.id})
        line = self._add()
        self.assertEqual(line.move_id.journal_id, journal)
        self.assertEqual(line.move_id.partner_id, branch)
        self.assertEqual(line.partner_id.commercial_partner_id, self.partner)
