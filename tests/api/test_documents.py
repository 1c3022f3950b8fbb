import base64

from lxml import etree

from odoo.tests import tagged

from ..common.api import ApiCommon


@tagged("post_install", "-at_install")
class TestApiDocuments(ApiCommon):
    """An invoice as a file, as Odoo's own sending attaches it."""

    def setUp(self):
        super().setUp()
        self.move = self._invoice_website()

    def _fetch(self, kind, move=None):
        status, answer = self.call(
            "get_document", invoice_id=(move or self.move).id, kind=kind
        )
        self.assertEqual(status, 200, answer)
        content = base64.b64decode(answer["content"])
        self.assertEqual(len(content), answer["size"])
        return answer["filename"], answer["mimetype"], content

    def _send(self):
        """Odoo's own sending."""
        self.env["account.move.send"]._generate_and_send_invoices(
            self.move, sending_methods=["email"]
        )

    def _get_xml(self, content):
        """An e-invoice without the PDF inside, each of which bears its moment."""
        tree = etree.fromstring(content)
        for node in tree.iter("{*}EmbeddedDocumentBinaryObject"):
            self.assertTrue(node.text)
            node.text = ""
        return etree.tostring(tree)

    def test_pdf(self):
        self._render_for_real()
        name, mimetype, content = self._fetch("pdf")
        self.assertEqual(name, "INV_2026_00001.pdf")
        self.assertEqual(mimetype, "application/pdf")
        self.assertEqual(content[:5], b"%PDF-")

    def test_nothing_is_kept_recorded_or_sent(self):
        before = self.move.message_ids
        for kind in ("pdf", "xml"):
            self._fetch(kind)
        self.assertFalse(self.move.invoice_pdf_report_id)
        self.assertFalse(self.move.ubl_cii_xml_id)
        self.assertFalse(self.move.sent_on)
        self.assertFalse(self.move.is_move_sent)
        self.assertEqual(self.move.message_ids, before)

    def test_it_is_what_sending_attaches(self):
        made = {kind: self._fetch(kind) for kind in ("pdf", "xml")}
        self._send()
        self.assertEqual(made["pdf"][0], self.move.invoice_pdf_report_id.name)
        self.assertEqual(made["xml"][0], self.move.ubl_cii_xml_id.name)
        self.assertIn(self.move.name.encode(), made["pdf"][2])
        self.assertEqual(
            self._get_xml(made["xml"][2]), self._get_xml(self.move.ubl_cii_xml_id.raw)
        )

    def test_what_was_sent_is_the_very_file(self):
        self._send()
        self.assertEqual(self._fetch("pdf")[2], self.move.invoice_pdf_report_id.raw)
        self.assertEqual(self._fetch("xml")[2], self.move.ubl_cii_xml_id.raw)

    def test_pdf_that_was_sent_has_an_xml_made_now(self):
        self.customer.invoice_edi_format = False
        self._send()
        self.assertFalse(self.move.ubl_cii_xml_id)
        self.customer.invoice_edi_format = "xrechnung"
        name, _mimetype, content = self._fetch("xml")
        self.assertIn("ubl_de", name)
        self.assertIn(b"xrechnung", content)

    def test_format_follows_the_customer(self):
        self.customer.invoice_edi_format = "facturx"
        name, _mimetype, content = self._fetch("xml")
        self.assertEqual(name, "INV_2026_00001_factur_x.xml")
        self.assertIn("CrossIndustryInvoice", etree.fromstring(content).tag)

    def test_no_format_no_xml(self):
        self.customer.invoice_edi_format = False
        answer = self.call("get_document", invoice_id=self.move.id, kind="xml")
        self.assertRefused(answer, 422, "no_document", "customer's contact")
        self._fetch("pdf")

    def test_files_for_the_sending_are_not_kept(self):
        """Also where a timesheet goes with the invoice."""
        self._render_for_real()
        self.move.billing_project_ids.billing_attach_annex = True
        files = [("res_model", "=", "account.move"), ("res_id", "=", self.move.id)]
        before = self.env["ir.attachment"].search_count(files)
        for kind in ("pdf", "xml", "annex"):
            self._fetch(kind)
        self.assertEqual(self.env["ir.attachment"].search_count(files), before)

    def test_incomplete_einvoice_names_what_it_lacks(self):
        self.customer.write({"country_id": False, "vat": False, "peppol_eas": False})
        answer = self.call("get_document", invoice_id=self.move.id, kind="xml")
        self.assertRefused(answer, 422, "einvoice_incomplete", "Acme Oy")
        self._fetch("pdf")

    def test_draft_has_no_document(self):
        draft = self._create_draft()
        for kind in ("pdf", "xml", "annex"):
            answer = self.call("get_document", invoice_id=draft.id, kind=kind)
            self.assertRefused(answer, 422, "not_confirmed", "Confirm it first")

    def test_without_wkhtmltopdf(self):
        self.patch(
            type(self.env["ir.actions.report"]),
            "get_wkhtmltopdf_state",
            lambda _self: "install",
        )
        answer = self.call("get_document", invoice_id=self.move.id)
        self.assertRefused(answer, 422, "pdf_off", "wkhtmltopdf is missing")

    def test_annex(self):
        """The timesheet behind the invoice; its key reads no timesheets."""
        self._render_for_real()
        name, mimetype, content = self._fetch("annex")
        self.assertEqual(mimetype, "application/pdf")
        self.assertTrue(name.endswith(".pdf"), name)
        self.assertTrue(content.startswith(b"%PDF"), content[:20])
        name, mimetype, content = self._fetch("annex_xlsx")
        self.assertTrue(name.endswith(".xlsx"), name)
        self.assertIn("spreadsheetml", mimetype)
        self.assertTrue(content.startswith(b"PK"), content[:20])
