from odoo import api, models
from odoo.tools import SQL, format_date

from ..entries.hours import NOISE
from ..entries.row_set import Rows
from .proof import Difference


class BillingProof(models.AbstractModel):
    """The links of each entry agree: its line, invoice, sales order item and period."""

    _inherit = "billing.proof"

    @api.model
    def _get_differences(self, scope, totals, lines):
        differences = super()._get_differences(scope, totals, lines)
        findings = self._get_entry_findings(scope)
        rows = Rows.browse(self.env, {key for key, _kind in findings})
        by_key = {row._get_key(): row for row in rows}
        for key, kind in findings:
            row = by_key[key]
            text = self._get_entry_text(kind, **self._get_names(row))
            entry = row._get_entries()
            differences.append(Difference(kind, text, entry, entry.project_id))
        return differences

    @api.model
    def _get_entry_findings(self, scope):
        """Rows that contradict themselves, in one query.

        :return: list of (key of the row, kind of difference)
        """
        conditions = self._get_entry_conditions()
        return self.env.execute_query(
            SQL(
                """
                SELECT entry.id, finding.kind
                  FROM %(rows)s
             LEFT JOIN account_analytic_line whole
                    ON whole.id = entry.entry_id
             LEFT JOIN project_billing_part part ON part.id = entry.part_id
             LEFT JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
             LEFT JOIN account_move_line line ON line.id = entry.invoice_line_id
             LEFT JOIN account_move invoice ON invoice.id = line.move_id
             LEFT JOIN account_move stock_invoice
                    ON stock_invoice.id = entry.timesheet_invoice_id
             LEFT JOIN project_billing_period line_period
                    ON line_period.id = line.billing_period_id
            CROSS JOIN LATERAL (VALUES %(findings)s) AS finding (kind, found)
                 WHERE %(scope)s AND finding.found
              ORDER BY entry.project_id, entry.date, entry.id, finding.kind
                """,
                findings=SQL(", ").join(
                    SQL("(%s, %s)", kind, condition)
                    for kind, condition in conditions.items()
                ),
                rows=self._all_rows_sql(),
                scope=self._scope_sql(scope),
            )
        )

    @api.model
    def _get_entry_conditions(self):
        """What must not be, by kind of difference.

        In SQL, on ``entry``, a row of the ledger, of an entry ``whole`` that it is, or
        is a ``part`` of, its ``sale_line``, its ``line`` with ``invoice`` and
        ``line_period``, and Odoo's own link ``stock_invoice``.
        """
        return {
            "cancelled_invoice": SQL(
                "line.id IS NOT NULL AND NOT %s", self._live_sql("invoice")
            ),
            "credited_line": SQL(
                "line.id IS NOT NULL AND %s", self._credited_sql("line")
            ),
            "other_invoice": SQL(
                """
                line.id IS NOT NULL
                AND entry.timesheet_invoice_id IS DISTINCT FROM line.move_id
                """
            ),
            "invoice_without_line": SQL(
                "line.id IS NULL AND %s", self._live_sql("stock_invoice")
            ),
            "other_sale_line": SQL(
                """
                line.id IS NOT NULL AND NOT EXISTS (
                    SELECT 1
                      FROM sale_order_line_invoice_rel rel
                     WHERE rel.invoice_line_id = line.id
                       AND rel.order_line_id = entry.so_line)
                """
            ),
            "other_project": SQL("line_period.project_id <> entry.project_id"),
            "other_period": SQL(
                """
                line_period.project_id = entry.project_id
                AND entry.billing_period_id IS DISTINCT FROM line_period.id
                """
            ),
            "other_order": SQL(
                """
                entry.part_id IS NULL
                AND whole.order_id IS DISTINCT FROM sale_line.order_id
                """
            ),
            # Late time is dated before the period that bills it, none after it.
            # On a draft an administrator may move it: the draft is out of date then.
            "other_day": SQL(
                """
                line_period.project_id = entry.project_id
                AND entry.billing_period_id = line_period.id
                AND entry.date > COALESCE(line_period.date_to, 'infinity'::date)
                AND (invoice.state <> 'draft' OR entry.billed_as IS NULL)
                """
            ),
            "remembered": SQL("line.id IS NULL AND entry.billed_as IS NOT NULL"),
            "held_billed": SQL("line.id IS NOT NULL AND entry.billing_hold <> 'bill'"),
            # A retainer, say, whose hours are included.
            "fixed_billed": SQL(
                """
                line.id IS NOT NULL AND entry.timesheet_invoice_type = 'billable_fixed'
                """
            ),
            "not_billable_billed": SQL(
                """
                line.id IS NOT NULL
                AND COALESCE(entry.timesheet_invoice_type, '')
                    NOT IN ('billable_time', 'billable_fixed')
                """
            ),
            # Time is rounded up by half an hour at most, and never down. Parts are
            # compared with their entry, see "parts".
            "hours": SQL(
                """
                entry.part_id IS NULL
                AND ABS(%(billed)s) NOT BETWEEN ABS(%(worked)s) - %(noise)s
                                            AND ABS(%(worked)s) + 0.5 + %(noise)s
                """,
                billed=self._hours_sql(
                    SQL("(entry.billing_hours + COALESCE(entry.split_hours, 0))")
                ),
                worked=self._hours_sql(SQL("entry.unit_amount")),
                noise=NOISE,
            ),
            "parts": SQL(
                """
                entry.part_id IS NULL
                AND ABS(COALESCE(entry.split_hours, 0) - COALESCE(
                        (SELECT SUM(own.billing_hours)
                           FROM project_billing_part own
                          WHERE own.entry_id = entry.id), 0)) > %s
                """,
                NOISE,
            ),
            "not_to_be_billed": SQL(
                """
                line.id IS NULL AND entry.billing_period_id IS NOT NULL AND NOT %s
                """,
                self._waiting_sql(),
            ),
        }

    @api.model
    def _get_entry_text(self, kind, **names):
        """What is told of a difference of an entry."""
        _ = self.env._
        return {
            "cancelled_invoice": _(
                "%(entry)s is billed on %(invoice)s, which is cancelled.", **names
            ),
            "credited_line": _(
                "%(entry)s is billed on a line of %(invoice)s that is credited in "
                "full.",
                **names,
            ),
            "other_invoice": _(
                "%(entry)s is billed on a line of %(invoice)s, but reads as invoiced "
                "on %(stock_invoice)s.",
                **names,
            ),
            "invoice_without_line": _(
                "%(entry)s reads as invoiced on %(stock_invoice)s, but no line of an "
                "invoice bills it.",
                **names,
            ),
            "other_sale_line": _(
                "%(entry)s is of the sales order item %(sale_line)s, but the line of "
                "%(invoice)s that bills it is of another.",
                **names,
            ),
            "other_project": _(
                "%(entry)s is billed on a line of %(invoice)s that is of another "
                "project: %(line_period)s.",
                **names,
            ),
            "other_period": _(
                "%(entry)s is billed on a line of %(line_period)s, but stands in "
                "%(period)s.",
                **names,
            ),
            "other_order": _(
                "%(entry)s is of another order than its sales order item "
                "%(sale_line)s.",
                **names,
            ),
            "other_day": _(
                "%(entry)s is billed on a line of %(line_period)s, which ends before "
                "it.",
                **names,
            ),
            "remembered": _(
                "%(entry)s remembers how it was billed, but no line of an invoice "
                "bills it.",
                **names,
            ),
            "held_billed": _(
                "%(entry)s is held or written off, and yet billed on %(invoice)s.",
                **names,
            ),
            "fixed_billed": _(
                "%(entry)s is billed on %(invoice)s, but its sales order item "
                "%(sale_line)s is sold at a fixed price.",
                **names,
            ),
            "not_billable_billed": _(
                "%(entry)s is billed on %(invoice)s, but is not billable.", **names
            ),
            "hours": _("%(entry)s bills %(billed)s h of what was worked.", **names),
            "parts": _(
                "Parts of %(split)s h were split off %(entry)s, but there are parts of "
                "%(parts)s h.",
                **names,
            ),
            "not_to_be_billed": _(
                "%(entry)s is not to be billed, but stands in %(period)s, which would "
                "bill it.",
                **names,
            ),
            **self._get_more_entry_texts(**names),
        }[kind]

    @api.model
    def _get_more_entry_texts(self, **names):
        """Other kinds of differences of entries, see :meth:`_get_entry_conditions`."""
        return {}

    @api.model
    def _get_names(self, row):
        """
        :param row: an entry, or a part of one
        """
        line, entry = row.invoice_line_id, row._get_entries()
        none = self.env._("none")
        return {
            "entry": self._describe_entry(entry),
            "invoice": line.move_id.display_name or none,
            "stock_invoice": row.timesheet_invoice_id.display_name or none,
            "sale_line": row.so_line.display_name or none,
            "line_period": line.billing_period_id.display_name or none,
            "billed": self._format_number(entry.billing_hours + entry.split_hours),
            "split": self._format_number(entry.split_hours),
            "parts": self._format_number(sum(entry.part_ids.mapped("billing_hours"))),
            "period": row.billing_period_id.display_name or self.env._("no period"),
        }

    @api.model
    def _describe_entry(self, entry):
        """Such as "Consultant, 01/05/2026, 3.00 h (Project)"."""
        person = entry.employee_id
        # Names only of people in the reader's companies, as on the screen.
        known = person.company_id in self.env.companies
        return self.env._(
            "%(person)s, %(date)s, %(hours)s h (%(project)s)",
            person=person.name if known else self.env._("Somebody of another company"),
            date=format_date(self.env, entry.date),
            hours=self._format_number(entry.unit_amount or entry.billing_hours),
            project=entry.project_id.display_name,
        )
