from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...models.common.call_arguments import ensure_one
from ...models.entries.protected import recording_odoo_link
from ...models.entries.row_set import Rows


class CreditChoice(NamedTuple):
    """What is credited of one invoice line, and the time that it frees."""

    line: models.BaseModel
    rows: Rows
    quantity: float
    price: float
    made: float


class AccountMoveReversal(models.TransientModel):
    """Credits an invoice that bills time in part: chosen lines or time entries.

    Exactly the chosen entries can be invoiced again once the credit note is posted;
    "Reverse and Create Invoice" puts them on a new draft in the same step.
    """

    _name = "account.move.reversal"
    _inherit = ["billing.dialog", "account.move.reversal"]
    #: Those that fields of the add-on follow from.
    _named_fields = frozenset({"line_ids", "move_ids"})

    credit_scope = fields.Selection(
        [
            ("invoice", "Whole invoice"),
            ("lines", "Chosen lines"),
            ("entries", "Chosen time entries"),
        ],
        string="Credit",
        default="invoice",
        required=True,
    )
    bills_time = fields.Boolean(
        compute="_compute_bills_time", export_string_translation=False
    )
    line_ids = fields.One2many(
        "account.move.reversal.line",
        "reversal_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    choose_all = fields.Boolean("Choose all")
    chosen_hours = fields.Float("Hours to Credit", compute="_compute_chosen")
    chosen_amount = fields.Monetary("Amount to Credit", compute="_compute_chosen")

    @api.depends("move_ids")
    def _compute_bills_time(self):
        for wizard in self:
            # sudo: whether the invoice bills time, for whoever may reverse it
            invoice = wizard.move_ids._origin.sudo()
            wizard.bills_time = (
                len(invoice) == 1
                and invoice.move_type == "out_invoice"
                and bool(
                    invoice.billing_period_ids
                    or invoice.invoice_line_ids._get_billed_rows()
                )
            )

    @api.depends("move_ids", "credit_scope")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.choose_all = False
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._prepare_lines()),
            ]

    def _prepare_lines(self):
        """What can be chosen: lines of the invoice, or the time that they bill."""
        if not self.bills_time or self.credit_scope == "invoice":
            return []
        # sudo: whoever may reverse the invoice sees what it bills
        lines = self.move_ids._origin.sudo().invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        if self.credit_scope == "lines":
            return [
                {"move_line_id": line.id}
                for line in lines
                if line._get_creditable_rest().quantity
            ]
        # sudo: as above, the time that its lines bill
        # Together, so that they are read together.
        rows = Rows(self.env["account.analytic.line"].sudo())
        for line in lines:
            rows |= line._get_creditable_rows()
        return [
            {
                "move_line_id": row.invoice_line_id.id,
                "entry_id": row._get_entries().id,
                "part_id": row.id if row != row._get_entries() else False,
            }
            # An entry stands before its parts.
            for row in sorted(
                rows,
                key=lambda row: (row.date, row._get_entries().id, -row._get_key()),
            )
        ]

    @api.onchange("choose_all")
    def _onchange_choose_all(self):
        self.line_ids.is_chosen = self.choose_all

    @api.depends("line_ids.is_chosen", "line_ids.hours", "line_ids.amount")
    def _compute_chosen(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            wizard.chosen_hours = sum(chosen.mapped("hours"))
            wizard.chosen_amount = sum(chosen.mapped("amount"))

    # ----------------------------------------------------------------- choice

    def _get_choices(self):
        """What the user chose, checked: the client sent it.

        :return: list of :class:`CreditChoice`, in the order of the invoice
        """
        self.move_ids.check_access("read")
        if not self.bills_time:
            raise UserError(
                self.env._(
                    "Only a single customer invoice that bills time can be credited by "
                    "lines or time entries."
                )
            )
        # sudo: as in _prepare_lines
        chosen = self.sudo().line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(
                self.env._("Choose what to credit, or credit the whole invoice.")
            )
        by_entries = self.credit_scope == "entries"
        choices = []
        for line, rows in chosen.grouped("move_line_id").items():
            time = line._get_creditable_rows()
            if by_entries:
                wanted = rows._get_rows()
                if not wanted or wanted - time:
                    self._raise_stale_choice()
                time = wanted
            rest = line._get_creditable_rest()
            quantity, made = rest.quantity, 0.0
            if time:
                item = time.mapped("so_line")[:1]
                quantity, made = rest.take(item._get_exact_quantity(time))
            if line.move_id != self.move_ids or not (time or quantity):
                self._raise_stale_choice()
            choices.append(CreditChoice(line, time, quantity, rest.price, made))
        self._check_not_negative(choices)
        return sorted(choices, key=lambda choice: (choice.line.sequence, choice.line))

    def _check_not_negative(self, choices):
        """
        :raises UserError: where corrections outweigh the work that is credited
        """
        amount = sum(
            choice.line._get_amount_of(choice.quantity, choice.price)
            for choice in choices
        )
        if self.currency_id.compare_amounts(amount, 0.0) < 0:
            raise UserError(
                self.env._(
                    "What you chose of %(invoice)s is negative in total, and a credit "
                    "note cannot be. Choose the work that the corrections are for as "
                    "well.",
                    invoice=self.move_ids.display_name,
                )
            )

    def _raise_stale_choice(self):
        raise UserError(
            self.env._(
                "%(invoice)s does not bill all of what you chose any more, or a draft "
                "credit note has it already. Open this dialog again.",
                invoice=self.move_ids.display_name,
            )
        )

    def _prepare_default_reversal(self, move):
        # EXTENDS account
        vals = super()._prepare_default_reversal(move)
        if move.billing_origin and move.ref:
            vals["ref"] = f"{vals['ref']}, {move.ref}"
        if self.credit_scope != "invoice":
            vals["line_ids"] = self._prepare_chosen_lines(
                move.with_context(move_reverse_cancel=False),
                {
                    choice.line.id: {
                        "quantity": choice.quantity,
                        "price_unit": choice.price,
                    }
                    for choice in self._get_choices()
                },
            )
        return vals

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS account
        vals = super()._modify_default_reverse_values(origin_move)
        if origin_move.billing_origin:
            vals["delivery_date"] = origin_move.delivery_date
        if self.credit_scope != "invoice":
            # sudo: the ledger's link between the lines
            credits = self.new_move_ids.sudo().invoice_line_ids
            vals["line_ids"] = self._prepare_chosen_lines(
                origin_move,
                {
                    credit.credited_line_id.id: {
                        "quantity": credit.quantity,
                        "price_unit": credit.price_unit,
                    }
                    for credit in credits
                    if credit.display_type == "product"
                },
            )
        return vals

    def _prepare_chosen_lines(self, move, chosen):
        """Commands that copy lines of the invoice, as reversing does, below the
        sections that they stand in.

        :param dict chosen: quantity and price, as values, by id of
            ``account.move.line``
        """
        lines = move.invoice_line_ids.browse(chosen)
        lines |= lines.parent_id | lines.parent_id.parent_id
        lines = lines.with_context(include_business_fields=True).sorted(
            lambda line: (line.sequence, line.id)
        )
        return [
            Command.create({**vals, **chosen.get(line.id, {"quantity": 0.0})})
            for line, vals in zip(lines, lines.copy_data(), strict=True)
        ]

    # ------------------------------------------------------------ credit notes

    def reverse_moves(self, is_modify=False):
        # EXTENDS sale_timesheet
        ensure_one(self)
        with (
            recording_odoo_link(),
            self.env["account.move.line"]._reversing(),
            self._handing_over() if is_modify else nullcontext(),
        ):
            if self.credit_scope == "invoice":
                return super().reverse_moves(is_modify)
            choices = self._get_choices()
            # A draft in any case: what it frees is recorded before it is posted.
            action = super().reverse_moves(False)
            self._record_choices(choices)
            return self._recreate_choice(action) if is_modify else action

    def _record_choices(self, choices):
        """
        :param choices: list of :class:`CreditChoice` that the new credit note credits
        """
        # sudo: the links of the lines that were just made
        credits = self.new_move_ids.sudo().invoice_line_ids
        lines = {line.credited_line_id: line for line in credits}
        for choice in choices:
            lines[choice.line]._record_choice(choice.rows, choice.made)

    def _recreate_choice(self, action):
        """Post the credit note of what was chosen, and make a new draft of it.

        :param dict action: that opens the credit note; changed
        :return: the action, which opens the draft now
        """
        credit = self.new_move_ids
        credit.with_context(move_reverse_cancel=True)._post(soft=False)
        invoice = self.move_ids.with_context(include_business_fields=True)
        [data] = invoice.copy_data(self._modify_default_reverse_values(invoice))
        self.new_move_ids = draft = self.env["account.move"].create(data)
        action.update(res_id=draft.id, context={"default_move_type": draft.move_type})
        return action

    @contextmanager
    def _handing_over(self):
        """Invoices are credited and re-created in this block: the new drafts bill what
        the credit notes, which are posted in it, have freed."""
        # sudo: the links of the invoice, which the user may reverse, not the time
        invoices = self.sudo().move_ids
        if self.credit_scope == "invoice":
            for invoice in invoices:
                self._check_not_credited(invoice)
        self._check_not_to_come()
        rows = invoices.invoice_line_ids._get_billed_rows()
        billed = rows.grouped("invoice_line_id")
        before = invoices.reversal_move_ids
        # The entries are free between the credit note and the new draft. Protected,
        # so that they do not take over their task's project or sale line meanwhile,
        # nor a rounding that the project has got since: the draft has what was billed.
        protected = [
            rows.entries._fields[name]
            for name in (
                "project_id",
                "partner_id",
                "user_id",
                "so_line",
                "billing_hours",
            )
        ]
        # The periods are open for that moment, too, and keep the amounts of their
        # shares.
        periods = invoices.invoice_line_ids.billing_period_id
        amounts = [periods._fields["fixed_amount"]]
        items = [rows.parts._fields["so_line"]]
        with self.env.protecting(
            [(protected, rows.entries), (items, rows.parts), (amounts, periods)]
        ):
            yield
            # sudo: as above, for the drafts that were just made
            lines = self.sudo().new_move_ids.invoice_line_ids.filtered(
                "recreated_line_id"
            )
            credits = (invoices.reversal_move_ids - before).invoice_line_ids
            lines._take_over(credits, billed)
            lines._get_billing_periods()._reassign_entries()

    def _check_not_to_come(self):
        """Odoo posts a credit note of a day to come on that day.

        :raises UserError: where an invoice would bill until then what is on a new draft
        """
        if not self.date or self.date <= fields.Date.context_today(self):
            return
        # sudo: what an invoice bills does not depend on who reverses it
        invoices = self.sudo().move_ids.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and (
                    move.billing_period_ids
                    or any(line._is_of_ledger() for line in move.invoice_line_ids)
                )
            )
        )
        if invoices:
            raise UserError(
                self.env._(
                    "%(invoices)s bills its work until the credit note is posted, "
                    "which would only be on %(date)s: a new invoice cannot bill the "
                    "same before. Choose a day until today, or reverse alone and "
                    "create the new invoice from the billing period once the credit "
                    "note is posted.",
                    invoices=", ".join(invoices.sudo(False).mapped("display_name")),
                    date=format_date(self.env, self.date),
                )
            )

    def _check_not_credited(self, invoice):
        """What is credited already would be credited again, and at once.

        :raises UserError: with the credit notes, and the way to the rest
        """
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity
        )
        credited = lines.filtered(lambda line: line._is_taken_back())
        if not credited or not (
            lines.billing_period_id or lines._get_released_rows() or self.bills_time
        ):
            return
        names = {
            "invoice": invoice.display_name,
            "credits": ", ".join(
                credited._get_posted_credits().move_id.mapped("display_name")
            ),
        }
        if credited == lines:
            raise UserError(
                self.env._(
                    "%(invoice)s is credited in full already, by %(credits)s. Create "
                    "a new invoice of the billing period instead.",
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "%(lines)s of %(invoice)s is credited already, by %(credits)s. Choose "
                "the lines that are left instead of the whole invoice.",
                lines=", ".join((line.name or "").split("\n")[0] for line in credited),
                **names,
            )
        )
