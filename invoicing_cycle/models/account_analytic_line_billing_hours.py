from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.allocation import round_up

#: Time is kept in minutes; what is less than a second is the noise of floats.
NOISE = 1 / 3600


class AccountAnalyticLine(models.Model):
    """What is billed of a time entry, beside what was worked.

    Both are the same unless the project rounds time up, or a part of the entry was
    split off to be held or written off, see ``account_analytic_line_parts.py``.
    """

    _inherit = "account.analytic.line"

    billing_hours = fields.Float(
        "Hours to Bill",
        compute="_compute_billing_hours",
        store=True,
        copy=False,
        help="What is billed, or is to be billed, of this entry, in the entry's unit: "
        "the worked time, rounded as the project asks, less the parts that were split "
        "off.",
        groups="base.group_user",
    )
    split_hours = fields.Float(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Sum of the parts that were split off.",
        groups="base.group_user",
    )

    @api.model
    def _hours_to_bill_sql(self, alias):
        """``billing_hours`` of a time entry in hours, whatever unit its company logs
        time in.

        :param str alias: of the entry in a query
        """
        hour = self.env["uom.uom"]._get_time_unit("hour")

        def column(name):
            return SQL.identifier(alias, name, to_flush=self._fields[name])

        return SQL(
            """
            (CASE WHEN COALESCE(%(unit)s, %(hour)s) = %(hour)s THEN %(hours)s
                  ELSE %(hours)s * (SELECT factor FROM uom_uom WHERE id = %(unit)s)
                       / %(hour_factor)s
              END)
            """,
            unit=column("product_uom_id"),
            hour=hour.id,
            hours=column("billing_hours"),
            hour_factor=hour.factor,
        )

    # ``project_id.billing_rounding`` is not among these: it is the next invoice that
    # it bears upon, see project.project.
    @api.depends("unit_amount", "split_hours", "project_id", "product_uom_id")
    def _compute_billing_hours(self):
        for line in self:
            if line.part_of_id:
                line.billing_hours = line.billing_hours
                continue
            step = line.project_id._get_rounding_step("entry", line.product_uom_id)
            line.billing_hours = round_up(line.unit_amount, step) - line.split_hours

    @api.constrains("unit_amount", "split_hours")
    def _check_split_hours(self):
        for line in self.filtered("split_hours"):
            left = line.unit_amount * line.split_hours
            if left < 0 or abs(line.billing_hours + line.split_hours) + NOISE < abs(
                line.split_hours
            ):
                raise ValidationError(
                    self.env._(
                        "%(entry)s has parts of %(hours).2f h that are held, written "
                        "off or billed: it cannot become shorter. Take the parts back "
                        "first.",
                        entry=line.display_name,
                        hours=line.split_hours,
                    )
                )
