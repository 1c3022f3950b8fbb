from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Each invoice line bills what it was made with: the kind, period and item, in this
    unit, and at most so many entries. See ``project.billing.period._get_made_with``.

    It charges what its quantity and price say, knows what a person changed since, and
    credits the entries that were chosen. The query is in ``proof/line_links.py``.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_line_checks(self, scope):
        _ = self.env._
        texts = {
            "line_key": _(
                "%(line)s was made to bill another kind of work, another period or "
                "another sales order item than it reads."
            ),
            "line_made": _(
                "%(line)s bills a period, but has lost what it was made with."
            ),
            "line_entries": _(
                "%(line)s bills more time entries, or would take back more, than it "
                "was made of."
            ),
            "line_late": _(
                "%(line)s closes %(period)s, or leaves it open, other than it was made "
                "to."
            ),
            "line_unit": _("%(line)s is in another unit than it was made in."),
            "line_product": _(
                "%(line)s bills a sales order item that is of another product by now."
            ),
            "line_item_unit": _(
                "%(line)s was made in another unit than its sales order item is in by "
                "now."
            ),
            "milestone_count": _(
                "%(line)s was made from another number of milestones."
            ),
            "line_amount": _(
                "%(line)s amounts to something else than its quantity and price."
            ),
            "write_up": _(
                "%(line)s tells something else as written up than it was changed "
                "by since it was made."
            ),
            "credit_share": _(
                "%(line)s credits another quantity than the entries that were "
                "chosen for it."
            ),
            "credit_made": _(
                "%(line)s takes back something else than the entries that were "
                "chosen for it."
            ),
            "credit_entries": _(
                "%(line)s has given back other entries than were credited, or is to."
            ),
        }
        yield from super()._get_line_checks(scope)
        yield self._get_made_findings(scope), texts
        yield self._get_amount_findings(scope), texts
        yield self._get_credit_findings(scope), texts

    @api.model
    def _get_made_findings(self, scope):
        return SQL(
            """
            ('line_key',
             %(key)s IS NOT NULL
             AND CASE WHEN line.billing_kind = 'section'
                      THEN SPLIT_PART(%(key)s, ':', 1)
                           NOT IN ('line_section', 'line_subsection')
                      ELSE SPLIT_PART(%(key)s, ':', 1) <> line.billing_kind
                           OR SPLIT_PART(%(key)s, ':', 2)
                              <> line.billing_period_id::text
                           OR items.number = 1
                              AND SPLIT_PART(%(key)s, ':', 3) <> items.item_id::text
                       END),
            -- Only what bills again what Odoo's own dialog had made has none.
            ('line_made',
             line.made_with IS NULL AND line.credited_line_id IS NULL
             AND (line.billing_kind = 'section' AND recreated.id IS NULL
                  OR is_.bills AND line.billing_period_id IS NOT NULL
                     AND (recreated.id IS NULL OR recreated.made_with IS NOT NULL))),
            -- Entries may have been deleted since they were free, none came along.
            ('line_entries',
             line.billing_kind = 'time'
             AND (line.made_with->>'entries')::int < (
                 SELECT COUNT(*)
                   FROM (SELECT entry.id
                           FROM %(rows)s
                          WHERE entry.invoice_line_id = line.id
                          UNION
                         SELECT released.entry_id
                           FROM %(released)s
                          WHERE released.move_line_id = line.id) known)),
            -- A line that does not know what it was made with is as the one that it
            -- bills again, else made by nobody for time that is late.
            ('line_late',
             COALESCE(line.is_supplementary, FALSE) <> CASE
                 WHEN line.made_with IS NOT NULL
                 THEN (line.made_with->>'supplementary')::boolean
                 WHEN recreated.id IS NOT NULL
                 THEN recreated.is_supplementary
                 ELSE FALSE END),
            ('line_unit',
             line.display_type = 'product'
             AND (%(unit)s <> line.product_uom_id
                  OR original.made_with IS NOT NULL
                     AND original.product_uom_id <> line.product_uom_id)),
            -- While an item is billed it is the same product, in the same unit.
            ('line_product',
             is_.live AND sale_line.id IS NOT NULL
             AND line.made_with->'source'->'product_id' IS NOT NULL
             AND NULLIF(line.made_with->'source'->>'product_id', 'false')::int
                 IS DISTINCT FROM sale_line.product_id
             AND NOT %(credited)s),
            ('line_item_unit',
             is_.live AND sale_line.id IS NOT NULL AND line.billing_kind <> 'time'
             AND line.made_with->'uom_id' IS NOT NULL
             AND %(unit)s IS DISTINCT FROM sale_line.product_uom_id
             AND NOT %(credited)s),
            ('milestone_count',
             is_.live AND line.milestone_count <> milestones.number
             AND (line.milestone_count < milestones.number OR NOT %(credited)s))
            """,
            key=SQL("line.made_with->>'key'"),
            unit=SQL("NULLIF(line.made_with->>'uom_id', 'false')::int"),
            **self._get_terms(scope),
        )

    @api.model
    def _get_amount_findings(self, scope):
        same_taxes = SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM account_move_line_account_tax_rel tax
                 WHERE tax.account_move_line_id = line.id
                   AND NOT line.made_with->'tax_ids' @> TO_JSONB(tax.account_tax_id))
            """
        )
        # Cents of rounding over the whole document.
        cents = SQL(
            """
            (0.000001 + 5 * (SELECT currency.rounding FROM res_currency currency
                              WHERE currency.id = line.currency_id))
            """
        )
        return SQL(
            """
            ('line_amount',
             is_.live AND (is_.bills OR time.entries > 0)
             AND line.display_type = 'product'
             AND (ABS(ABS(line.amount_currency) - ABS(line.price_subtotal)) > %(cents)s
                  OR %(excluded)s
                     AND ABS(line.price_subtotal
                             - line.quantity * line.price_unit
                               * (1 - COALESCE(line.discount, 0) / 100))
                         > %(cents)s)),
            ('write_up',
             is_.live AND is_.bills AND line.display_type = 'product'
             AND as_made.quantity IS NOT NULL
             AND (ABS(COALESCE(line.write_up_quantity, 0) - CASE
                      WHEN ABS(line.quantity - as_made.quantity) < %(noise)s THEN 0
                      ELSE line.quantity - as_made.quantity END) > %(noise)s
                  OR %(same_taxes)s AND as_made.untouched
                     AND ABS(COALESCE(line.write_up_amount, 0)) > %(cents)s
                  OR %(same_taxes)s AND %(excluded)s AND NOT as_made.untouched
                     AND ABS(COALESCE(line.write_up_amount, 0)
                             - (line.price_subtotal
                                - as_made.quantity * COALESCE(line.price_made, 0)
                                  * (1 - COALESCE(line.discount_made, 0) / 100)))
                         > %(cents)s))
            """,
            same_taxes=same_taxes,
            cents=cents,
            **self._get_terms(scope),
        )

    @api.model
    def _get_credit_findings(self, scope):
        return SQL(
            """
            -- What the entries chosen for a credit stand for, in both units alike.
            -- After a credit of money it is their share of what that has left.
            ('credit_share',
             original.id IS NOT NULL
             AND NOT EXISTS (
                 SELECT 1
                   FROM account_move_line credit
                  WHERE credit.credited_line_id = original.id
                    AND credit.id < line.id
                    AND ABS(%(at_full_price)s - COALESCE(credit.credited_quantity, 0))
                        > %(noise)s)
             AND ABS(COALESCE(line.credited_quantity, 0) * original.quantity_made
                     - COALESCE(line.credited_made, 0) * original.quantity)
                 > %(tolerance)s
                   * GREATEST(ABS(original.quantity), ABS(original.quantity_made), 1)),
            ('credit_made',
             original.id IS NOT NULL AND line.parent_state = 'posted'
             AND line.credited_made <> 0 AND is_.made <> 0
             AND ABS(is_.made - line.credited_made) > %(noise)s
             AND NOT %(original_credited)s),
            -- A posted credit has freed the entries that were chosen for it, and an
            -- invoice has freed no others before it is credited in full.
            ('credit_entries',
             line.parent_state = 'draft' AND line.credited_made <> 0
             AND ABS(line.credited_made - COALESCE((
                     SELECT SUM(%(quantity)s)
                       FROM %(chosen)s
                       JOIN %(rows)s ON entry.id = chosen.entry_id
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
                               AND chosen.entry_id = released.entry_id)))
            """,
            at_full_price=self._at_full_price_sql(SQL.identifier("original")),
            original_credited=self._credited_sql("original"),
            **self._get_terms(scope),
        )
