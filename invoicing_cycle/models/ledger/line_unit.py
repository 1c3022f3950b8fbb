from odoo import api, models
from odoo.exceptions import ValidationError


class AccountMoveLine(models.Model):
    """A line stays in the unit that it was made in, and a credit in that of its line.

    Odoo takes price and taxes of another unit from the product, not from the order, and
    what an invoice bills and its credit notes take back adds up in one unit alone. Who
    wants hours billed as days says so on the project.
    """

    _inherit = "account.move.line"

    def _compute_product_uom_id(self):
        # EXTENDS account
        # Another product is another text and account for the same hours.
        units = {line: unit for line in self if (unit := line._get_kept_unit())}
        others = self.filtered(lambda line: line not in units)
        result = super(AccountMoveLine, others)._compute_product_uom_id()
        for line, unit in units.items():
            line.product_uom_id = unit
        return result

    @api.constrains("product_uom_id", "credited_line_id")
    def _check_unit(self):
        for line in self:
            unit = line._get_kept_unit()
            if not unit or line.product_uom_id == unit:
                continue
            if line.credited_line_id:
                message = self.env._(
                    "“%(line)s” credits %(unit)s of %(invoice)s: credit it in the same "
                    "unit.",
                    line=(line.name or "").split("\n")[0],
                    unit=unit.name,
                    invoice=line.credited_line_id.move_id.display_name,
                )
            else:
                message = self.env._(
                    "“%(line)s” was made in %(unit)s and stays in them. For another "
                    "unit choose the Invoice Unit of %(project)s, then refresh the "
                    "draft.",
                    line=(line.name or "").split("\n")[0],
                    unit=unit.name,
                    project=line.billing_period_id.project_id.display_name,
                )
            raise ValidationError(message)

    def _get_kept_unit(self):
        """The unit that this line must stay in, if any."""
        self.ensure_one()
        # sudo: the links of the ledger; a unit is no secret
        line = self.sudo()
        if line.made_with and line.display_type == "product":
            return line._get_made_unit()
        return line.credited_line_id.product_uom_id
