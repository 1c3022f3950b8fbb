from odoo import api, fields, models


class ReportProjectBillingProof(models.AbstractModel):
    """The report that an auditor keeps: proven at the moment it is printed."""

    _name = "report.invoicing_cycle.report_project_billing_proof"
    _description = "Report of the Proof of the Billing Cycle"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["project.billing.proof"].browse(docids)
        docs.check_access("read")
        proofs = {doc: doc._prove() for doc in docs}
        return {
            "docs": docs,
            "proofs": proofs,
            "values": {doc: doc._get_tables(proofs[doc]) for doc in docs},
            "printed_on": fields.Datetime.now(),
            "kinds": self._get_kinds(),
        }

    @api.model
    def _get_kinds(self):
        """The names of the kinds of differences."""
        kind = self.env["project.billing.proof.difference"]._fields["kind"]
        return dict(kind._description_selection(self.env))
