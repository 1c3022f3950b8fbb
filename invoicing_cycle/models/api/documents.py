import base64

from odoo import api, models

from ..common.refusal import refusal
from .calls import call

#: What an invoice is fetched as.
KINDS = ("pdf", "xml", "annex", "annex_xlsx")

#: By kind: where Odoo keeps what it sent, and where it has what it is about to send.
ATTACHMENTS = {
    "pdf": ("invoice_pdf_report_id", "pdf_attachment_values"),
    "xml": ("ubl_cii_xml_id", "ubl_cii_xml_attachment_values"),
}

#: Formats of the annex, by its kind.
ANNEXES = {"annex": "pdf", "annex_xlsx": "xlsx"}


class InvoicingCycleApi(models.AbstractModel):
    """An invoice as a file."""

    _inherit = "invoicing.cycle.api"

    # Not declared as reading: steps of other add-ons may write while they prepare.
    @api.model
    @call
    def get_document(self, invoice_id, kind="pdf"):
        """A confirmed invoice as a file: what Odoo's own sending attaches.

        Nothing is sent, recorded or kept by it.

        :param str kind: one of KINDS
        """
        self._check_choice("kind", kind, KINDS)
        move = self._get_records("account.move", [invoice_id], "invoice_id")
        move.check_access("read")
        if move.state != "posted" or not move.is_sale_document():
            raise refusal(
                self.env._(
                    "%(invoice)s is no confirmed customer invoice: there is nothing to "
                    "send. Confirm it first.",
                    invoice=move.display_name,
                ),
                "not_confirmed",
            )
        document = move._get_api_document(kind)
        if not document:
            raise refusal(
                self.env._(
                    "%(invoice)s has no %(kind)s. %(todo)s",
                    invoice=move.display_name,
                    kind=kind,
                    todo=self._get_document_todo(kind),
                ),
                "no_document",
            )
        return {
            "invoice_id": move.id,
            "kind": kind,
            "filename": document["filename"],
            "mimetype": document["mimetype"],
            "size": len(document["content"]),
            "content": base64.b64encode(document["content"]).decode(),
        }

    def _get_document_todo(self, kind):
        if kind == "xml":
            return self.env._(
                "Choose the format of e-invoices on the customer's contact."
            )
        return self.env._("Only invoices of billed time have an annex.")


class AccountMove(models.Model):
    """What an invoice is sent as, without sending it."""

    _inherit = "account.move"

    def _get_api_document(self, kind):
        """The invoice as a file of one kind.

        :param str kind: see KINDS
        :return: dict with ``filename``, ``mimetype`` and ``content`` (bytes), None
            where the invoice has none of that kind
        """
        self.ensure_one()
        if kind in ANNEXES:
            if ANNEXES[kind] == "pdf":
                self._check_pdf_program()
            return self._get_billing_annex(ANNEXES[kind]) or None
        # sudo: as Odoo does to make what it sends; the invoice is one that the user
        # reads
        move = self.sudo()
        kept, made = ATTACHMENTS[kind]
        if document := move[kept]:
            return _as_document(document)
        if not move.invoice_pdf_report_id:
            self._check_pdf_program()
        # Steps of other add-ons keep files that they make for the sending.
        with self.env.cr.savepoint() as savepoint:
            data = move._prepare_documents()
            document = _as_document(data.get(made))
            savepoint.rollback()
        if kind == "xml" and data.get("error"):
            raise refusal(
                self.env["account.move.send"]._format_error_text(data["error"]),
                "einvoice_incomplete",
            )
        return document

    def _prepare_documents(self):
        """PDF and e-invoice as Odoo's sending would make them now.

        By the steps of ``_generate_invoice_documents`` that make something, in their
        order, and by none that keeps or sends it.

        :return: dict, what Odoo knows of the sending; the documents are in it
        """
        sender = self.env["account.move.send"]
        methods = sender._get_default_sending_methods(self)
        data = sender._get_default_sending_settings(
            self,
            # What goes by none of them needs no text of a mail.
            sending_methods={"manual"},
            invoice_edi_format=sender._get_default_invoice_edi_format(
                self, sending_methods=methods
            ),
        )
        sender._hook_invoice_document_before_pdf_report_render(self, data)
        if not self.invoice_pdf_report_id:
            sender._prepare_invoice_pdf_report({self: data})
            sender._hook_invoice_document_after_pdf_report_render(self, data)
        return data


def _as_document(attachment):
    """An attachment, or the values of one, as a file.

    :return: dict, None where there is none
    """
    return attachment and {
        "filename": attachment["name"],
        "mimetype": attachment["mimetype"],
        "content": attachment["raw"],
    }
