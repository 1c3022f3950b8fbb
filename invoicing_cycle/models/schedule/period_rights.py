from odoo import api, models
from odoo.exceptions import AccessError, ValidationError

from ..common.recorded import check_user_rights, is_recording, with_user_rights

#: Read-only fields of every model, which the ORM keeps itself.
MAGIC_FIELDS = frozenset({*models.MAGIC_COLUMNS, "display_name"})


#: What the invoice was made from.
BILLED_FIELDS = frozenset(
    {"fixed_amount", "fixed_share", "invoice_date", "sale_line_id"}
)


class ProjectBillingPeriod(models.Model):
    """What of a period people write by hand, and when.

    Only what a form lets them enter: results of actions, of computations and of other
    documents are out of reach for RPC and import as well. Whose periods are in reach at
    all is the matter of the record rules.
    """

    _inherit = "project.billing.period"

    @api.model
    def _get_recorded_fields(self):
        return (
            super()
            ._get_recorded_fields()
            .union(
                name
                for name, field in self._fields.items()
                if field.readonly and name not in MAGIC_FIELDS
            )
        )

    @api.model
    def _check_may_create(self, vals_list):
        with_user_rights(self.browse()).check_access("create")
        with_user_rights(self)._get_projects_of(vals_list).check_access("read")

    def _check_may_write(self, vals):
        check_user_rights(self, "write")
        if is_recording(self):
            return
        if "project_id" in vals:
            raise AccessError(
                self.env._(
                    "A billing period stays with its project: delete it instead."
                )
            )
        if not BILLED_FIELDS.isdisjoint(vals):
            self._check_open(self.env._("change the amount or invoice date of"))

    @api.model
    def _get_projects_of(self, vals_list):
        default = self.env.context.get("default_project_id")
        ids = {vals.get("project_id", default) for vals in vals_list}
        return self.env["project.project"].browse(id_ for id_ in ids if id_)

    @api.constrains("sale_line_id")
    def _check_sale_line(self):
        """A fixed amount is billed on the order of the project's own customer."""
        for period in self.filtered("sale_line_id"):
            line, customer = period.sale_line_id, period.partner_id
            if (
                customer
                and line.order_partner_id.commercial_partner_id
                != customer.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(line)s cannot be billed with %(period)s: choose an item of "
                        "a sales order of the project's customer.",
                        line=line.display_name,
                        period=period.display_name,
                    )
                )
