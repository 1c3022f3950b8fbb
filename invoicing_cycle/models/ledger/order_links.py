from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.changes import get_linked_ids, is_change
from ..common.recorded import filter_closed

#: What the lines that bill an item, and what they made of it, rest on.
ITEM_FIELDS = frozenset(
    {
        "company_id",
        "currency_id",
        "is_downpayment",
        "is_expense",
        "order_id",
        "product_id",
        "product_uom_id",
        "qty_delivered_method",
        "qty_invoiced",
        "state",
    }
)


class SaleOrderLine(models.Model):
    """The order's end of the links of invoice lines.

    See ``ledger/links.py``; ordered quantity, price, discount and
    taxes stay free.
    """

    _inherit = "sale.order.line"

    def _check_new_links(self):
        """
        :raises UserError: where these new items took lines that bill another one
        """
        # On the records: a default from the context links as well.
        if filter_closed(self, {"invoice_lines"}):
            # sudo: what a line bills does not depend on who links it
            lines = self.sudo().invoice_lines
            lines._filtered_on_ledger()._refuse_ledger_links({"sale_line_ids"})

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would change a link
        """
        links = ITEM_FIELDS | {"invoice_lines", "qty_delivered", "timesheet_ids"}
        names = filter_closed(self, links & vals.keys())
        if not names:
            return
        # sudo: what bills an item does not depend on who changes it
        items = self.sudo()
        if "invoice_lines" in names:
            items._check_invoice_lines(vals["invoice_lines"])
        if "timesheet_ids" in names:
            items._check_billed_entries(vals["timesheet_ids"])
        changed = items.filtered(
            lambda item: any(
                is_change(item, name, vals[name]) for name in names & ITEM_FIELDS
            )
        )
        if "qty_delivered" in names:
            changed |= items.filtered(
                lambda item: (
                    item.qty_delivered_method in ("milestones", "timesheet")
                    and is_change(item, "qty_delivered", vals["qty_delivered"])
                )
            )
        changed._filtered_billed_now()._refuse_items_on_ledger()

    def _check_invoice_lines(self, value):
        for item in self:
            before = set(item.invoice_lines.ids)
            after = get_linked_ids(before, value)
            lines = item.invoice_lines.browse((before ^ after) - {False}).exists()
            if isinstance(value, (list, tuple)):
                # A line that is deleted gives back what it bills.
                lines -= lines.browse(
                    command[1]
                    for command in value
                    if isinstance(command, (list, tuple))
                    and command[:1] in ([Command.DELETE], (Command.DELETE,))
                )
            lines._filtered_on_ledger()._refuse_ledger_links({"sale_line_ids"})
            # False stands for a line that the command creates.
            if False in after or lines & lines.browse(after):
                item._refuse_lines_beside(())

    def _check_billed_entries(self, value):
        """Entries that leave by a command that finds only what the user may read."""
        Entry = self.env["account.analytic.line"]
        if Entry._may_change_closed_time(self.env.user):
            return
        for item in self:
            before = set(item.timesheet_ids.ids)
            leaving = Entry.browse(before - get_linked_ids(before, value))
            # sudo: whether a line bills time does not depend on who may read it
            leaving.sudo().filtered("invoice_line_id")._check_not_closed("write")

    def _filtered_billed(self, besides=()):
        """Items that live lines of the ledger bill (superuser records).

        :param besides: lines that do not count
        """
        lines = self.invoice_lines.filtered(
            lambda line: line.parent_state != "cancel" and line not in besides
        )._filtered_on_ledger()
        return self & lines.sale_line_ids

    def _filtered_billed_now(self):
        """Those that are billed and not credited in full."""
        lines = self._filtered_billed().invoice_lines
        live = lines.filtered(lambda line: not line.credited_line_id)._filtered_live()
        return self & live.sale_line_ids

    def _refuse_items_on_ledger(self):
        billed = self._filtered_billed()
        if billed:
            documents = billed.invoice_lines.move_id.filtered(
                lambda move: move.state != "cancel"
            )
            raise UserError(
                self.env._(
                    "%(items)s is billed on %(documents)s, which counts on what it is. "
                    "Delete its lines there, or cancel or credit the invoice, before "
                    "you change or delete it.",
                    items=", ".join(billed.mapped("display_name")),
                    documents=", ".join(documents.mapped("display_name")),
                )
            )

    def _refuse_lines_beside(self, lines):
        """
        :param lines: new lines, made by hand, that are to bill these items
        :raises UserError: where others of the ledger bill one of them
        """
        billed = self._filtered_billed(besides=lines)
        if billed:
            documents = billed.invoice_lines.filtered(
                lambda line: line.parent_state != "cancel" and line not in lines
            ).move_id
            raise UserError(
                self.env._(
                    "%(items)s is billed on %(documents)s: a line made by hand would "
                    "bill or credit it a second time. Create the invoice from the "
                    "billing period or the sales order, credit by reversing the "
                    "invoice, or make the line without a sales order item.",
                    items=", ".join(billed.mapped("display_name")),
                    documents=", ".join(documents.mapped("display_name")),
                )
            )

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_on_ledger(self):
        # sudo: as in _check_ledger_links
        self.sudo()._refuse_items_on_ledger()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        names = filter_closed(self, {"company_id", "currency_id"} & vals.keys())
        if names:
            # sudo: what bills an order does not depend on who changes it
            changed = self.sudo().filtered(
                lambda order: any(is_change(order, name, vals[name]) for name in names)
            )
            changed.order_line._refuse_items_on_ledger()
        return super().write(vals)

    # The database deletes the lines along with the order.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_on_ledger(self):
        # sudo: as in write
        self.sudo().order_line._refuse_items_on_ledger()
