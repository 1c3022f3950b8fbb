from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Each invoice line charges what its quantity and price say, and knows what a
    person changed of what it was made with."""

    _inherit = "billing.proof"

    @api.model
    def _get_line_conditions(self):
        Precision = self.env["decimal.precision"]
        names = {
            "noise": 10.0 ** -Precision.precision_get("Product Unit") / 2,
            "price_noise": 10.0 ** -Precision.precision_get("Product Price") / 2,
            "made": SQL("(line.made_with->>'quantity')::numeric"),
            # Cents of rounding over the whole document.
            "cents": SQL(
                """
                (0.000001 + 5 * (SELECT currency.rounding FROM res_currency currency
                                  WHERE currency.id = line.currency_id))
                """
            ),
            "net": SQL(
                "(line.quantity * line.price_unit"
                " * (1 - COALESCE(line.discount, 0) / 100))"
            ),
            "net_made": SQL(
                "((line.made_with->>'quantity')::numeric * COALESCE(line.price_made, 0)"
                " * (1 - COALESCE(line.discount_made, 0) / 100))"
            ),
            "of_ledger": SQL("(is_.bills OR time.entries > 0)"),
            "excluded": self._tax_excluded_sql(),
        }
        same_taxes = SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM account_move_line_account_tax_rel tax
                 WHERE tax.account_move_line_id = line.id
                   AND NOT line.made_with->'tax_ids' @> TO_JSONB(tax.account_tax_id))
            """
        )
        untouched = SQL(
            """
            (ABS(line.quantity - %(made)s) < %(noise)s
             AND ABS(line.price_unit - COALESCE(line.price_made, 0)) < %(price_noise)s
             AND ABS(COALESCE(line.discount, 0) - COALESCE(line.discount_made, 0))
                 < 0.005)
            """,
            **names,
        )
        return {
            **super()._get_line_conditions(),
            "line_amount": SQL(
                """
                is_.live AND %(of_ledger)s AND line.display_type = 'product'
                AND (ABS(ABS(line.amount_currency) - ABS(line.price_subtotal))
                         > %(cents)s
                     OR %(excluded)s
                        AND ABS(line.price_subtotal - %(net)s) > %(cents)s)
                """,
                **names,
            ),
            "write_up": SQL(
                """
                is_.live AND is_.bills AND line.display_type = 'product'
                AND line.made_with->>'quantity' IS NOT NULL
                AND (ABS(COALESCE(line.write_up_quantity, 0) - CASE
                         WHEN ABS(line.quantity - %(made)s) < %(noise)s THEN 0
                         ELSE line.quantity - %(made)s END) > %(noise)s
                     OR %(same_taxes)s AND %(untouched)s
                        AND ABS(COALESCE(line.write_up_amount, 0)) > %(cents)s
                     OR %(same_taxes)s AND %(excluded)s AND NOT %(untouched)s
                        AND ABS(COALESCE(line.write_up_amount, 0)
                                - (line.price_subtotal - %(net_made)s)) > %(cents)s)
                """,
                same_taxes=same_taxes,
                untouched=untouched,
                **names,
            ),
            # What the entries chosen for a credit stand for, in both units alike. After
            # a credit of money it is their share of what that has left.
            "credit_share": SQL(
                """
                original.id IS NOT NULL
                AND NOT EXISTS (
                    SELECT 1
                      FROM account_move_line credit
                     WHERE credit.credited_line_id = original.id
                       AND credit.id < line.id
                       AND ABS(%(at_full_price)s
                               - COALESCE(credit.credited_quantity, 0)) > %(noise)s)
                AND ABS(COALESCE(line.credited_quantity, 0) * original.quantity_made
                        - COALESCE(line.credited_made, 0) * original.quantity)
                    > %(share_noise)s
                      * GREATEST(ABS(original.quantity), ABS(original.quantity_made), 1)
                """,
                at_full_price=self._at_full_price_sql(SQL.identifier("original")),
                noise=names["noise"],
                share_noise=10 * 2 * names["noise"],
            ),
            "credit_made": SQL(
                """
                original.id IS NOT NULL AND line.parent_state = 'posted'
                AND line.credited_made <> 0 AND is_.made <> 0
                AND ABS(is_.made - line.credited_made) > %(noise)s
                AND NOT %(credited)s
                """,
                credited=self._credited_sql("original"),
                **names,
            ),
            # A posted credit has freed the entries that were chosen for it, and an
            # invoice has freed no others before it is credited in full.
            "credit_entries": SQL(
                """
                line.parent_state = 'draft' AND line.credited_made <> 0
                AND ABS(line.credited_made - COALESCE((
                        SELECT SUM(%(quantity)s)
                          FROM %(chosen)s
                          JOIN %(rows)s
                            ON entry.id = chosen.entry_id
                         WHERE chosen.move_line_id = line.id), 0)) > %(tolerance)s
                    AND EXISTS (
                        SELECT 1
                          FROM %(rows)s
                         WHERE entry.invoice_line_id = original.id
                           AND entry.id NOT IN (
                               SELECT chosen.entry_id
                                 FROM %(chosen)s
                                WHERE chosen.move_line_id = line.id))
                OR line.parent_state = 'posted' AND is_.made <> 0
                   AND EXISTS (
                        SELECT 1
                          FROM %(chosen)s
                         WHERE chosen.move_line_id = line.id
                           AND original.parent_state <> 'cancel'
                           AND NOT EXISTS (
                               SELECT 1
                                 FROM %(released)s
                                WHERE released.move_line_id = original.id
                                  AND released.entry_id = chosen.entry_id))
                OR is_.live AND line.credited_line_id IS NULL AND NOT %(credited)s
                   AND EXISTS (
                        SELECT 1
                          FROM %(released)s
                         WHERE released.move_line_id = line.id
                           AND NOT EXISTS (
                               SELECT 1
                                 FROM %(chosen)s
                                 JOIN account_move_line credit
                                   ON credit.id = chosen.move_line_id
                                WHERE credit.credited_line_id = line.id
                                  AND credit.parent_state = 'posted'
                                  AND chosen.entry_id = released.entry_id))
                """,
                rows=self._all_rows_sql(),
                released=self._kept_rows_sql("released"),
                chosen=self._kept_rows_sql("credited", "chosen"),
                quantity=self._quantity_sql(),
                tolerance=self.env["sale.order.line"]._get_tolerance(10),
                credited=self._credited_sql("line"),
            ),
        }

    @api.model
    def _tax_excluded_sql(self):
        """No tax of ``line`` is included in its price."""
        return SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM account_move_line_account_tax_rel rel
                  JOIN account_tax tax ON tax.id = rel.account_tax_id
                  JOIN res_company company ON company.id = tax.company_id
                 WHERE rel.account_move_line_id = line.id
                   AND (tax.amount_type = 'group'
                        OR COALESCE(tax.price_include_override,
                                    company.account_price_include) = 'tax_included'))
            """
        )

    @api.model
    def _get_more_line_reasons(self):
        _ = self.env._
        return {
            **super()._get_more_line_reasons(),
            "line_amount": _("amounts to something else than its quantity and price"),
            "write_up": _(
                "tells something else as written up than it was changed by since it "
                "was made"
            ),
            "credit_share": _(
                "credits another quantity than the entries that were chosen for it"
            ),
            "credit_made": _(
                "takes back something else than the entries that were chosen for it"
            ),
            "credit_entries": _(
                "has given back other entries than were credited, or is to"
            ),
        }
