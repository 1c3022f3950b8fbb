from odoo import models


class AccountEdiXmlUblBis3(models.AbstractModel):
    """The period of the work in UBL documents of the European norm and PINT (BG-14 of
    the document, BG-26 of its lines)."""

    _inherit = "account.edi.xml.ubl_bis3"

    def _add_invoice_base_lines_vals(self, vals):
        # EXTENDS account_edi_ubl_cii
        result = super()._add_invoice_base_lines_vals(vals)
        spans = vals["invoice"].invoice_line_ids._get_billed_spans()
        vals["billed_spans"] = spans
        for base_line in vals["base_lines"]:
            span = spans.get(base_line["record"])
            # Odoo's own name of the period of a line; who sets it by hand knows better.
            if span and not base_line.get("deferred_start_date"):
                base_line["deferred_start_date"], base_line["deferred_end_date"] = span
        return result

    def _get_invoice_node(self, vals):
        # EXTENDS account_edi_ubl_cii
        # Not with the other nodes of the header: the Japanese format puts the date of
        # the invoice there.
        document_node = super()._get_invoice_node(vals)
        if not vals["billed_spans"]:
            return document_node
        starts, ends = (
            [line[name] for line in vals["base_lines"] if line.get(name)]
            for name in ("deferred_start_date", "deferred_end_date")
        )
        document_node["cac:InvoicePeriod"] = {
            "cbc:StartDate": {"_text": min(starts)},
            "cbc:EndDate": {"_text": max(ends)},
        }
        return document_node
