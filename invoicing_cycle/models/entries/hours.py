from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.allocation import round_up, spread
from .costs import ALL_TIMESHEETS

#: What tells how much of an entry is billed.
BILLED_OF = (
    "invoice_line_id",
    "billing_hours",
    "part_ids.invoice_line_id",
    "part_ids.billing_hours",
)

#: Time is kept in minutes; what is less than a second is the noise of floats.
NOISE = 1 / 3600


class AccountAnalyticLine(models.Model):
    """What is billed of a time entry, beside what was worked.

    Both are the same unless the project rounds time up, or a part of the entry was
    split off to be held or written off, see ``entries/part.py``.
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
        return SQL(
            """
            (CASE WHEN COALESCE(%(unit)s, %(hour)s) = %(hour)s THEN %(hours)s
                  ELSE %(hours)s * (SELECT factor FROM uom_uom WHERE id = %(unit)s)
                       / (SELECT factor FROM uom_uom WHERE id = %(hour)s)
              END)
            """,
            unit=self._column(alias, "product_uom_id"),
            hour=hour.id,
            hours=self._column(alias, "billing_hours"),
        )

    # The project and its rounding are not among these. A new rule bears upon the next
    # invoice, see project.project; and Odoo works out the project of billed time anew
    # on many occasions, which must not round it anew: see _round_anew().
    @api.depends("unit_amount", "split_hours", "product_uom_id")
    def _compute_billing_hours(self):
        for line in self:
            step = line.project_id._get_rounding_step("entry", line.product_uom_id)
            line.billing_hours = round_up(line.unit_amount, step) - line.split_hours

    def _round_anew(self):
        """These entries are of another project, or are billed no more: their hours
        follow the rounding of the project that they are of."""
        field = self._fields["billing_hours"]
        lines = self - self.env.protected(field)
        self.env.add_to_compute(field, lines)
        # What is asked to be computed tells its dependants nothing: the order's
        # delivered quantity and the totals of the periods.
        lines.modified(["billing_hours"])

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

    # What was billed of an entry, in hours and money, beside what was worked.

    billed_hours = fields.Float(
        compute="_compute_billed_hours",
        compute_sudo=True,
        help="What an invoice bills of this entry, in the entry's unit.",
        groups="base.group_user",
    )
    billed_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_billed_hours",
        compute_sudo=True,
        string="Invoice Currency",
        export_string_translation=False,
        groups="base.group_user",
    )
    billed_value = fields.Monetary(
        compute="_compute_billed_value",
        compute_sudo=True,
        currency_field="billed_currency_id",
        help="This entry's share of the untaxed amount of its invoice line, by hours, "
        "less what posted credit notes took off that line. For those who bill the "
        "project or may read all timesheets.",
        groups="sales_team.group_sale_salesman,"
        "invoicing_cycle.group_invoicing_cycle_manager",
    )

    @api.depends(*BILLED_OF)
    def _compute_billed_hours(self):
        for line in self:
            billed = line._get_rows().filtered("invoice_line_id")
            line.billed_hours = sum(billed.mapped("billing_hours"))
            line.billed_currency_id = billed.mapped("invoice_line_id").currency_id[:1]

    # The amounts of the invoice line are no dependencies: they would make each change
    # of an invoice look for the entries that it bills.
    @api.depends(*BILLED_OF)
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_billed_value(self):
        """The shares of all entries of a line add up to its amount, to the cent.

        Of an entry that is billed in parts, in several currencies, the first one.
        """
        values = self._filtered_own_value()._get_billed_values()
        for line in self:
            line.billed_value = sum(
                values.get(row._get_key(), 0.0)
                for row in line._origin._get_rows()
                if row.invoice_line_id.currency_id == line.billed_currency_id
            )

    def _filtered_own_value(self):
        """Those whose worth a user who sells or bills reads.

        Of all timesheets who may read them all, else of the projects that one bills.
        """
        user = self.env.user
        if user.id == SUPERUSER_ID or user.has_group(ALL_TIMESHEETS):
            return self
        own = self.project_id._filtered_own_billing()
        return self.filtered(lambda line: line.project_id in own)

    def _get_billed_values(self):
        """Shares of these entries and their parts in their invoice lines, in two
        queries.

        :return: dict, key of a row to amount in the currency of its invoice line
        """
        invoice_lines = self._get_rows().mapped("invoice_line_id")
        if not invoice_lines:
            return {}
        column = self._column
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(invoice_line)s, entry.id, %(hours)s * COALESCE(%(factor)s, 1)
                  FROM %(rows)s
             LEFT JOIN uom_uom unit ON unit.id = %(unit)s
                 WHERE %(invoice_line)s IN %(ids)s
              ORDER BY entry.id
                """,
                rows=self._all_rows_sql("entry"),
                invoice_line=column("entry", "invoice_line_id"),
                hours=column("entry", "billing_hours"),
                factor=column("unit", "factor", "uom.uom"),
                unit=column("entry", "product_uom_id"),
                ids=tuple(invoice_lines.ids),
            )
        )
        shares = defaultdict(dict)
        for line_id, entry_id, hours in rows:
            shares[line_id][entry_id] = hours
        amounts = invoice_lines._get_net_amounts()
        result = {}
        for invoice_line in invoice_lines:
            hours = shares[invoice_line.id]
            # Where corrections cancel the work out, what was put on the line
            # nevertheless is for all of them alike.
            values = spread(
                amounts[invoice_line],
                list(hours.values()),
                invoice_line.currency_id.round,
            )
            result.update(zip(hours, values, strict=True))
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_net_amounts(self):
        """Untaxed amounts of these invoice lines, less posted credits, in one query.

        :return: dict, line to amount in its currency, negative on credit notes
        """
        credits = dict(
            self.env["account.move.line"]._read_group(
                Domain("credited_line_id", "in", self.ids)
                & Domain("parent_state", "=", "posted"),
                ["credited_line_id"],
                ["amount_currency:sum"],
            )
        )
        # The amount in currency has the sign of the bookkeeping: revenue is negative.
        return {line: -(line.amount_currency + credits.get(line, 0.0)) for line in self}
