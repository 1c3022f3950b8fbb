from odoo import api, fields, models
from odoo.tools import formatLang


class BaseModuleUninstall(models.TransientModel):
    """Says which decisions about time go with the add-on, before they do."""

    _name = "base.module.uninstall"
    _inherit = ["base.module.uninstall", "billing.dialog"]

    billing_lost = fields.Text(compute="_compute_billing_lost")

    @api.depends("module_ids")
    def _compute_billing_lost(self):
        for dialog in self:
            names = dialog._get_modules().mapped("name")
            dialog.billing_lost = (
                "invoicing_cycle" in names and self._get_billing_lost()
            ) or False

    @api.model
    def _get_billing_lost(self):
        """What people decided and Odoo has no place for, a line each."""
        env = self.env
        # sudo: sums over all companies, for whoever may uninstall
        Row = env["account.analytic.line"].sudo()
        hours = dict.fromkeys(("write_off", "hold"), 0.0)
        for model in (Row, env["project.billing.part"].sudo()):  # sudo: as above
            for hold, unit, amount in model._read_group(
                [("billing_hold", "in", list(hours)), ("project_id", "!=", False)],
                ["billing_hold", "product_uom_id"],
                ["billing_hours:sum"],
            ):
                hours[hold] += unit._to_hours(amount)
        texts = {
            "write_off": env._("%s h that are written off can be billed again."),
            "hold": env._("%s h that are held can be billed."),
        }
        lines = [
            texts[hold] % formatLang(env, amount)
            for hold, amount in hours.items()
            if amount
        ]
        # sudo: as above
        skipped = env["project.billing.period"].sudo()
        count = skipped.search_count([("skip_reason", "!=", False)])
        if count:
            lines.append(env._("%s skipped periods are no longer skipped.", count))
        # sudo: as above
        sent = env["account.move"].sudo().search_count([("sent_on", "!=", False)])
        if sent:
            lines.append(env._("%s invoices are no longer marked as sent.", sent))
        return "\n".join(lines)
