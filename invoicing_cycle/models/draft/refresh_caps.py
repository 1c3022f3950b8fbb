from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

from ...tools.caps import NOISE


class AccountMove(models.Model):
    """Drafts bill capped time up to the cap, in the order of the days."""

    _inherit = "account.move"

    @api.model
    def _fits_sql(self, entry, draft):
        """Whether a refresh of a draft would bill a time entry of its periods."""
        # Below the cap by itself, or in place of later time that the draft bills.
        Period, Entry = self.env["project.billing.period"], "account.analytic.line"
        Line, column = "account.move.line", Period._column
        return SQL(
            """
            (%(billable)s
             OR EXISTS (
                SELECT 1
                  FROM account_move_line line
                  JOIN %(rows)s ON %(billed_line)s = line.id
                 WHERE %(move)s = %(draft)s
                   AND %(billed_item)s = %(item)s
                   AND (%(billed_date)s, billed.id) > (%(date)s, %(entry)s)))
            """,
            billable=Period._billable_time_sql(entry),
            rows=self.env[Entry]._all_rows_sql("billed"),
            move=column("line", "move_id", Line),
            draft=SQL.identifier(draft, "id"),
            billed_line=column("billed", "invoice_line_id", Entry),
            billed_item=column("billed", "so_line", Entry),
            billed_date=column("billed", "date", Entry),
            item=column(entry, "so_line", Entry),
            date=column(entry, "date", Entry),
            entry=SQL.identifier(entry, "id"),
        )

    def _hold_above_caps(self, plan):
        """A refreshed draft bills up to the cap as well: where an entry fits in part,
        the rest of it is held.

        :param plan: ``RefreshPlan``
        """
        Period = self.env["project.billing.period"]
        for item in plan.items:
            if not (item.sale_line.billing_capped and item.rows):
                continue
            rows = Period._browse_rows(item.rows).sorted_by_day()
            line = item.sale_line
            quantity = sum(
                line._convert_time(row.billing_hours, row.product_uom_id)
                for row in rows
            )
            above = quantity - Period._get_item_quantity(item)
            if above > NOISE:
                last = rows[-1]
                # What is split must not be billed.
                last._set_invoice_line(last.invoice_line_id.browse())
                whole = line._convert_time(last.billing_hours, last.product_uom_id)
                Period._hold_above_cap(last, whole - above)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_claimed_once(self):
        result = super()._check_claimed_once()
        if self.quantity_made > 0 and self.sale_line_ids.filtered("billing_capped"):
            self._check_cap()
        return result

    def _check_cap(self):
        """
        :raises UserError: where this line, which bills again, passes a cap by that
        """
        for item in self.sale_line_ids.filtered("billing_capped"):
            if (
                float_compare(
                    item.qty_invoiced,
                    item.product_uom_qty,
                    precision_digits=item._get_quantity_digits(),
                )
                > 0
            ):
                raise UserError(
                    self.env._(
                        "With %(document)s, %(quantity)s %(unit)s of %(item)s would be "
                        "billed, above its cap of %(cap)s. Raise the ordered quantity "
                        "first.",
                        document=self.move_id.display_name,
                        quantity=f"{item.qty_invoiced:g}",
                        unit=item.product_uom_id.name,
                        item=item.display_name,
                        cap=f"{item.product_uom_qty:g}",
                    )
                )

    def _raise_limits(self):
        """What these lines bill again was let pass: they keep up to where.

        See ``proof/caps.py``.
        """
        for line in self:
            item, made = line.sale_line_ids[:1], line.made_with or {}
            if made.get("limit") is None:
                continue
            limit = item.product_uom_qty if item.billing_capped else item.qty_invoiced
            if limit > made["limit"]:
                line._record({"made_with": {**made, "limit": limit}})
