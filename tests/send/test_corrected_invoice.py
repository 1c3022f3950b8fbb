from datetime import date

from lxml import etree

from odoo.tests import tagged

from ..common.send import SendCommon

JANUARY = date(2026, 1, 15)
FEBRUARY = date(2026, 2, 15)


@tagged("post_install", "-at_install")
class TestCorrectedInvoice(SendCommon):
    """Credit notes name the invoice that they correct, why, and the order number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        belgium = {"country_id": cls.env.ref("base.be").id}
        cls.company.write(
            {**belgium, "vat": "BE0477472701", "street": "1", "zip": "1", "city": "B"}
        )
        cls.partner.write(
            {**belgium, "vat": "BE0246697724", "invoice_edi_format": "ubl_bis3"}
        )
        order = cls._create_order(client_order_ref="PO 4711")
        cls.project = cls._create_project(order=order)
        cls._log_time(cls.project, JANUARY, 3.0)
        cls.billed = cls._bill(JANUARY)

    @classmethod
    def _bill(cls, day, project=None):
        cls._lock(date(2026, 3, 10))
        period = cls._period(project or cls.project, day)
        period.action_generate_invoices(reason="Internal reason")
        move = period.invoice_line_ids.move_id.sorted("id")[-1:]
        move.with_user(cls.user_accountant).action_post()
        return move

    def _reverse(self, reason="Too many hours"):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .create(
                {
                    "move_ids": self.billed.ids,
                    "date": date(2026, 3, 10),
                    "reason": reason,
                    "journal_id": self.billed.journal_id.id,
                }
            )
        )
        wizard.reverse_moves()
        credit = wizard.new_move_ids.sudo()
        credit.action_post()
        return credit

    def _export(self, model, move):
        content, _errors = (
            self.env[model]
            .with_user(self.user_accountant)
            ._export_invoice(move.with_user(self.user_accountant))
        )
        return etree.fromstring(content)

    def _find(self, tree, path):
        path = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
        return [node.text for node in tree.xpath(f"//{path}")]

    def assertNamed(self, credit, invoice):
        tree = self._export("account.edi.xml.ubl_bis3", credit)
        document = "BillingReference/InvoiceDocumentReference"
        self.assertEqual(self._find(tree, f"{document}/ID"), [invoice.name])
        self.assertEqual(
            self._find(tree, f"{document}/IssueDate"), [str(invoice.invoice_date)]
        )
        self.assertEqual(self._find(tree, "OrderReference/ID"), ["PO 4711"])
        self.assertEqual(self._find(tree, "CreditNote/Note"), [credit.ref])
        tree = self._export("account.edi.xml.cii", credit)
        document = "InvoiceReferencedDocument"
        self.assertEqual(
            self._find(tree, f"{document}/IssuerAssignedID"), [invoice.name]
        )
        self.assertEqual(
            self._find(tree, f"{document}/FormattedIssueDateTime/DateTimeString"),
            ["20260310"],
        )
        document = "BuyerOrderReferencedDocument"
        self.assertEqual(self._find(tree, f"{document}/IssuerAssignedID"), ["PO 4711"])

    def test_reversal(self):
        credit = self._reverse()
        self.assertEqual(
            credit.ref, f"Reversal of: {self.billed.name}, Too many hours, PO 4711"
        )
        self.assertNamed(credit, self.billed)

    def test_negative_time(self):
        self._log_time(self.project, FEBRUARY, -2.0, name="Booked on the wrong order")
        credit = self._bill(FEBRUARY)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertFalse(credit.reversed_entry_id)
        self.assertEqual(
            credit.ref,
            f"Correction of {self.billed.name}: Booked on the wrong order, PO 4711",
        )
        self.assertNotIn("Internal", credit.ref)
        self.assertEqual(credit.corrected_invoice_id, self.billed)
        self.assertNamed(credit, self.billed)

    def test_invoice_that_is_taken_back_is_not_corrected(self):
        self._log_time(self.project, FEBRUARY, 3.0)
        later = self._bill(FEBRUARY)
        later._reverse_moves(cancel=True)
        self._log_time(self.project, date(2026, 3, 5), -9.0)
        credit = self._bill(date(2026, 3, 5))
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.corrected_invoice_id, self.billed)

    def test_another_customer_is_not_named(self):
        self.project.sale_line_id.order_id.partner_invoice_id = self.env[
            "res.partner"
        ].create({"name": "New customer"})
        self._log_time(self.project, FEBRUARY, -2.0)
        credit = self._bill(FEBRUARY)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertFalse(credit.corrected_invoice_id)

    def test_corrected_one_without_a_day(self):
        """Reset to draft, it has none: the credit note goes without its name."""
        credit = self._reverse()
        self.billed.button_draft()
        self.billed.invoice_date = False
        self.assertFalse(credit._get_corrected_invoice())
        self._export("account.edi.xml.cii", credit)

    def test_invoice_of_the_same_days_comes_first(self):
        self._log_time(self.project, FEBRUARY, 3.0)
        self._bill(FEBRUARY)
        self._log_time(self.project, JANUARY, -1.0)
        credit = self._bill(date(2026, 3, 5))
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.corrected_invoice_id, self.billed)

    def test_nothing_was_billed_before(self):
        other = self._create_project("Other")
        self._log_time(other, FEBRUARY, -1.0)
        credit = self._bill(FEBRUARY, other)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertFalse(credit.corrected_invoice_id)
        self.assertEqual(credit.ref, other.sale_line_id.order_id.name)

    def test_person_chooses_another(self):
        self._log_time(self.project, FEBRUARY, -2.0)
        credit = self._bill(FEBRUARY)
        credit.button_draft()
        credit.with_user(self.user_accountant).corrected_invoice_id = self.invoice
        credit.action_post()
        tree = self._export("account.edi.xml.ubl_bis3", credit)
        path = "BillingReference/InvoiceDocumentReference/ID"
        self.assertEqual(self._find(tree, path), [self.invoice.name])

    def test_invoices_name_none(self):
        for model in ("account.edi.xml.ubl_bis3", "account.edi.xml.cii"):
            tree = self._export(model, self.billed)
            self.assertFalse(self._find(tree, "BillingReference"))
            self.assertFalse(self._find(tree, "InvoiceReferencedDocument"))

    def test_last_day_of_the_work_across_borders(self):
        self.partner.country_id = self.env.ref("base.nl")
        tree = self._export("account.edi.xml.ubl_bis3", self.billed)
        self.assertEqual(self._find(tree, "ActualDeliveryDate"), ["2026-01-15"])

    # ------------------------------------------------------------------ paper

    def _read_paper(self, move):
        content = (
            self.env["ir.actions.report"]
            .with_user(self.user_accountant)
            ._render_qweb_html("account.report_invoice", move.ids)[0]
        )
        tree = etree.HTML(content)
        return {
            name: " ".join(" ".join(node.itertext()).split())
            for name in ("project", "corrected_invoice", "delivery_date", "reference")
            for node in tree.xpath(f"//div[@name='{name}']")
        }

    def test_paper(self):
        self.assertEqual(
            self._read_paper(self.billed),
            {
                "project": "Project Project",
                "delivery_date": "Delivery Date 01/15/2026",
                "reference": "Reference PO 4711",
            },
        )
        self.assertEqual(
            self._read_paper(self._reverse())["corrected_invoice"],
            f"Corrected Invoice {self.billed.name} (03/10/2026)",
        )

    def test_sections_name_several_projects(self):
        other = self._create_project("Other")
        (self.project | other).billing_grouping = "customer"
        self._log_time(other, FEBRUARY, 1.0)
        self._log_time(self.project, FEBRUARY, 1.0)
        other.sale_line_id.order_id.client_order_ref = "PO 4711"
        periods = self._period(other, FEBRUARY) | self._period(self.project, FEBRUARY)
        self._lock(date(2026, 3, 10))
        periods.action_generate_invoices(reason="To be tested")
        invoice = periods.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertNotIn("project", self._read_paper(invoice))
