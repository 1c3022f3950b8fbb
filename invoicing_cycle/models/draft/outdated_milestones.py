from odoo import models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Milestones that were reached since a draft was made."""

    _inherit = "account.move"

    def _get_arrived_items(self):
        """Milestones that were reached in the periods of these drafts and wait
        elsewhere, in one query.
        """
        arrived = super()._get_arrived_items()
        Milestone = "project.milestone"
        column = self.env["project.billing.period"]._column
        for draft_id, item in self._execute_arrived(
            Milestone,
            SQL(
                """
                  JOIN project_milestone item
                    ON %(project)s = %(period_project)s
                   AND %(date)s >= %(date_from)s
                   AND (%(date_to)s IS NULL OR %(date)s <= %(date_to)s)
                  JOIN sale_order_line sold
                    ON sold.id = %(sold)s AND %(order)s = draft.order_id
                 WHERE %(invoice_line)s IS NULL
                   AND %(waiting)s IS NOT NULL
                   AND %(waiting)s <> period.id
                """,
                **self._period_columns(),
                project=column("item", "project_id", Milestone),
                date=column("item", "reached_date", Milestone),
                sold=column("item", "sale_line_id", Milestone),
                order=column("sold", "order_id", "sale.order.line"),
                invoice_line=column("item", "invoice_line_id", Milestone),
                waiting=column("item", "billing_period_id", Milestone),
            ),
            lambda milestone: milestone,
        ):
            arrived[draft_id].append(item)
        return arrived

    def _format_arrived_items(self, items):
        return super()._format_arrived_items(items) + [
            self.env._(
                "The milestone %(milestone)s is reached since.",
                milestone=item.record.display_name,
            )
            for item in items
            if item.record._name == "project.milestone"
        ]
