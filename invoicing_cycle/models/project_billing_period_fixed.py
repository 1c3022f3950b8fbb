from odoo import models


class ProjectBillingPeriod(models.Model):
    """Fixed amounts of a sales order item that is invoiced by Odoo's own dialog, too.

    Such an invoice is tied to no period, but what it took is not to be billed again.
    """

    _inherit = "project.billing.period"

    def _get_obstacle(self, override):
        # EXTENDS invoicing_cycle
        obstacle = super()._get_obstacle(override)
        if obstacle or override or not self.fixed_amount:
            return obstacle
        lines = self._get_lines_beside_periods()
        if not lines or self._get_amount_left(lines) >= 0:
            return ""
        return self.env._(
            "%(period)s: %(item)s is on %(invoices)s already. Skip the period, or give "
            "a reason to invoice its amount as well.",
            period=self.display_name,
            item=self.sale_line_id.display_name,
            invoices=", ".join(lines.move_id.mapped("display_name")),
        )

    def _get_lines_beside_periods(self):
        """Live invoice lines of the item that no billing period made."""
        self.ensure_one()
        # sudo: what is invoiced of the item does not depend on who bills the period
        return self.sudo().sale_line_id.invoice_lines.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and not any(
                    origin.billing_kind or origin.billing_period_id
                    for origin in line | line.credited_line_id
                )
            )
        )

    def _get_amount_left(self, lines):
        """What these invoice lines leave of the untaxed value of the item once its
        periods up to this one are billed, in its currency."""
        # sudo: as above
        self = self.sudo()
        item = self.sale_line_id
        quantity = sum(
            line.product_uom_id._compute_quantity(line.quantity, item.product_uom_id)
            * (-1 if line.move_id.move_type == "out_refund" else 1)
            for line in lines
        )
        value = item._get_untaxed_amount(item.product_uom_qty - quantity)
        periods = self.search(
            [
                ("sale_line_id", "=", item.id),
                ("fixed_amount", ">", 0),
                ("date_from", "<=", self.date_from),
            ]
        )
        waiting = sum((periods - periods._filtered_closed()).mapped("fixed_amount"))
        billed = self._get_fixed_amounts(item)[item]
        return item.currency_id.round(value - billed - waiting)
