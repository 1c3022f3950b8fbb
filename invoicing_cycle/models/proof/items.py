from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, formatLang


class BillingProof(models.AbstractModel):
    """Sales order items read what their order and their time say, are billed up to
    their cap, and Odoo's own invoices bill no more of them than is there. No more of a
    down payment is deducted than was invoiced of it.

    What they count is compared in ``proof/quantities.py``.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        _, scope = self.env._, proof.scope
        texts = {
            "order_other": _(
                "%(item)s is of another state, company or currency than its order."
            ),
            "order_method": _(
                "%(item)s does not count as delivered what is billed or to be billed "
                "of it."
            ),
            "order_to_invoice": _(
                "%(item)s offers %(offered)s to be invoiced, of which less is left."
            ),
            "order_expense": _(
                "%(item)s does not agree with the expense that it bills about its "
                "order or its period."
            ),
            "cap": _("%(made)s of %(item)s are billed, above its cap of %(limit)s."),
            "down_payment": _(
                "%(deducted)s of %(item)s (%(order)s) are deducted, but %(paid)s were "
                "invoiced."
            ),
            "billed_beside": _(
                "%(line)s bills %(quantity)s of %(items)s, but %(made)s stand on it: "
                "%(invoiced)s are invoiced, %(delivered)s delivered."
            ),
        }
        yield from super()._get_checks(proof)
        yield "sale.order.line", texts, self._find_wrong_items(scope)
        yield "sale.order.line", texts, list(self._find_down_payments(scope))
        yield "account.move.line", texts, self._find_lines_beside(scope)

    @api.model
    def _find_wrong_items(self, scope):
        """Items that contradict their order, their time, their expenses or their cap:
        those of expenses of the projects besides.

        A cap may be lowered, or set, after more was billed: each line keeps the cap
        that it was made under, without one what was made by then. Lines of before that
        was kept are not judged, nor what Odoo's own way bills.
        """
        return SQL(
            """
            SELECT sale_line.id, finding.kind, sale_line.qty_to_invoice AS offered,
                   billed.made, billed.limit
              FROM sale_order_line sale_line
              JOIN sale_order ON sale_order.id = sale_line.order_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS entries,
                          COALESCE(SUM(%(quantity)s) FILTER (WHERE %(waiting)s), 0)
                              AS waiting
                     FROM %(rows)s
                    WHERE entry.so_line = sale_line.id
                      AND entry.project_id IS NOT NULL
                      AND entry.timesheet_invoice_type = 'billable_time') time
        CROSS JOIN LATERAL (
                   SELECT SUM(%(made)s) AS made,
                          GREATEST(sale_line.product_uom_qty, MAX(
                              CASE WHEN original.id IS NULL
                                   THEN COALESCE((line.made_with->>'limit')::numeric,
                                                 'Infinity')
                               END)) AS limit
                     FROM %(item_lines)s
                    WHERE rel.order_line_id = sale_line.id
                      AND sale_line.billing_capped
                      AND COALESCE(line.billing_kind, original.billing_kind) = 'time'
                      AND %(live)s) billed
        CROSS JOIN LATERAL (VALUES
                   ('cap', billed.made > billed.limit + %(noise)s),
                   ('order_other',
                    sale_line.state IS DISTINCT FROM sale_order.state
                    OR sale_line.company_id IS DISTINCT FROM sale_order.company_id
                    OR sale_line.currency_id IS DISTINCT FROM sale_order.currency_id),
                   -- What a product is set to be delivered by may change; the item
                   -- keeps it.
                   ('order_method',
                    time.entries > 0 AND sale_line.is_expense IS NOT TRUE
                        AND sale_line.qty_delivered_method
                            IS DISTINCT FROM 'timesheet'
                    OR sale_line.is_expense
                       AND sale_line.qty_delivered_method IS DISTINCT FROM 'analytic'
                    OR sale_line.qty_delivered_method IS DISTINCT FROM 'milestones'
                       AND EXISTS (
                            SELECT 1
                              FROM project_milestone milestone
                             WHERE milestone.sale_line_id = sale_line.id
                               AND milestone.invoice_line_id IS NOT NULL)
                    OR sale_line.qty_delivered_method IS NULL
                       AND sale_line.display_type IS NULL),
                   -- What Odoo's dialog would bill. For some days alone it is less.
                   -- Products may have changed between what is ordered and what is
                   -- delivered.
                   ('order_to_invoice',
                    sale_line.state = 'sale'
                    AND sale_line.qty_to_invoice > %(tolerance)s + CASE
                        WHEN sale_line.qty_delivered_method = 'timesheet'
                             AND time.entries > 0
                        THEN GREATEST(
                            sale_line.qty_delivered - sale_line.qty_invoiced,
                            time.waiting, 0)
                        ELSE GREATEST(
                            sale_line.product_uom_qty, sale_line.qty_delivered)
                            - COALESCE(sale_line.qty_invoiced, 0) END),
                   ('order_expense', EXISTS (
                        SELECT 1
                          FROM hr_expense expense
                     LEFT JOIN project_billing_period period
                            ON period.id = expense.billing_period_id
                         WHERE expense.sale_order_line_id = sale_line.id
                           AND (sale_line.is_expense IS NOT TRUE
                                OR expense.sale_order_id <> sale_line.order_id
                                OR expense.billing_project_id <> period.project_id
                                -- What Odoo's dialog bills stays where it waited,
                                -- whatever becomes of that period.
                                OR expense.date > period.date_to
                                   AND EXISTS (
                                        SELECT 1
                                          FROM %(item_lines)s
                                         WHERE rel.order_line_id = sale_line.id
                                           AND line.billing_kind = 'expense'
                                           AND %(live)s)
                                OR NOT EXISTS (
                                    SELECT 1
                                      FROM hr_expense other
                                     WHERE other.sale_order_line_id = sale_line.id
                                       AND other.billing_period_id
                                           IS NOT DISTINCT FROM
                                           sale_line.billing_period_id))))
                   ) AS finding (kind, found)
             WHERE (sale_line.id IN %(item_ids)s
                    OR sale_line.id IN (
                        SELECT expense.sale_order_line_id
                          FROM hr_expense expense
                         WHERE expense.billing_project_id IN %(projects)s))
               AND finding.found
          ORDER BY sale_line.id, finding.kind
            """,
            **self._get_terms(scope),
        )

    @api.model
    def _find_down_payments(self, scope):
        """What was invoiced and deducted of the down payments of the orders that the
        scope is billed on, in one query.

        Drafts count on either side: one that is corrected was paid, and one that
        deducts takes it. A credit note counts once it is posted.

        :return: what :meth:`_tell` takes; amounts are untaxed
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, invoice.currency_id,
                       SUM(signed.amount) FILTER (WHERE line.price_subtotal > 0),
                       -SUM(signed.amount) FILTER (WHERE line.price_subtotal < 0)
                  FROM sale_order_line item
                  JOIN %(item_lines)s ON rel.order_line_id = item.id
            CROSS JOIN LATERAL (SELECT %(sign)s * line.price_subtotal AS amount) signed
                 WHERE item.is_downpayment
                   AND item.order_id IN (
                       SELECT order_id FROM sale_order_line WHERE id IN %(item_ids)s)
                   AND (invoice.state = 'posted'
                        OR invoice.state = 'draft'
                           AND invoice.move_type <> 'out_refund')
              GROUP BY item.id, invoice.currency_id
              ORDER BY item.id
                """,
                **self._get_terms(scope),
            )
        )
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        sums = defaultdict(lambda: [0.0, 0.0])
        for item, (_id, currency_id, *amounts) in zip(items, rows, strict=True):
            currency = self.env["res.currency"].browse(currency_id)
            for index, amount in enumerate(amounts):
                sums[item][index] += currency._convert(
                    float(amount or 0.0), item.currency_id, item.company_id
                )
        for item, (paid, deducted) in sums.items():
            currency = item.currency_id
            if currency.compare_amounts(deducted, paid) > 0:
                yield {
                    "id": item.id,
                    "kind": "down_payment",
                    "deducted": formatLang(self.env, deducted, currency_obj=currency),
                    "item": (item.name or "").split("\n")[0],
                    "order": item.order_id.name,
                    "paid": formatLang(self.env, paid, currency_obj=currency),
                }

    @api.model
    def _find_lines_beside(self, scope):
        """Lines that no period made, of any item of the orders that the scope is
        billed on, that bill more than is there.

        That is where more of the item is charged than is due: what was delivered, or
        ordered where that is billed. Of time and milestones also where the line bills
        nothing and more is charged than all that is billed. Also lines that take off,
        and credit no line, where less is charged than all that is billed.

        That a person has raised such a quantity is not told from a document that Odoo's
        dialog made of what was billed already: the order is billed beyond its time.
        Expenses and down payments are proven by their own rules. Periods may bill an
        amount again and again that was ordered once: then nothing is judged by it.
        """
        return SQL(
            """
            SELECT line.id, 'billed_beside' AS kind, own.quantity, own.made,
                   charged.quantity AS invoiced, sale_line.qty_delivered AS delivered
              FROM sale_order_line sale_line
              JOIN %(item_lines)s ON rel.order_line_id = sale_line.id
              JOIN uom_uom item_unit ON item_unit.id = sale_line.product_uom_id
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN product_product product ON product.id = sale_line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
        CROSS JOIN LATERAL (
                   SELECT %(sign)s * line.quantity * %(rate)s AS quantity,
                          COALESCE(line.quantity_made, 0) AS made) own
        CROSS JOIN LATERAL (
                   SELECT sale_line.qty_delivered_method IN ('milestones', 'timesheet')
                          AND template.invoice_policy = 'delivery' AS by_entries) item
        CROSS JOIN LATERAL (
                   SELECT SUM(CASE WHEN COALESCE(line.billing_kind,
                                                 original.billing_kind) IS NULL
                                   THEN %(sign)s * line.quantity * %(rate)s
                                   ELSE %(made)s END) AS quantity,
                          SUM(%(made)s) AS made,
                          COALESCE(SUM(%(made)s) FILTER (
                              WHERE COALESCE(line.billing_kind,
                                             original.billing_kind) = 'fixed'), 0)
                              AS fixed
                     FROM %(item_lines)s
                     JOIN uom_uom unit ON unit.id = line.product_uom_id
                    WHERE rel.order_line_id = sale_line.id
                      AND %(live)s
                      AND (invoice.state = 'posted'
                           OR invoice.move_type <> 'out_refund')) charged
        CROSS JOIN LATERAL (
                   SELECT GREATEST(
                       sale_line.qty_delivered,
                       CASE WHEN template.invoice_policy = 'order' OR charged.fixed > 0
                            THEN sale_line.product_uom_qty END,
                       0) + %(tolerance)s AS quantity) due
             WHERE sale_line.order_id IN %(order_ids)s
               AND sale_line.is_downpayment IS NOT TRUE
               AND %(live)s
               AND line.billing_kind IS NULL
               AND (sale_line.is_expense IS NOT TRUE
                    AND invoice.move_type = 'out_invoice'
                    AND own.quantity > own.made + %(tolerance)s
                    AND (charged.quantity > due.quantity
                         AND charged.fixed <= due.quantity
                         OR item.by_entries
                            AND own.made = 0
                            AND charged.quantity > charged.made + %(tolerance)s)
                    AND NOT %(credited)s
                    OR sale_line.id IN %(item_ids)s
                       AND own.quantity < -%(tolerance)s
                       AND line.credited_line_id IS NULL
                       AND own.made = 0
                       AND (invoice.state = 'posted'
                            OR invoice.move_type <> 'out_refund')
                       AND charged.quantity < charged.made - %(tolerance)s)
          ORDER BY line.id
            """,
            rate=SQL("(unit.factor / item_unit.factor)"),
            order_ids=self._get_order_ids(scope),
            **self._get_terms(scope),
        )

    @api.model
    def _get_order_ids(self, scope):
        """The orders that the scope is billed on, for SQL."""
        items = self.env["sale.order.line"].browse(scope.item_ids)
        orders = (items | scope.projects.sale_line_id).order_id
        return tuple((orders | scope.projects.reinvoiced_sale_order_id).ids) or (None,)
