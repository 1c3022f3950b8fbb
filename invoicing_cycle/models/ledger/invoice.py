from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from ..billing.line_amounts import ROUNDED
from ..common.call_arguments import ensure_one
from ..common.news import tell_screens
from ..common.recorded import recording
from ..entries.protected import recording_odoo_link
from ..entries.row_set import Rows

#: What changes the row of a document, or its section.
SHOWN = {"sending_data", "sent_on", "state"}


class AccountMove(models.Model):
    """Invoices know the cycle they come from, and the ledger follows their state."""

    _inherit = "account.move"

    billing_origin = fields.Selection(
        [
            ("schedule", "Billing Schedule"),
            ("order", "Sales Order"),
            ("freeform", "Freeform"),
        ],
        compute="_compute_billing_origin",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="Where the document comes from: a billing period, Odoo's own invoice of "
        "an order that billed projects are on, or a freeform invoice or credit note. A "
        "credit note takes over that of the invoice it reverses.",
        groups="base.group_user",
    )
    billing_period_ids = fields.Many2many(
        "project.billing.period",
        compute="_compute_billing_period_ids",
        search="_search_billing_period_ids",
        string="Billing Periods",
        groups="base.group_user",
    )
    billing_project_ids = fields.Many2many(
        "project.project",
        "invoicing_cycle_move_project_rel",
        "move_id",
        "project_id",
        compute="_compute_billing_project_ids",
        recursive=True,
        store=True,
        readonly=False,
        copy=False,
        string="Billed Projects",
        groups="base.group_user",
    )

    @api.depends(
        "invoice_line_ids.billing_period_id",
        "invoice_line_ids.sale_line_ids",
        "reversed_entry_id",
    )
    def _compute_billing_origin(self):
        ordered = self.browse()
        for move in self:
            if move.invoice_line_ids.billing_period_id:
                move.billing_origin = "schedule"
                continue
            move.billing_origin = (
                move.billing_origin or move.reversed_entry_id.billing_origin
            )
            if not move.billing_origin and move.is_sale_document():
                ordered += move
        # sudo: whether projects are billed on an order does not depend on who invoices
        items = ordered.sudo().invoice_line_ids.sale_line_ids
        if items:
            scheduled = items.order_id._filtered_scheduled()
            for move in ordered:
                # sudo: as above
                if move.sudo().invoice_line_ids.sale_line_ids.order_id & scheduled:
                    move.billing_origin = "order"

    @api.depends(
        "invoice_line_ids.billing_period_id",
        "invoice_line_ids.credited_line_id.billing_period_id",
    )
    def _compute_billing_period_ids(self):
        for move in self:
            lines = move.invoice_line_ids
            move.billing_period_ids = (
                lines.billing_period_id | lines.credited_line_id.billing_period_id
            )

    def _search_billing_period_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        return [
            "|",
            ("invoice_line_ids.billing_period_id", operator, value),
            ("invoice_line_ids.credited_line_id.billing_period_id", operator, value),
        ]

    @api.depends(
        "invoice_line_ids.billing_period_id.project_id",
        "reversed_entry_id.billing_project_ids",
    )
    def _compute_billing_project_ids(self):
        for move in self:
            move.billing_project_ids = (
                move.invoice_line_ids.billing_period_id.project_id
                or move.reversed_entry_id.billing_project_ids
                or move.billing_project_ids
            )

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        # EXTENDS account
        base_line = super()._prepare_product_base_line_for_taxes_computation(
            product_line
        )
        base_line[ROUNDED] = bool(self.billing_origin)
        return base_line

    def _auto_init(self):
        # No invoice has an origin yet: spare a large database the computation.
        for name, kind in (
            ("billing_origin", "varchar"),
            ("billing_cycle_date", "date"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    # ---------------------------------------------------------------- ledger

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        for vals in vals_list:
            self._check_sender(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS account
        # Here and not in button_draft or button_cancel, because other add-ons set the
        # state in ways of their own.
        self._check_ledger_links(vals)
        self._check_sender(vals)
        books = self._get_books(vals)
        with self._following_state(vals):
            result = super().write(vals)
        self._follow_reset(vals)
        self._follow_einvoice_states(vals)
        # sudo: whether it stands on the screen, whoever changes its state
        if not SHOWN.isdisjoint(vals) and any(self.sudo().mapped("billing_origin")):
            tell_screens(self.env)
        self._check_books(books)
        return result

    @contextmanager
    def _following_state(self, vals):
        """The ledger follows a state that is written within this block."""
        if "state" not in vals or not self:
            yield
            return
        before = {move.id: move.state for move in self}
        # sudo: as in _settle_time
        documents = self.sudo().filtered(lambda move: move.is_sale_document())
        endless = documents._end_reopened_periods(vals["state"])
        yield
        self._follow_state(before)
        endless.project_id._follow_completion()

    def _end_reopened_periods(self, state):
        """Periods of projects that went on get an end before a document that comes back
        to life closes them.

        :param str state: that the documents (superuser) are about to get
        :return: those that had no end
        """
        revived = self.filtered(
            lambda move: (
                (
                    move.state == "posted"
                    if move.move_type == "out_refund"
                    else move.state == "cancel"
                )
                and move.state != state
            )
        )
        periods = revived.line_ids._filtered_known()._get_billing_periods()
        return periods.filtered(lambda period: not period.date_to)._end_today()

    def _follow_state(self, before):
        """What the lines of these documents bill follows their state.

        Here and not in action_post or button_cancel, because invoices are also posted
        by _post() (auto-post, reversal) and cancelled by other add-ons.

        :param dict before: state of each move before, by id
        """
        # sudo: what a line bills does not depend on who changes its state
        lines = self.sudo().line_ids._filtered_known()
        if not lines:
            return
        self._settle_time(before)
        (lines | lines.credited_line_id)._settle_claims()
        self._check_once(before)

    def _settle_time(self, before):
        """Give time entries back, or take them again, as the state asks."""
        changed = self.filtered(
            lambda move: before[move.id] != move.state and move.is_sale_document()
        )
        if not changed:
            return
        lines = changed.line_ids._filtered_known()
        # Cancelled invoices of another invoicing app still bill their time.
        lines.filtered(
            lambda line: (
                line.parent_state == "cancel"
                and line.move_id.payment_state != "invoicing_legacy"
            )
        )._follow_cancel()
        lines.filtered(lambda line: line.parent_state == "posted")._check_choices()
        # sudo: which lines are concerned, whoever changes the state
        lines = lines.sudo()
        reopened = lines.filtered(lambda line: before[line.move_id.id] == "cancel")
        credited = lines.filtered("credit_line_ids") | lines.credited_line_id
        (reopened | credited)._settle_credits()
        cancelled = lines.filtered(lambda line: line.parent_state == "cancel")
        # Whether a draft is posted closes no period, and opens none.
        concerned = cancelled | reopened | credited
        concerned._get_billing_periods()._reassign_entries()

    def action_reverse(self):
        # EXTENDS account
        ensure_one(self)
        action = super().action_reverse()
        if self.move_type == "out_invoice":
            # Room for the list of what can be credited.
            action["context"] = {"dialog_size": "extra-large"}
        return action

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account
        # The invoice that reverses a credit note would bill its time without a link to
        # it, and the time would be billed again.
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            # sudo: as in _follow_state
            if move.sudo().line_ids._filtered_known()._get_billing_periods():
                raise UserError(
                    self.env._(
                        "%(document)s credits what billing periods bill. Reset it to "
                        "draft and cancel it instead of reversing it: that is billed "
                        "again then.",
                        document=move.display_name,
                    )
                )
        # sudo: time and credit notes of lines that the user reverses, handed on below
        rest = self.sudo().line_ids._filtered_known()._get_partly_credited()
        default_values_list = self._prepare_reversals(default_values_list)
        with self.env["account.move.line"]._reversing():
            reversals = super()._reverse_moves(default_values_list, cancel=cancel)
        if rest:
            # sudo: which entries the new lines free is a link of our ledger alone
            reversals.sudo().invoice_line_ids._record_rest(rest)
        return reversals

    def unlink(self):
        # All lines, as Odoo reads them.
        lines = self.line_ids._filtered_known()
        if not lines:
            return super().unlink()
        periods = lines._get_billing_periods()
        lines._give_entries_back(remember=False)
        tell_screens(self.env)
        result = super().unlink()
        periods._reassign_entries()
        return result

    def action_post(self):
        # EXTENDS sale_timesheet
        # The button of the form sends this key, for Odoo to ask about unusual amounts.
        if (
            not self.env.context.get("disable_abnormal_invoice_detection", True)
            and self._filtered_outdated()
        ):
            return self._ask_to_confirm()
        with recording_odoo_link():
            return super().action_post()

    def _post(self, soft=True):
        # EXTENDS account
        outdated = self._get_reasons_of_outdated()
        posted = super()._post(soft)
        posted._log_write_ups()
        posted._log_outdated(outdated)
        return posted

    def action_switch_move_type(self):
        # EXTENDS account
        with self._switching_quantities(), recording("account.move", {"move_type"}):
            return super().action_switch_move_type()

    def _link_timesheets_to_invoice(self, start_date=None, end_date=None):
        # EXTENDS sale_timesheet
        # Before time, which asks whether all of its period is billed.
        self.invoice_line_ids._link_stock_claims()
        with recording_odoo_link():
            result = super()._link_timesheets_to_invoice(start_date, end_date)
        self._link_stock_entries(self._get_stock_parts(start_date, end_date))
        # sudo: whether they bill all of a period, as for time in _link_stock_entries
        lines = self.sudo().invoice_line_ids
        lines.filtered(lambda line: line._has_claims())._adopt_billing_period()
        return result

    def _get_stock_parts(self, start_date, end_date):
        """Parts of time that Odoo's own invoice bills with its entries.

        :return: dict, invoice line to ``project.billing.part``
        """
        result = {}
        for line in self.invoice_line_ids:
            items = line.sale_line_ids.filtered(
                lambda item: (
                    item.product_id and item.product_id._is_delivered_timesheet()
                )
            )
            if not items or line.move_id.move_type != "out_invoice":
                continue
            first, last = start_date, end_date
            if not first and not last:
                first, last = self._get_range_dates(items.order_id)
            domain = Domain(line._timesheet_domain_get_invoiced_lines(items))
            if first:
                domain &= Domain("date", ">=", first)
            if last:
                domain &= Domain("date", "<=", last)
            # sudo: as Odoo finds the entries
            result[line] = self.env["project.billing.part"].sudo().search(domain)
        return result

    def _link_stock_entries(self, parts=None):
        """Set our links for time that was billed by Odoo's own wizard.

        :param dict parts: as of :meth:`_get_stock_parts`, none by default
        """
        # sudo: whoever may create the invoice need not read timesheets; the links say
        # nothing that the invoice does not.
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [
                    ("timesheet_invoice_id", "in", self.ids),
                    ("invoice_line_id", "=", False),
                    ("so_line", "!=", False),
                ],
                ["timesheet_invoice_id", "so_line"],
                ["id:recordset"],
            )
        )
        nothing = self.env["account.analytic.line"]
        billed = {line: Rows(nothing, found) for line, found in (parts or {}).items()}
        for move, sale_line, entries in groups:
            line = move.invoice_line_ids.filtered(
                lambda line, sale_line=sale_line: sale_line in line.sale_line_ids
            )[:1]
            if line:
                rows = Rows(entries)
                billed[line] = billed[line] | rows if line in billed else rows
        for line, rows in billed.items():
            if sale_line := rows.mapped("so_line")[:1]:
                rows._set_invoice_line(line)
                line._record({"quantity_made": sale_line._get_time_quantity(rows)})
        # sudo: whether they bill all of a period, also with time that is not the user's
        lines = self.sudo().invoice_line_ids.filtered(
            lambda line: line._get_billed_rows()
        )
        lines._adopt_billing_period()
