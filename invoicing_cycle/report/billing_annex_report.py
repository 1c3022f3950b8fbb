from odoo import api, models
from odoo.exceptions import UserError


class ReportBillingAnnex(models.AbstractModel):
    """The timesheet of an invoice on paper, in the customer's language."""

    _name = "report.invoicing_cycle.report_billing_annex"
    _description = "Timesheet of an Invoice"

    @api.model
    def _get_report_values(self, docids, data=None):
        for_customer = bool((data or {}).get("for_customer"))
        docs = self.env["account.move"].browse(docids)
        annexes = {}
        for doc in docs:
            annexes[doc] = doc._with_annex_lang()._get_annex(for_customer)
            if not annexes[doc]:
                raise UserError(doc._get_no_annex_text())
        return {"docs": docs, "annexes": annexes}
