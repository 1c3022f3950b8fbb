from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, formatLang

from .proof import Difference


class BillingProof(models.AbstractModel):
    """No more of a down payment is deducted than was invoiced of it."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        for item, (paid, deducted) in self._get_down_payments(scope, lines).items():
            if item.currency_id.compare_amounts(deducted, paid) <= 0:
                continue
            text = self.env._(
                "%(deducted)s of %(item)s (%(order)s) are deducted, but %(paid)s were "
                "invoiced.",
                deducted=formatLang(self.env, deducted, currency_obj=item.currency_id),
                item=(item.name or "").split("\n")[0],
                order=item.order_id.name,
                paid=formatLang(self.env, paid, currency_obj=item.currency_id),
            )
            projects = item.order_id.project_ids
            project = (projects & scope.projects or projects)[:1]
            differences.append(Difference("down_payment", text, item, project))
        return differences

    @api.model
    def _get_down_payments(self, scope, lines):
        """What was invoiced and deducted of the down payments of the orders that the
        scope is billed on, in two queries.

        Drafts count on either side: one that is corrected was paid, and one that
        deducts takes it. A credit note counts once it is posted.

        :return: dict, sale order line to (paid, deducted), untaxed in its currency
        """
        ids = tuple(self._get_sale_line_ids(scope, lines))
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, invoice.currency_id,
                       SUM(signed.amount) FILTER (WHERE line.price_subtotal > 0),
                       -SUM(signed.amount) FILTER (WHERE line.price_subtotal < 0)
                  FROM sale_order_line item
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = item.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
            CROSS JOIN LATERAL (
                       SELECT CASE WHEN invoice.move_type = 'out_refund'
                                   THEN -line.price_subtotal
                                   ELSE line.price_subtotal END AS amount) signed
                 WHERE item.is_downpayment
                   AND item.order_id IN (
                       SELECT order_id FROM sale_order_line WHERE id IN %(ids)s)
                   AND (invoice.state = 'posted'
                        OR invoice.state = 'draft'
                           AND invoice.move_type <> 'out_refund')
              GROUP BY item.id, invoice.currency_id
              ORDER BY item.id
                """,
                ids=ids,
            )
        )
        SaleLine, Currency = self.env["sale.order.line"], self.env["res.currency"]
        items = {line.id: line for line in SaleLine.browse({row[0] for row in rows})}
        result = defaultdict(lambda: (0.0, 0.0))
        for item_id, currency_id, *amounts in rows:
            item = items[item_id]
            paid, deducted = (
                Currency.browse(currency_id)._convert(
                    float(amount or 0.0), item.currency_id, item.company_id
                )
                for amount in amounts
            )
            before = result[item]
            result[item] = (before[0] + paid, before[1] + deducted)
        return result
