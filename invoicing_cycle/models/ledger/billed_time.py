from collections import defaultdict

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class AccountMoveLine(models.Model):
    """How much time a line bills, kept on the line.

    So that nobody need ask each entry of an item for what was billed of it so far.
    """

    _inherit = "account.move.line"

    billed_count = fields.Integer(
        compute="_compute_billed_time",
        store=True,
        copy=False,
        export_string_translation=False,
        help="Number of time entries that the line bills.",
        groups="base.group_user",
    )
    billed_hours = fields.Float(
        compute="_compute_billed_time",
        store=True,
        digits=False,
        copy=False,
        export_string_translation=False,
        help="Hours of the time entries that the line bills, exact.",
        groups="base.group_user",
    )

    def _auto_init(self):
        # No line bills anything of ours yet: spare a large database the computation.
        for name, kind in (
            ("billed_count", "int4"),
            ("billed_hours", "float8"),
            ("write_up_amount", "numeric"),
            ("write_up_quantity", "numeric"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends(
        "billed_part_ids.billing_hours",
        "billed_part_ids.product_uom_id",
        "timesheet_entry_ids.billing_hours",
        "timesheet_entry_ids.product_uom_id",
    )
    def _compute_billed_time(self):
        sums = defaultdict(lambda: [0, 0.0])
        # Of most lines that are created it is known that they bill no time.
        for model, name in (
            ("account.analytic.line", "timesheet_entry_ids"),
            ("project.billing.part", "billed_part_ids"),
        ):
            if not (billing := self.filtered(name)):
                continue
            # sudo: how much a line bills does not depend on who may read timesheets
            for line, uom, count, hours in (
                self.env[model]
                .sudo()
                ._read_group(
                    [("invoice_line_id", "in", billing.ids)],
                    ["invoice_line_id", "product_uom_id"],
                    ["__count", "billing_hours:sum"],
                )
            ):
                sums[line.id][0] += count
                sums[line.id][1] += uom._to_hours(hours)
        for line in self:
            line.billed_count, line.billed_hours = sums[line._origin.id]

    def _get_signed_made(self):
        """What the order counts of this line: less, where it credits."""
        self.ensure_one()
        return (
            -self.quantity_made
            if self.move_type == "out_refund"
            else self.quantity_made
        )
