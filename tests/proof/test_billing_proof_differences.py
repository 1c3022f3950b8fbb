from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)
LATER = date(2026, 2, 5)


@tagged("post_install", "-at_install")
class TestBillingProofDifferences(ProofCommon):
    """Whatever went wrong past the ORM is found and named.

    ``billed`` is on a posted invoice, ``waiting`` waits in February; ``other`` is a
    project on the same order with an invoice of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._create_order()
        order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 150.0})
        ]
        cls.sale_line, cls.other_sale_line = order.order_line
        cls.project = cls._create_project("One", order=order)
        cls.other = cls._create_project("Two", order=order)
        cls.projects = cls.project | cls.other
        cls.billed = cls._log_time(cls.project, DAY, 2.0)
        cls.waiting = cls._log_time(cls.project, LATER, 1.0)
        cls.other_billed = cls._log_time(cls.other, DAY, 3.0)
        cls._lock(date(2026, 2, 28))
        periods = cls._period(cls.project, DAY) | cls._period(cls.other, DAY)
        periods._generate_invoices("Because")
        cls.line = cls.billed.invoice_line_id
        cls.other_line = cls.other_billed.invoice_line_id
        (cls.line | cls.other_line).move_id.action_post()
        cls.env.flush_all()

    def assertDifferences(self, *expected):
        self.assertEqual(self._get_kinds(self.projects), set(expected))

    def test_none(self):
        self.assertProven(self.projects)

    def test_cancelled_invoice(self):
        self._set(self.line.move_id, state="cancel")
        self._set(self.line, parent_state="cancel")
        self.assertDifferences(
            ("cancelled_invoice", self.billed),
            ("order_invoiced", self.sale_line),
            ("order_total", self.sale_line),
        )

    def test_cancelled_invoice_of_another_app(self):
        # It bills its time all the same; the order counts it as Odoo does.
        self._set(self.line.move_id, state="cancel", payment_state="invoicing_legacy")
        self._set(self.line, parent_state="cancel")
        # What follows from that is worked out anew.
        self.line.move_id.modified(["state"])
        self.assertDifferences()

    def test_credited_line(self):
        credit = self.line.move_id._reverse_moves()
        self._set(credit, state="posted", name="RINV/1")
        self._set(credit.invoice_line_ids, parent_state="posted")
        self.assertDifferences(("credited_line", self.billed))

    def test_credited_line_that_took_back_what_it_made(self):
        self.line.move_id._reverse_moves()._post()
        self.assertFalse(self.billed.invoice_line_id)
        self._set(
            self.billed,
            invoice_line_id=self.line.id,
            timesheet_invoice_id=self.line.move_id.id,
        )
        kinds = {kind for kind, _record in self._get_kinds(self.projects)}
        self.assertEqual(kinds, {"credited_line", "line_quantity", "order_total"})

    def test_other_invoice(self):
        self._set(self.billed, timesheet_invoice_id=self.other_line.move_id.id)
        self.assertDifferences(("other_invoice", self.billed))

    def test_no_invoice(self):
        self._set(self.billed, timesheet_invoice_id=None)
        self.assertDifferences(("other_invoice", self.billed))

    def test_invoice_without_line(self):
        self._set(self.waiting, timesheet_invoice_id=self.other_line.move_id.id)
        self.assertDifferences(("invoice_without_line", self.waiting))

    def test_lost_line(self):
        self._set(self.billed, invoice_line_id=None)
        self.assertDifferences(
            ("invoice_without_line", self.billed),
            ("closed_period", self.billed),
            ("line_quantity", self.line),
            ("order_total", self.sale_line),
        )

    def test_other_sale_line(self):
        self._set(self.billed, so_line=self.other_sale_line.id)
        self.assertDifferences(
            ("other_sale_line", self.billed),
            ("order_delivered", self.sale_line),
            ("order_delivered", self.other_sale_line),
            ("order_total", self.sale_line),
            ("order_total", self.other_sale_line),
        )

    def test_line_without_sale_line(self):
        self.env.cr.execute(
            "DELETE FROM sale_order_line_invoice_rel WHERE invoice_line_id = %s",
            [self.line.id],
        )
        self.assertDifferences(
            ("other_sale_line", self.billed),
            ("order_invoiced", self.sale_line),
            ("order_total", self.sale_line),
        )

    def test_other_project(self):
        self._set(
            self.billed,
            invoice_line_id=self.other_line.id,
            timesheet_invoice_id=self.other_line.move_id.id,
        )
        self.assertDifferences(
            ("other_project", self.billed),
            ("line_entries", self.other_line),
            ("line_quantity", self.line),
            ("line_quantity", self.other_line),
        )

    def test_other_period(self):
        self._set(self.billed, billing_period_id=self._period(self.project, LATER).id)
        self.assertDifferences(("other_period", self.billed))

    def test_held_and_billed(self):
        self._set(self.billed, billing_hold="hold")
        self.assertDifferences(("held_billed", self.billed))

    def test_held_in_a_period(self):
        self._set(self.waiting, billing_hold="hold")
        self.assertDifferences(("not_to_be_billed", self.waiting))

    def test_not_billable_in_a_period(self):
        self._set(self.waiting, timesheet_invoice_type="non_billable")
        self.assertDifferences(("not_to_be_billed", self.waiting))

    def test_no_period(self):
        self._set(self.waiting, billing_period_id=None)
        self.assertDifferences(("no_period", self.waiting))

    def test_no_period_left(self):
        self._set(self.waiting, billing_period_id=None)
        self.env.cr.execute(
            "DELETE FROM project_billing_period"
            " WHERE project_id = %s AND date_from > %s",
            [self.project.id, DAY],
        )
        self.assertDifferences(("no_period", self.waiting))

    def test_invoiced_period(self):
        self._set(self.waiting, billing_period_id=self._period(self.project, DAY).id)
        self.assertDifferences(("closed_period", self.waiting))

    def test_skipped_period(self):
        self._set(self._period(self.project, LATER), skip_reason="Agreed")
        self.assertDifferences(("closed_period", self.waiting))

    def test_period_of_another_project(self):
        period = self._period(self.other, LATER)
        self._set(self.waiting, billing_period_id=period.id)
        self.assertDifferences(
            ("wrong_period", self.waiting), ("period_totals", period)
        )

    def test_quantity_of_a_line(self):
        self._set(self.line, quantity_made=1.5)
        self.assertDifferences(
            ("line_quantity", self.line),
            ("order_invoiced", self.sale_line),
            ("order_total", self.sale_line),
        )

    def test_hours_of_a_billed_entry(self):
        self._set(self.billed, unit_amount=2.5, billing_hours=2.5)
        self.assertDifferences(
            ("line_quantity", self.line),
            ("order_delivered", self.sale_line),
            ("order_total", self.sale_line),
        )

    def test_hours_that_nobody_worked(self):
        self._set(self.waiting, billing_hours=2.0)
        self.assertDifferences(
            ("hours", self.waiting), ("order_delivered", self.sale_line)
        )

    def test_hours_that_got_lost(self):
        self._set(self.waiting, billing_hours=0.5)
        self.assertDifferences(
            ("hours", self.waiting), ("order_delivered", self.sale_line)
        )

    def test_lost_part(self):
        part = self.waiting._split_off(0.25, {"billing_hold": "hold"})
        self.assertDifferences()
        self.env.cr.execute("DELETE FROM project_billing_part WHERE id = %s", [part.id])
        self.assertDifferences(
            ("parts", self.waiting), ("order_delivered", self.sale_line)
        )

    def test_deleted_entry(self):
        self.env.cr.execute(
            "DELETE FROM account_analytic_line WHERE id = %s", [self.billed.id]
        )
        self.assertDifferences(
            ("line_quantity", self.line),
            ("order_delivered", self.sale_line),
            ("order_total", self.sale_line),
        )

    def test_delivered_quantity(self):
        self._set(self.sale_line, qty_delivered=5.5)
        self.assertDifferences(("order_delivered", self.sale_line))

    def test_invoiced_quantity(self):
        self._set(self.sale_line, qty_invoiced=5.5)
        self.assertDifferences(("order_invoiced", self.sale_line))

    def test_messages_name_records(self):
        self._set(self.billed, timesheet_invoice_id=None, billing_period_id=None)
        proof = self.env["billing.proof"]._prove(self.project)
        texts = [difference.message for difference in proof.differences]
        for text in texts:
            self.assertIn("Consultant, 01/05/2026, 2.00 h (One)", text)
        self.assertTrue(any(self.line.move_id.name in text for text in texts), texts)
        self.assertEqual(
            {difference.project for difference in proof.differences}, {self.project}
        )


@tagged("post_install", "-at_install")
class TestBillingProofOfAmounts(ProofCommon):
    """Fixed amounts and expenses are billed once."""

    def test_fixed_amount_billed_twice(self):
        project = self._create_project(
            "Fixed",
            order=self._create_order(self.product_fixed, quantity=1.0),
            billing_frequency="custom",
        )
        period = self.env["project.billing.period"].create(
            {
                "project_id": project.id,
                "date_from": DAY,
                "date_to": DAY,
                "fixed_amount": 3000.0,
            }
        )
        period._generate_invoices("Because")
        line = period.invoice_line_ids
        self.assertProven(project)
        second = line.move_id.copy().invoice_line_ids
        second.sudo().write(
            {"billing_period_id": period.id, "quantity_made": line.quantity_made}
        )
        self.assertEqual(self._get_kinds(project), {("fixed_twice", period)})
