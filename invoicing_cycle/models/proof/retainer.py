from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Time of a retainer draws on the hours of exactly one of its periods.

    Its amounts are proven like all fixed ones, see ``proof/fixed.py``.
    """

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        for entry, drawn in self._get_drawn_wrongly(scope):
            names = {"entry": self._describe_entry(entry)}
            text = (
                self.env._(
                    "%(entry)s draws on the hours of %(count)s periods of the "
                    "retainer.",
                    count=drawn,
                    **names,
                )
                if drawn
                else self.env._(
                    "%(entry)s is time of the retainer, but draws on the hours of none "
                    "of its periods.",
                    **names,
                )
            )
            differences.append(Difference("retainer", text, entry, entry.project_id))
        return differences

    @api.model
    def _get_drawn_wrongly(self, scope):
        """Time between two periods of its retainer that draws on none of them, or on
        several, in one query.

        :return: list of (entry, number of periods)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.entry_id, drawn.periods
                  FROM %(rows)s
                  JOIN project_project project ON project.id = entry.project_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) FILTER (
                                  WHERE entry.date >= period.date_from
                                    AND entry.date <= COALESCE(
                                        period.date_to, 'infinity'::date)) AS periods,
                              MIN(period.date_from) AS date_from,
                              MAX(COALESCE(period.date_to, 'infinity'::date)) AS date_to
                         FROM project_billing_period period
                        WHERE period.project_id = entry.project_id
                          AND period.is_retainer
                          AND period.sale_line_id = entry.so_line) drawn
                 WHERE %(scope)s
                   AND entry.so_line = project.billing_retainer_line_id
                   AND entry.billing_hold = 'bill'
                   AND entry.date BETWEEN drawn.date_from AND drawn.date_to
                   AND drawn.periods <> 1
              ORDER BY entry.project_id, entry.date, entry.id
                """,
                rows=self._all_rows_sql(),
                scope=self._scope_sql(scope),
            )
        )
        entries = self.env["account.analytic.line"].browse(row[0] for row in rows)
        return [
            (entry, count) for entry, (_id, count) in zip(entries, rows, strict=True)
        ]
