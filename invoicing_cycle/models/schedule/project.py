from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...tools import bounds
from ..common.call_arguments import ensure_one


class ProjectProject(models.Model):
    """A project's billing schedule.

    For its periods see ``schedule/open_periods.py``, for who may set the schedule
    ``schedule/project_rights.py``.
    """

    _name = "project.project"
    _inherit = [
        "project.project",
        "billing.bounds.mixin",
        "billing.named.mixin",
        "billing.sql.mixin",
    ]
    #: The retainer of a project tells the price of the item that it names.
    _named_fields = frozenset(
        {
            "billing_owner_id",
            "billing_retainer_line_id",
            "billing_retainer_overrun_line_id",
        }
    )

    billing_invoice_delay = fields.Integer(
        string="Invoice Delay",
        help="Days from the end of a period to its invoice date; negative to bill in "
        "advance.",
        groups="base.group_user",
    )
    billing_owner_id = fields.Many2one(
        "res.users",
        string="Invoice Owner",
        compute="_compute_billing_owner_id",
        store=True,
        readonly=False,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who sees to the project's invoices: the project manager unless set, else "
        "the customer's salesperson.",
        groups="base.group_user",
    )
    billing_unmapped_intended = fields.Boolean(
        string="Unmapped Time Intended",
        help="Time without a sales order item on this project is meant to stay "
        "unbilled.",
        groups="base.group_user",
    )
    billing_period_ids = fields.One2many(
        "project.billing.period",
        "project_id",
        string="Billing Periods",
        copy=False,
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_company_id = fields.Many2one(
        "res.company",
        compute="_compute_billing_company_id",
        store=True,
        string="Billing Company",
        help="The company that bills the project: that of its sales order item, else "
        "its own, else that of whoever set the billing schedule.",
        groups="base.group_user",
    )
    billing_next_invoice_date = fields.Date(
        compute="_compute_billing_next_invoice_date",
        compute_sudo=True,
        string="Next Invoice Date",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )

    @api.depends("user_id", "partner_id.user_id")
    def _compute_billing_owner_id(self):
        for project in self:
            project.billing_owner_id = (
                project.billing_owner_id
                or project.user_id
                or project.partner_id.user_id
            )

    @api.depends("sale_line_id.company_id", "company_id", "billing_frequency")
    def _compute_billing_company_id(self):
        # Projects have no company by default in Odoo. Whose schedule it is must be
        # kept: the cron that opens the next period is nobody's.
        for project in self:
            project.billing_company_id = (
                project.sale_line_id.company_id
                or project.company_id
                or project.billing_company_id
                or (project.billing_frequency and self.env.company)
            )

    # Not of their state, which would be followed from every invoice and time entry.
    @api.depends("billing_period_ids.invoice_date", "billing_period_ids.skip_reason")
    def _compute_billing_next_invoice_date(self):
        for project in self:
            dates = project.billing_period_ids.filtered(
                lambda period: (
                    period.state in ("upcoming", "pending", "ready")
                    and period.invoice_date
                )
            ).mapped("invoice_date")
            project.billing_next_invoice_date = min(dates, default=False)

    @api.onchange("billing_frequency")
    def _onchange_billing_frequency(self):
        # Only a proposal in the form: by import and RPC the start must be given.
        if self.billing_frequency and not self.billing_start_date:
            today = fields.Date.context_today(self)
            self.billing_start_date = fields.Date.start_of(today, "month")

    # ----------------------------------------------------------- constraints

    @api.constrains("billing_frequency", "billing_start_date", "is_template")
    def _check_billing_schedule(self):
        for project in self.filtered("billing_frequency"):
            if project.is_template:
                raise ValidationError(
                    self.env._(
                        "%(project)s is a template: set the billing schedule on the "
                        "projects made from it.",
                        project=project.display_name,
                    )
                )
            if not project.billing_start_date and project.billing_frequency != "custom":
                raise ValidationError(
                    self.env._(
                        "Say from which day %(project)s is billed: a billing schedule "
                        "needs a start date.",
                        project=project.display_name,
                    )
                )

    @api.constrains("billing_start_date", "billing_frequency", "date")
    def _check_billing_start_date(self):
        for project in self:
            if (
                project.billing_frequency
                and project.date
                and project.billing_start_date
                and project.date < project.billing_start_date
            ):
                raise ValidationError(
                    self.env._(
                        "%(project)s ends on %(end)s, before its billing starts on "
                        "%(start)s.",
                        project=project.display_name,
                        end=format_date(self.env, project.date),
                        start=format_date(self.env, project.billing_start_date),
                    )
                )

    @api.model
    def _get_bounds(self):
        days = bounds.billing_days(fields.Date.context_today(self))
        return {
            **super()._get_bounds(),
            "billing_cutover_date": days,
            "billing_start_date": days,
            "billing_invoice_delay": (-bounds.DELAY_DAYS, bounds.DELAY_DAYS),
        }

    @api.constrains("billing_frequency", "date")
    def _check_billing_end(self):
        """The end is Odoo's field: it has bounds where it cuts billing periods."""
        last = bounds.billing_days(fields.Date.context_today(self))[1]
        for project in self.filtered("billing_frequency"):
            if project.date and project.date > last:
                raise ValidationError(
                    self.env._(
                        "%(project)s is billed and cannot end on %(end)s: choose a day "
                        "until %(last)s, or none.",
                        project=project.display_name,
                        end=format_date(self.env, project.date),
                        last=format_date(self.env, last),
                    )
                )

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_billing_values(vals)
        self._check_named(vals_list)
        projects = super().create(vals_list)
        projects._check_new_autopilot()
        projects.filtered("billing_frequency")._open_billing_periods(changed=True)
        projects.filtered("allow_billable")._find_expenses_anew()
        return projects

    def write(self, vals):
        self._check_billing_values(vals)
        self._check_named([vals])
        self._check_autopilot_rights(vals)
        # Before, because Odoo takes names out of the values on its way.
        names = frozenset(vals)
        # sudo: from which day a project is billed may follow from what is written
        begun = {project: project.billing_cutover for project in self.sudo()}
        with self._appointing(names), self._billing_rights(vals) as (projects, values):
            if "billing_frequency" in values:
                projects._prepare_frequency_change(values)
            with projects._keeping_items(names):
                result = super(ProjectProject, projects).write(values)
            projects._follow_schedule(names)
        # sudo: as above
        if moved := self.sudo().filtered(
            lambda project: project.billing_cutover != begun[project]
        ):
            moved._follow_cutover()
        if "allow_billable" in names:
            self.env["project.billing.time"]._touch(projects=self.ids)
        if not self._get_expense_fields().isdisjoint(names):
            self._find_expenses_anew()
        if not self._get_retainer_fields().isdisjoint(names):
            # sudo: the retainer's consequences, for whoever may set it
            self.sudo().billing_period_ids._take_retainer(changed=True)
        return result

    def _follow_schedule(self, names):
        """Periods and time follow the terms of these projects.

        :param names: of the fields that were written
        """
        if not self._get_schedule_fields().isdisjoint(names):
            self._open_billing_periods(changed=True)
        elif "billing_invoice_delay" in names:
            # Invoicing earlier may make the next period due already.
            self._open_billing_periods()
        elif not self._get_completion_fields().isdisjoint(names):
            self._follow_completion()
        if not self._get_rate_fields().isdisjoint(names):
            self._follow_rates()
        if not {"billing_rounding", "billing_rounding_per"}.isdisjoint(names):
            self._round_time_anew()

    @api.model
    def _get_rate_fields(self):
        """Fields that decide whether a project bills time."""
        return {"allow_billable", "partner_id", "sale_line_id"}

    # --------------------------------------------------------------- actions

    def action_open_billing_form(self):
        """The form with what billing people may change on the project."""
        ensure_one(self)
        self.check_access("read")
        view = self.env.ref("invoicing_cycle.project_project_view_form_billing")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoicing"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
        }

    @api.readonly
    def get_formview_id(self, access_uid=None):
        # EXTENDS base
        """Links lead those who bill, but have no role in Project, to their own form:
        Odoo's reads what such a role alone may read."""
        user = self.env.user
        if user.has_group(
            "invoicing_cycle.group_invoicing_cycle_user"
        ) and not user.has_group("project.group_project_user"):
            return self.env.ref("invoicing_cycle.project_project_view_form_billing").id
        return super().get_formview_id(access_uid=access_uid)

    def action_open_sale_order_dialog(self):
        """One dialog that creates and confirms the project's sales order."""
        ensure_one(self)
        self._check_may_order()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "invoicing_cycle.project_billing_sale_order_action"
        )
        action["context"] = {"default_project_id": self.id}
        return action
