from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.recorded import filter_closed, recording
from ..entries.protected import recording_odoo_link

#: What only the ledger writes.
LEDGER_FIELDS = frozenset(
    {
        "billed_count",
        "billed_hours",
        "billing_kind",
        "billing_period_id",
        "is_supplementary",
        "billed_part_ids",
        "timesheet_entry_ids",
        "milestone_ids",
        "milestone_count",
        "quantity_made",
        "price_made",
        "discount_made",
        "made_with",
        "write_up_amount",
        "write_up_quantity",
        "released_as",
        "released_entry_ids",
        "released_part_ids",
        "credit_line_ids",
        "credited_entry_ids",
        "credited_part_ids",
        "credited_quantity",
        "credited_made",
    }
)


#: What ties the lines that a reversal makes to those that it reverses.
REVERSAL_FIELDS = frozenset({"credited_line_id", "recreated_line_id"})


#: Whether a line is written now.
_writing = ContextVar("invoicing_cycle_writing_line", default=False)


@contextmanager
def _writing_line():
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


class AccountMoveLine(models.Model):
    """The invoice side of the billing ledger: which entries a line bills.

    A line gives its entries back when it is deleted, its invoice is cancelled or they
    are credited, and takes them again when that is undone.
    """

    _name = "account.move.line"
    _inherit = ["account.move.line", "billing.recorded.mixin", "billing.sql.mixin"]

    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    timesheet_entry_ids = fields.One2many(
        "account.analytic.line",
        "invoice_line_id",
        string="Billed Time Entries",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    billed_part_ids = fields.One2many(
        "project.billing.part",
        "invoice_line_id",
        string="Billed Parts of Time Entries",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    quantity_made = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="The quantity that follows from the billed entries, in the unit of the "
        "sales order line. What a person changes on the draft is the difference.",
        groups="base.group_user",
    )
    price_made = fields.Float(
        digits="Product Price",
        readonly=True,
        copy=False,
        help="The unit price that the line was made with.",
        groups="base.group_user",
    )
    discount_made = fields.Float(
        digits="Discount",
        readonly=True,
        copy=False,
        help="The discount that the line was made with.",
        groups="base.group_user",
    )
    is_supplementary = fields.Boolean(
        readonly=True,
        copy=False,
        help="Bills late time of a period that was closed before: the line does not "
        "keep the period closed.",
        groups="base.group_user",
    )
    released_entry_ids = fields.Many2many(
        "account.analytic.line",
        "invoicing_cycle_released_entry_rel",
        "move_line_id",
        "entry_id",
        string="Released Time Entries",
        readonly=True,
        copy=False,
        help="The entries that this line billed before its invoice was cancelled or "
        "credited; it takes them again when that is undone.",
        groups="base.group_user",
    )
    released_part_ids = fields.Many2many(
        "project.billing.part",
        "invoicing_cycle_released_part_rel",
        "move_line_id",
        "part_id",
        string="Released Parts of Time Entries",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    released_as = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What the time that was given back was as this line billed it, by the key "
        "of its row: it may be changed since.",
        groups="base.group_system",
    )

    # ------------------------------------------------------------------ CRUD

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | LEDGER_FIELDS | REVERSAL_FIELDS

    @api.model
    def _reversing(self):
        """A block in which Odoo's reversal links new lines to what they reverse, and
        to its items, as the user who reverses."""
        return recording(self._name, REVERSAL_FIELDS | {"sale_line_ids"})

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # On the records: a default from the context links as well.
        lines._check_made_beside()
        return lines

    def write(self, vals):
        self._check_ledger_links(vals)
        # Before Odoo, which leaves out what it takes for no change.
        self._check_recorded(vals)
        if LEDGER_FIELDS.issuperset(vals):
            # The books do not know these fields. To find out that nothing follows from
            # them Odoo reads all lines of the invoice, for each line that is written.
            self = self.with_context(skip_invoice_sync=True)
        with _writing_line():
            return super().write(vals)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        if _writing.get() and allfields is not None and not allfields:
            # Odoo asks what is tracked of the fields that it writes. Where nothing is,
            # it would get the description of every field of a line, line by line: a
            # quarter of what it takes to change an invoice, and more with our fields.
            return {}
        return super().fields_get(allfields, attributes)

    @api.model
    def _format_recorded(self, names):
        return self.env._(
            "What an invoice line bills is kept by the invoicing cycle and cannot be "
            "written by hand. Delete the line to give its time entries back."
        )

    def unlink(self):
        if not self._filtered_known():
            with recording_odoo_link():
                return super().unlink()
        projects = self._free_claims()
        periods = self._get_billing_periods()
        # Before Odoo's own freeing, which takes all entries of the sale line.
        self._give_entries_back(remember=False)
        self._leave_credits()
        with recording_odoo_link():
            result = super().unlink()
        # The periods are open again only now.
        periods._reassign_entries()
        projects._reassign_entries()
        return result

    @api.constrains("credited_line_id")
    def _check_credited_line(self):
        # The link frees time, so it must be true of the document that the line is on.
        for line in self.filtered("credited_line_id"):
            move = line.move_id
            if (
                move.move_type != "out_refund"
                or line.credited_line_id.move_id != move.reversed_entry_id
            ):
                raise ValidationError(
                    self.env._(
                        "Only the credit note that reverses %(invoice)s credits its "
                        "lines.",
                        invoice=line.credited_line_id.move_id.display_name,
                    )
                )

    def _copy_data_extend_business_fields(self, values):
        # EXTENDS account
        result = super()._copy_data_extend_business_fields(values)
        if filter_closed(self, REVERSAL_FIELDS):
            # Any client can send the key that asks for the links. A copy that reverses
            # nothing would bill the item a second time.
            # sudo: what a line bills does not depend on who copies it
            if self.sudo()._filtered_on_ledger():
                values.pop("sale_line_ids", None)
        # Other documents have no time to give back. The key is set by _reverse_moves
        # alone; copies that re-create an invoice after its reversal do not carry it.
        elif self.move_id.move_type == "out_invoice":
            if "move_reverse_cancel" in self.env.context:
                values["credited_line_id"] = self.id
                # sudo: how much was credited does not depend on who reverses
                line = self.sudo()
                if line._is_known() and line._get_posted_credits()._filter_choices():
                    values["quantity"] = line._get_unchosen_quantity()
            else:
                values["recreated_line_id"] = self.id
        return result

    # ---------------------------------------------------------------- ledger

    def _get_billing_periods(self):
        """The periods whose invoicing depends on these lines (superuser records)."""
        # sudo: the links of a line to its periods, not the periods' data.
        lines = self.sudo()
        lines |= lines.credited_line_id | lines.recreated_line_id
        # A line that was made the stock way over several periods has none itself.
        others = lines.filtered(lambda line: not line.billing_period_id)
        return (
            lines.billing_period_id
            | others._get_billed_periods()
            | others.released_entry_ids.billing_period_id
            | others.released_part_ids.billing_period_id
            # Only re-invoiced expenses have one.
            | others.sale_line_ids.billing_period_id
        )

    def _adopt_billing_period(self):
        """Tie lines made the stock way to the one period that they bill completely,
        together with others that were made the stock way before.

        Not while the period runs: it would be closed to the rest of its days.
        """
        for line in self.filtered(lambda line: not line.billing_period_id):
            period = line._get_billed_periods()
            if (
                len(period) == 1
                and period._is_over()
                and period._is_billed_completely()
            ):
                lines = line | period.timesheet_ids.invoice_line_id
                lines |= period.part_ids.invoice_line_id
                lines.filtered(
                    lambda line, period=period: (
                        not line.billing_period_id
                        and line._get_billed_periods() == period
                    )
                )._record({"billing_period_id": period.id})

    def _get_billed_periods(self):
        """The periods in which waited what these lines bill."""
        return (
            self.timesheet_entry_ids.billing_period_id
            | self.billed_part_ids.billing_period_id
            | self._get_claimed_periods()
        )

    def _leave_credits(self):
        """These lines are deleted, and drafts of credit notes stay.

        Their kind tells that they are of the ledger, where they count what they made:
        nothing, not the quantity of a line that is no more.
        """
        # sudo: as in _give_entries_back
        for line in self.sudo().filtered(
            lambda line: line.credit_line_ids and line.billing_period_id
        ):
            line.credit_line_ids._record(
                {"billing_kind": line.billing_kind or "time", "quantity_made": 0.0}
            )

    @api.model
    def _timesheet_domain_get_invoiced_lines(self, sale_line_delivery):
        # EXTENDS sale_timesheet
        # The other half of sale.order.line._recompute_qty_to_invoice.
        domain = super()._timesheet_domain_get_invoiced_lines(sale_line_delivery)
        return [
            ("invoice_line_id", "=", False),
            ("billing_hold", "=", "bill"),
            *domain,
        ]
