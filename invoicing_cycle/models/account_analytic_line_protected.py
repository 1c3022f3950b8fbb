from odoo import api, models
from odoo.exceptions import AccessError, UserError

#: What actions record about an entry, and what Odoo derives for its invoicing: never
#: typed in.
RECORDED_FIELDS = frozenset(
    {
        "approval_key",
        "approved_by_id",
        "approved_on",
        "approved_step_id",
        "billed_as",
        "billing_hours",
        "billing_period_id",
        "invoice_line_id",
        "part_ids",
        "part_of_id",
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


class AccountAnalyticLine(models.Model):
    """Fields of an entry that RPC, import and forms cannot write."""

    _inherit = "account.analytic.line"

    @api.model
    def default_get(self, fields):
        # Defaults from the context or from ir.default would get past create()'s check.
        values = super().default_get(fields)
        for name in RECORDED_FIELDS:
            values.pop(name, None)
        if "billing_hold" in values:
            values["billing_hold"] = "bill"
        values.pop("hold_reason", None)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        holding = []
        for vals in vals_list:
            self._check_recorded_fields(vals)
            holding.append(vals.get("billing_hold", "bill") != "bill")
        lines = super().create(vals_list)
        # hr_timesheet may leave values out, of the list itself: look at the records.
        if any(holding):
            lines.filtered(lambda line: line.billing_hold != "bill")._check_may_hold()
        return lines

    def write(self, vals):
        if not self.env.su:
            self._check_recorded_fields(vals)
            if not HOLD_FIELDS.isdisjoint(vals):
                self._check_may_hold()
        return super().write(vals)

    def _check_recorded_fields(self, vals):
        names = [name for name in RECORDED_FIELDS & vals.keys() if vals[name]]
        if self:
            names = RECORDED_FIELDS & vals.keys()
        if names:
            labels = self.fields_get(names, ["string"])
            raise AccessError(
                self.env._(
                    "%(fields)s of a time entry cannot be written by hand: locking, "
                    "approving, sending back and invoicing set it.",
                    fields=", ".join(sorted(f["string"] for f in labels.values())),
                )
            )

    def _check_may_hold(self):
        """Holding and writing off time is for billing people, and for unbilled time."""
        self.check_access("write")
        # sudo: who is responsible for the project, and what bills the entry
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
