from odoo import api, fields, models


class ReportBillingCycle(models.AbstractModel):
    """The report of a cycle on paper: two pages, and the proof as their appendix."""

    _name = "report.invoicing_cycle.report_billing_cycle"
    _description = "Report of a Cycle"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["project.billing.month.end"].browse(docids)
        docs.check_access("read")
        proofs = {doc: doc._get_proof() for doc in docs if doc.with_proof}
        Proof = self.env["report.invoicing_cycle.report_project_billing_proof"]
        return {
            "docs": docs,
            "all_figures": {doc: doc._get_figures() for doc in docs},
            "proofs": proofs,
            "tables": {
                doc: dialog._get_tables(proof)
                for doc, (dialog, proof) in proofs.items()
                if proof
            },
            "kinds": Proof._get_kinds(),
            "printed_on": fields.Datetime.now(),
        }
