from odoo import api, models

from ..billing.line_amounts import ROUNDED

#: State field of an e-invoicing network: the values that say that the network took the
#: document over. The networks are add-ons that need not be there.
EINVOICE_STATES = {
    "peppol_move_state": {"processing", "done"},
    "nemhandel_move_state": {"processing", "done"},
}


class AccountMoveEinvoice(models.Model):
    """The sent record follows what an e-invoicing network says of the invoice."""

    _inherit = "account.move"

    def _follow_einvoice_states(self, vals):
        for name in EINVOICE_STATES.keys() & vals.keys():
            self._follow_einvoice_state(vals[name], EINVOICE_STATES[name])

    def _follow_einvoice_state(self, state, accepted):
        """Set or clear the sent record as the network's answer asks.

        :param str state: what the network says
        :param set accepted: its words for a document that it took over
        """
        if state in accepted:
            # The dialog of many invoices sends from a cron and keeps the person here.
            # sudo: the network's answer comes by a cron or anybody's poll; of the
            # settings only the sender is read
            groups = self.sudo().grouped(
                lambda move: (move.sending_data or {}).get("author_user_id")
            )
            for author, moves in groups.items():
                user = self.env["res.users"].browse(author or self.env.uid)
                moves._set_sent_record("einvoice", user)
        elif state == "error":
            self.filtered(
                lambda move: move.sent_channel == "einvoice"
            )._clear_sent_record(
                self.env._("The e-invoicing network refused the document.")
            )


class AccountEdiCommon(models.AbstractModel):
    _inherit = "account.edi.common"

    @api.model
    def _has_net_price(self, line):
        """Whether the price of an invoice line includes none of its taxes."""
        taxes = line.tax_ids.flatten_taxes_hierarchy()
        return not any(tax.price_include for tax in taxes)


class AccountEdiXmlUblBis3(models.AbstractModel):
    """The period of the work in UBL documents of the European norm and PINT (BG-14 of
    the document, BG-26 of its lines), its last day (BT-72), the amounts of the paper,
    and of credit notes the invoice that they correct (BG-3) with its order number
    (BT-13)."""

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

    def _add_invoice_header_nodes(self, document_node, vals):
        # EXTENDS account_edi_ubl_cii
        result = super()._add_invoice_header_nodes(document_node, vals)
        credit_note = vals["invoice"]
        corrected = credit_note._get_corrected_invoice()
        if not corrected:
            return result
        # Odoo gives the reference for all of them, with its words around the numbers.
        document_node["cac:BillingReference"] = {
            "cac:InvoiceDocumentReference": {
                "cbc:ID": {"_text": corrected.name},
                "cbc:IssueDate": {"_text": corrected.invoice_date},
            }
        }
        if corrected.ref:
            document_node["cac:OrderReference"]["cbc:ID"] = {"_text": corrected.ref}
        if not document_node["cbc:Note"]["_text"]:
            document_node["cbc:Note"] = {"_text": credit_note.ref}
        return result

    def _add_invoice_delivery_nodes(self, document_node, vals):
        # EXTENDS account_edi_ubl_cii
        result = super()._add_invoice_delivery_nodes(document_node, vals)
        day = vals["invoice"].delivery_date
        if day and vals["billed_spans"]:
            # Odoo takes the day of the invoice across borders.
            document_node["cac:Delivery"]["cbc:ActualDeliveryDate"] = {"_text": day}
        return result

    def _setup_base_lines(self, vals):
        # EXTENDS account_edi_ubl_cii
        result = super()._setup_base_lines(vals)
        for base_line in vals["base_lines"]:
            # Odoo makes lines of some taxes, which have no price of their own.
            if base_line.get(ROUNDED) and not base_line.get("_removed_tax_data"):
                self._keep_line_amounts(base_line)
        return result

    @api.model
    def _keep_line_amounts(self, base_line):
        """A line says the price and the amount that it has on paper.

        Odoo works the price out of the amount, and spreads the cents that discounts
        make over all lines.
        """
        details = base_line["tax_details"]
        details["gross_total_excluded_currency"] = (
            details["total_excluded_currency"]
            + details["delta_total_excluded_currency"]
            + details["discount_amount_currency"]
        )
        if self._has_net_price(base_line["record"]):
            base_line["_ubl_values"]["price_amount_currency"] = abs(
                base_line["record"].price_unit
            )

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


class AccountEdiXmlCii(models.AbstractModel):
    """The same in Factur-X and other CII documents; the corrected invoice is in
    ``report/invoice_templates.xml``."""

    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        # EXTENDS account_edi_ubl_cii
        vals = super()._export_invoice_vals(invoice)
        if (corrected := invoice._get_corrected_invoice()) and corrected.ref:
            vals["purchase_order_reference"] = corrected.ref
        if invoice.billing_origin:
            for line in vals["invoice_line_vals_list"]:
                self._keep_line_prices(line)
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

    @api.model
    def _keep_line_prices(self, vals):
        """A line says the price of the paper, which Odoo works out of its amount.

        :param dict vals: of a line, with its price before and after the discount
        """
        line = vals["line"]
        if self._has_net_price(line):
            price = abs(line.price_unit)
            vals["gross_price_total_unit"] = price
            vals["price_discount_unit"] = price * line.discount / 100
            vals["price_subtotal_unit"] = price - vals["price_discount_unit"]
