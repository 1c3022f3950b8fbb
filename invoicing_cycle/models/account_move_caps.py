from odoo import models

from ..tools.caps import NOISE


class AccountMove(models.Model):
    _inherit = "account.move"

    def _link_refreshed_lines(self, plan):
        # A refreshed draft bills up to the cap as well: where an entry fits in part,
        # the rest of it is held before the generator proves what it links.
        Period = self.env["project.billing.period"]
        for item in plan.items:
            if not (item.sale_line.billing_capped and item.entry_ids):
                continue
            entries = Period._browse_entries(item.entry_ids)
            line = item.sale_line
            quantity = sum(
                line._convert_time(entry.billing_hours, entry.product_uom_id)
                for entry in entries
            )
            above = quantity - Period._get_item_quantity(item)
            if above > NOISE:
                last = entries.sorted(lambda entry: (entry.date, entry.id))[-1]
                whole = line._convert_time(last.billing_hours, last.product_uom_id)
                Period._hold_above_cap(last, whole - above)
        return super()._link_refreshed_lines(plan)
