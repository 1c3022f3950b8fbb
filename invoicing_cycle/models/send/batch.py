from odoo import api, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common.refusal import refusal

#: File type of Odoo's download route for a PDF that is the invoice itself.
INVOICE_PDF = "invoice_pdf"


class AccountMoveBatch(models.Model):
    """What the lists of the Invoicing screen do with many invoices at once."""

    _inherit = "account.move"

    def action_confirm_invoices(self):
        """Confirm the drafts among these invoices.

        One that cannot be confirmed does not hold back the others. About those that
        are out of date it is asked.

        :return: a notification that names those left behind, the dialog that asks, or
            one after the other
        """
        drafts = self.filtered(lambda move: move.state == "draft")
        if not drafts:
            raise UserError(
                self.env._("There is no draft to confirm among the chosen invoices.")
            )
        if action := drafts._start_run_where_big("confirm"):
            return action
        outdated = drafts._filtered_outdated()
        question = outdated and outdated._ask_to_confirm()
        current = drafts - outdated
        if not current:
            return question
        if len(drafts) == 1:
            return current.action_post()
        if failed := current._post_drafts():
            return self._tell_unconfirmed(failed, len(current), question)
        return question or False

    def _tell_unconfirmed(self, failed, total, question):
        """
        :param failed: as of :meth:`_post_drafts`
        :param int total: how many were to be confirmed
        :param question: window action that follows, if any
        :return: a notification that names those left behind
        """
        message = self.env._(
            "%(count)s of %(total)s could not be confirmed:\n%(errors)s",
            count=len(failed),
            total=total,
            errors="\n".join(
                f"{draft.display_name}: {error.args[0]}" for draft, error in failed
            ),
        )
        if len(failed) == total and not question:
            raise UserError(message)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": message,
                "next": question or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _post_drafts(self):
        """Confirm these drafts: at once or, where that fails, each in its own
        savepoint, so that only failing ones stay.

        :return: list of (draft, exception) of those
        """
        try:
            with self.env.cr.savepoint():
                self.action_post()
        except AccessError:
            raise
        except (UserError, RedirectWarning) as error:
            if len(self) <= 1:
                return [(self, error)]
            return [failure for draft in self for failure in draft._post_drafts()]
        return []

    def action_download_invoices(self):
        """Download the PDF of an invoice, or a zip with one PDF each of many.

        :return: the download; of more than one request can do, window action on the run
            (``billing.run``) that prints them
        """
        self.check_access("read")
        self._check_pdf_program()
        if action := self._start_run_where_big("print"):
            return action
        return {
            "type": "ir.actions.act_url",
            "url": "/account/download_invoice_documents/"
            f"{','.join(map(str, self.ids))}/{INVOICE_PDF}",
            "target": "download",
        }

    @api.model
    def _check_pdf_program(self):
        """The server's wkhtmltopdf prints invoices, with their headers and footers.

        :raises UserError: where it does not; without headers and footers nobody sees
            who sells, nor the VAT number
        """
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        if state in ("install", "broken"):
            raise refusal(
                self.env._(
                    "PDFs are off: wkhtmltopdf is missing on the server, or does not "
                    "run. Ask your administrator to install it."
                ),
                "pdf_off",
            )
        if not _wkhtml().is_patched_qt:
            raise refusal(
                self.env._(
                    "PDFs would lack headers and footers, and with them your company, "
                    "its VAT number and the page numbers: wkhtmltopdf on the server is "
                    'built without "patched Qt". Ask your administrator to install the '
                    "build that Odoo's installation guide names."
                ),
                "pdf_off",
            )

    def _get_invoice_legal_documents(self, filetype, allow_fallback=False):
        # EXTENDS account
        if filetype != INVOICE_PDF:
            return super()._get_invoice_legal_documents(
                filetype, allow_fallback=allow_fallback
            )
        # Odoo's "pdf" is a proforma as long as Odoo did not send the invoice itself.
        # Here it leaves by a way of the user's own, so it must be the invoice.
        if self.invoice_pdf_report_id:
            document = super()._get_invoice_legal_documents("pdf")
            return {
                **document,
                "filename": self._get_download_name(document["filename"]),
            }
        report = self.env["account.move.send"]._get_default_pdf_report_id(self)
        reports = self.env["ir.actions.report"].with_company(self.company_id)
        content, kind = reports._pre_render_qweb_pdf(
            report.report_name, res_ids=self.ids
        )
        files = reports._get_splitted_report(report.report_name, content, kind)
        return {
            "filename": self._get_download_name(
                self._get_invoice_report_filename(report=report)
            ),
            "filetype": "pdf",
            "content": files[self.id],
        }

    def _get_download_name(self, filename):
        """A name that no other invoice of the same zip has.

        :param str filename: Odoo's name, the same for all drafts and for equal numbers
            of two companies
        """
        if self.state == "draft":
            filename = f"{self.id} {filename}"
        if len(self.env.companies) > 1:
            filename = f"{self.company_id.name} {filename}"
        return filename.replace("/", "_")
