from odoo.tests import tagged

from ..common.credit import CreditCommon

NAMES = ("closing_line_count", "fixed_line_count", "unsent_line_count")


@tagged("post_install", "-at_install")
class TestLiveLines(CreditCommon):
    """A period counts the live lines of its invoices, by which it is invoiced and sent.

    What reads them is SQL, so each step is flushed and read anew; the proof compares
    them with the lines.
    """

    def assertLive(self, closing, unsent, state, fixed=0):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            [self.january[name] for name in NAMES], [closing, fixed, unsent]
        )
        self.assertEqual(self.january.state, state)
        self.assertProven(self.project)

    def test_sent_and_not_sent(self):
        self.assertLive(2, 2, "to_send")
        self.invoice.action_mark_as_sent()
        self.assertLive(2, 0, "sent")
        self.env["account.move.unsend"].create(
            {"move_ids": self.invoice.ids, "reason": "Wrong address"}
        ).action_undo()
        self.assertLive(2, 2, "to_send")

    def test_cancelled_and_drawn_up_again(self):
        self.invoice.button_draft()
        self.assertLive(2, 2, "to_send")
        self.invoice.button_cancel()
        self.assertLive(0, 0, "ready")
        self.invoice.button_draft()
        self.assertLive(2, 2, "to_send")
        self.invoice.unlink()
        self.assertLive(0, 0, "ready")

    def test_credited_line_by_line(self):
        self._credit(self.senior_line)
        self.assertLive(1, 1, "to_send")
        credit = self._credit(self.line)
        self.assertLive(0, 0, "ready")
        credit.button_draft()
        self.assertLive(1, 1, "to_send")

    def test_credited_in_part(self):
        self._concede(1.0)
        self.assertLive(2, 2, "to_send")

    def test_fixed_amount(self):
        self.february.write(
            {"fixed_amount": 50.0, "sale_line_id": self.senior_sale_line.id}
        )
        self._lock(self.february.date_to)
        invoice = self._generate(self.february, "Early")
        self.env.flush_all()
        self.assertEqual([self.february[name] for name in NAMES], [1, 1, 1])
        self.assertTrue(self.february._filtered_closed())
        # Without its fixed amount, the period takes time again.
        invoice.invoice_line_ids.unlink()
        self.env.flush_all()
        self.assertEqual([self.february[name] for name in NAMES], [0, 0, 0])
        self.assertFalse(self.february._filtered_closed())

    def test_changed_after_it_was_credited(self):
        """A fixed amount that was taken back, on a draft that asks for more then."""
        self.february.write(
            {"fixed_amount": 50.0, "sale_line_id": self.senior_sale_line.id}
        )
        self._lock(self.february.date_to)
        invoice = self._generate(self.february, "Early")
        invoice.action_post()
        credit = invoice._reverse_moves()
        credit.action_post()
        self.env.flush_all()
        self.assertFalse(self.february._filtered_closed())
        invoice.button_draft()
        self.env.flush_all()
        self.assertFalse(self.february._filtered_closed())
        invoice.invoice_line_ids.price_unit = 80.0
        self.env.flush_all()
        self.assertEqual(self.february._filtered_closed(), self.february)
        invoice.invoice_line_ids.price_unit = 50.0
        self.env.flush_all()
        self.assertFalse(self.february._filtered_closed())

    def test_a_plan_supposes_lines_away(self):
        """What is kept stays as it is meanwhile, whatever is flushed."""
        Period = self.env["project.billing.period"]
        with self.supposing(self.invoice.invoice_line_ids):
            self.assertFalse(self.january._filtered_closed())
            self.invoice.action_mark_as_sent()
            self.env.flush_all()
        self.assertEqual(self.january._filtered_closed(), self.january)
        self.assertEqual(
            Period.search([("id", "=", self.january.id), ("state", "=", "sent")]),
            self.january,
        )
        self.assertLive(2, 0, "sent")

    def supposing(self, lines):
        # Odoo loads the add-on under its own name.
        from odoo.addons.invoicing_cycle.models.common.supposed import supposing

        return supposing(lines, None, {})
