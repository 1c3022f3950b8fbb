from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """The links of each invoice line agree: its document, its sales order item, its
    period, what it credits and what it bills again."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        rows = self.env.execute_query(self._get_line_query(scope, lines))
        records = self.env["account.move.line"].browse(row[0] for row in rows)
        for line, (_line_id, kind, project_id) in zip(records, rows, strict=True):
            differences.append(
                Difference(
                    kind,
                    self._get_line_text(kind, **self._get_line_names(line)),
                    line,
                    self.env["project.project"].browse(project_id)
                    or line.sale_line_ids.project_id[:1]
                    or scope.projects[:1],
                )
            )
        return differences

    # ----------------------------------------------------------------- lines

    @api.model
    def _ledger_lines_sql(self, scope, lines):
        """Ids of all invoice lines on items that the scope is billed on, of those that
        bill it without one, and of what stands on the same documents."""
        ids = tuple(self._get_sale_line_ids(scope, lines)) or (None,)
        return SQL(
            """
            SELECT line.id
              FROM account_move_line line
             WHERE line.id IN (%(linked)s)
                OR line.display_type IN ('product', 'line_section', 'line_subsection')
                   AND line.move_id IN (
                       SELECT linked.move_id
                         FROM account_move_line linked
                        WHERE linked.id IN (%(linked)s))
            """,
            linked=SQL(
                """
                SELECT rel.invoice_line_id
                  FROM sale_order_line_invoice_rel rel
                 WHERE rel.order_line_id IN %(items)s
                 UNION
                %(lines)s
                 UNION
                SELECT milestone.invoice_line_id
                  FROM project_milestone milestone
                 WHERE milestone.project_id IN %(projects)s
                   AND milestone.invoice_line_id IS NOT NULL
                 UNION
                SELECT credit.id
                  FROM account_move_line credit
                 WHERE credit.credited_line_id IN (%(lines)s)
                """,
                items=ids,
                lines=self._line_scope_sql(scope),
                projects=tuple(scope.projects.ids),
            ),
        )

    @api.model
    def _get_line_query(self, scope, lines):
        """(line id, kind of difference, project id) of what contradicts itself."""
        conditions = self._get_line_conditions()
        return SQL(
            """
            SELECT line.id, finding.kind, COALESCE(period.project_id, time.project_id)
              FROM account_move_line line
              JOIN account_move invoice ON invoice.id = line.move_id
         LEFT JOIN account_move_line original ON original.id = line.credited_line_id
         LEFT JOIN account_move_line recreated ON recreated.id = line.recreated_line_id
         LEFT JOIN project_billing_period period ON period.id = line.billing_period_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS number, MIN(rel.order_line_id) AS item_id
                     FROM sale_order_line_invoice_rel rel
                    WHERE rel.invoice_line_id = line.id) items
         LEFT JOIN sale_order_line sale_line ON sale_line.id = items.item_id
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS entries, MIN(entry.project_id) AS project_id,
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
                   SELECT COALESCE(line.billing_kind IN %(kinds)s, FALSE) AS bills,
                          %(live)s AS live,
                          COALESCE(line.quantity_made, 0) AS made) is_
        CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
             WHERE line.id IN (%(lines)s) AND finding.found
          ORDER BY line.id, finding.kind
            """,
            rows=self._all_rows_sql(),
            kinds=self._get_billing_kinds(),
            projects=tuple(scope.projects.ids),
            live=self._live_sql("invoice"),
            findings=SQL(", ").join(
                SQL("(%s, %s)", kind, condition)
                for kind, condition in conditions.items()
            ),
            lines=self._ledger_lines_sql(scope, lines),
        )

    @api.model
    def _get_billing_kinds(self):
        """Kinds of lines that bill something."""
        kinds = dict(self.env["account.move.line"]._fields["billing_kind"].selection)
        return tuple(kind for kind in kinds if kind != "section")

    @api.model
    def _get_line_conditions(self):
        """What must not be, by kind of difference.

        In SQL, on ``line`` with its ``invoice``, ``sale_line`` and ``period``, the
        ``original`` that it credits, the line ``recreated`` that it bills again, and
        the number of its ``items``, ``milestones`` and entries (``time``).
        """
        return {
            "line_state": SQL("line.parent_state IS DISTINCT FROM invoice.state"),
            "line_currency": SQL(
                "line.currency_id IS DISTINCT FROM invoice.currency_id"
            ),
            "line_company": SQL(
                """
                line.company_id IS DISTINCT FROM invoice.company_id
                OR is_.live AND period.company_id <> invoice.company_id
                """
            ),
            "line_document": SQL(
                """
                is_.live AND (is_.bills OR time.entries > 0)
                AND invoice.move_type NOT IN ('out_invoice', 'out_refund')
                """
            ),
            "line_display": SQL(
                """
                (line.billing_kind = 'section') = (line.display_type = 'product')
                OR time.entries > 0 AND line.display_type <> 'product'
                """
            ),
            # Without any, its entries tell.
            "line_item": SQL(
                """
                is_.live AND is_.bills AND items.number <> 1
                AND (items.number > 1 OR time.entries = 0)
                """
            ),
            "line_period": SQL(
                """
                is_.live AND is_.bills
                AND CASE line.billing_kind WHEN 'down_payment'
                         -- Odoo's own deductions belong to none.
                         THEN line.made_with IS NOT NULL
                         ELSE is_.made <> 0 END
                AND line.billing_period_id IS NULL AND line.credited_line_id IS NULL
                """
            ),
            # Entries of the projects that are proven tell themselves.
            "line_project": SQL(
                "line.billing_period_id IS NOT NULL AND time.elsewhere"
            ),
            "line_kind": SQL(
                """
                line.billing_kind IS NULL AND line.made_with IS NOT NULL
                OR line.billing_kind = 'section'
                   AND (is_.made <> 0 OR time.entries > 0)
                OR is_.bills AND sale_line.id IS NOT NULL
                   AND line.billing_kind <> CASE
                       WHEN sale_line.is_downpayment THEN 'down_payment'
                       WHEN sale_line.is_expense THEN 'expense'
                       WHEN milestones.number > 0 OR line.milestone_count > 0
                       THEN 'milestone'
                       WHEN time.entries > 0 THEN 'time'
                       -- Others leave no other sign.
                       WHEN line.billing_kind NOT IN (
                           'down_payment', 'expense', 'milestone', 'section')
                       THEN line.billing_kind
                       WHEN line.billing_kind = 'milestone'
                            AND line.credited_line_id IS NOT NULL
                       THEN 'milestone'
                       ELSE 'time' END
                """
            ),
            "line_expense": SQL(
                """
                is_.live AND line.billing_kind = 'expense' AND is_.made <> 0
                AND line.credited_line_id IS NULL
                AND line.billing_period_id
                    IS DISTINCT FROM sale_line.billing_period_id
                AND NOT %(credited)s
                """,
                credited=self._credited_sql("line"),
            ),
            "line_unit": SQL(
                """
                line.display_type = 'product'
                AND (NULLIF(line.made_with->>'uom_id', 'false')::int
                         <> line.product_uom_id
                     OR original.made_with IS NOT NULL
                        AND original.product_uom_id <> line.product_uom_id)
                """
            ),
            # A line that does not know what it was made with is as the one that it
            # bills again, else made by nobody for time that is late.
            "line_late": SQL(
                """
                COALESCE(line.is_supplementary, FALSE) <> CASE
                    WHEN line.made_with IS NOT NULL
                    THEN (line.made_with->>'supplementary')::boolean
                    WHEN recreated.id IS NOT NULL
                    THEN recreated.is_supplementary
                    ELSE FALSE END
                """
            ),
            "line_empty": SQL(
                """
                is_.live AND line.billing_kind = 'time' AND is_.made = 0
                AND line.quantity <> 0 AND time.entries = 0
                AND line.credited_line_id IS NULL
                AND NOT EXISTS (
                    SELECT 1
                      FROM %(released)s
                     WHERE released.move_line_id = line.id)
                AND invoice.move_type = 'out_invoice'
                """,
                released=self._kept_rows_sql("released"),
            ),
            "credit_document": SQL(
                """
                original.id IS NOT NULL
                AND (invoice.move_type <> 'out_refund'
                     OR invoice.reversed_entry_id IS DISTINCT FROM original.move_id)
                """
            ),
            "credit_lost": SQL(
                """
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
                       AND other.quantity_made <> 0)
                """
            ),
            "milestone_count": SQL(
                """
                is_.live AND line.milestone_count <> milestones.number
                AND (line.milestone_count < milestones.number OR NOT %(credited)s)
                """,
                credited=self._credited_sql("line"),
            ),
        }

    @api.model
    def _get_line_text(self, kind, **names):
        """What is told of a difference of an invoice line."""
        _ = self.env._
        where = _("The line %(line)s of %(invoice)s", **names)
        reason = {
            "line_state": _("reads another state than its document"),
            "line_currency": _("is in another currency than its document"),
            "line_company": _("is of another company than its document or its period"),
            "line_document": _("bills work, but stands on no invoice or credit note"),
            "line_display": _("is of another kind of line than what it bills"),
            "line_item": _(
                "bills work of %(items)s, not of exactly one sales order item", **names
            ),
            "line_period": _("bills work, but belongs to no billing period"),
            "line_project": _("bills time of another project than its period"),
            "line_kind": _("does not bill what it says it was made from"),
            "line_expense": _(
                "bills an expense of another period than %(period)s", **names
            ),
            "line_unit": _("is in another unit than it was made in"),
            "line_late": _(
                "closes %(period)s, or leaves it open, other than it was made to",
                **names,
            ),
            "line_empty": _("charges time, but bills no entry"),
            "credit_document": _(
                "credits %(credited)s, which its document does not reverse", **names
            ),
            "credit_lost": _(
                "credits what a billing period bills, but names no line of it"
            ),
            "milestone_count": _("was made from another number of milestones"),
            **self._get_more_line_reasons(),
        }[kind]
        return _("%(where)s %(reason)s.", where=where, reason=reason)

    @api.model
    def _get_more_line_reasons(self):
        """Other kinds of differences of lines, see :meth:`_get_line_conditions`."""
        return {}

    @api.model
    def _get_line_names(self, line):
        none = self.env._("none")
        return {
            "line": (line.name or "").split("\n")[0],
            "invoice": line.move_id.display_name,
            "items": ", ".join(line.sale_line_ids.mapped("display_name")) or none,
            "period": line.billing_period_id.display_name or none,
            "credited": line.credited_line_id.move_id.display_name or none,
        }
