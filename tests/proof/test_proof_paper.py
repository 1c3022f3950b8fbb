from datetime import date

from odoo.tests import tagged

from ..common.pdf import PdfMixin
from ..common.proof import ProofCommon

DAY = date(2026, 1, 5)


@tagged("post_install", "-at_install")
class TestProofPaper(PdfMixin, ProofCommon):
    """The printed proof, which an auditor keeps, says whose it is on each page."""

    def test_letterhead(self):
        self.company.company_details = "<p>Seller of Services<br>BE0477472701</p>"
        project = self._create_project("Own")
        entry = self._log_time(project, DAY, 2.0)
        self._lock(date(2026, 1, 31))
        self._period(project, DAY)._generate_invoices()
        entry.timesheet_invoice_id.action_post()
        proof = self.env["project.billing.proof"].with_user(self.user_accountant)
        proof = proof.create({"date_to": date(2026, 12, 31)})
        pages = self._print(
            "invoicing_cycle.project_billing_proof_report", proof, self.user_accountant
        )
        self.assertIn(entry.timesheet_invoice_id.name, pages[-1])
        for number, page in enumerate(pages, start=1):
            for text in ("BE0477472701", f"Page {number} / {len(pages)}"):
                self.assertIn(text, page)
