from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Capped time and materials, see ``project_billing_period_caps.py``."""

    _inherit = "sale.order.line"

    billing_capped = fields.Boolean(
        string="Bill at most the ordered quantity",
        help="Time above the ordered quantity is shown and held, and billed only when "
        "the ordered quantity is raised or a person releases it.",
        groups="base.group_user",
    )
    billing_can_cap = fields.Boolean(
        compute="_compute_billing_can_cap",
        export_string_translation=False,
        groups="base.group_user",
    )

    _capped = models.Index("(id) WHERE billing_capped")

    @api.depends("product_id")
    def _compute_billing_can_cap(self):
        for line in self:
            line.billing_can_cap = bool(
                line.product_id and line.product_id._is_delivered_timesheet()
            )


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def _set_invoice_line(self, invoice_line):
        result = super()._set_invoice_line(invoice_line)
        # What is billed now, or is no more, is what a cap leaves to other periods.
        capped = self.so_line.filtered("billing_capped")
        if capped:
            self.env["project.billing.period"]._refresh_totals_of(capped)
        return result
