from odoo import api, fields, models
from odoo.tools import SQL


class ProjectProject(models.Model):
    """The day from which billing is done here.

    What is dated before it was billed, or will be, in another way: it waits in no
    period, is not late, and stands on no screen.
    """

    _inherit = "project.project"

    billing_cutover_date = fields.Date(
        string="Cut-over Date",
        copy=False,
        tracking=True,
        help="Time, expenses and milestones dated before this day are not billed here. "
        "Empty: as the company's settings say.",
        groups="base.group_user",
    )
    billing_cutover = fields.Date(
        compute="_compute_billing_cutover",
        store=True,
        string="Cut-over",
        export_string_translation=False,
        groups="base.group_user",
    )

    @api.depends("billing_cutover_date", "billing_company_id.billing_cutover_date")
    def _compute_billing_cutover(self):
        for project in self:
            project.billing_cutover = (
                project.billing_cutover_date
                or project.billing_company_id.billing_cutover_date
            )

    def _is_before_cutover(self, day):
        """
        :param date day: of time, an expense or a milestone of this project
        """
        return bool(day and self.billing_cutover and day < self.billing_cutover)

    @api.model
    def _before_cutover_sql(self, project, day):
        """What :meth:`_is_before_cutover` asks, in SQL; never NULL.

        :param SQL project: column with the id of the project
        :param SQL day: column with the day
        """
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_project begun
                 WHERE begun.id = %(project)s AND %(day)s < %(cutover)s)
            """,
            project=project,
            day=day,
            cutover=self._column("begun", "billing_cutover", "project.project"),
        )

    def _follow_cutover(self):
        """The day has changed: periods and time follow."""
        # sudo: where time is counted does not depend on who says from which day
        projects = self.sudo().with_context(active_test=False)
        self.env["project.billing.time"]._touch(projects=projects.ids)
        projects._open_billing_periods(changed=True)
        projects._reassign_entries()

    def _get_earliest_day(self):
        """From which day there are periods, or a false value."""
        self.ensure_one()
        days = filter(None, (self.billing_start_date, self.billing_cutover))
        return max(days, default=False)
