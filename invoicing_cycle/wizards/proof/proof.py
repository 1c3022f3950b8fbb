from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.runs.start import IMMEDIATE

#: Differences that are kept for the screen; the report has them all.
SHOWN = 1000


class ProjectBillingProof(models.TransientModel):
    """Proves the billing of some projects and days, and tells what is wrong.

    For those who bill: the projects that are theirs to bill, all of them for billing
    managers. The proof itself is ``billing.proof``.
    """

    _name = "project.billing.proof"
    _description = "Proof of the Billing Cycle"
    _inherit = ["billing.recorded.mixin", "billing.dialog"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    date_from = fields.Date(
        "From", default=lambda self: self._default_dates()[0], help="Day of the work."
    )
    date_to = fields.Date("To", default=lambda self: self._default_dates()[1])
    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        context={"active_test": False},
        domain="[('billing_is_own', '=', True),"
        " ('billing_company_id', 'in', [company_id, False])]",
        default=lambda self: self._default_project_ids(),
        help="All that you bill where none is chosen.",
    )
    proved_on = fields.Datetime(readonly=True)
    entry_count = fields.Integer("Billable Entries", readonly=True)
    difference_count = fields.Integer("Differences", readonly=True)
    difference_ids = fields.One2many(
        "project.billing.proof.difference", "proof_id", readonly=True
    )
    hidden_count = fields.Integer(compute="_compute_hidden_count")
    summary = fields.Html(readonly=True)

    @api.model
    def _get_recorded_fields(self):
        """What was found is what the proof found."""
        return super()._get_recorded_fields() | {
            "difference_count",
            "difference_ids",
            "entry_count",
            "proved_on",
            "summary",
        }

    @api.model
    def _default_dates(self):
        """The fiscal year so far."""
        today = fields.Date.context_today(self)
        # sudo: the accounting year of the company, not its accounts
        year = self.env.company.sudo().compute_fiscalyear_dates(today)
        return year["date_from"], today

    @api.model
    def _default_project_ids(self):
        active_ids = get_active_ids(self.env)
        model = self.env.context.get("active_model") or "project.project"
        if model == "project.billing.period":
            return self.env[model].browse(active_ids).project_id.ids
        return active_ids if model == "project.project" else []

    @api.depends("difference_count", "difference_ids")
    def _compute_hidden_count(self):
        for proof in self:
            proof.hidden_count = proof.difference_count - len(proof.difference_ids)

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for proof in self:
            proof.display_name = self.env._("Proof of the billing cycle")

    # --------------------------------------------------------------- actions

    def action_prove(self):
        """Prove, keep what was found, and show it; of many projects beside the user.

        :return: window action on this dialog, or on the run (``billing.run``)
        """
        ensure_one(self)
        projects = self._get_checked_projects()
        if len(projects) > IMMEDIATE["prove"]:
            run = self.env["billing.run"]._start(
                "prove",
                projects,
                company_id=self.company_id.id,
                date_from=fields.Date.to_string(self.date_from),
                date_to=fields.Date.to_string(self.date_to),
                chosen=bool(self.project_ids),
            )
            return run._as_action()
        return self._keep(self._prove())

    def _keep(self, proof, proved_on=None, count=None):
        """Keep what a proof found.

        :param proof: ``models.proof.proof.Proof``
        :param datetime proved_on: when, now by default
        :param int count: differences, where the proof has not all of them
        :return: window action on this dialog
        """
        self._record(
            {
                "proved_on": proved_on or fields.Datetime.now(),
                "entry_count": sum(row["entries"] for row in self._get_sums(proof)),
                "difference_count": len(proof.differences) if count is None else count,
                "summary": self._render_summary(proof),
            }
        )
        # sudo: what the dialog found before, which nobody deletes by hand
        self.sudo().difference_ids.unlink()
        self.difference_ids._create_filled(
            [
                {**self._prepare_difference(difference), "proof_id": self.id}
                for difference in proof.differences[:SHOWN]
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "invoicing_cycle.project_billing_proof_action_result"
        )
        return {**action, "res_id": self.id}

    def action_print(self):
        """The report, of what is true now."""
        ensure_one(self)
        self.check_access("read")
        return self.env.ref(
            "invoicing_cycle.project_billing_proof_report"
        ).report_action(self)

    # ----------------------------------------------------------------- proof

    def _prove(self):
        """Run the proof that this dialog asks for.

        :return: ``models.proof.proof.Proof``
        """
        return self.env["billing.proof"]._prove(
            self._get_checked_projects(), self.date_from, self.date_to
        )

    def _get_checked_projects(self):
        """What is to be proven, where the user may have that proven."""
        self.ensure_one()
        self.check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Switch on %(company)s to prove its billing.",
                    company=self.company_id.display_name,
                )
            )
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise UserError(self.env._("The first day is after the last one."))
        return self._get_projects()

    def _get_projects(self):
        """The chosen projects, or all that the user bills in the company.

        Also archived ones, and those that are not billable any more.
        """
        # sudo: projects that the user bills, also those out of sight by now; which
        # these are is asked of the user nevertheless
        Project = self.env["project.project"].sudo().with_context(active_test=False)
        domain = (
            Domain("billing_is_own", "=", True)
            & Domain("is_template", "=", False)
            & Domain("billing_company_id", "in", [False, self.company_id.id])
        )
        if not self.project_ids:
            billed = Domain("allow_billable", "=", True)
            billed |= Domain("has_billing_periods", "=", True)
            return Project.search(domain & billed)
        projects = Project.search(domain & Domain("id", "in", self.project_ids.ids))
        if foreign := self.project_ids - projects.sudo(False):
            raise AccessError(
                self.env._(
                    "You prove the projects that you bill in %(company)s; leave out "
                    "%(projects)s.",
                    company=self.company_id.display_name,
                    projects=", ".join(foreign.mapped("display_name")),
                )
            )
        return projects

    def _prepare_difference(self, difference):
        record = difference.record
        return {
            "kind": difference.kind,
            "message": difference.message,
            "res_model": record._name,
            "res_id": record.id,
            "project_id": difference.project.id,
        }
