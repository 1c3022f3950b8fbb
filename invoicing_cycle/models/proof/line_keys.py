from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """What a line was made with tells the kind, period and item that it bills, and how
    many entries at most. See ``project.billing.period._get_made_with``."""

    _inherit = "billing.proof"

    @api.model
    def _get_line_conditions(self):
        names = {
            "credited": self._credited_sql("line"),
            "key": SQL("line.made_with->>'key'"),
        }
        return {
            **super()._get_line_conditions(),
            "line_key": SQL(
                """
                %(key)s IS NOT NULL
                AND CASE WHEN line.billing_kind = 'section'
                         THEN SPLIT_PART(%(key)s, ':', 1)
                              NOT IN ('line_section', 'line_subsection')
                         ELSE SPLIT_PART(%(key)s, ':', 1) <> line.billing_kind
                              OR SPLIT_PART(%(key)s, ':', 2)
                                 <> line.billing_period_id::text
                              OR items.number = 1
                                 AND SPLIT_PART(%(key)s, ':', 3)
                                     <> items.item_id::text
                          END
                """,
                **names,
            ),
            # Only what bills again what Odoo's own dialog had made has none.
            "line_made": SQL(
                """
                line.made_with IS NULL
                AND line.credited_line_id IS NULL
                AND (line.billing_kind = 'section' AND recreated.id IS NULL
                     OR is_.bills AND line.billing_period_id IS NOT NULL
                        AND (recreated.id IS NULL OR recreated.made_with IS NOT NULL))
                """
            ),
            # Entries may have been deleted since they were free, none came along.
            "line_entries": SQL(
                """
                line.billing_kind = 'time'
                AND (line.made_with->>'entries')::int < (
                    SELECT COUNT(*)
                      FROM (SELECT entry.id
                              FROM %(rows)s
                             WHERE entry.invoice_line_id = line.id
                             UNION
                            SELECT released.entry_id
                              FROM %(released)s
                             WHERE released.move_line_id = line.id) known)
                """,
                rows=self._all_rows_sql(),
                released=self._kept_rows_sql("released"),
            ),
            # While an item is billed it is the same product, in the same unit.
            "line_product": SQL(
                """
                is_.live AND sale_line.id IS NOT NULL
                AND line.made_with->'source'->'product_id' IS NOT NULL
                AND NULLIF(line.made_with->'source'->>'product_id', 'false')::int
                    IS DISTINCT FROM sale_line.product_id
                AND NOT %(credited)s
                """,
                **names,
            ),
            "line_item_unit": SQL(
                """
                is_.live AND sale_line.id IS NOT NULL
                AND line.billing_kind <> 'time'
                AND line.made_with->'uom_id' IS NOT NULL
                AND NULLIF(line.made_with->>'uom_id', 'false')::int
                    IS DISTINCT FROM sale_line.product_uom_id
                AND NOT %(credited)s
                """,
                **names,
            ),
            "line_down_payment": SQL(
                """
                line.display_type = 'product' AND sale_line.id IS NOT NULL
                AND COALESCE(line.is_downpayment, FALSE)
                    <> COALESCE(sale_line.is_downpayment, FALSE)
                """
            ),
        }

    @api.model
    def _get_more_line_reasons(self):
        _ = self.env._
        return {
            **super()._get_more_line_reasons(),
            "line_key": _(
                "was made to bill another kind of work, another period or another "
                "sales order item than it reads"
            ),
            "line_made": _("bills a period, but has lost what it was made with"),
            "line_entries": _(
                "bills more time entries, or would take back more, than it was made of"
            ),
            "line_product": _(
                "bills a sales order item that is of another product by now"
            ),
            "line_item_unit": _(
                "was made in another unit than its sales order item is in by now"
            ),
            "line_down_payment": _(
                "is a down payment where its sales order item is none, or the other "
                "way round"
            ),
        }
