from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.common.news import tell_done


class ProjectBillingSchedule(models.TransientModel):
    """Sets the billing schedule of many projects at once."""

    _name = "project.billing.schedule"
    _description = "Set Billing Schedule"
    _inherit = ["billing.bounds.mixin", "billing.dialog"]

    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        default=lambda self: get_active_ids(self.env),
        required=True,
    )
    billing_frequency = fields.Selection(
        lambda self: self.env["project.project"]._fields["billing_frequency"].selection,
        string="Billing Schedule",
        required=True,
        default="monthly",
    )
    billing_start_date = fields.Date(
        string="Billed From",
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        ),
    )
    billing_cutover_date = fields.Date(
        string="Cut-over Date",
        help="What is dated before this day is not billed here. Empty: as each project "
        "and the company's settings say.",
    )
    late_hours = fields.Float(
        compute="_compute_late_hours",
        help="Unbilled hours of these projects that are dated before the first period, "
        "and that it would bill.",
    )
    billing_invoice_delay = fields.Integer(string="Invoice Delay")
    billing_owner_id = fields.Many2one(
        "res.users",
        string="Invoice Owner",
        domain="[('share', '=', False)]",
        help="Leave empty to keep each project's own.",
    )

    @api.model
    def _get_bounds(self):
        return {**super()._get_bounds(), **self.env["project.project"]._get_bounds()}

    @api.depends("billing_cutover_date", "billing_start_date", "project_ids")
    def _compute_late_hours(self):
        """In one query."""
        Entry = self.env["account.analytic.line"]
        for dialog in self:
            # Nobody else is told how much work there is.
            projects = dialog.project_ids._origin.filtered("billing_is_own")
            hours = 0.0
            if projects and dialog.billing_start_date:
                query = SQL(
                    """
                    SELECT COALESCE(SUM(%(hours)s), 0)
                      FROM %(rows)s
                     WHERE entry.project_id IN %(ids)s
                       AND entry.date < %(start)s
                       AND %(waiting)s
                    """,
                    hours=Entry._hours_to_bill_sql("entry"),
                    rows=Entry._all_rows_sql("entry"),
                    ids=tuple(projects.ids),
                    start=dialog.billing_start_date,
                    waiting=Entry._waiting_for_billing_sql(
                        "entry", before=dialog._before_sql()
                    ),
                )
                hours = self.env.execute_query(query)[0][0]
            dialog.late_hours = hours

    def _before_sql(self):
        """Time that is not billed here once this dialog is applied."""
        column = self.env["project.project"]._column
        return SQL(
            """
            COALESCE(entry.date < COALESCE(%(chosen)s::date, (
                SELECT COALESCE(%(own)s, company.billing_cutover_date)
                  FROM project_project project
             LEFT JOIN res_company company
                    ON company.id = COALESCE(%(biller)s, %(company)s)
                 WHERE project.id = entry.project_id)), FALSE)
            """,
            chosen=self.billing_cutover_date or None,
            own=column("project", "billing_cutover_date"),
            biller=column("project", "billing_company_id"),
            company=self.env.company.id,
        )

    def action_apply(self):
        """Write the schedule on every project: all of them or none."""
        ensure_one(self)
        if not self.project_ids:
            raise UserError(self.env._("Choose at least one project."))
        vals = {
            "billing_frequency": self.billing_frequency,
            "billing_start_date": self.billing_start_date,
            "billing_invoice_delay": self.billing_invoice_delay,
        }
        if self.billing_cutover_date:
            vals["billing_cutover_date"] = self.billing_cutover_date
        if self.billing_owner_id:
            vals["billing_owner_id"] = self.billing_owner_id.id
        projects = self.project_ids
        # Where there was none, there is none again.
        had_schedule = any(projects.mapped("billing_frequency"))
        projects.write(vals)
        return tell_done(
            self.env._("Schedule set: %(project)s", project=projects.display_name)
            if len(projects) == 1
            else self.env._("Schedule set on %(count)s projects", count=len(projects)),
            undo=None
            if had_schedule
            else (projects, "write", {"billing_frequency": False}),
        )
