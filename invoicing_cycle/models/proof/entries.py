from odoo import api, models
from odoo.tools import SQL

from ..entries.hours import NOISE

#: What a part has as its entry has it.
COPIED_FIELDS = (
    "approved_on",
    "approved_step_id",
    "company_id",
    "date",
    "department_id",
    "employee_id",
    "product_uom_id",
    "project_id",
    "task_id",
    "user_id",
)


#: What must not be, by kind of difference, of a row ``entry`` of the ledger: see
#: :meth:`_get_entry_findings` for what else is named.
FINDINGS = {
    "cancelled_invoice": "line.id IS NOT NULL AND NOT %(live)s",
    "credited_line": "line.id IS NOT NULL AND %(credited)s",
    "other_invoice": """
        line.id IS NOT NULL
        AND entry.timesheet_invoice_id IS DISTINCT FROM line.move_id
    """,
    "invoice_without_line": "line.id IS NULL AND %(stock_live)s",
    "other_sale_line": """
        line.id IS NOT NULL AND NOT EXISTS (
            SELECT 1
              FROM sale_order_line_invoice_rel rel
             WHERE rel.invoice_line_id = line.id
               AND rel.order_line_id = entry.so_line)
    """,
    "other_project": "line_period.project_id <> entry.project_id",
    "other_period": """
        line_period.project_id = entry.project_id
        AND entry.billing_period_id IS DISTINCT FROM line_period.id
    """,
    "other_order": """
        entry.part_id IS NULL
        AND whole.order_id IS DISTINCT FROM sale_line.order_id
    """,
    # Late time is dated before the period that bills it, none after it. On a
    # draft an administrator may move it: the draft is out of date then.
    "other_day": """
        line_period.project_id = entry.project_id
        AND entry.billing_period_id = line_period.id
        AND entry.date > COALESCE(line_period.date_to, 'infinity'::date)
        AND (invoice.state <> 'draft' OR entry.billed_as IS NULL)
    """,
    # A line by person names that person, unless its draft was out of date.
    "other_person": """
        SPLIT_PART(line.made_with->>'key', ':', 6) <> ''
        AND SPLIT_PART(line.made_with->>'key', ':', 6) <> entry.employee_id::text
        AND entry.billed_as->'employee_id' IS NULL
    """,
    "held_billed": "line.id IS NOT NULL AND entry.billing_hold <> 'bill'",
    # A retainer, say, whose hours are included.
    "fixed_billed": """
        line.id IS NOT NULL AND entry.timesheet_invoice_type = 'billable_fixed'
    """,
    "not_billable_billed": """
        line.id IS NOT NULL AND COALESCE(entry.timesheet_invoice_type, '')
            NOT IN ('billable_time', 'billable_fixed')
    """,
    "not_to_be_billed": """
        line.id IS NULL AND entry.billing_period_id IS NOT NULL
        AND NOT %(waiting)s
    """,
    "remembered": "line.id IS NULL AND entry.billed_as IS NOT NULL",
    # A posted invoice is not out of date any more, whatever changed on it.
    "unchanged": """
        invoice.state = 'draft' AND entry.billed_as IS NOT NULL
        AND (entry.billed_as = '{}'::jsonb OR EXISTS (
            SELECT 1
              FROM JSONB_EACH(entry.billed_as) billed
             WHERE COALESCE((TO_JSONB(whole) || TO_JSONB(entry))->billed.key,
                            'null'::jsonb)
                   = CASE billed.value WHEN 'false'::jsonb THEN 'null'::jsonb
                                       ELSE billed.value END))
    """,
    # Time is rounded up by half an hour at most, and never down. Parts are
    # compared with their entry, see "parts".
    "hours": """
        entry.part_id IS NULL
        AND ABS(%(whole)s) NOT BETWEEN ABS(%(worked)s) - %(hour_noise)s
                                   AND ABS(%(worked)s) + 0.5 + %(hour_noise)s
    """,
    "parts": """
        entry.part_id IS NULL
        AND ABS(COALESCE(entry.split_hours, 0) - COALESCE(
                (SELECT SUM(own.billing_hours)
                   FROM project_billing_part own
                  WHERE own.entry_id = entry.id), 0)) > %(hour_noise)s
    """,
    # What a part copies of its entry. Its size is compared, see "parts".
    "part": """
        entry.part_id IS NOT NULL
        AND (%(copies)s
             OR (entry.sent_back IS TRUE) <> (whole.sent_back IS TRUE)
             OR entry.timesheet_invoice_id IS DISTINCT FROM line.move_id
             OR entry.invoice_line_id IS NULL
                AND (entry.so_line IS DISTINCT FROM COALESCE(
                         part.own_sale_line_id, whole.so_line)
                     OR part.own_sale_line_id IS NULL
                        AND entry.timesheet_invoice_type
                            IS DISTINCT FROM whole.timesheet_invoice_type))
    """,
    # Time that nobody approved would be billed. What is approved no more keeps
    # the values that it was approved with.
    "approved": """
        entry.part_id IS NULL
        AND (whole.approved_on IS NOT NULL AND whole.approval_key IS NULL
             OR whole.approved_on IS NULL AND whole.approved_by_id IS NOT NULL)
    """,
    "sent_back": """
        entry.part_id IS NULL
        AND (whole.sent_back IS TRUE) <> (whole.sent_back_reason IS NOT NULL)
    """,
}


class BillingProof(models.AbstractModel):
    """The links of each entry agree: its line, invoice, sales order item and period.
    So does what it keeps beside them: whose part it is, what was changed of it on a
    draft, whether it was approved or sent back."""

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        """Rows that contradict themselves, in one query."""
        findings = self._get_entry_findings(proof.scope)
        query = SQL(
            """
            SELECT entry.id, finding.kind, COALESCE(whole.split_hours, 0) AS split,
                   COALESCE(whole.billing_hours, 0) + COALESCE(whole.split_hours, 0)
                       AS billed,
                   (SELECT COALESCE(SUM(own.billing_hours), 0)
                      FROM project_billing_part own
                     WHERE own.entry_id = whole.id) AS parts
              FROM %(rows)s
         LEFT JOIN account_analytic_line whole ON whole.id = entry.entry_id
         LEFT JOIN project_billing_part part ON part.id = entry.part_id
         LEFT JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
         LEFT JOIN account_move_line line ON line.id = entry.invoice_line_id
         LEFT JOIN account_move invoice ON invoice.id = line.move_id
         LEFT JOIN account_move stock_invoice
                ON stock_invoice.id = entry.timesheet_invoice_id
         LEFT JOIN project_billing_period line_period
                ON line_period.id = line.billing_period_id
        CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
             WHERE %(scope)s AND (%(any)s) AND finding.found
          ORDER BY entry.project_id, entry.date, entry.id, finding.kind
            """,
            findings=SQL(", ").join(
                SQL("(%s, %s)", kind, finding) for kind, finding in findings.items()
            ),
            # First, by which nearly all rows are done with: a row for each kind would
            # take five times as long.
            any=SQL(" OR ").join(SQL("(%s)", found) for found in findings.values()),
            **self._get_terms(proof.scope),
        )
        yield from super()._get_checks(proof)
        yield "account.analytic.line", self._get_entry_texts(), query

    @api.model
    def _get_entry_findings(self, scope):
        """
        On ``entry``, a row of the ledger, of an entry ``whole`` that it is, or is a
        ``part`` of, its ``sale_line``, its ``line`` with ``invoice`` and
        ``line_period``, and Odoo's own link ``stock_invoice``.

        :return: dict, kind of difference to condition in SQL
        """
        terms = {
            **self._get_terms(scope),
            "stock_live": self._live_sql("stock_invoice"),
            "whole": self._hours_sql(
                SQL("(entry.billing_hours + COALESCE(entry.split_hours, 0))")
            ),
            "worked": self._hours_sql(SQL("entry.unit_amount")),
            "hour_noise": NOISE,
            "copies": SQL(" OR ").join(
                SQL(
                    "%s IS DISTINCT FROM %s",
                    SQL.identifier("entry", name),
                    SQL.identifier("whole", name),
                )
                for name in COPIED_FIELDS
            ),
        }
        return {kind: SQL(finding, **terms) for kind, finding in FINDINGS.items()}

    @api.model
    def _get_entry_texts(self):
        _ = self.env._
        return {
            "cancelled_invoice": _(
                "%(entry)s is billed on %(invoice)s, which is cancelled."
            ),
            "credited_line": _(
                "%(entry)s is billed on a line of %(invoice)s that is credited in full."
            ),
            "other_invoice": _(
                "%(entry)s is billed on a line of %(invoice)s, but reads as invoiced "
                "on %(stock_invoice)s."
            ),
            "invoice_without_line": _(
                "%(entry)s reads as invoiced on %(stock_invoice)s, but no line of an "
                "invoice bills it."
            ),
            "other_sale_line": _(
                "%(entry)s is of the sales order item %(sale_line)s, but the line of "
                "%(invoice)s that bills it is of another."
            ),
            "other_project": _(
                "%(entry)s is billed on a line of %(invoice)s that is of another "
                "project: %(line_period)s."
            ),
            "other_period": _(
                "%(entry)s is billed on a line of %(line_period)s, but its own period "
                "is %(period)s."
            ),
            "other_order": _(
                "%(entry)s is of another order than its sales order item %(sale_line)s."
            ),
            "other_day": _(
                "%(entry)s is billed on a line of %(line_period)s, which ends before "
                "it."
            ),
            "other_person": _(
                "%(entry)s is billed on a line of %(invoice)s that was made for "
                "another person."
            ),
            "held_billed": _(
                "%(entry)s is held or written off, and yet billed on %(invoice)s."
            ),
            "fixed_billed": _(
                "%(entry)s is billed on %(invoice)s, but its sales order item "
                "%(sale_line)s is sold at a fixed price."
            ),
            "not_billable_billed": _(
                "%(entry)s is billed on %(invoice)s, but is not billable."
            ),
            "not_to_be_billed": _(
                "%(entry)s is not to be billed, but stands in %(period)s, which would "
                "bill it."
            ),
            "remembered": _(
                "%(entry)s remembers how it was billed, but no line of an invoice "
                "bills it."
            ),
            "unchanged": _(
                "%(entry)s is on the draft %(invoice)s and reads as changed since, but "
                "is as it was billed."
            ),
            "hours": _("%(entry)s bills %(billed)s h of what was worked."),
            "parts": _(
                "Parts of %(split)s h were split off %(entry)s, but there are parts of "
                "%(parts)s h."
            ),
            "part": _(
                "A part of %(entry)s is not where its entry is: of another person, "
                "day, project or sales order item."
            ),
            "approved": _(
                "%(entry)s reads as approved, but nobody has approved it as it is."
            ),
            "sent_back": _(
                "%(entry)s reads as sent back without a reason, or has a reason and "
                "was not sent back."
            ),
        }
