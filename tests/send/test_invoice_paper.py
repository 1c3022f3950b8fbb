from odoo.fields import Command
from odoo.tests import tagged

from ..common.invoice import InvoiceCommon
from ..common.pdf import PdfMixin

VAT = "BE0477472701"


@tagged("post_install", "-at_install")
class TestInvoicePaper(PdfMixin, InvoiceCommon):
    """Each page of a printed invoice says who sells, the VAT number and its number.

    They stand in headers and footers, which only a wkhtmltopdf with patched Qt prints.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "name": "Seller of Services",
                "vat": VAT,
                "country_id": cls.env.ref("base.be").id,
                "street": "Main street 1",
                "city": "Brussels",
                # Its address, with the VAT number, is text that was written once.
                "company_details": f"<p>Seller of Services<br>Main street<br>{VAT}</p>",
                "report_footer": "<p>seller@example.com</p>",
            }
        )
        cls.second = cls._create_invoice(post=True)

    def assertLetterhead(self, page, number, pages):
        for text in ("Seller of Services", VAT, f"Page {number} / {pages}"):
            self.assertIn(text, page)

    def test_one_invoice(self):
        [page] = self._print("account.account_invoices", self.invoice)
        self.assertIn(self.invoice.name, page)
        self.assertLetterhead(page, 1, 1)

    def test_several_in_one_go(self):
        invoices = self.invoice | self.second
        pages = self._print("account.account_invoices", invoices)
        self.assertEqual(len(pages), 2)
        for invoice, page in zip(invoices, pages, strict=True):
            self.assertIn(invoice.name, page)
            self.assertLetterhead(page, 1, 1)

    def test_every_page_of_a_long_invoice(self):
        lines = [
            Command.create({"name": f"Day {day}", "price_unit": 10.0})
            for day in range(60)
        ]
        long = self._create_invoice(invoice_line_ids=lines)
        long.action_post()
        pages = self._print("account.account_invoices", long | self.second)
        *pages, last = pages
        self.assertGreater(len(pages), 1)
        for number, page in enumerate(pages, start=1):
            self.assertLetterhead(page, number, len(pages))
        self.assertLetterhead(last, 1, 1)

    def test_downloaded_and_sent_documents(self):
        with self.allow_pdf_render():
            document = self._render_for_real(self.invoice)._get_invoice_legal_documents(
                "invoice_pdf"
            )
            self._render_for_real(
                self.env["account.move.send"]
            )._generate_and_send_invoices(
                self.invoice | self.second, sending_methods=["email"]
            )
        sent = (self.invoice | self.second).invoice_pdf_report_id
        for content in (document["content"], *sent.mapped("raw")):
            [page] = self._read_pages(content)
            self.assertLetterhead(page, 1, 1)
