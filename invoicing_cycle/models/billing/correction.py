from odoo import api, fields, models

from ..entries.row_set import Rows

#: More descriptions than these are no reason, but a list.
MOST_REASONS = 3


class AccountMove(models.Model):
    """A credit note names the invoice that it corrects, why, and the order number of
    the customer, on paper and in the e-invoice."""

    _inherit = "account.move"

    corrected_invoice_id = fields.Many2one(
        "account.move",
        string="Corrected Invoice",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The invoice that e-invoices of this credit note name. Of negative time, "
        "the last one that billed the same work: choose another where it is another.",
        groups="base.group_user",
    )

    def _get_corrected_invoice(self):
        """The invoice that this credit note reverses or corrects (superuser record)."""
        self.ensure_one()
        # sudo: number, day and reference of an invoice of the same customer
        move = self.sudo()
        if move.move_type != "out_refund":
            return move.browse()
        # One that was reset to draft, and has no day, cannot be named.
        return (move.reversed_entry_id or move.corrected_invoice_id).filtered(
            "invoice_date"
        )

    def _prepare_reversals(self, default_values_list):
        """What credit notes of billed invoices take from what they reverse.

        :param default_values_list: of ``_reverse_moves``, or nothing
        :return: the same, completed
        """
        default_values_list = default_values_list or [{} for _move in self]
        return [
            {"delivery_date": move.delivery_date, "ref": move.ref, **vals}
            if move.billing_origin
            else vals
            # As Odoo pairs them: callers give fewer values than documents.
            for move, vals in zip(self, default_values_list, strict=False)
        ]


class ProjectBillingPeriod(models.Model):
    """Credit notes that are made from negative time."""

    _inherit = "project.billing.period"

    @api.model
    def _prepare_correction(self, items, reference):
        """What a credit note of negative time says of the invoice that it corrects.

        :param items: list of ``BillingItem``
        :param str reference: what the invoice of the order would say
        :return: dict of values of ``account.move``
        """
        negative = [item for item in items if item.amount < 0]
        invoice = self._find_corrected_invoice(negative)
        if not invoice:
            return {}
        text = self._localize(negative[0]).env._(
            "Correction of %(invoice)s", invoice=invoice.name
        )
        if reason := self._get_correction_reason(negative):
            text = f"{text}: {reason}"
        return {
            "corrected_invoice_id": invoice.id,
            "ref": ", ".join(filter(None, [text, reference])),
        }

    @api.model
    def _find_corrected_invoice(self, items):
        """The last posted invoice that billed the same, to the same customer, and that
        is not taken back; one that billed the same days first."""
        # sudo: as below
        orders = self.env["sale.order"].union(
            *(item.sale_line.sudo().order_id for item in items)
        )
        customers = orders.partner_invoice_id.commercial_partner_id
        # sudo: which invoices billed these sales order items, for whoever credits them
        lines = (
            self.env["sale.order.line"]
            .union(*(item.sale_line for item in items))
            .sudo()
            .invoice_lines
        ).filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.move_id.move_type == "out_invoice"
                and line.move_id.commercial_partner_id in customers
                and not line._is_taken_back()
            )
        )
        billed = lines._get_billed_days()
        days = [item.date_from for item in items if item.date_from]

        def get_rank(line):
            covers = billed[line] and any(
                min(billed[line]) <= day <= max(billed[line]) for day in days
            )
            return bool(covers), line.move_id.invoice_date, line.id

        return max(lines, key=get_rank, default=lines).move_id

    @api.model
    def _get_correction_reason(self, items):
        """What the negative entries say, where that is short."""
        # sudo: descriptions of time that whoever credits it shows to the customer
        env = self.env(su=True)
        rows = Rows.browse(env, (key for item in items for key in item.rows))
        names = dict.fromkeys(
            row.name for row in rows if row.billing_hours < 0 and row.name != "/"
        )
        names.pop(False, None)
        return "; ".join(names) if len(names) <= MOST_REASONS else ""
