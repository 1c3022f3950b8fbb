from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Capped sales order items are billed up to what a person has let be billed."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        for item, made, limit in self._get_passed_caps(scope, lines):
            text = self.env._(
                "%(made)s of %(item)s are billed, above its cap of %(limit)s.",
                made=self._format_number(made),
                item=item.display_name,
                limit=self._format_number(limit),
            )
            project = item.project_id or item.order_id.project_ids[:1]
            differences.append(Difference("cap", text, item, project))
        return differences

    @api.model
    def _get_passed_caps(self, scope, lines):
        """Items of which the cycle made more than their cap, in two queries.

        A cap may be lowered, or set, after more was billed: each line keeps the cap
        that it was made under, without one what was made by then. Lines of before that
        was kept are not judged, nor what Odoo's own way bills.

        :return: list of (sale order line, quantity made, cap)
        """
        ids = tuple(self._get_sale_line_ids(scope, lines))
        if not ids:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, SUM(%(made)s),
                       GREATEST(item.product_uom_qty, MAX(
                           CASE WHEN original.id IS NULL
                                THEN COALESCE((line.made_with->>'limit')::numeric,
                                              'Infinity')
                            END)) AS cap
                  FROM sale_order_line item
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = item.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
             LEFT JOIN account_move_line original ON original.id = line.credited_line_id
                 WHERE item.id IN %(ids)s
                   AND item.billing_capped
                   AND COALESCE(line.billing_kind, original.billing_kind) = 'time'
                   AND %(live)s
              GROUP BY item.id
                HAVING SUM(%(made)s) > GREATEST(item.product_uom_qty, MAX(
                           CASE WHEN original.id IS NULL
                                THEN COALESCE((line.made_with->>'limit')::numeric,
                                              'Infinity')
                            END)) + %(noise)s
              ORDER BY item.id
                """,
                made=self._made_sql("invoice", "line"),
                ids=ids,
                live=self._live_sql("invoice"),
                noise=self.env["sale.order.line"]._get_last_digit() / 2,
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        return [
            (item, float(made), float(cap))
            for item, (_id, made, cap) in zip(items, rows, strict=True)
        ]
