from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """Documents that bill periods add up, say where they come from, reverse what they
    credit and were sent as confirmed ones alone."""

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        """Documents that contradict their lines or themselves, in one query.

        A line that was moved from one to another leaves both unbalanced.
        """
        _ = self.env._
        texts = {
            "balance": _("The lines of %(document)s do not balance."),
            "origin": _(
                "%(document)s bills periods, but does not say that it comes from them."
            ),
            "document_legacy": _(
                "%(document)s is marked as an invoice of another invoicing app, but is "
                "not cancelled."
            ),
            "document_reverses": _(
                "%(document)s bills work, and yet reads as the reversal of "
                "%(reversed)s."
            ),
            "document_sent": _(
                "%(document)s has half a sent record, or one although it is not "
                "confirmed."
            ),
        }
        query = SQL(
            """
            SELECT invoice.id, finding.kind
              FROM account_move invoice
         LEFT JOIN account_move reversed ON reversed.id = invoice.reversed_entry_id
        CROSS JOIN LATERAL (
                   SELECT ROUND(SUM(line.balance), 6) AS balance,
                          COALESCE(BOOL_OR(line.billing_period_id IS NOT NULL), FALSE)
                              AS bills,
                          COALESCE(BOOL_OR(line.made_with IS NOT NULL), FALSE) AS made,
                          COALESCE(BOOL_OR(original.billing_period_id IS NOT NULL),
                                   FALSE) AS credits
                     FROM account_move_line line
                LEFT JOIN account_move_line original
                       ON original.id = line.credited_line_id
                    WHERE line.move_id = invoice.id) own
        CROSS JOIN LATERAL (VALUES
                   ('balance', own.balance <> 0),
                   ('origin',
                    own.bills AND invoice.billing_origin IS DISTINCT FROM 'schedule'
                    OR own.credits AND invoice.billing_origin = 'freeform'),
                   -- A cancelled one bills its time all the same then.
                   ('document_legacy',
                    invoice.payment_state = 'invoicing_legacy'
                    AND invoice.state <> 'cancel'),
                   -- What credits lines is compared with them, see "credit_document".
                   ('document_reverses',
                    reversed.id IS NOT NULL
                    AND (own.made OR reversed.move_type = invoice.move_type)),
                   ('document_sent',
                    (invoice.sent_on IS NULL) <> (invoice.sent_channel IS NULL)
                    OR invoice.sent_on IS NOT NULL AND invoice.state <> 'posted'
                       AND invoice.payment_state IS DISTINCT FROM 'invoicing_legacy')
                   ) AS finding (kind, found)
             WHERE invoice.id IN (
                   SELECT line.move_id
                     FROM account_move_line line
                    WHERE line.id IN (%(ids)s))
               AND finding.found
          ORDER BY invoice.id, finding.kind
            """,
            ids=self._ledger_lines_sql(proof.scope),
        )
        yield from super()._get_checks(proof)
        yield "account.move", texts, query
