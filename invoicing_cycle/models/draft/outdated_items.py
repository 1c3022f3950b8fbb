from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, formatLang


class ArrivedItem(NamedTuple):
    """What a draft's period would bill besides time, and waits in another period."""

    record: models.BaseModel  # hr.expense or project.milestone
    period_id: int
    billed: models.BaseModel  # what waits in a period: of an expense its order item

    def is_billed(self, items):
        """
        :param list items: ``BillingItem``
        """
        return any(item.bills(self.billed) for item in items)


class AccountMove(models.Model):
    """What else arrived since a draft was made; each kind adds its own."""

    _inherit = "account.move"

    def _get_outdated_reasons(self, arrived):
        reasons = super()._get_outdated_reasons(arrived)
        items = self._get_arrived_items()
        for draft in self:
            reasons[draft.id] += draft._format_arrived_items(items[draft.id])
        return reasons

    def _format_arrived_items(self, items):
        """Sentences on what arrived for one draft.

        :param list items: :class:`ArrivedItem` of all kinds
        """
        return []

    def _get_arrived_items(self):
        """What a refresh of these drafts takes in beside time.

        :return: dict, id of the draft to list of :class:`ArrivedItem`
        """
        return defaultdict(list)

    def _period_columns(self):
        column = self.env["project.billing.period"]._column
        return {
            "period_project": column("period", "project_id"),
            "date_from": column("period", "date_from"),
            "date_to": column("period", "date_to"),
        }

    def _execute_arrived(self, model, joins, get_billed):
        """
        :param str model: of the table ``item``
        :param SQL joins: it and what it depends on, to ``draft`` and ``period``
        :param get_billed: function of a record of it: what waits in a period
        :return: list of (id of the draft, :class:`ArrivedItem`)
        """
        if not self.ids:
            return []
        # Supplementary invoices bill late time alone.
        supplementary = self.env["account.move.line"]._fields["is_supplementary"]
        rows = self.env.execute_query(
            SQL(
                """
                WITH draft AS (%s)
                SELECT DISTINCT draft.id, item.id, period.id
                  FROM draft
                  JOIN project_billing_period period ON period.id = draft.period_id
                  %s
              ORDER BY 1, 2
                """,
                self._drafted_sql(
                    SQL("line.is_supplementary IS NOT TRUE", to_flush=supplementary)
                ),
                joins,
            )
        )
        records = self.env[model].browse(dict.fromkeys(row[1] for row in rows))
        records = dict(zip(records.ids, records, strict=True))
        return [
            (
                draft_id,
                ArrivedItem(
                    records[record_id], period_id, get_billed(records[record_id])
                ),
            )
            for draft_id, record_id, period_id in rows
        ]

    @api.model
    def _place_arrived(self, items):
        """Let these wait in the period of a draft, for the generator to bill them
        there."""
        for item in items:
            item.record._record({"billing_period_id": item.period_id})
        self.env.flush_all()

    def _format_money(self, amount, currency=None):
        return formatLang(self.env, amount, currency_obj=currency or self.currency_id)
