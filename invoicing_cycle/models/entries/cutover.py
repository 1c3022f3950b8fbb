from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class BillingRowMixin(models.AbstractModel):
    """Time of before the day from which its project is billed here."""

    _inherit = "billing.row.mixin"

    is_before_cutover = fields.Boolean(
        compute="_compute_is_before_cutover",
        search="_search_is_before_cutover",
        compute_sudo=True,
        string="Before the Cut-over",
        help="Dated before the day from which the project is billed here.",
        groups="base.group_user",
    )

    @api.depends("date", "project_id.billing_cutover")
    def _compute_is_before_cutover(self):
        for row in self:
            row.is_before_cutover = row.project_id._is_before_cutover(row.date)

    def _search_is_before_cutover(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: model._before_cutover_sql(alias)
        )

    @api.model
    def _before_cutover_sql(self, alias):
        """The rule of ``is_before_cutover`` in SQL.

        :param str alias: of rows, see :meth:`_all_rows_sql`
        """
        return self.env["project.project"]._before_cutover_sql(
            SQL.identifier(alias, "project_id"), SQL.identifier(alias, "date")
        )
