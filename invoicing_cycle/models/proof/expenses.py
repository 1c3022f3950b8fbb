from odoo import api, models
from odoo.tools import SQL, float_compare, float_round


class BillingProof(models.AbstractModel):
    """Re-invoiced expenses are billed once, at what they cost and their mark-up.

    Those that wait are in ``proof/waiting.py``.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        _, scope, items = self.env._, proof.scope, self._get_expense_items_sql(proof)
        texts = {
            "expense_twice": _(
                "%(item)s is billed beyond the expense: %(billed)s instead of "
                "%(spent)s."
            ),
            "expense_amount": _(
                "%(item)s is billed at %(price)s; its expense and the mark-up of "
                "%(markup)s %% are %(expected)s."
            ),
        }
        yield from super()._get_checks(proof)
        yield "sale.order.line", texts, self._find_expenses_twice(scope, items)
        for model, found in self._find_expense_amounts(scope, items).items():
            yield model, texts, found

    @api.model
    def _get_expense_items_sql(self, proof):
        """Sales order items of expenses that periods of the scope bill or will bill.

        Also of those that were taken back after they were billed.
        """
        billed = [b.sale_line.id for b in proof.lines if b.sale_line.is_expense]
        return SQL(
            """
            (item.id IN %(billed)s OR item.billing_period_id IN (
                SELECT period.id FROM project_billing_period period WHERE %(periods)s))
            """,
            billed=tuple(billed) or (None,),
            periods=self._period_scope_sql(proof.scope),
        )

    @api.model
    def _find_expenses_twice(self, scope, items):
        """Expenses that live lines bill more often than they were spent.

        :param SQL items: condition on ``item``
        """
        return SQL(
            """
            SELECT item.id, 'expense_twice' AS kind, spent.quantity AS spent,
                   billed.quantity AS billed
              FROM sale_order_line item
        CROSS JOIN LATERAL (
                   SELECT COALESCE(SUM(expense.quantity), 0) AS quantity
                     FROM hr_expense expense
                    WHERE expense.sale_order_line_id = item.id
                      AND expense.state NOT IN ('draft', 'refused')) spent
        CROSS JOIN LATERAL (
                   SELECT SUM(CASE WHEN COALESCE(
                                        line.billing_kind, original.billing_kind,
                                        period.id::text) IS NULL
                                   THEN %(sign)s * line.quantity
                                   ELSE %(made)s END) AS quantity
                     FROM %(item_lines)s
                    WHERE rel.order_line_id = item.id AND %(live)s
                      AND NOT (invoice.move_type = 'out_refund'
                               AND invoice.state = 'draft')) billed
             WHERE %(items)s
               AND ROUND(ABS(billed.quantity)::numeric, %(digits)s)
                   > ROUND(ABS(spent.quantity)::numeric, %(digits)s)
          ORDER BY item.id
            """,
            items=items,
            digits=self.env["sale.order.line"]._get_quantity_digits(),
            **self._get_terms(scope),
        )

    @api.model
    def _find_expense_amounts(self, scope, items):
        """Expenses that are not billed at their cost and mark-up, in one query.

        Compared as they were posted: what a person changes on the sales order holds.
        Those of before that was kept are not judged.

        :param SQL items: condition on ``item``
        :return: dict, model to list of what :meth:`_tell` takes: lines that were made
            with another price than their item had, or items with another than theirs
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id,
                       SUM(expense.untaxed_amount) / NULLIF(SUM(expense.quantity), 0),
                       (item.reinvoiced_with->>'price')::float,
                       (item.reinvoiced_with->>'markup')::float,
                       (item.reinvoiced_with->>'rate')::float,
                       SUM(expense.untaxed_amount_currency)
                           FILTER (WHERE expense.currency_id = item.currency_id)
                           / NULLIF(SUM(expense.quantity), 0),
                       billed.line_id, billed.price
                  FROM sale_order_line item
                  JOIN hr_expense expense ON expense.sale_order_line_id = item.id
             LEFT JOIN LATERAL (
                       SELECT line.id AS line_id, line.price_made AS price
                         FROM %(item_lines)s
                        WHERE rel.order_line_id = item.id
                          AND line.billing_kind = 'expense'
                          -- Lines keep their price with as many digits, not the order.
                          AND ABS(line.price_made - item.price_unit)
                              > 2 * %(price_noise)s
                          AND (line.made_with->'source'->>'price')::float
                              = (item.reinvoiced_with->>'price')::float
                          AND item.price_unit
                              = (item.reinvoiced_with->>'price')::numeric
                          AND %(live)s
                     ORDER BY line.id
                        LIMIT 1) billed ON TRUE
                 WHERE %(items)s AND item.reinvoiced_with->>'markup' IS NOT NULL
              GROUP BY item.id, billed.line_id, billed.price
              ORDER BY item.id
                """,
                items=items,
                **self._get_terms(scope),
            )
        )
        digits = self.env["decimal.precision"].precision_get("Product Price")
        found = {"account.move.line": [], "sale.order.line": []}
        items = self.env["sale.order.line"].browse(row[0] for row in rows)
        for item, row in zip(items, rows, strict=True):
            _id, cost, price, markup, rate, spent, line_id, line_price = row
            currency, company = item.currency_id, item.company_id
            if rate and spent and currency != company.currency_id:
                # Spent in the currency that it is billed in.
                expected = currency.round(float(spent))
            elif rate:
                expected = currency.round(float(cost or 0.0) * rate)
            else:
                # It was posted at the rate of the order, as in Odoo.
                day = item.order_id.date_order
                expected = company.currency_id._convert(
                    float(cost or 0.0), currency, company, day
                )
            # Prices may have fewer digits than the currency, or more.
            expected = float_round(expected * (1 + markup / 100), digits)
            if not line_id and not float_compare(price, expected, digits):
                continue
            found["account.move.line" if line_id else "sale.order.line"].append(
                {
                    "id": line_id or item.id,
                    "kind": "expense_amount",
                    "item": item.display_name,
                    "price": line_price if line_id else price,
                    "markup": f"{markup:g}",
                    "expected": expected,
                }
            )
        return found
