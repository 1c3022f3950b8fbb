from collections import Counter
from pathlib import PurePath

from odoo import api, models

from odoo.addons.account_edi_ubl_cii.models.account_edi_common import (
    SUPPORTED_FILE_TYPES,
)

#: Marks the receipts among the attachments of the dialog.
RECEIPT = "billing_receipt"


class AccountMove(models.Model):
    """The receipts of the re-invoiced expenses on an invoice."""

    _inherit = "account.move"

    def _get_receipts(self):
        """Files of the expenses that this invoice bills, as far as their projects let
        them go with it: where a mark-up was taken, it is a choice of its own.

        :return: list of (hr.expense, ir.attachment), as superuser
        """
        self.ensure_one()
        if self.move_type != "out_invoice":
            return []
        # sudo: the customer gets the receipts of what is billed, and of nothing else,
        # also where whoever sends the invoice may not read expenses.
        lines = self.sudo()._origin.invoice_line_ids
        items = lines.sale_line_ids.browse()
        for line in lines:
            project = line.billing_period_id.project_id
            if project.billing_attach_receipts:
                items |= line.sale_line_ids.filtered(
                    lambda item, project=project: (
                        project.billing_attach_marked_receipts
                        or not item._has_expense_markup()
                    )
                )
        return [
            (expense, attachment)
            for expense in items.expense_ids.sorted("date")
            for attachment in expense.attachment_ids.sorted("id")
            if attachment.type == "binary"
        ]

    def _get_receipts_data(self):
        """The receipts as Odoo's send dialog shows attachments.

        Named after their expenses, so that the customer finds the line of each.

        :return: list of dict
        """
        result, names = [], Counter()
        for expense, attachment in self._get_receipts():
            name = attachment.name
            if expense.name not in name:
                name = f"{expense.name} - {name}"
            name = name.replace("/", "_")
            names[name] += 1
            if names[name] > 1:
                path = PurePath(name)
                name = f"{path.stem} ({names[name]}){path.suffix}"
            result.append(
                {
                    "id": attachment.id,
                    "name": name,
                    "mimetype": attachment.mimetype,
                    "placeholder": False,
                    # Taking it off the mail does not delete it.
                    "protect_from_deletion": True,
                    "billing_receipt": True,
                }
            )
        return result


class AccountMoveSend(models.AbstractModel):
    """Receipts of re-invoiced expenses go with the invoice.

    They stay where they are, on their expenses: the dialog names them, and the mail or
    the e-invoice gets its copy as it leaves.
    """

    _inherit = "account.move.send"

    @api.model
    def _get_default_mail_attachments_widget(
        self,
        move,
        mail_template,
        invoice_edi_format=None,
        extra_edis=None,
        pdf_report=None,
    ):
        # EXTENDS account
        attachments = super()._get_default_mail_attachments_widget(
            move,
            mail_template,
            invoice_edi_format=invoice_edi_format,
            extra_edis=extra_edis,
            pdf_report=pdf_report,
        )
        return attachments + move._get_receipts_data()

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS account
        settings = super()._get_default_sending_settings(
            move, from_cron=from_cron, **custom_settings
        )
        if attachments := settings.get("mail_attachments_widget"):
            # The dialog's client sends them back. They are read as superuser below, so
            # only what is a receipt of this very invoice may pass for one.
            receipts = {data["id"]: data for data in move._get_receipts_data()}
            settings["mail_attachments_widget"] = [
                {**receipts[data["id"]], "skip": bool(data.get("skip"))}
                if data.get(RECEIPT)
                else data
                for data in attachments
                if not data.get(RECEIPT) or data.get("id") in receipts
            ]
        return settings

    @api.model
    def _browse_receipts(self, attachments_data):
        """The receipts that nobody has taken off.

        :param attachments_data: attachments of the dialog
        :return: list of (name, ``ir.attachment``)
        """
        # sudo: see _get_default_sending_settings
        Attachment = self.env["ir.attachment"].sudo()
        return [
            (data["name"], Attachment.browse(data["id"]))
            for data in attachments_data or []
            if data.get(RECEIPT) and not data.get("skip")
        ]

    @api.model
    def _get_mail_params(self, move, move_data):
        # EXTENDS account
        attachments = move_data.get("mail_attachments_widget") or []
        others = [data for data in attachments if not data.get(RECEIPT)]
        params = super()._get_mail_params(
            move, {**move_data, "mail_attachments_widget": others}
        )
        if params:
            params["attachments"] += [
                (name, receipt.raw)
                for name, receipt in self._browse_receipts(attachments)
            ]
        return params

    @api.model
    def _get_ubl_available_attachments(
        self, mail_attachments_widget, invoice_edi_format
    ):
        # EXTENDS account_edi_ubl_cii
        # Odoo embeds in the e-invoice what a person has added; receipts go there too.
        embedded, unsupported = super()._get_ubl_available_attachments(
            mail_attachments_widget, invoice_edi_format
        )
        formats = self.env["res.partner"]._get_ubl_cii_formats_info()
        if not formats.get(invoice_edi_format, {}).get("embed_attachments"):
            return embedded, unsupported
        # Read as superuser from here on, like the receipts.
        (embedded | unsupported).check_access("read")
        # sudo: the user may read them, as was just checked; a set has one environment
        embedded, unsupported = embedded.sudo(), unsupported.sudo()
        for _name, receipt in self._browse_receipts(mail_attachments_widget):
            if receipt.mimetype in SUPPORTED_FILE_TYPES:
                embedded |= receipt
            else:
                unsupported |= receipt
        return embedded, unsupported
