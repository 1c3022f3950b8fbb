from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..common.recorded import check_user_rights, is_recording


class ProjectBillingPeriodRequired(models.Model):
    """Who must have locked for a billing period: one row per person.

    Kept when time appears, so that "somebody still owes time" is an index lookup. Which
    rows there are is no matter of opinion; whether something is expected of a person
    is, and belongs to whoever owns the period.
    """

    _name = "project.billing.period.required"
    _inherit = ["billing.named.mixin", "billing.sql.mixin"]
    _description = "Person Who Must Have Locked"
    _order = "period_id, employee_id"

    period_id = fields.Many2one(
        "project.billing.period", required=True, index=True, ondelete="cascade"
    )
    employee_id = fields.Many2one(
        "hr.employee", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="period_id.company_id")
    expected = fields.Boolean(
        default=True, help="Untick where nothing is expected of this person."
    )
    reason = fields.Char()
    last_work_day = fields.Date(
        compute="_compute_last_work_day",
        store=True,
        help="The last day of the period on which the person works: locked up to "
        "then, no day is open. Of who has just joined it is worked out when the person "
        "locks, or at night.",
    )
    is_away = fields.Boolean(
        compute="_compute_last_work_day",
        store=True,
        export_string_translation=False,
        help="There is no such day: the person owes none.",
    )

    can_free = fields.Boolean(
        compute="_compute_can_free",
        help="You may say that nothing is expected of this person.",
    )

    _unique_person = models.UniqueIndex(
        "(period_id, employee_id)", "This person is required for the period already."
    )
    _owing_idx = models.Index(
        "(employee_id, last_work_day, period_id) INCLUDE (id)"
        " WHERE expected AND is_away IS NOT TRUE"
    )
    _uncounted_idx = models.Index("(period_id) WHERE last_work_day IS NULL")

    @api.constrains("expected", "reason")
    def _check_reason(self):
        for required in self:
            if not required.expected and not (required.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why nothing is expected of %(person)s.",
                        person=required.employee_id.name,
                    )
                )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_free(self):
        mine = set(self._filtered_access("write").ids)
        for required in self:
            required.can_free = required.id in mine

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        required = super().create(vals_list)
        check_user_rights(required, "create")
        return required

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_recording(self):
        check_user_rights(self, "unlink")

    def write(self, vals):
        if not is_recording(self) and not vals.keys() <= {"expected", "reason"}:
            raise AccessError(
                self.env._(
                    "Who must have locked follows from time and rates. You can say "
                    "that nothing is expected of a person, and why."
                )
            )
        check_user_rights(self, "write")
        if vals.get("expected"):
            vals = {**vals, "reason": False}
        before = {required: required.expected for required in self}
        result = super().write(vals)
        changed = self.filtered(lambda required: required.expected != before[required])
        changed._log_expectation()
        # sudo: whose reminder closes where nothing else is owed
        freed = changed.filtered(lambda required: not required.expected).sudo()
        self.env["project.billing.debt"]._close_reminders(
            "lock", freed.employee_id.user_id
        )
        return result

    def _log_expectation(self):
        """Note on the period who was freed, and why."""
        bodies = {}
        for period, rows in self.grouped("period_id").items():
            bodies[period.id] = "\n".join(
                self.env._("%(person)s has to lock.", person=row.employee_id.name)
                if row.expected
                else self.env._(
                    "Nothing is expected of %(person)s: %(reason)s",
                    person=row.employee_id.name,
                    reason=row.reason,
                )
                for row in rows
            )
        # sudo: the person's name, which the row shows anyway
        self.sudo().period_id._message_log_batch(bodies)
