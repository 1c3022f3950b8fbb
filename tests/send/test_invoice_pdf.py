import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.runs import start
from odoo.addons.invoicing_cycle.models.send import batch

from ..common.invoice import InvoiceCommon
from ..common.pdf import PdfMixin


@tagged("post_install", "-at_install")
class TestInvoicePdf(PdfMixin, InvoiceCommon):
    """The PDFs of one invoice and of many, and what they are called."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls.invoice | cls._create_invoice(post=True)

    def test_each_invoice_has_its_own(self):
        with self.allow_pdf_render():
            documents = [
                invoice._get_invoice_legal_documents("invoice_pdf")
                for invoice in self._render_for_real(self.invoices | self.draft)
            ]
        for document in documents:
            self.assertEqual(len(self._read_pages(document["content"])), 1)
        names = [document["filename"] for document in documents]
        self.assertEqual(len(set(names)), 3)
        for invoice, name in zip(self.invoices, names, strict=False):
            self.assertIn(invoice.name.replace("/", "_"), name)
        self.assertNotSent(self.invoices)

    def test_it_is_the_invoice_and_no_proforma(self):
        document = self.invoice._get_invoice_legal_documents("invoice_pdf")
        self.assertIn(self.invoice.name, document["content"].decode())
        self.assertNotIn("Proforma", document["content"].decode())
        stock = self.invoice._get_invoice_legal_documents("pdf", allow_fallback=True)
        self.assertIn("Proforma", stock["content"].decode())

    def test_the_sent_document_is_kept(self):
        self.env["account.move.send"]._generate_and_send_invoices(
            self.invoice, sending_methods=["email"]
        )
        self.assertTrue(self.invoice.invoice_pdf_report_id)
        document = self.invoice._get_invoice_legal_documents("invoice_pdf")
        self.assertEqual(document["content"], self.invoice.invoice_pdf_report_id.raw)

    def test_odoos_dialog_sends_many(self):
        send = self._render_for_real(self.env["account.move.send"])
        with self.allow_pdf_render():
            send._generate_and_send_invoices(self.invoices, sending_methods=["email"])
        for invoice in self.invoices:
            [page] = self._read_pages(invoice.invoice_pdf_report_id.raw)
            self.assertIn(invoice.name, page)
        self.assertSent(self.invoices, "mail")

    def test_names_differ(self):
        def names(moves):
            return [
                move._get_invoice_legal_documents("invoice_pdf")["filename"]
                for move in moves
            ]

        drafts = self.draft | self._create_invoice()
        self.assertEqual(len(set(names(drafts))), 2)

    def test_names_of_several_companies_differ(self):
        companies = self.company | self._create_company("Second/company")
        invoice = self.invoice.with_context(allowed_company_ids=companies.ids)
        self.assertEqual(
            invoice._get_download_name("INV_1.pdf"), f"{self.company.name} INV_1.pdf"
        )
        other = self.env["account.move"].new({"company_id": companies[1].id})
        other = other.with_context(allowed_company_ids=companies.ids)
        self.assertIn("Second_company", other._get_download_name("INV_1.pdf"))

    def test_too_many_are_a_run_and_kept_ones_do_not_count(self):
        self.patch(start, "IMMEDIATE", {"print": 1})
        action = self.invoices.action_download_invoices()
        self.assertEqual(action["res_model"], "billing.run")
        self.env["account.move.send"]._generate_and_send_invoices(
            self.invoice, sending_methods=["email"]
        )
        action = self.invoices.action_download_invoices()
        self.assertEqual(action["type"], "ir.actions.act_url")

    def test_missing_wkhtmltopdf_is_told(self):
        self.patch(
            type(self.env["ir.actions.report"]),
            "get_wkhtmltopdf_state",
            lambda _self: "install",
        )
        with self.assertRaisesRegex(UserError, "wkhtmltopdf is missing"):
            self.invoice.action_download_invoices()

    def test_wkhtmltopdf_without_headers_is_told(self):
        unpatched = batch._wkhtml()._replace(is_patched_qt=False)
        self.patch(batch, "_wkhtml", lambda: unpatched)
        with self.assertRaisesRegex(UserError, "VAT number.*patched Qt"):
            self.invoice.action_download_invoices()

    def test_whoever_cannot_read_cannot_download(self):
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.user_consultant).action_download_invoices()


@tagged("post_install", "-at_install")
class TestInvoicePdfDownload(InvoiceCommon, HttpCase):
    def _download(self, invoices, login):
        user = self.env["res.users"].search([("login", "=", login)])
        user.password = login
        self.authenticate(login, login)
        action = invoices.with_user(self.user_accountant).action_download_invoices()
        self.assertEqual(action["type"], "ir.actions.act_url")
        return self.url_open(action["url"])

    def test_many_come_as_a_zip(self):
        invoices = self.invoice | self.draft
        response = self._download(invoices, "accountant")
        self.assertEqual(response.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            names = archive.namelist()
            self.assertEqual(len(names), 2)
            self.assertIn(
                self.invoice.name, archive.read(names[0]).decode(errors="replace")
            )

    def test_one_comes_by_itself(self):
        response = self._download(self.invoice, "accountant")
        self.assertEqual(response.status_code, 200)
        self.assertIn(
            self.invoice.name.replace("/", "_"),
            response.headers["Content-Disposition"],
        )

    def test_consultant_gets_nothing(self):
        with mute_logger("odoo.http"):
            response = self._download(self.invoice, "consultant")
        self.assertEqual(response.status_code, 403)
