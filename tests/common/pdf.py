import io

from pypdf import PdfReader

from odoo.tests import HttpCase


class PdfMixin:
    """PDFs as people get them, printed by wkhtmltopdf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Style sheets and pictures come from the server of this run, wherever it is.
        cls.env["ir.config_parameter"].set_param(
            "report.url", f"http://127.0.0.1:{HttpCase.http_port()}"
        )

    def _render_for_real(self, records):
        # Odoo's tests render HTML unless they are told otherwise.
        return records.with_context(force_report_rendering=True)

    def _print(self, report, records, user=None):
        """What Odoo's report prints of the records: the text of each page."""
        reports = self._render_for_real(self.env["ir.actions.report"])
        with self.allow_pdf_render():
            content, kind = reports.with_user(user or self.env.user)._render_qweb_pdf(
                report, res_ids=records.ids
            )
        self.assertEqual(kind, "pdf")
        return self._read_pages(content)

    def _read_pages(self, content):
        """The text of each page, without what lines it is set in."""
        self.assertEqual(content[:5], b"%PDF-")
        pages = PdfReader(io.BytesIO(content)).pages
        return [" ".join(page.extract_text().split()) for page in pages]
