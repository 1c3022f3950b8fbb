from odoo import api, models
from odoo.tools import SQL


class BillingProof(models.AbstractModel):
    """What an entry keeps beside its links: whose part it is, what was changed of it on
    a draft, whether it was approved or sent back."""

    _inherit = "billing.proof"

    @api.model
    def _get_entry_conditions(self):
        return {
            **super()._get_entry_conditions(),
            # Its size is compared with that of the others, see "parts".
            "part": SQL(
                """
                entry.part_of_id IS NOT NULL
                AND (entry.unit_amount <> 0 OR NOT EXISTS (
                    SELECT 1
                      FROM account_analytic_line whole
                     WHERE whole.id = entry.part_of_id
                       AND whole.part_of_id IS NULL
                       AND whole.split_hours <> 0
                       AND whole.project_id IS NOT DISTINCT FROM entry.project_id
                       AND whole.employee_id IS NOT DISTINCT FROM entry.employee_id
                       AND whole.date = entry.date))
                """
            ),
            # A posted invoice is not out of date any more, whatever changed on it.
            "unchanged": SQL(
                """
                invoice.state = 'draft' AND entry.billed_as IS NOT NULL
                AND (entry.billed_as = '{}'::jsonb OR EXISTS (
                    SELECT 1
                      FROM JSONB_EACH(entry.billed_as) billed
                     WHERE COALESCE(TO_JSONB(entry)->billed.key, 'null'::jsonb)
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
                entry.approved_on IS NOT NULL AND entry.approval_key IS NULL
                OR entry.approved_on IS NULL AND entry.approved_by_id IS NOT NULL
                """
            ),
            "sent_back": SQL(
                """
                (entry.sent_back IS TRUE) <> (entry.sent_back_reason IS NOT NULL)
                """
            ),
        }

    @api.model
    def _get_more_entry_texts(self, **names):
        _ = self.env._
        return {
            **super()._get_more_entry_texts(**names),
            "part": _(
                "%(entry)s counts as a part of another entry, which was not split or "
                "is of another person, day or project.",
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
