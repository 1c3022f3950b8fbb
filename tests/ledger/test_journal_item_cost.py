from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import InvoicingCycleCommon

#: Models whose fields may follow from what stands in a journal item.
FOLLOWING = {
    "account.move",
    "account.move.line",
    "project.billing.period",
    "sale.order.line",
}


@tagged("post_install", "-at_install")
class TestJournalItemCost(InvoicingCycleCommon):
    """Who books what has nothing to do with time pays nothing for the add-on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line_model = type(cls.env["account.move.line"])
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Licence", "price_unit": 100.0})
                ],
            }
        )

    def _spy(self):
        """What is described of journal items: (names asked for, number described)."""
        original, asked = self.line_model.fields_get, []

        def fields_get(line, allfields=None, attributes=None):
            result = original(line, allfields, attributes)
            asked.append((allfields, len(result)))
            return result

        return asked, patch.object(self.line_model, "fields_get", fields_get)

    def test_writing_describes_what_is_tracked(self):
        asked, spying = self._spy()
        with spying:
            line = self.invoice.invoice_line_ids.with_context(tracking_disable=False)
            line.quantity = 2.0
            self.env.flush_all()
        self.assertTrue(asked)
        for names, described in asked:
            self.assertLessEqual(described, len(names))
        self.assertEqual(self.invoice.amount_untaxed, 200.0)

    def test_who_asks_for_no_field_gets_all(self):
        line = self.invoice.invoice_line_ids
        fields = line.fields_get([])
        self.assertEqual(fields, line.fields_get())
        self.assertIn("balance", fields)
        line.quantity = 3.0
        self.assertEqual(line.fields_get([]), fields)

    def test_refused_write_leaves_all_described(self):
        line = self.invoice.invoice_line_ids
        with self.assertRaises(KeyError):
            line.write({"no_such_field": 1})
        self.assertIn("balance", line.fields_get([]))

    def test_changes_stay_tracked(self):
        line = self.invoice.invoice_line_ids
        self.invoice.action_post()
        self.invoice.button_draft()
        notes = self.invoice.message_ids
        line.with_context(tracking_disable=False).quantity = 4.0
        line.with_context(tracking_disable=False).account_id = line.account_id.copy()
        self.assertGreater(self.invoice.message_ids, notes)

    def test_little_follows(self):
        """What follows is looked for with each journal item, if there is any or not."""
        for model, name in (
            ("account.move.line", "balance"),
            ("account.move.line", "quantity"),
            ("account.move", "payment_state"),
        ):
            field = self.env[model]._fields[name]
            own = {
                follower.model_name
                for follower in self.env.registry.get_dependent_fields(field)
                if set(follower._modules) == {"invoicing_cycle"}
                and follower.name != "display_name"
            }
            self.assertTrue(own or name == "payment_state")
            self.assertLessEqual(own, FOLLOWING, f"{model}.{name}")
