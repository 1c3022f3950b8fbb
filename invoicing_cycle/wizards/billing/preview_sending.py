from odoo import api, models


class ProjectBillingPreview(models.TransientModel):
    """What keeps the invoices to come from their customers, or from being paid."""

    _inherit = "project.billing.preview"

    @api.model
    def _get_checks(self):
        _ = self.env._
        return [
            *super()._get_checks(),
            ("no_bank", _("No bank account"), self._find_no_bank),
            ("no_email", _("No e-mail address"), self._find_no_email),
            ("no_endpoint", _("No e-invoice address"), self._find_no_endpoint),
        ]

    @api.model
    def _find_no_bank(self, documents):
        """Invoices without an account to pay to: Odoo is asked which it would take."""
        # sudo: to which account the company is paid does not depend on who bills
        Move = self.env["account.move"].sudo()
        for document in documents:
            if document.amount < 0:
                continue
            # As the first order's, which the invoice takes its head from.
            # sudo: as above
            order = document.items[0].sale_line.order_id.sudo()
            method = order.preferred_payment_method_line_id
            invoice = Move.with_company(document.company).new(
                {
                    "move_type": "out_invoice",
                    "company_id": document.company.id,
                    "currency_id": document.currency.id,
                    "partner_id": document.partner.id,
                    "preferred_payment_method_line_id": method.id,
                }
            )
            if invoice.partner_bank_id:
                continue
            if method.journal_id:
                text = self.env._(
                    "No account to pay to: the journal %(journal)s, by which "
                    "%(customer)s pays, has no bank account. Set it on the journal, or "
                    "another payment method on the customer.",
                    journal=method.journal_id.display_name,
                    customer=document.partner.commercial_partner_id.display_name,
                )
            else:
                text = self.env._(
                    "No account to pay to: %(company)s has no bank account. Add it on "
                    "the contact of the company.",
                    company=document.company.display_name,
                )
            yield document, text

    @api.model
    def _get_sending(self, document):
        """The customer, as the company of a document sees it, and how Odoo sends."""
        customer = document.partner.commercial_partner_id.with_company(document.company)
        return customer, customer.invoice_sending_method or "email"

    @api.model
    def _find_no_email(self, documents):
        """Only where the invoice would go by e-mail."""
        for document in documents:
            _customer, method = self._get_sending(document)
            if method == "email" and not document.partner.email:
                yield (
                    document,
                    self.env._(
                        "%(customer)s has no e-mail address. Add it, or choose another "
                        "way of sending there.",
                        customer=document.partner.display_name,
                    ),
                )

    @api.model
    def _find_no_endpoint(self, documents):
        """Only where an e-invoice would be made that needs both ends' addresses."""
        formats = self.env["res.partner"]._get_peppol_formats()
        for document in documents:
            customer, method = self._get_sending(document)
            # Another add-on's way of sending, over the network itself.
            by_network = method == "peppol"
            if not by_network and (
                method == "manual" or customer.invoice_edi_format not in formats
            ):
                continue
            # sudo: that the company has an address, as each of its e-invoices says
            for partner in (customer, document.company.sudo().partner_id):
                if not (partner.peppol_eas and partner.peppol_endpoint):
                    yield (
                        document,
                        self.env._(
                            "%(partner)s has no address for e-invoices. Set the VAT "
                            "number or the Peppol address of the contact, or, on the "
                            "customer, another format or way of sending.",
                            partner=partner.display_name,
                        ),
                    )
