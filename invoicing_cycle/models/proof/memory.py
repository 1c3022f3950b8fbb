from odoo import api, models
from odoo.tools import SQL

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


class BillingProof(models.AbstractModel):
    """What an entry keeps beside its links: whose part it is, what was changed of it on
    a draft, whether it was approved or sent back."""

    _inherit = "billing.proof"

    @api.model
    def _get_entry_conditions(self):
        return {
            **super()._get_entry_conditions(),
            # What it copies of its entry. Its size is compared, see "parts".
            "part": SQL(
                """
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
                copies=SQL(" OR ").join(
                    SQL(
                        "%s IS DISTINCT FROM %s",
                        SQL.identifier("entry", name),
                        SQL.identifier("whole", name),
                    )
                    for name in COPIED_FIELDS
                ),
            ),
            # A posted invoice is not out of date any more, whatever changed on it.
            "unchanged": SQL(
                """
                invoice.state = 'draft' AND entry.billed_as IS NOT NULL
                AND (entry.billed_as = '{}'::jsonb OR EXISTS (
                    SELECT 1
                      FROM JSONB_EACH(entry.billed_as) billed
                     WHERE COALESCE((TO_JSONB(whole) || TO_JSONB(entry))->billed.key,
                                    'null'::jsonb)
                           = CASE billed.value WHEN 'false'::jsonb THEN 'null'::jsonb
                                               ELSE billed.value END))
                """
            ),
            # A line by person names that person, unless its draft was out of date.
            "other_person": SQL(
                """
                SPLIT_PART(line.made_with->>'key', ':', 6) <> ''
                AND SPLIT_PART(line.made_with->>'key', ':', 6)
                    <> entry.employee_id::text
                AND entry.billed_as->'employee_id' IS NULL
                """
            ),
            # Time that nobody approved would be billed. What is approved no more keeps
            # the values that it was approved with.
            "approved": SQL(
                """
                entry.part_id IS NULL
                AND (whole.approved_on IS NOT NULL AND whole.approval_key IS NULL
                     OR whole.approved_on IS NULL AND whole.approved_by_id IS NOT NULL)
                """
            ),
            "sent_back": SQL(
                """
                entry.part_id IS NULL
                AND (whole.sent_back IS TRUE) <> (whole.sent_back_reason IS NOT NULL)
                """
            ),
        }

    @api.model
    def _get_more_entry_texts(self, **names):
        _ = self.env._
        return {
            **super()._get_more_entry_texts(**names),
            "part": _(
                "A part of %(entry)s is not where its entry is: of another person, "
                "day, project or sales order item.",
                **names,
            ),
            "unchanged": _(
                "%(entry)s is on the draft %(invoice)s and reads as changed since, but "
                "is as it was billed.",
                **names,
            ),
            "other_person": _(
                "%(entry)s is billed on a line of %(invoice)s that was made for "
                "another person.",
                **names,
            ),
            "approved": _(
                "%(entry)s reads as approved, but nobody has approved it as it is.",
                **names,
            ),
            "sent_back": _(
                "%(entry)s reads as sent back without a reason, or has a reason and "
                "was not sent back.",
                **names,
            ),
        }
