from itertools import accumulate, pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: Shares are typed with two decimals: three thirds of 33.34 are meant to be the whole.
NOISE = 0.05


class ProjectBillingPeriod(models.Model):
    """A fixed amount as a share of its sales order item.

    The amount follows the item until it is invoiced. Who types an amount gives the
    share up.
    """

    _inherit = "project.billing.period"

    fixed_share = fields.Float(
        "Share (%)",
        digits=(5, 2),
        help="Percent of the untaxed value of the sales order item that is billed with "
        "this period, instead of an amount.",
    )

    _fixed_share_in_range = models.Constraint(
        "CHECK (fixed_share >= 0 AND fixed_share <= 100)",
        "The share of a fixed amount is between 0 and 100 percent of its sales order "
        "item.",
    )

    @api.depends(
        "fixed_share",
        "sale_line_id.price_unit",
        "sale_line_id.discount",
        "sale_line_id.product_uom_qty",
        "sale_line_id.tax_ids",
    )
    def _compute_fixed_amount(self):
        shared = self.filtered(lambda period: period.fixed_share)
        shared -= shared._filtered_closed()
        # Of all shares of their items, also of those that are invoiced and stay.
        amounts = shared._get_share_amounts()
        for period in self:
            period.fixed_amount = (
                amounts[period] if period in shared else period.fixed_amount
            )

    def _get_share_amounts(self):
        """The shares as amounts, in the currency of their sales order items.

        Rounded is the running total of each item, so that 100 percent are all of it.

        :return: dict, period to amount
        """
        # sudo: an item may be shared with projects that the user does not bill
        others = self.sudo().search(
            [
                ("sale_line_id", "in", self.sale_line_id._origin.ids),
                ("fixed_share", ">", 0),
                ("id", "not in", self._origin.ids),
            ]
        )
        result = {}
        # sudo: as above, each amount goes to its own period alone
        for line, periods in (self.sudo() | others).grouped("sale_line_id").items():
            periods = periods.sorted(lambda p: (p.date_from, p._origin.id))
            value = line._get_untaxed_amount(line.product_uom_qty) if line else 0.0
            totals = [
                line.currency_id.round(value * share / 100)
                for share in accumulate(periods.mapped("fixed_share"), initial=0.0)
            ]
            for period, (before, after) in zip(periods, pairwise(totals), strict=True):
                result[period] = after - before
        return result

    @api.onchange("fixed_amount")
    def _onchange_fixed_amount(self):
        # Also called where the share has just set the amount.
        if self.fixed_share:
            amount = self._get_share_amounts()[self]
            if self.currency_id.compare_amounts(self.fixed_amount, amount):
                self.fixed_share = 0.0

    @api.constrains("fixed_share", "sale_line_id")
    def _check_fixed_share(self):
        for period in self:
            if period.fixed_share and not period.sale_line_id:
                raise ValidationError(
                    self.env._(
                        "%(period)s bills a share: choose the sales order item that it "
                        "is a share of.",
                        period=period.display_name,
                    )
                )

    def _share_anew(self, lines=None):
        """The cents of the other shares of these items may have moved."""
        lines = self.sale_line_id if lines is None else lines
        if not lines:
            return
        # sudo: as in _get_share_amounts
        shared = self.sudo().search(
            [("sale_line_id", "in", lines.ids), ("fixed_share", ">", 0)]
        )
        self.env.add_to_compute(self._fields["fixed_amount"], shared)
        shared.modified(["fixed_amount"])

    @api.model
    def _choose_share(self, vals):
        """A share sets the amount; an amount by itself ends the share."""
        if vals.get("fixed_share"):
            return {name: vals[name] for name in vals if name != "fixed_amount"}
        if "fixed_amount" in vals:
            return {**vals, "fixed_share": 0.0}
        return vals

    # Shares bill no more than the whole of their sales order item.
    #
    # Checked as they are invoiced and not as they are entered: what is being planned
    # may
    # be too much for a while.

    def _check_shares_billed(self):
        """
        :raises UserError: where it would be more
        """
        lines = self.filtered("fixed_share").sale_line_id
        if not lines:
            return
        # sudo: as in _get_share_amounts
        shared = self.sudo().search(
            [("sale_line_id", "in", lines.ids), ("fixed_share", ">", 0)]
        )
        billed = shared._filtered_fixed_amount_billed()
        for line, periods in billed.grouped("sale_line_id").items():
            total = sum(periods.mapped("fixed_share"))
            if total > 100 + NOISE:
                raise UserError(
                    self.env._(
                        "The shares of %(item)s would add up to %(total).2f %%: "
                        "%(periods)s. Lower those that are not invoiced yet.",
                        item=line.display_name,
                        total=total,
                        periods=", ".join(periods.mapped("display_name")),
                    )
                )
