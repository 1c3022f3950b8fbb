from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare, float_round

from ..common.recorded import is_recording
from .hours import NOISE
from .row import ROW_COLUMNS
from .row_set import Rows


class ProjectBillingPart(models.Model):
    """A part of a time entry that is held, written off or billed on its own.

    It has no time of its own: the worked hours stay what their author entered, on the
    entry, which is all that anybody sees who does not bill. A part is where its entry
    is, and is approved, sent back and locked with it. What the database asks of rows of
    the ledger it keeps itself, as copies that follow the entry.
    """

    _name = "project.billing.part"
    _description = "Part of a Time Entry"
    _inherit = ["billing.row.mixin"]
    _inherits = {"account.analytic.line": "entry_id"}
    _order = "id"

    entry_id = fields.Many2one(
        "account.analytic.line",
        string="Time Entry",
        required=True,
        index=True,
        ondelete="cascade",
    )
    billing_hours = fields.Float(
        "Hours to Bill", help="Size of the part, in the entry's unit and with its sign."
    )
    own_sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Own Sales Order Item",
        index="btree_not_null",
        ondelete="restrict",
        help="Where the part is billed on another item than its entry.",
    )
    so_line = fields.Many2one(
        "sale.order.line",
        string="Sales Order Item",
        compute="_compute_so_line",
        store=True,
        index="btree_not_null",
    )
    timesheet_invoice_type = fields.Char(
        "Billable Type", compute="_compute_timesheet_invoice_type", store=True
    )
    timesheet_invoice_id = fields.Many2one(
        "account.move",
        string="Invoice",
        compute="_compute_timesheet_invoice_id",
        store=True,
    )
    # What time costs is not told by its parts.
    amount = fields.Monetary(store=False, groups=fields.NO_ACCESS)
    approved_on = fields.Datetime(related="entry_id.approved_on", store=True)
    approved_step_id = fields.Many2one(related="entry_id.approved_step_id", store=True)
    company_id = fields.Many2one(related="entry_id.company_id", store=True)
    date = fields.Date(related="entry_id.date", store=True)
    department_id = fields.Many2one(related="entry_id.department_id", store=True)
    employee_id = fields.Many2one(related="entry_id.employee_id", store=True)
    product_uom_id = fields.Many2one(related="entry_id.product_uom_id", store=True)
    project_id = fields.Many2one(
        related="entry_id.project_id", store=True, index="btree_not_null"
    )
    sent_back = fields.Boolean(related="entry_id.sent_back", store=True)
    task_id = fields.Many2one(related="entry_id.task_id", store=True)
    user_id = fields.Many2one(related="entry_id.user_id", store=True)

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {
            *ROW_COLUMNS,
            "entry_id",
            "hold_reason",
            "own_sale_line_id",
        }

    # A line that bills something stays on its document; one that bills nothing need not
    # ask for parts each time that it is written.
    @api.depends("invoice_line_id")
    def _compute_timesheet_invoice_id(self):
        for part in self:
            part.timesheet_invoice_id = part.invoice_line_id.move_id

    @api.depends("entry_id.so_line", "own_sale_line_id")
    def _compute_so_line(self):
        for part in self:
            if not part.invoice_line_id:
                part.so_line = part.own_sale_line_id or part.entry_id.so_line

    @api.depends("entry_id.timesheet_invoice_type", "own_sale_line_id")
    def _compute_timesheet_invoice_type(self):
        for part in self:
            if not part.invoice_line_id:
                # An item of its own is one of delivered time, see _split_off.
                part.timesheet_invoice_type = (
                    "billable_time"
                    if part.own_sale_line_id
                    else part.entry_id.timesheet_invoice_type
                )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        self.env["account.move"]._forget_outdated()
        parts._find_late_period()
        return parts

    def write(self, vals):
        self._check_recorded(vals)
        self.env["account.move"]._forget_outdated()
        result = super().write(vals)
        if not {"billing_hold", "own_sale_line_id"}.isdisjoint(vals):
            self._find_late_period()
        return result

    def unlink(self):
        entries = self.entry_id
        self.env["account.move"]._forget_outdated()
        keys = self._get_counted_keys()
        result = super().unlink()
        self.env["project.billing.time"]._touch(keys=keys)
        entries.exists()._sum_parts()
        return result

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_taken_back(self):
        if not is_recording(self):
            raise AccessError(
                self.env._(
                    "This is a part of %(entry)s. Take it back (“Bill”) instead of "
                    "deleting it.",
                    entry=self._get_entries()._format_entries(),
                )
            )
        # Its hours would go into what an invoice bills.
        billed = self.filtered(
            lambda part: part.invoice_line_id or not part.entry_id._is_not_billed()
        )
        if billed:
            raise UserError(
                self.env._(
                    "Invoiced already, so the part stays on its own: %(entries)s",
                    entries=billed._get_entries()._format_entries(),
                )
            )

    # --------------------------------------------------------------------- row

    def _get_key(self):
        self.ensure_one()
        return -self.id

    def _get_entries(self):
        return self.entry_id

    def _is_not_billed(self):
        self.ensure_one()
        return not self.invoice_line_id

    def _set_invoice_line(self, invoice_line):
        result = super()._set_invoice_line(invoice_line)
        if not invoice_line:
            # It was billed on this item, whatever its entry is sold on meanwhile.
            for part in self:
                if part.so_line != part.entry_id.so_line:
                    part._record({"own_sale_line_id": part.so_line.id})
        return result

    _key_idx = models.Index("((-id))")
    _billing_period_idx = models.Index(
        "(billing_period_id, employee_id) WHERE billing_period_id IS NOT NULL"
    )


class BillingRowMixin(models.AbstractModel):
    """Splits time, and puts it together again."""

    _inherit = "billing.row.mixin"

    def _split_off(self, hours, vals):
        """Split a part off this unbilled row; the worked time stays as it is.

        A part that is split again becomes two parts of the same entry.

        :param float hours: size of the part, in the entry's unit and with its sign
        :param dict vals: ``billing_hold`` and ``hold_reason`` of the part, or
            ``own_sale_line_id``, an item of delivered time
        :return: the part
        :raises UserError: where the row has not that much
        """
        self.ensure_one()
        entry = self._get_entries()
        if not self._is_not_billed():
            raise UserError(
                self.env._(
                    "%(entry)s is invoiced: only a credit note gives it back.",
                    entry=entry._format_entries(),
                )
            )
        # Less than a second is no part. Written so that a "not a number" does not pass.
        if (
            not NOISE
            <= hours * (1 if self.billing_hours > 0 else -1)
            < (abs(self.billing_hours) - NOISE)
        ):
            raise UserError(
                self.env._(
                    "A part of %(entry)s is more than 0 and less than %(hours).2f h.",
                    entry=entry._format_entries(),
                    hours=self.billing_hours,
                )
            )
        # As OdooBot: who may decide on time is the matter of the public methods that
        # call this.
        Part = self.env["project.billing.part"].with_user(SUPERUSER_ID)
        if self != entry:
            Part.browse(self.id).billing_hours -= hours
            vals = {"own_sale_line_id": self.own_sale_line_id.id, **vals}
        part = Part.create({"entry_id": entry.id, "billing_hours": hours, **vals})
        if self == entry:
            # Else it stays what it is: its entry may be invoiced, and is not rounded
            # anew.
            entry._sum_parts()
        return part.with_env(self.env)


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    part_ids = fields.One2many(
        "project.billing.part",
        "entry_id",
        string="Parts",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_split(self):
        split = self.filtered(lambda entry: entry._get_parts())
        if split:
            raise UserError(
                self.env._(
                    "A part of this time is held, written off or billed: %(entry)s. "
                    "Whoever bills the project takes the part back (“Bill”) before the "
                    "entry can be deleted.",
                    entry=split._format_entries(),
                )
            )

    def _get_parts(self):
        """What was split off from these entries (superuser records)."""
        # sudo: a part is where its entry is, whoever may see it.
        # Told by a column that is read anyway: most entries have no part.
        return self.sudo().filtered("split_hours").part_ids

    def _get_billing_lines(self):
        return self._get_rows().mapped("invoice_line_id")

    def _get_rows(self):
        """These entries and what was split off from them."""
        return Rows(self, self._get_parts().with_env(self.env))

    def _sum_parts(self):
        """Parts of these entries came or went."""
        for entry in self:
            # sudo: as in _get_parts
            hours = sum(entry.sudo().part_ids.mapped("billing_hours"))
            if float_compare(hours, entry.split_hours, 6) != 0:
                entry._record({"split_hours": float_round(hours, 9)})
