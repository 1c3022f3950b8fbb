from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.caps import allot


class SaleOrderLine(models.Model):
    """Capped time and materials, see ``project_billing_period_caps.py``."""

    _inherit = "sale.order.line"

    billing_capped = fields.Boolean(
        string="Bill at most the ordered quantity",
        help="Time above the ordered quantity is shown and held, and billed only when "
        "the ordered quantity is raised or a person releases it.",
        groups="base.group_user",
    )
    billing_can_cap = fields.Boolean(
        compute="_compute_billing_can_cap",
        export_string_translation=False,
        groups="base.group_user",
    )

    _capped = models.Index("(id) WHERE billing_capped")

    @api.depends("product_id")
    def _compute_billing_can_cap(self):
        for line in self:
            line.billing_can_cap = bool(
                line.product_id and line.product_id._is_delivered_timesheet()
            )

    def _allot_under_cap(self, entries, room):
        """What of each entry of this sale order line fits, in the order of their days.

        :param float room: what the cap leaves, in the unit of this line
        :return: dict, entry id to quantity in the unit of this line
        """
        self.ensure_one()
        entries = entries.sorted(lambda entry: (entry.date, entry.id))
        quantities = [
            self._convert_time(entry.billing_hours, entry.product_uom_id)
            for entry in entries
        ]
        return dict(zip(entries.ids, allot(quantities, room), strict=True))

    def _hold_above_caps(self, date_from=None, date_to=None):
        """Hold the time of these lines that waits above their caps.

        :param date_from: first day of the time, none for all
        :param date_to: last day of the time, none for all
        """
        capped = self.filtered("billing_capped")
        if not capped:
            return
        Entry, Period = self.env["account.analytic.line"], "project.billing.period"
        domain = Entry._get_unbilled_time_domain() & Domain("so_line", "in", capped.ids)
        if date_from:
            domain &= Domain("date", ">=", date_from)
        if date_to:
            domain &= Domain("date", "<=", date_to)
        # sudo: what a cap leaves does not depend on who may read timesheets
        waiting = Entry.sudo().search(domain)
        for line, entries in waiting.grouped("so_line").items():
            room = line.product_uom_qty - line.qty_invoiced
            for entry_id, fits in line._allot_under_cap(entries, room).items():
                self.env[Period]._hold_above_cap(waiting.browse(entry_id), fits)

    def _get_written_up(self):
        """What live invoices show of time beyond what the order counts, in its unit."""
        self.ensure_one()
        # sudo: what is invoiced of the item does not depend on who bills its time
        lines = self.sudo().invoice_lines.filtered(
            lambda line: line.billing_kind == "time" and line.parent_state != "cancel"
        )
        lines |= lines.credit_line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )
        result = 0.0
        for line in lines:
            shown = line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id, round=False
            )
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            result += sign * (shown - line.quantity_made)
        return result


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"
