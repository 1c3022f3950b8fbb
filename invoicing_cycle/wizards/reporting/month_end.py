from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...models.common.call_arguments import ensure_one
from ...models.runs.start import IMMEDIATE
from ...tools.billing_calendar import cycle_of, shift_cycle


class ProjectBillingMonthEnd(models.TransientModel):
    """*Month end*: the day of the reports, and the report of its cycle.

    For those who bill, of what they bill.
    """

    _name = "project.billing.month.end"
    _description = "Month End"
    _inherit = ["billing.dialog"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    day = fields.Date(
        required=True,
        default=lambda self: self._default_day(),
        help="The reports tell what was true at the end of this day; the cycle report "
        "is of the cycle that holds it.",
    )
    with_proof = fields.Boolean(
        "With the proof as appendix",
        default=True,
        help="That all time is in one place and billed once, its differences first.",
    )
    cycle_label = fields.Char("Cycle", compute="_compute_cycle_label")

    @api.model
    def _default_day(self):
        """The end of the last cycle."""
        return self._get_cycles(self.env.company, self.env.company._get_today())[0][1]

    @api.model
    def _get_cycles(self, company, day):
        """The cycle before that of a day, and the cycle of the day."""
        calendar = (company.billing_cycle, company.billing_cycle_anchor)
        cycle = cycle_of(*calendar, day)
        return shift_cycle(*calendar, cycle[0], -1), cycle

    @api.depends("company_id", "day")
    def _compute_cycle_label(self):
        Period = self.env["project.billing.period"]
        for dialog in self:
            dialog.cycle_label = (
                dialog.day
                and dialog.company_id
                and Period._get_cycle_label(
                    *self._get_cycles(dialog.company_id, dialog.day)[1]
                )
            )

    @api.depends("cycle_label")
    def _compute_display_name(self):
        for dialog in self:
            dialog.display_name = self.env._(
                "Cycle report %(cycle)s", cycle=dialog.cycle_label or ""
            ).strip()

    # ----------------------------------------------------------------- actions

    def action_view_wip(self):
        """Work in progress at the end of the day."""
        return self._get_report("wip", "project_billing_wip_action")

    def action_view_accrual(self):
        """Accrued revenue at the end of the day."""
        return self._get_report("accrual", "project_billing_accrual_action")

    def _get_report(self, model, action):
        ensure_one(self)
        self.check_access("read")
        return self.env[f"project.billing.{model}"]._get_action_at(action, self.day)

    def action_print(self):
        """The cycle report, of what is true now."""
        ensure_one(self)
        self.check_access("read")
        return self.env.ref(
            "invoicing_cycle.billing_cycle_report_report"
        ).report_action(self)

    # ------------------------------------------------------------------ report

    def _get_figures(self):
        """What the report prints of this dialog's company alone."""
        ensure_one(self)
        self.check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Switch on %(company)s to print its report.",
                    company=self.company_id.display_name,
                )
            )
        report = self.env["billing.cycle.report"].with_context(
            allowed_company_ids=self.company_id.ids
        )
        return report._get_figures(self.day)

    def _get_proof(self):
        """The proof of what was worked in this cycle and the one before.

        :return: (dialog of the proof, ``models.proof.proof.Proof`` or None where there
            are too many projects to prove at once)
        """
        before, cycle = self._get_cycles(self.company_id, self.day)
        dialog = self.env["project.billing.proof"].create(
            {
                "company_id": self.company_id.id,
                "date_from": before[0],
                "date_to": cycle[1],
                "project_ids": False,
            }
        )
        many = len(dialog._get_projects()) > IMMEDIATE["prove"]
        return dialog, None if many else dialog._prove()
