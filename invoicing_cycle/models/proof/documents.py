from odoo import api, models
from odoo.tools import SQL

from .proof import Difference


class BillingProof(models.AbstractModel):
    """Documents that bill periods add up, say where they come from, reverse what they
    credit and were sent as confirmed ones alone."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        return [
            *super()._get_differences(scope, totals, lines),
            *self._check_documents(scope, lines),
        ]

    @api.model
    def _check_documents(self, scope, lines):
        """Documents that contradict their lines or themselves, in one query.

        A line that was moved from one to another leaves both unbalanced.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT invoice.id, own.project_id, finding.kind
                  FROM account_move invoice
             LEFT JOIN account_move reversed ON reversed.id = invoice.reversed_entry_id
            CROSS JOIN LATERAL (
                       SELECT ROUND(SUM(line.balance), 6) AS balance,
                              MIN(period.project_id) AS project_id,
                              COALESCE(BOOL_OR(line.made_with IS NOT NULL), FALSE)
                                  AS made,
                              COALESCE(BOOL_OR(
                                  original.billing_period_id IS NOT NULL), FALSE)
                                  AS credits
                         FROM account_move_line line
                    LEFT JOIN project_billing_period period
                           ON period.id = line.billing_period_id
                    LEFT JOIN account_move_line original
                           ON original.id = line.credited_line_id
                        WHERE line.move_id = invoice.id) own
            CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
                 WHERE invoice.id IN (
                       SELECT line.move_id
                         FROM account_move_line line
                        WHERE line.id IN (%(lines)s))
                   AND finding.found
              ORDER BY invoice.id, finding.kind
                """,
                findings=SQL(", ").join(
                    SQL("(%s, %s)", kind, condition)
                    for kind, condition in self._get_document_conditions().items()
                ),
                lines=self._ledger_lines_sql(scope, lines),
            )
        )
        moves = self.env["account.move"].browse(row[0] for row in rows)
        return [
            Difference(
                kind,
                self._get_document_text(kind, move),
                move,
                self.env["project.project"].browse(project_id) or scope.projects[:1],
            )
            for move, (_id, project_id, kind) in zip(moves, rows, strict=True)
        ]

    @api.model
    def _get_document_conditions(self):
        """What must not be, by kind of difference, on ``invoice``, the document
        ``reversed`` that it reverses, and what its lines say (``own``)."""
        return {
            "balance": SQL("own.balance <> 0"),
            "origin": SQL(
                """
                own.project_id IS NOT NULL
                    AND invoice.billing_origin IS DISTINCT FROM 'schedule'
                OR own.credits AND invoice.billing_origin = 'freeform'
                """
            ),
            # A cancelled one bills its time all the same then.
            "document_legacy": SQL(
                """
                invoice.payment_state = 'invoicing_legacy'
                AND invoice.state <> 'cancel'
                """
            ),
            # What credits lines is compared with them, see "credit_document".
            "document_reverses": SQL(
                """
                reversed.id IS NOT NULL
                AND (own.made OR reversed.move_type = invoice.move_type)
                """
            ),
            "document_sent": SQL(
                """
                (invoice.sent_on IS NULL) <> (invoice.sent_channel IS NULL)
                OR invoice.sent_on IS NOT NULL AND invoice.state <> 'posted'
                   AND invoice.payment_state IS DISTINCT FROM 'invoicing_legacy'
                """
            ),
        }

    @api.model
    def _get_document_text(self, kind, move):
        """What is told of a difference of a document."""
        _ = self.env._
        names = {
            "document": move.display_name,
            "reversed": move.reversed_entry_id.display_name or _("none"),
        }
        return {
            "balance": _("The lines of %(document)s do not balance.", **names),
            "origin": _(
                "%(document)s bills periods, but does not say that it comes from them.",
                **names,
            ),
            "document_legacy": _(
                "%(document)s is marked as an invoice of another invoicing app, but is "
                "not cancelled.",
                **names,
            ),
            "document_reverses": _(
                "%(document)s bills work, and yet reads as the reversal of "
                "%(reversed)s.",
                **names,
            ),
            "document_sent": _(
                "%(document)s has half a sent record, or one although it is not "
                "confirmed.",
                **names,
            ),
        }[kind]
