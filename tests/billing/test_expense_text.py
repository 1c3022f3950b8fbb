from datetime import date

from odoo.tests import tagged

from ..common.expense import ExpenseCommon


@tagged("post_install", "-at_install")
class TestExpenseText(ExpenseCommon):
    """The line of an expense tells its day, and what was paid in another currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["res.currency"].create(
            {"name": "XTC", "symbol": "XTC", "position": "after"}
        )
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.foreign.id, "name": "2026-01-01", "rate": 2.0}
        )

    def _get_notes(self, **values):
        expense = self._create_expense(day=date(2026, 1, 20), **values)
        self._post_expenses(expense)
        invoice = self._generate(self.january)
        self.assertEqual(invoice.delivery_date, expense.date)
        lines = invoice.invoice_line_ids
        _item, name, *notes = lines.name.split("\n")
        self.assertEqual(name, "Consultant: Train")
        return notes

    def test_day(self):
        self.assertEqual(self._get_notes(), ["01/20/2026"])

    def test_other_currency(self):
        notes = self._get_notes(currency_id=self.foreign.id)
        self.assertEqual(notes, ["01/20/2026 · 120.00\N{NO-BREAK SPACE}XTC"])

    def test_a_markup_is_not_told(self):
        self.project.billing_expense_markup = 10.0
        notes = self._get_notes(currency_id=self.foreign.id)
        self.assertEqual(notes, ["01/20/2026"])

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner.lang = "de_DE"
        self.assertEqual(self._get_notes(), ["20.01.2026"])
