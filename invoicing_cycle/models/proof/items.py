from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Sales order items read what their order and their time say, and Odoo's own
    invoices bill no more of them than is there."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        ids = tuple(self._get_sale_line_ids(scope, lines))
        return [
            *differences,
            *self._check_items(scope, ids),
            *(self._check_lines_beside(ids) if ids else ()),
        ]

    @api.model
    def _check_items(self, scope, ids):
        """Items that contradict their order, their time or their expenses, in one
        query.

        :param ids: of sale order lines; those of expenses of the projects besides
        """
        conditions = self._get_item_conditions()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale_line.id, finding.kind
                  FROM sale_order_line sale_line
                  JOIN sale_order ON sale_order.id = sale_line.order_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries,
                              COALESCE(SUM(%(quantity)s) FILTER (
                                  WHERE %(waiting)s), 0) AS waiting
                         FROM %(rows)s
                        WHERE entry.so_line = sale_line.id
                          AND entry.project_id IS NOT NULL
                          AND entry.timesheet_invoice_type = 'billable_time') time
            CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
                 WHERE (sale_line.id IN %(ids)s
                        OR sale_line.id IN (
                            SELECT expense.sale_order_line_id
                              FROM hr_expense expense
                             WHERE expense.billing_project_id IN %(projects)s))
                   AND finding.found
              ORDER BY sale_line.id, finding.kind
                """,
                rows=self._all_rows_sql(),
                quantity=self._quantity_sql(),
                waiting=self._waiting_sql(),
                findings=SQL(", ").join(
                    SQL("(%s, %s)", kind, condition)
                    for kind, condition in conditions.items()
                ),
                ids=ids or (None,),
                projects=tuple(scope.projects.ids),
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        return [
            Difference(
                kind,
                self._get_item_text(kind, item),
                item,
                item.project_id or item.order_id.project_ids[:1],
            )
            for item, (_id, kind) in zip(items, rows, strict=True)
        ]

    @api.model
    def _get_item_conditions(self):
        """What must not be, by kind of difference, on ``sale_line`` and its
        ``sale_order``, with the number of entries and what waits (``time``)."""
        return {
            "order_other": SQL(
                """
                sale_line.state IS DISTINCT FROM sale_order.state
                OR sale_line.company_id IS DISTINCT FROM sale_order.company_id
                OR sale_line.currency_id IS DISTINCT FROM sale_order.currency_id
                """
            ),
            # What a product is set to be delivered by may change; the item keeps it.
            "order_method": SQL(
                """
                time.entries > 0 AND sale_line.is_expense IS NOT TRUE
                    AND sale_line.qty_delivered_method IS DISTINCT FROM 'timesheet'
                OR sale_line.is_expense
                   AND sale_line.qty_delivered_method IS DISTINCT FROM 'analytic'
                OR sale_line.qty_delivered_method IS DISTINCT FROM 'milestones'
                   AND EXISTS (
                        SELECT 1
                          FROM project_milestone milestone
                         WHERE milestone.sale_line_id = sale_line.id
                           AND milestone.invoice_line_id IS NOT NULL)
                OR sale_line.qty_delivered_method IS NULL
                   AND sale_line.display_type IS NULL
                """
            ),
            # What Odoo's dialog would bill. For some days alone it is less. Products
            # may have changed between what is ordered and what is delivered.
            "order_to_invoice": SQL(
                """
                sale_line.state = 'sale'
                AND sale_line.qty_to_invoice > %s + CASE
                    WHEN sale_line.qty_delivered_method = 'timesheet'
                         AND time.entries > 0
                    THEN GREATEST(sale_line.qty_delivered - sale_line.qty_invoiced,
                                  time.waiting, 0)
                    ELSE GREATEST(sale_line.product_uom_qty, sale_line.qty_delivered)
                         - COALESCE(sale_line.qty_invoiced, 0) END
                """,
                self.env["sale.order.line"]._get_tolerance(10),
            ),
            "order_expense": SQL(
                """
                EXISTS (
                    SELECT 1
                      FROM hr_expense expense
                 LEFT JOIN project_billing_period period
                        ON period.id = expense.billing_period_id
                     WHERE expense.sale_order_line_id = sale_line.id
                       AND (sale_line.is_expense IS NOT TRUE
                            OR expense.sale_order_id <> sale_line.order_id
                            OR expense.billing_project_id <> period.project_id
                            OR sale_line.qty_invoiced <> 0
                               AND expense.date > period.date_to
                            OR NOT EXISTS (
                                SELECT 1
                                  FROM hr_expense other
                                 WHERE other.sale_order_line_id = sale_line.id
                                   AND other.billing_period_id IS NOT DISTINCT FROM
                                       sale_line.billing_period_id)))
                """
            ),
        }

    @api.model
    def _get_item_text(self, kind, item):
        _, name = self.env._, item.display_name
        return {
            "order_other": _(
                "%(item)s is of another state, company or currency than its order.",
                item=name,
            ),
            "order_method": _(
                "%(item)s does not count as delivered what is billed or to be billed "
                "of it.",
                item=name,
            ),
            "order_to_invoice": _(
                "%(item)s offers %(quantity)s to be invoiced, of which less is left.",
                item=name,
                quantity=self._format_number(item.qty_to_invoice),
            ),
            "order_expense": _(
                "%(item)s does not agree with the expense that it bills about its "
                "order or its period.",
                item=name,
            ),
        }[kind]

    @api.model
    def _check_lines_beside(self, ids):
        """Lines that no period made and that bill more than the time or milestones on
        them, in one query: where more of the item is charged than delivered, or the
        line bills nothing and more is charged than all that is billed. Also those that
        take off, and credit no line, where less is charged than all that is billed.

        That a person has raised such a quantity is not told from a document that Odoo's
        dialog made of what was billed already: the order is billed beyond its time.

        :param ids: of sale order lines
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, sale_line.id, own.quantity, line.quantity_made,
                       charged.quantity
                  FROM sale_order_line sale_line
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.order_line_id = sale_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
                  JOIN uom_uom unit ON unit.id = line.product_uom_id
                  JOIN uom_uom item_unit ON item_unit.id = sale_line.product_uom_id
                  JOIN product_product product ON product.id = sale_line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
            CROSS JOIN LATERAL (
                       SELECT line.quantity * %(rate)s
                              * CASE WHEN invoice.move_type = 'out_refund'
                                     THEN -1 ELSE 1 END AS quantity) own
            CROSS JOIN LATERAL (
                       SELECT SUM(
                                  CASE WHEN invoice.move_type = 'out_refund'
                                       THEN -1 ELSE 1 END
                                  * CASE WHEN COALESCE(line.billing_kind,
                                                       original.billing_kind) IS NULL
                                         THEN line.quantity * %(rate)s
                                         ELSE COALESCE(line.quantity_made, 0)
                                     END) AS quantity,
                              SUM(%(made)s) AS made
                         FROM sale_order_line_invoice_rel rel
                         JOIN account_move_line line ON line.id = rel.invoice_line_id
                         JOIN account_move invoice ON invoice.id = line.move_id
                         JOIN uom_uom unit ON unit.id = line.product_uom_id
                    LEFT JOIN account_move_line original
                           ON original.id = line.credited_line_id
                        WHERE rel.order_line_id = sale_line.id
                          AND %(live)s
                          AND (invoice.state = 'posted'
                               OR invoice.move_type <> 'out_refund')) charged
                 WHERE sale_line.id IN %(ids)s
                   AND %(live)s
                   AND line.billing_kind IS NULL
                   AND (sale_line.qty_delivered_method IN ('milestones', 'timesheet')
                        AND template.invoice_policy = 'delivery'
                        AND invoice.move_type = 'out_invoice'
                        AND own.quantity > COALESCE(line.quantity_made, 0) + %(noise)s
                        AND (charged.quantity > sale_line.qty_delivered + %(noise)s
                             OR COALESCE(line.quantity_made, 0) = 0
                                AND charged.quantity > charged.made + %(noise)s)
                        AND NOT %(credited)s
                        -- Deductions are proven by their amounts.
                        OR sale_line.is_downpayment IS NOT TRUE
                           AND own.quantity < -%(noise)s
                           AND line.credited_line_id IS NULL
                           AND COALESCE(line.quantity_made, 0) = 0
                           AND (invoice.state = 'posted'
                                OR invoice.move_type <> 'out_refund')
                           AND charged.quantity < charged.made - %(noise)s)
              ORDER BY line.id
                """,
                ids=ids,
                rate=SQL("(unit.factor / item_unit.factor)"),
                made=self._made_sql("invoice", "line"),
                noise=self.env["sale.order.line"]._get_tolerance(10),
                live=self._live_sql("invoice"),
                credited=self._credited_sql("line"),
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows)
        items = self.env["sale.order.line"].browse(row[1] for row in rows)
        return [
            Difference(
                "billed_beside",
                self.env._(
                    "The line %(line)s of %(invoice)s bills %(quantity)s of %(item)s, "
                    "but %(made)s stand on it: %(invoiced)s are invoiced, "
                    "%(delivered)s delivered.",
                    line=(line.name or "").split("\n")[0],
                    invoice=line.move_id.display_name,
                    quantity=self._format_number(float(quantity)),
                    item=item.display_name,
                    made=self._format_number(float(made or 0.0)),
                    invoiced=self._format_number(float(charged)),
                    delivered=self._format_number(item.qty_delivered),
                ),
                line,
                item.project_id or item.order_id.project_ids[:1],
            )
            for line, item, (_line, _item, quantity, made, charged) in zip(
                lines, items, rows, strict=True
            )
        ]
