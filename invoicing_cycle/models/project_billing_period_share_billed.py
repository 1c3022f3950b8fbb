from odoo import models
from odoo.exceptions import UserError

#: Shares are typed with two decimals: three thirds of 33.34 are meant to be the whole.
NOISE = 0.05


class ProjectBillingPeriod(models.Model):
    """Shares bill no more than the whole of their sales order item.

    Checked as they are invoiced and not as they are entered: what is being planned may
    be too much for a while.
    """

    _inherit = "project.billing.period"

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
