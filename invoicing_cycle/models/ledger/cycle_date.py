from odoo import api, fields, models


class AccountMove(models.Model):
    """The cycle that a document belongs to, whenever it is sent."""

    _inherit = "account.move"

    billing_cycle_date = fields.Date(
        "Billing Cycle Date",
        compute="_compute_billing_cycle_date",
        store=True,
        index="btree_not_null",
        help="The document belongs to the cycle with this day: the scheduled date of "
        "the periods that it bills, the earliest of several, or its own date. A draft "
        "without any belongs to the current cycle.",
        groups="base.group_user",
    )

    @api.depends(
        "billing_origin",
        "invoice_date",
        "invoice_line_ids.billing_period_id.invoice_date",
    )
    def _compute_billing_cycle_date(self):
        billing = self.filtered("billing_origin")
        (self - billing).billing_cycle_date = False
        for move in billing:
            # sudo: the dates of its periods, whoever may see these
            periods = move.sudo().invoice_line_ids.billing_period_id
            days = periods.filtered("invoice_date").mapped("invoice_date")
            move.billing_cycle_date = min(days, default=move.invoice_date)
