from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache


class AccountAnalyticLine(models.Model):
    """Which time a user sees because of having to approve it, now or at another time.

    Whatever its state: an approver has to see what was approved, and what is still
    open. Record rules read this, so it is one expression without a query of its own.
    """

    _inherit = "account.analytic.line"

    is_approver = fields.Boolean(
        compute="_compute_is_approver",
        search="_search_is_approver",
        help="You approve such time, or stand in for somebody who does.",
        groups="base.group_user",
    )

    @api.depends("project_id.user_id", "employee_id.parent_id.user_id", "department_id")
    @api.depends_context("uid")
    def _compute_is_approver(self):
        approvers = self._query_sql(self._is_approver_sql)
        for line in self:
            line.is_approver = approvers.get(line._origin.id, False)

    def _search_is_approver(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain.custom(
            to_sql=lambda model, alias, query: model._is_approver_sql(alias)
        )
        return domain if True in value else ~domain

    @api.model
    def _is_approver_sql(self, alias):
        """Whether the user is the project's manager, above the author, or in its flow.

        :param str alias: alias of the table account_analytic_line
        """
        Flow = self.env["timesheet.approval.flow"]
        users = (
            self.env.uid,
            *self.env["timesheet.approval.delegation"]._get_represented_ids(),
        )
        conditions = [
            self._is_manager_sql(alias, users),
            self._is_above_sql(alias, users, Flow._get_manager_levels()),
        ]
        if flow_ids := Flow._get_ids_naming(users):
            conditions.append(SQL("%s IN %s", self._flow_sql(alias), flow_ids))
        return SQL("COALESCE(%s, FALSE)", SQL(" OR ").join(conditions))

    @api.model
    def _is_manager_sql(self, alias, users):
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_project managed
                 WHERE managed.id = %(project)s AND %(manager)s IN %(users)s)
            """,
            project=self._column(alias, "project_id"),
            manager=self._column("managed", "user_id", "project.project"),
            users=users,
        )

    @api.model
    def _is_above_sql(self, alias, users, levels):
        """Whether one of some users is among the author's managers.

        :param int levels: how far above the author
        """
        column = self._column
        return SQL(
            """
            %(employee)s IN (
                WITH RECURSIVE below AS (
                    SELECT person.id, 1 AS level
                      FROM hr_employee boss
                      JOIN hr_employee person ON %(parent)s = boss.id
                     WHERE %(boss_user)s IN %(users)s
                     UNION
                    SELECT person.id, below.level + 1
                      FROM below
                      JOIN hr_employee person ON %(parent)s = below.id
                     WHERE below.level < %(levels)s)
                SELECT below.id FROM below)
            """,
            employee=column(alias, "employee_id"),
            parent=column("person", "parent_id", "hr.employee"),
            boss_user=column("boss", "user_id", "hr.employee"),
            users=users,
            levels=levels,
        )


class TimesheetApprovalFlow(models.Model):
    _inherit = "timesheet.approval.flow"

    @api.model
    @ormcache()
    def _get_manager_levels(self):
        """How far above the author approvers may be, in all flows; at least 1."""
        # sudo: the same for everybody who asks
        [[levels]] = (
            self.env["timesheet.approval.step"]
            .sudo()
            ._read_group([("flow_id.active", "=", True)], [], ["manager_levels:max"])
        )
        return max(levels or 0, 1)

    @api.model
    def _get_ids_naming(self, users):
        """Ids of the flows with a step that names one of some users.

        By name or by group. What the project or the author decides is not among them.

        :param tuple users: ids of ``res.users``
        """
        # sudo: the groups of those for whom the user stands in
        groups = [
            user._get_group_ids() for user in self.env["res.users"].sudo().browse(users)
        ]
        return self._get_ids_naming_of(users, tuple(sorted(set().union(*groups))))

    @api.model
    @ormcache("users", "groups")
    def _get_ids_naming_of(self, users, groups):
        # sudo: the same for everybody who asks
        steps = self.env["timesheet.approval.step"].sudo()
        named = steps.search(
            [
                ("flow_id.active", "=", True),
                "|",
                ("user_ids", "in", users),
                ("group_id", "in", groups),
            ]
        )
        return tuple(named.flow_id.ids)
