import io

import xlsxwriter

from odoo import api, models
from odoo.exceptions import UserError

from ..common.call_arguments import ensure_one, is_one_of

REPORT = "invoicing_cycle.report_billing_annex"
MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

#: Marks the annex among the attachments of the send dialog.
ANNEX = "billing_annex"


class AccountMove(models.Model):
    """The annex of an invoice as a file."""

    _inherit = "account.move"

    def action_download_billing_annex(self, file_format="pdf"):
        """Download the timesheet of this invoice.

        :param str file_format: "pdf" or "xlsx"
        :return: an action that opens the file
        :raises UserError: where no time is billed
        """
        ensure_one(self)
        self._check_annex_format(file_format)
        if not self._get_annex():
            raise UserError(self._get_no_annex_text())
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/invoices/{self.id}/timesheet/{file_format}",
            "target": "download",
        }

    def _get_billing_annex(self, file_format="pdf", for_customer=False):
        """The timesheet of this invoice as a file, in the customer's language.

        :param str file_format: "pdf" or "xlsx"
        :param bool for_customer: see :meth:`_get_annex`
        :return: dict ``{"filename": str, "content": bytes, "mimetype": str}``, or False
            where no time is billed
        :raises AccessError: for whoever may not read the invoice
        :raises UserError: for another format
        """
        self._check_annex_format(file_format)
        move = self._with_annex_lang()
        annex = move._get_annex(for_customer)
        if not annex:
            return False
        content = (
            move._render_annex_xlsx(annex)
            if file_format == "xlsx"
            else move._render_annex_pdf(for_customer)
        )
        return {
            "filename": move._get_annex_filename(file_format),
            "content": content,
            "mimetype": MIMETYPES[file_format],
        }

    def _check_annex_format(self, file_format):
        if not is_one_of(file_format, MIMETYPES):
            raise UserError(
                self.env._(
                    "A timesheet comes as %(formats)s, not as “%(format)s”.",
                    formats=", ".join(MIMETYPES),
                    format=file_format,
                )
            )

    def _get_no_annex_text(self):
        return self.env._(
            "%(invoice)s bills no time, so there is no timesheet.",
            invoice=self.display_name,
        )

    def _with_annex_lang(self):
        self.ensure_one()
        # sudo: of the customer, the language alone
        lang = self.sudo().partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _get_annex_filename(self, file_format):
        name, _dot, _ending = self._get_invoice_report_filename().rpartition(".")
        return f"{name} - {self.env._('Timesheet')}.{file_format}"

    def _render_annex_pdf(self, for_customer):
        report = self.env["ir.actions.report"].with_company(self.company_id)
        content, _type = report._render_qweb_pdf(
            REPORT, self.ids, data={"for_customer": for_customer}
        )
        return content

    def _render_annex_xlsx(self, annex):
        """One table, to be filtered and summed up as the customer likes.

        :param list annex: see :meth:`_get_annex`
        """
        _ = self.env._
        priced = any(project.amount is not None for project in annex)
        columns = [
            (_("Project"), 24),
            (_("Date"), 12),
            (_("Employee"), 22),
            (_("Task"), 24),
            (_("Description"), 44),
            (_("Hours"), 10),
        ]
        if priced:
            currency = self.currency_id.name
            columns.append((_("Amount (%(currency)s)", currency=currency), 16))
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
            sheet = workbook.add_worksheet(_("Timesheet")[:31])
            bold = workbook.add_format({"bold": True})
            day = workbook.add_format({"num_format": 14, "align": "left"})
            number = workbook.add_format({"num_format": "#,##0.00"})
            total = workbook.add_format({"num_format": "#,##0.00", "bold": True})
            for column, (title, width) in enumerate(columns):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, title, bold)
            sheet.freeze_panes(1, 0)
            line = 0
            for project in annex:
                for row in (row for part in project.content for row in part.content):
                    line += 1
                    # Written as what they are: a text that begins with "=" is none
                    # that calculates.
                    sheet.write_string(line, 0, project.name)
                    if row.day:
                        sheet.write_datetime(line, 1, row.day, day)
                    for column, text in enumerate((row.person, row.task, row.text), 2):
                        sheet.write_string(line, column, text)
                    sheet.write_number(line, 5, row.hours, number)
                    if row.amount is not None:
                        sheet.write_number(line, 6, row.amount, number)
            sheet.autofilter(0, 0, line, len(columns) - 1)
            sums = [sum(project.hours for project in annex)]
            if priced:
                sums.append(sum(project.amount or 0.0 for project in annex))
            sheet.write_string(line + 1, 0, _("Total"), bold)
            for column, value in enumerate(sums, 5):
                letter = "ABCDEFG"[column]
                formula = f"=SUBTOTAL(9,{letter}2:{letter}{line + 1})"
                sheet.write_formula(line + 1, column, formula, total, value)
        return stream.getvalue()


class AccountMoveSend(models.AbstractModel):
    """The timesheet goes with the mail and in the e-invoice, where a project asks.

    The dialog shows a placeholder, as for the invoice itself, and the file is made as
    the invoice leaves. It stays on the invoice: that is what the customer got.
    """

    _inherit = "account.move.send"

    @api.model
    def _get_placeholder_mail_attachments_data(
        self, move, invoice_edi_format=None, extra_edis=None, pdf_report=None
    ):
        # EXTENDS account
        result = super()._get_placeholder_mail_attachments_data(
            move,
            invoice_edi_format=invoice_edi_format,
            extra_edis=extra_edis,
            pdf_report=pdf_report,
        )
        if move._is_annex_attached():
            name = move._with_annex_lang()._get_annex_filename("pdf")
            result.append(
                {
                    "id": f"placeholder_{name}",
                    "name": name,
                    "mimetype": MIMETYPES["pdf"],
                    "placeholder": True,
                    ANNEX: True,
                }
            )
        return result

    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        # EXTENDS account
        if attachments := invoice_data.get("mail_attachments_widget"):
            invoice_data["mail_attachments_widget"] = [
                self._make_annex(invoice)
                if data.get(ANNEX) and not data.get("skip")
                else data
                for data in attachments
            ]
        return super()._hook_invoice_document_before_pdf_report_render(
            invoice, invoice_data
        )

    @api.model
    def _make_annex(self, invoice):
        """Make the file that the placeholder stands for.

        :return: it as Odoo's dialog describes a file that somebody has added: those go
            with the mail and are embedded in e-invoices
        """
        annex = invoice._get_billing_annex(for_customer=True)
        if not annex:
            raise UserError(invoice._get_no_annex_text())
        attachment = self.env["ir.attachment"].create(
            {
                "name": annex["filename"],
                "raw": annex["content"],
                "mimetype": annex["mimetype"],
                "res_model": invoice._name,
                "res_id": invoice.id,
            }
        )
        return {
            "id": attachment.id,
            "name": attachment.name,
            "mimetype": attachment.mimetype,
            "placeholder": False,
            "manual": True,
        }
