from odoo.fields import Command
from odoo.tests import tagged

from ..common.credit import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditLines(CreditCommon):
    """A posted credit note of chosen lines frees all of those lines."""

    def test_chosen_line(self):
        credit = self._credit(self.senior_line)
        self.assertEqual(credit.invoice_line_ids.quantity, 2.0)
        self.assertEqual(credit.amount_untaxed, 300.0)
        self.assertFree(self.senior, self.february)
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5, 0.0)
        credit.button_draft()
        self.assertBilled(self.senior, self.senior_line)
        self.assertCounted(4.5)

    def test_rest_of_a_line(self):
        self._credit(self.long)
        credit = self._credit(self.line)
        self.assertEqual(credit.invoice_line_ids.quantity, 1.5)
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)

    def test_line_that_a_person_added(self):
        self.invoice.button_draft()
        self.invoice.invoice_line_ids = [
            Command.create({"name": "Travel", "price_unit": 50.0, "sequence": 99})
        ]
        self.invoice.action_post()
        travel = self.invoice.invoice_line_ids[-1]
        credit = self._credit(travel)
        self.assertEqual(credit.amount_untaxed, 50.0)
        self.assertBilled(self.long | self.short, self.line)
        self.assertCounted(4.5)
        # It is credited, so there is nothing left to choose.
        rows = self._open_dialog("lines").line_ids
        self.assertEqual(rows.move_line_id, self.line | self.senior_line)

    def test_credited_in_the_unit_of_the_invoice(self):
        """0.21 days are not the 1.7 h of a line: it would be neither credited in full
        nor in part."""
        credit = self._credit(self.line, post=False)
        day = self.env.ref("uom.product_uom_day")
        with self.assertRefused(f"Hours of {self.invoice.name}"):
            credit.invoice_line_ids.write({"product_uom_id": day.id, "quantity": 0.57})
        credit._post()
        self.assertFree(self.long | self.short, self.february)
        self.assertCounted(0.0)

    def test_section_comes_along(self):
        self.invoice.button_draft()
        self.invoice.invoice_line_ids = [
            Command.create(
                {"name": name, "display_type": "line_section", "sequence": sequence}
            )
            for name, sequence in (("Work", 0), ("Nothing", 99))
        ]
        self.invoice.action_post()
        credit = self._credit(self.long, post=False)
        lines = credit.invoice_line_ids.sorted("sequence")
        self.assertEqual(lines.mapped("display_type"), ["line_section", "product"])
        self.assertEqual(lines[0].name, "Work")
