from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL, float_compare, formatLang

from ..entries.row_set import Rows


class SaleOrderLine(models.Model):
    """Time that was invoiced before the add-on came, and that no entry knows of.

    Odoo's link of an entry to its invoice is cleared by a credit note, however small,
    and by reversing and re-creating. What the order says holds: its oldest entries are
    billed until its invoiced quantity is covered, and the rest is open. What is
    invoiced beyond all its time, the proof names.
    """

    _inherit = "sale.order.line"

    @api.model
    def _take_over_invoiced_time(self):
        """Link time of all items to the invoices that their orders count.

        :return: the items of which time was linked
        """
        items = self.browse(
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT %(item)s
                      FROM account_analytic_line entry
                      JOIN sale_order_line item ON item.id = %(item)s
                     WHERE %(project)s IS NOT NULL
                       AND %(type)s = 'billable_time'
                       AND %(invoice_line)s IS NULL
                       AND %(invoiced)s > 0
                    """,
                    item=self._entry_column("so_line"),
                    project=self._entry_column("project_id"),
                    type=self._entry_column("timesheet_invoice_type"),
                    invoice_line=self._entry_column("invoice_line_id"),
                    invoiced=self._column("item", "qty_invoiced"),
                )
            )
        )
        taken = items.filtered(lambda item: item._take_over_time())
        self._list_undecided()
        return taken

    @api.model
    def _list_undecided(self):
        """Items of time that are invoiced beyond all that was delivered: whether that
        was in advance, or twice, a person has to say. An activity on the order."""
        self.env.flush_all()
        items = self.browse(
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT item.id
                      FROM sale_order_line item
                      JOIN product_product product ON product.id = %(product)s
                      JOIN product_template template
                        ON template.id = product.product_tmpl_id
                     WHERE %(state)s = 'sale'
                       AND %(method)s = 'timesheet'
                       AND template.invoice_policy = 'delivery'
                       AND %(invoiced)s > %(delivered)s + %(tolerance)s
                  ORDER BY %(order)s, item.id
                    """,
                    product=self._column("item", "product_id"),
                    state=self._column("item", "state"),
                    method=self._column("item", "qty_delivered_method"),
                    invoiced=self._column("item", "qty_invoiced"),
                    delivered=self._column("item", "qty_delivered"),
                    order=self._column("item", "order_id"),
                    tolerance=self._get_tolerance(10),
                )
            )
        )
        for order, lines in items.grouped("order_id").items():
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("More hours were invoiced than worked"),
                note=Markup("<br/>").join(
                    self.env._(
                        "%(item)s: %(invoiced)s invoiced, %(delivered)s delivered. "
                        "Credit what was invoiced twice; what was invoiced in advance, "
                        "time to come will cover.",
                        item=line.name.split("\n")[0],
                        invoiced=line._format_quantity(line.qty_invoiced),
                        delivered=line._format_quantity(line.qty_delivered),
                    )
                    for line in lines
                ),
                user_id=(order.user_id or self.env.user).id,
            )

    def _format_quantity(self, quantity):
        digits, unit = self._get_quantity_digits(), self.product_uom_id.name
        return f"{formatLang(self.env, quantity, digits)} {unit}"

    @api.model
    def _entry_column(self, name):
        return self._column("entry", name, "account.analytic.line")

    def _take_over_time(self):
        """Link time of this item to its invoices.

        :return: whether any was linked
        """
        self.ensure_one()
        digits = self._get_quantity_digits()
        left = self.qty_invoiced - self._get_time_quantity(
            Rows(self._get_time([("invoice_line_id", "!=", False)]))
        )
        waiting = self._get_time(
            [
                ("invoice_line_id", "=", False),
                "|",
                ("timesheet_invoice_id", "=", False),
                ("timesheet_invoice_id.state", "=", "cancel"),
            ]
        ).filtered(lambda entry: entry.billing_hours > 0)
        waiting = list(waiting.sorted(lambda entry: (entry.date, entry.id)))
        Entry, taken = self.env["account.analytic.line"], False
        credited = {
            move: self._get_charged(self._get_credits_of(move))
            for move in self.invoice_lines.move_id
        }
        for line in self.invoice_lines.sorted(lambda line: (line.date, line.id)):
            room = min(left, self._get_room_on(line, credited))
            entries = Entry.browse()
            while waiting and float_compare(room, 0.0, precision_digits=digits) > 0:
                entry = waiting[0]
                quantity = self._convert_time(entry.billing_hours, entry.product_uom_id)
                if float_compare(quantity, room, precision_digits=digits) > 0:
                    # The rest of it is open.
                    hours = entry.billing_hours
                    entry._split_off(
                        hours - hours * room / quantity, {"billing_hold": "bill"}
                    )
                    quantity = room
                waiting.pop(0)
                entries |= entry
                room, left = room - quantity, left - quantity
            if entries:
                rows = Rows(entries)
                rows._set_invoice_line(line)
                line._record(
                    {
                        "quantity_made": line.quantity_made
                        + self._get_time_quantity(rows)
                    }
                )
                self._get_credits_of(line.move_id).filtered(
                    lambda credit: not credit.credited_line_id
                )._record({"credited_line_id": line.id})
                taken = True
        return taken

    def _get_time(self, domain):
        return self.env["account.analytic.line"].search(
            [
                ("so_line", "=", self.id),
                ("project_id", "!=", False),
                ("timesheet_invoice_type", "=", "billable_time"),
                *domain,
            ]
        )

    def _get_room_on(self, line, credited):
        """What an invoice line charges of this item beyond the time that it bills, and
        beyond what its credit notes give back; in the unit of the item.

        :param dict credited: document to what its credit notes give back, of which the
            lines before this one have taken theirs
        """
        move = line.move_id
        if move.state == "cancel" or move.move_type != "out_invoice":
            return 0.0
        charged = self._get_charged(line)
        taken = min(charged, credited[move])
        credited[move] -= taken
        return charged - taken - self._get_time_quantity(line._get_billed_rows())

    def _get_charged(self, lines):
        return sum(
            line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id, round=False, raise_if_failure=False
            )
            for line in lines
        )

    def _get_credits_of(self, move):
        """The lines of this item on credit notes of a document."""
        credits = move.reversal_move_ids.filtered(
            lambda credit: credit.state != "cancel"
        )
        return credits.invoice_line_ids.filtered(
            lambda credit: self in credit.sale_line_ids
        )
