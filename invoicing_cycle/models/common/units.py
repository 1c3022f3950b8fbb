from odoo import api, models


class UomUom(models.Model):
    _inherit = "uom.uom"

    @api.model
    def _get_time_unit(self, name):
        """The unit of time that Odoo comes with.

        Without the query by which ``env.ref`` asks each time whether the record still
        exists: Odoo protects these from deletion.

        :param str name: "hour" or "day"
        """
        return self.browse(
            self.env["ir.model.data"]._xmlid_to_res_id(
                f"uom.product_uom_{name}", raise_if_not_found=True
            )
        )

    def _to_hours(self, amount):
        """Time in this unit, in hours where there is none, as hours, exact."""
        hour = self._get_time_unit("hour")
        return (self or hour)._compute_quantity(amount, hour, round=False)
