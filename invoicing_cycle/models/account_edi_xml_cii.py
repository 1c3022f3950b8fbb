from odoo import models


class AccountEdiXmlCii(models.AbstractModel):
    """The period of the work in Factur-X and other CII documents (BG-14 and BG-26)."""

    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        # EXTENDS account_edi_ubl_cii
        vals = super()._export_invoice_vals(invoice)
        spans = invoice.invoice_line_ids._get_billed_spans()
        if not spans:
            return vals
        lines = vals["invoice_line_vals_list"]
        for line in lines:
            span = spans.get(line["line"])
            # Who sets the period of a line by hand knows better.
            if span and not line.get("billing_start"):
                line["billing_start"], line["billing_end"] = span
        # Odoo takes the days from the invoice to its payment for the document's.
        starts, ends = (
            [line[name] for line in lines if line.get(name)]
            for name in ("billing_start", "billing_end")
        )
        if starts and ends:
            vals.update(billing_start=min(starts), billing_end=max(ends))
        return vals
