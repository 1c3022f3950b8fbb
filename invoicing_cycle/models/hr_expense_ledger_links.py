from odoo import models

from .billing_recorded_mixin import filter_closed
from .changes import is_change


class HrExpense(models.Model):
    """An expense that is billed stays on the sales order item that bills it."""

    _inherit = "hr.expense"

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would move what is billed
        """
        links = {"quantity", "sale_order_id", "sale_order_line_id"}
        names = filter_closed(self, links & vals.keys())
        if not names:
            return
        # sudo: what bills an expense does not depend on who changes it
        changed = self.sudo().filtered(
            lambda expense: any(is_change(expense, name, vals[name]) for name in names)
        )
        items = changed.sale_order_line_id
        if changed and vals.get("sale_order_line_id"):
            items |= items.browse(vals["sale_order_line_id"])
        items._refuse_items_on_ledger()
