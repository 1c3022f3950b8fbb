from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ..common.recorded import recording


class SaleOrder(models.Model):
    """Odoo's own invoice of an order leaves out held time, as a billing period does,
    and the items of which billing periods bill amounts.

    Both stay to be invoiced, so the order goes on to read "To invoice".
    """

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS sale_timesheet
        moves = self.env["account.move"]
        if not moves.has_access("create") and not self.has_access("write"):
            # As in Odoo. Before time above a cap is held for an invoice.
            return moves
        context = self.env.context
        # The keys of the days are those of Odoo's own invoicing dialog.
        lines = self.order_line._offer_unheld_time(
            context.get("timesheet_start_date"), context.get("timesheet_end_date")
        )
        planned = self.order_line._filtered_billed_by_periods()
        planned.qty_to_invoice = 0.0
        lines |= planned
        # Its lines bill the items, and the first two are what is left of down
        # payments, see _prepare_rest_of_down_payment.
        names = {"billing_kind", "quantity_made", "sale_line_ids"}
        try:
            with recording("account.move.line", names):
                moves = super()._create_invoices(
                    grouped=grouped, final=final, date=date
                )
        except UserError:
            lines._offer_anew()
            raise
        lines._offer_anew()
        return moves

    def _filtered_scheduled(self):
        """Orders that projects with a billing schedule are billed on, in one query."""
        if not self:
            return self
        column, Item = self.env["project.billing.period"]._column, "sale.order.line"
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT %(order)s
                  FROM sale_order_line item
                 WHERE %(order)s IN %(ids)s
                   AND EXISTS (
                       SELECT 1
                         FROM project_project project
                        WHERE %(frequency)s IS NOT NULL
                          AND (%(item)s = item.id
                               OR EXISTS (
                                   SELECT 1
                                     FROM project_billing_time time
                                    WHERE time.project_id = project.id
                                      AND time.so_line_id = item.id)))
                """,
                order=column("item", "order_id", Item),
                ids=tuple(self.ids),
                frequency=column("project", "billing_frequency", "project.project"),
                item=column("project", "sale_line_id", "project.project"),
            )
        )
        return self.browse(row[0] for row in rows)

    def _nothing_to_invoice_error_message(self):
        # EXTENDS sale
        message = super()._nothing_to_invoice_error_message()
        held = self.order_line._get_held_hours()
        planned = self.order_line._filtered_billed_by_periods()
        if held:
            message = self.env._(
                "Nothing is left to invoice but %(hours)s h of held time: %(items)s. "
                "Release it under Time to bill first.",
                hours=formatLang(self.env, sum(held.values())),
                items=", ".join(line.display_name for line in held),
            )
        elif planned:
            message = self.env._(
                "Nothing is left to invoice but what billing periods invoice by their "
                "amounts: %(items)s. Invoice those in the Invoicing app.",
                items=", ".join(planned.mapped("display_name")),
            )
        return message


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _offer_unheld_time(self, date_from=None, date_to=None):
        """Let these lines offer their time to an invoice without what is held, and
        without what lies above a cap, which is held first.

        :param date_from: first day of the time, none for all
        :param date_to: last day of the time, none for all
        :return: the lines whose ``qty_to_invoice`` is another now
        """
        self._hold_above_caps(date_from, date_to)
        lines = self.browse(line.id for line in self._get_held_hours())
        lines._recompute_qty_to_invoice(date_from, date_to)
        return lines

    def _offer_anew(self):
        """What was offered held for one invoice alone.

        Not after an error of the database, which takes all back, and is not to be
        hidden by another one.
        """
        self.env.add_to_compute(self._fields["qty_to_invoice"], self)
        # What is asked to be computed tells its dependants nothing: the status of the
        # order, for instance.
        self.modified(["qty_to_invoice"])

    def _get_held_hours(self):
        """Hours of unbilled time that is held, in one query.

        :return: dict, sale order line to hours, only those that have some
        """
        domain = [
            ("so_line", "in", self.ids),
            ("project_id", "!=", False),
            ("invoice_line_id", "=", False),
            ("billing_hold", "=", "hold"),
        ]
        result = defaultdict(float)
        # sudo: what an order can invoice does not depend on who may read timesheets
        for line, uom, hours in self.sudo()._get_time_sums(domain):
            result[line.with_env(self.env)] += uom._to_hours(hours)
        return dict(result)
