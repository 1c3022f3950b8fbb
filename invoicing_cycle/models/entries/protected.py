from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..common.recorded import is_recording, recording, with_user_rights

#: What Odoo derives of an entry's person, task and sales order item. Flows and reports
#: go by it, so nobody changes it; of new time Odoo works it out, whatever comes along.
DERIVED_FIELDS = frozenset(
    {"department_id", "manager_id", "order_id", "parent_task_id"}
)


#: What actions record about an entry: never typed in.
RECORDED_FIELDS = frozenset(
    {
        "approval_key",
        "approved_by_id",
        "approved_on",
        "approved_step_id",
        "billed_as",
        "billing_hours",
        "billing_period_id",
        "counted_in",
        "invoice_line_id",
        "part_ids",
        "repriced_from",
        "sent_back",
        "sent_back_reason",
        "split_hours",
        "timesheet_invoice_id",
        "timesheet_invoice_type",
    }
)


#: What billing people decide about an entry.
HOLD_FIELDS = frozenset({"billing_hold", "hold_reason"})


BILLING_MANAGER = "invoicing_cycle.group_invoicing_cycle_manager"


def recording_odoo_link():
    """Let Odoo's own code write its link of time to an invoice in this block."""
    return recording("account.analytic.line", {"timesheet_invoice_id"})


class AccountAnalyticLine(models.Model):
    """Fields of an entry that RPC, import and forms cannot write."""

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "billing.recorded.mixin"]

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | RECORDED_FIELDS | DERIVED_FIELDS

    @api.model
    def default_get(self, fields):
        # Defaults from the context or from ir.default would get past create()'s check.
        values = super().default_get(fields)
        if "billing_hold" in values:
            values["billing_hold"] = "bill"
        values.pop("hold_reason", None)
        return values

    @api.model
    def _leave_out_derived(self, vals_list):
        """Values of new entries without those that Odoo works out."""
        return [
            {name: vals[name] for name in vals if name not in DERIVED_FIELDS}
            for vals in vals_list
        ]

    def _check_held(self, vals_list):
        """
        :param vals_list: what these new entries were to be made with
        :raises UserError: where the user may not hold one of those that are held
        """
        if any(vals.get("billing_hold", "bill") != "bill" for vals in vals_list):
            self.filtered(lambda line: line.billing_hold != "bill")._check_may_hold()

    def _check_protected(self, vals):
        """
        :raises AccessError: where values are not this call's to write
        """
        self._check_recorded(vals)
        if not HOLD_FIELDS.isdisjoint(vals) and not is_recording(self):
            self._check_may_hold()

    @api.model
    def _format_recorded(self, names):
        labels = self.fields_get(names, ["string"])
        return self.env._(
            "%(fields)s of a time entry cannot be written by hand: it follows from its "
            "person, task and item, from locking, approving and invoicing.",
            fields=", ".join(sorted(field["string"] for field in labels.values())),
        )

    @api.constrains("company_id")
    def _check_time_company(self):
        """Approval goes by the company: nobody chooses one where there is none."""
        # sudo: companies are compared only
        for line in self.sudo().filtered(lambda line: line.project_id.id):
            companies = line.task_id.company_id | line.project_id.company_id
            companies = companies or line.employee_id.company_id
            if companies and line.company_id not in companies:
                raise ValidationError(
                    self.env._(
                        "Time on %(project)s is of %(companies)s, not of %(company)s.",
                        project=line.project_id.display_name,
                        companies=", ".join(companies.mapped("name")),
                        company=line.company_id.name or self.env._("no company"),
                    )
                )


class BillingRowMixin(models.AbstractModel):
    """Who decides whether time is billed."""

    _inherit = "billing.row.mixin"

    def _check_may_hold(self):
        """Holding and writing off time is for billing people, and for unbilled time."""
        with_user_rights(self._get_entries()).check_access("write")
        # sudo: who is responsible for the project, and what bills the row
        lines = self.sudo()
        billed = lines.filtered(lambda line: not line._is_not_billed())
        if billed:
            raise UserError(
                self.env._(
                    "Invoiced time cannot be held or written off: it is on "
                    "%(invoices)s.",
                    invoices=", ".join(
                        (
                            billed.invoice_line_id.move_id | billed.timesheet_invoice_id
                        ).mapped("display_name")
                    ),
                )
            )
        user = self.env.user
        if user.has_group(BILLING_MANAGER):
            return
        foreign = lines.project_id.filtered(
            lambda project: (
                user
                not in (
                    project.user_id
                    | project.billing_owner_id
                    | project.partner_id.user_id
                )
            )
        )
        if foreign or lines.filtered(lambda line: not line.project_id):
            raise AccessError(
                self.env._(
                    "Only a billing manager, the project manager, the invoice owner or "
                    "the customer's salesperson may hold or write off time of "
                    "%(projects)s.",
                    projects=", ".join(foreign.mapped("display_name"))
                    or self.env._("no project"),
                )
            )
