from odoo import api, fields, models
from odoo.tools import SQL


class ProjectBillingPeriod(models.Model):
    """What a period bills, whatever became of it: one number for graphs and pivots."""

    _inherit = "project.billing.period"

    amount = fields.Monetary(
        compute="_compute_live",
        help="Untaxed: what is still to be invoiced and what is invoiced already.",
    )

    @api.depends("amount_invoiced")
    def _compute_live(self):
        return super()._compute_live()

    @api.model
    def _get_sql_fields(self):
        return {**super()._get_sql_fields(), "amount": self._amount_sql}

    @api.model
    def _amount_sql(self, alias, due):
        return SQL(
            "(%s + COALESCE(%s, 0))",
            self._amount_to_invoice_sql(alias, due),
            self._column(alias, "amount_invoiced"),
        )
