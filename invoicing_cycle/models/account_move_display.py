from odoo import api, fields, models


class AccountMoveDisplay(models.Model):
    """What the lists of the Invoicing screen say about an invoice."""

    _inherit = "account.move"

    sent_status = fields.Selection(
        [
            ("review", "Draft to review"),
            ("confirmed", "Confirmed"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        string="Sending Status",
        compute="_compute_sent_status",
        groups="base.group_user",
    )
    billing_period_label = fields.Char(
        "Billed Periods",
        compute="_compute_billing_period_label",
        # The spans stand in the text of the lines anyway; whoever reads an invoice need
        # not be allowed to read the rows of its periods.
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("state", "is_being_sent", "sent_on")
    def _compute_sent_status(self):
        for move in self:
            if move.state == "draft":
                move.sent_status = "review"
            elif move.state == "cancel":
                move.sent_status = "cancelled"
            elif move.sent_on:
                move.sent_status = "sent"
            else:
                move.sent_status = "sending" if move.is_being_sent else "confirmed"

    @api.depends("billing_period_ids.period_label")
    def _compute_billing_period_label(self):
        for move in self:
            # Several projects of one invoice often share their span of days.
            labels = move.billing_period_ids.sorted("date_from").mapped("period_label")
            move.billing_period_label = ", ".join(dict.fromkeys(filter(None, labels)))
