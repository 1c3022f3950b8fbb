from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.autopilot import AutopilotCommon
from ..common.proof import ProofCommon


@tagged("post_install", "-at_install")
class TestAutopilotLevels(AutopilotCommon, ProofCommon):
    """What goes by itself when a period is Ready: as far as company or project say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period = cls._create_period("Harbour")
        cls.pending = cls._create_period("Museum", day=date(2026, 3, 9))

    def _fly(self, level):
        self._switch(level)
        self._night()
        return self.period.invoice_line_ids.move_id

    def test_nothing(self):
        self.assertFalse(self._fly("nothing"))
        self.assertFalse(self.env["billing.run"].search([]))

    def test_draft(self):
        invoice = self._fly("draft")
        self.assertEqual((invoice.state, invoice.autopilot_step), ("draft", "drafted"))
        self.assertEqual(invoice.create_uid, self.user_accountant)
        self.assertIn("Created by the autopilot.", self._log(invoice))
        self.assertIn("“Draft” of", self._log(invoice))
        self.assertIn("no warning in the preview", self._log(invoice))
        self.assertNotIn("Confirmed by", self._log(invoice))
        self.assertNotLeft(self.period)
        self.assertEqual(self.pending.state, "pending")
        self.assertFalse(self.pending.autopilot_left)

    def test_confirm(self):
        invoice = self._fly("confirm")
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.autopilot_step, "confirmed")
        self.assertFalse(invoice.sent_on)
        self.assertIn("Confirmed by the autopilot.", self._log(invoice))
        self.assertNotLeft(self.period)
        self.assertProven(self.period.project_id)

    def test_send(self):
        with self.mail_server() as mails:
            invoice = self._fly("send")
        self.assertSent(invoice, "mail", self.user_accountant)
        self.assertEqual(invoice.autopilot_step, "sent")
        self.assertTrue(mails.called)
        self.assertIn("Sent by the autopilot.", self._log(invoice))
        self.assertEqual(self.period.state, "sent")
        self.assertNotLeft(self.period)

    def test_project_says_otherwise(self):
        other = self._create_period("Tramway", billing_autopilot="draft")
        self.period.project_id.billing_autopilot = "nothing"
        self._switch("confirm")
        self._night()
        self.assertFalse(self.period.invoice_line_ids)
        invoice = other.invoice_line_ids.move_id
        self.assertEqual(invoice.state, "draft")
        self.assertIn("“Draft” of Tramway", self._log(invoice))

    def test_project_alone(self):
        self.period.project_id.billing_autopilot = "draft"
        self.assertTrue(self._fly("nothing"))

    def test_two_companies(self):
        company = self._create_company()
        accountant = self._new_user("second", "account.group_account_invoice")
        accountant.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": company.partner_id.id}
        )
        tax = self.tax.search(
            [("company_id", "=", company.id), ("type_tax_use", "=", "sale")], limit=1
        )
        order = self._create_order_in(company, tax)
        project = self._create_project("Second", order=order)
        consultant = self.env["hr.employee"].create(
            {"name": "Second consultant", "company_id": company.id}
        )
        self._log_time(project, date(2026, 1, 15), 2.0, employee=consultant)
        self._lock(date(2026, 3, 8), consultant)
        second = self._period(project, date(2026, 1, 15))
        self.assertEqual((second.company_id, second.state), (company, "ready"))
        self._switch("draft", company, accountant)
        self._fly("confirm")
        self.assertEqual(self.period.invoice_line_ids.move_id.state, "posted")
        invoice = second.invoice_line_ids.move_id
        self.assertEqual((invoice.state, invoice.company_id), ("draft", company))
        self.assertEqual(invoice.create_uid, accountant)

    def _create_order_in(self, company, tax):
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.product_hours.id,
                                "tax_ids": [Command.set(tax.ids)],
                            }
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        return order

    def test_late_time_goes_with_the_next_period(self):
        self._fly("confirm")
        project = self.period.project_id
        self._log_time(project, date(2026, 1, 20), 9.0)
        self._night()
        invoices = project.billing_period_ids.invoice_line_ids.move_id
        self.assertEqual(len(invoices), 2)
        late = invoices - self.period.invoice_line_ids.move_id
        self.assertEqual(late.state, "posted")
        self.assertEqual(sum(late.invoice_line_ids.mapped("quantity")), 9.0)

    def test_those_that_share_an_invoice_wait_for_each_other(self):
        mate = self._create_period("Mate")
        both = self.period | mate
        both.project_id.billing_grouping = "customer"
        self.pending.project_id.billing_grouping = "customer"
        self.assertFalse(self._fly("draft"))
        self.assertFalse(both.filtered("autopilot_left"))
        self.pending.project_id.billing_grouping = "project"
        self._night()
        self.assertEqual(len(both.invoice_line_ids.move_id), 1)

    def test_one_of_them_by_hand(self):
        mate = self._create_period("Mate", billing_autopilot="nothing")
        (self.period | mate).project_id.billing_grouping = "customer"
        self.assertFalse(self._fly("draft"))
        self.assertLeft(self.period, "draft", "Mate shares the invoice")
        self.assertFalse(mate.autopilot_left)

    def test_the_lowest_of_them(self):
        mate = self._create_period("Mate", billing_autopilot="draft")
        (self.period | mate).project_id.billing_grouping = "customer"
        invoice = self._fly("confirm")
        self.assertEqual(invoice, mate.invoice_line_ids.move_id)
        self.assertEqual(invoice.state, "draft")
