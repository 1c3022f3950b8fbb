from collections import Counter
from pathlib import PurePath

from odoo import models


class AccountMove(models.Model):
    """The receipts of the re-invoiced expenses on an invoice."""

    _inherit = "account.move"

    def _get_receipts(self):
        """Files of the expenses that this invoice bills, as far as their projects let
        them go with it.

        :return: list of (hr.expense, ir.attachment), as superuser
        """
        self.ensure_one()
        if self.move_type != "out_invoice":
            return []
        # sudo: the customer gets the receipts of what is billed, and of nothing else,
        # also where whoever sends the invoice may not read expenses.
        lines = self.sudo()._origin.invoice_line_ids.filtered(
            lambda line: line.billing_period_id.project_id.billing_attach_receipts
        )
        return [
            (expense, attachment)
            for expense in lines.sale_line_ids.expense_ids.sorted("date")
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
