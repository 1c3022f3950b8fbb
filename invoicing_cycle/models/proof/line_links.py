from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """The links of each invoice line agree: its document, its sales order item, its
    period, what it credits and what it bills again.

    What it was made with, charges and credits is in ``proof/line_made.py``: the same
    query asks for it.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        yield from super()._get_checks(proof)
        findings, texts = [], {}
        for more_findings, more_texts in self._get_line_checks(proof.scope):
            findings.append(more_findings)
            texts.update(more_texts)
        query = self._get_line_query(proof.scope, SQL(", ").join(findings))
        yield "account.move.line", texts, query

    @api.model
    def _get_line_query(self, scope, findings):
        """(line id, kind of difference) of what contradicts itself."""
        return SQL(
            """
            SELECT line.id, finding.kind
              FROM %(lines)s
         LEFT JOIN account_move_line recreated ON recreated.id = line.recreated_line_id
         LEFT JOIN project_billing_period period ON period.id = line.billing_period_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS number, MIN(rel.order_line_id) AS item_id
                     FROM sale_order_line_invoice_rel rel
                    WHERE rel.invoice_line_id = line.id) items
         LEFT JOIN sale_order_line sale_line ON sale_line.id = items.item_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS entries,
                          COALESCE(BOOL_OR(
                              entry.project_id IS DISTINCT FROM period.project_id
                              AND COALESCE(entry.project_id NOT IN %(projects)s, TRUE)
                          ), FALSE) AS elsewhere
                     FROM %(rows)s
                    WHERE entry.invoice_line_id = line.id) time
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS number
                     FROM invoicing_cycle_line_milestone_rel made
                    WHERE made.move_line_id = line.id) milestones
        CROSS JOIN LATERAL (
                   SELECT COALESCE(line.billing_kind <> 'section', FALSE) AS bills,
                          %(live)s AS live,
                          COALESCE(line.quantity_made, 0) AS made) is_
        CROSS JOIN LATERAL (
                   SELECT made.quantity,
                          ABS(line.quantity - made.quantity) < %(noise)s
                          AND ABS(line.price_unit - COALESCE(line.price_made, 0))
                              < 1.01 * %(price_noise)s
                          AND ABS(COALESCE(line.discount, 0)
                                  - COALESCE(line.discount_made, 0)) < 0.005
                              AS untouched
                     FROM (SELECT (line.made_with->>'quantity')::numeric AS quantity)
                          made) as_made
        CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
             WHERE line.id IN (%(ids)s) AND finding.found
          ORDER BY line.id, finding.kind
            """,
            findings=findings,
            ids=self._ledger_lines_sql(scope),
            **self._get_terms(scope),
        )

    @api.model
    def _get_line_checks(self, scope):
        """What must not be, by kind of difference, and how it is told.

        In SQL, on ``line`` with its ``invoice``, ``sale_line`` and ``period``, the
        ``original`` that it credits, the line ``recreated`` that it bills again, the
        number of its ``items``, ``milestones`` and entries (``time``), what it was made
        with (``as_made``), and whether it bills and is live (``is_``).

        :return: (SQL of (kind, condition), dict of kind to sentence), several
        """
        yield self._get_link_findings(scope), self._get_link_texts()

    @api.model
    def _get_link_findings(self, scope):
        return SQL(
            """
            ('line_state', line.parent_state IS DISTINCT FROM invoice.state),
            ('line_currency', line.currency_id IS DISTINCT FROM invoice.currency_id),
            ('line_company',
             line.company_id IS DISTINCT FROM invoice.company_id
             OR is_.live AND period.company_id <> invoice.company_id),
            ('line_document',
             is_.live AND (is_.bills OR time.entries > 0)
             AND invoice.move_type NOT IN ('out_invoice', 'out_refund')),
            ('line_display',
             (line.billing_kind = 'section') = (line.display_type = 'product')
             OR time.entries > 0 AND line.display_type <> 'product'),
            -- Without any, its entries tell.
            ('line_item',
             is_.live AND is_.bills AND items.number <> 1
             AND (items.number > 1 OR time.entries = 0)),
            ('line_period',
             is_.live AND is_.bills
             AND CASE line.billing_kind WHEN 'down_payment'
                      -- Odoo's own deductions belong to none.
                      THEN line.made_with IS NOT NULL
                      ELSE is_.made <> 0 END
             AND line.billing_period_id IS NULL AND line.credited_line_id IS NULL),
            -- Entries of the projects that are proven tell themselves.
            ('line_project', line.billing_period_id IS NOT NULL AND time.elsewhere),
            ('line_kind',
             line.billing_kind IS NULL AND line.made_with IS NOT NULL
             OR line.billing_kind = 'section' AND (is_.made <> 0 OR time.entries > 0)
             OR is_.bills AND sale_line.id IS NOT NULL
                AND line.billing_kind <> CASE
                    WHEN sale_line.is_downpayment THEN 'down_payment'
                    WHEN sale_line.is_expense THEN 'expense'
                    WHEN milestones.number > 0 OR line.milestone_count > 0
                    THEN 'milestone'
                    WHEN time.entries > 0 THEN 'time'
                    -- Others leave no other sign.
                    WHEN line.billing_kind NOT IN (
                        'down_payment', 'expense', 'milestone')
                    THEN line.billing_kind
                    WHEN line.billing_kind = 'milestone'
                         AND line.credited_line_id IS NOT NULL
                    THEN 'milestone'
                    ELSE 'time' END),
            ('line_expense',
             is_.live AND line.billing_kind = 'expense' AND is_.made <> 0
             AND line.credited_line_id IS NULL
             AND line.billing_period_id IS DISTINCT FROM sale_line.billing_period_id
             AND NOT %(credited)s),
            ('line_empty',
             is_.live AND line.billing_kind = 'time' AND is_.made = 0
             AND line.quantity <> 0 AND time.entries = 0
             AND line.credited_line_id IS NULL AND invoice.move_type = 'out_invoice'
             AND NOT EXISTS (
                 SELECT 1 FROM %(released)s WHERE released.move_line_id = line.id)),
            ('line_down_payment',
             line.display_type = 'product' AND sale_line.id IS NOT NULL
             AND COALESCE(line.is_downpayment, FALSE)
                 <> COALESCE(sale_line.is_downpayment, FALSE)),
            ('milestone_lost',
             is_.live AND line.billing_kind = 'milestone' AND period.id IS NOT NULL
             AND NOT %(credited)s
             AND NOT EXISTS (
                 SELECT 1
                   FROM project_milestone milestone
                  WHERE milestone.invoice_line_id = line.id)),
            ('credit_document',
             original.id IS NOT NULL
             AND (invoice.move_type <> 'out_refund'
                  OR invoice.reversed_entry_id IS DISTINCT FROM original.move_id)),
            ('credit_lost',
             invoice.move_type = 'out_refund' AND invoice.state <> 'cancel'
             AND original.id IS NULL AND line.billing_kind IS NULL
             AND line.billing_period_id IS NULL AND line.display_type = 'product'
             AND EXISTS (
                 SELECT 1
                   FROM account_move_line other
                   JOIN sale_order_line_invoice_rel rel
                     ON rel.invoice_line_id = other.id
                  WHERE other.move_id = invoice.reversed_entry_id
                    AND rel.order_line_id = sale_line.id
                    AND other.quantity_made <> 0)),
            ('credit_nothing',
             original.id IS NULL
             AND (line.made_with IS NOT NULL OR invoice.move_type = 'out_invoice')
             AND (COALESCE(line.credited_quantity, 0) <> 0
                  OR COALESCE(line.credited_made, 0) <> 0)),
            -- What Odoo duplicates names a line as well, and bills nothing. Of a down
            -- payment more may be left to deduct: its credit may be undone.
            ('recreated',
             recreated.id IS NOT NULL
             AND (original.id IS NOT NULL
                  OR is_.live AND is_.bills AND line.made_with IS NOT NULL
                     AND (recreated.billing_period_id
                              IS DISTINCT FROM line.billing_period_id
                          OR recreated.billing_kind <> line.billing_kind
                          OR line.billing_kind <> 'down_payment'
                             AND NOT EXISTS (
                                 SELECT 1
                                   FROM account_move_line credit
                                  WHERE credit.credited_line_id = recreated.id
                                    AND credit.parent_state = 'posted'))))
            """,
            **self._get_terms(scope),
        )

    @api.model
    def _get_link_texts(self):
        _ = self.env._
        return {
            "line_state": _("%(line)s reads another state than its document."),
            "line_currency": _("%(line)s is in another currency than its document."),
            "line_company": _(
                "%(line)s is of another company than its document or its period."
            ),
            "line_document": _(
                "%(line)s bills work, but stands on no invoice or credit note."
            ),
            "line_display": _(
                "%(line)s is of another kind of line than what it bills."
            ),
            "line_item": _(
                "%(line)s bills work of %(items)s, not of exactly one sales order item."
            ),
            "line_period": _("%(line)s bills work, but belongs to no billing period."),
            "line_project": _(
                "%(line)s bills time of another project than its period."
            ),
            "line_kind": _("%(line)s does not bill what it says it was made from."),
            "line_expense": _(
                "%(line)s bills an expense of another period than %(period)s."
            ),
            "line_empty": _("%(line)s charges time, but bills no entry."),
            "line_down_payment": _(
                "%(line)s is a down payment where its sales order item is none, or the "
                "other way round."
            ),
            "milestone_lost": _(
                "%(line)s bills a milestone that does not stand on it."
            ),
            "credit_document": _(
                "%(line)s credits %(credited)s, which its document does not reverse."
            ),
            "credit_lost": _(
                "%(line)s credits what a billing period bills, but names no line of it."
            ),
            "credit_nothing": _("%(line)s takes time back, but is no credit."),
            "recreated": _(
                "%(line)s bills another line again, but not after a credit note for "
                "that."
            ),
        }
