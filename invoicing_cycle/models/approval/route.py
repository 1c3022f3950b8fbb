from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..entries.guard import ADMINISTRATOR


class Route(NamedTuple):
    """Who has to approve an entry next, and why they."""

    #: ``timesheet.approval.flow`` that applies, empty where none does
    flow: models.BaseModel
    #: ``timesheet.approval.step`` that comes next, empty without a flow
    step: models.BaseModel
    #: ``res.users``: any one of them suffices; those who stand in included
    approvers: models.BaseModel
    #: dict, id of the user who stands in to the id of the one who is away
    represented: dict
    #: "step", "project_manager", "superior" or "administrator"
    reason: str

    def is_last(self):
        """Whether no other approval follows this one."""
        return not self.step or not self.flow._get_next_step(self.step)

    def is_own_time_allowed(self):
        """Whether an approver may approve the own time."""
        return bool(self.step.allow_own)


class RouteKey(NamedTuple):
    """All that the route of an entry follows from: ids, or None."""

    project: int
    employee: int
    user: int
    company: int
    step: int
    flow: int


class AccountAnalyticLine(models.Model):
    """Who has to approve a time entry.

    The first flow that applies says so, step by step. Where none does, the project
    manager. Where that yields nobody but the author: the author's manager, and where
    there is nobody either, any Timesheets / Administrator.
    """

    _inherit = "account.analytic.line"

    approver_ids = fields.Many2many(
        "res.users",
        string="Approvers",
        compute="_compute_approver_ids",
        compute_sudo=True,
        help="Any one of them suffices.",
        groups="base.group_user",
    )
    approval_explanation = fields.Text(
        string="Which Flow Applies?",
        compute="_compute_approver_ids",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends(
        "approval_state",
        "approved_step_id",
        "approved_by_id",
        "approval_automatic",
        "user_id",
        "department_id",
    )
    @api.depends_context("uid", "lang")
    def _compute_approver_ids(self):
        entries = self.filtered(lambda line: line.project_id and line._origin.id)
        routes = entries._get_routes()
        visible = self.env.user.company_ids
        for line in self - entries:
            line.approver_ids = False
            line.approval_explanation = False
        for line in entries:
            route = routes[line.id]
            line.approver_ids = route.approvers.filtered(
                lambda user: user.company_ids & visible
            )
            company = line.billing_period_id.company_id or line.company_id
            line.approval_explanation = (
                line._explain(route) if company.timesheet_approval else False
            )

    # ------------------------------------------------------------------ seams

    def _get_approvers(self):
        """Who has to approve these entries next, whatever their state.

        In a fixed number of queries. Any one of the users suffices.

        :return: dict, entry id to ``res.users`` (superuser records)
        """
        routes = self._get_routes()
        return {line_id: route.approvers for line_id, route in routes.items()}

    def _get_routes(self):
        """Who has to approve these entries next, and why they.

        :return: dict, entry id to :class:`Route` of superuser records
        """
        flows = self._query_sql(self._flow_sql)
        # sudo: the keys of flows and people, the route tells no more than those
        keys = {
            line.id: RouteKey(
                line.project_id.id or None,
                line.employee_id.id or None,
                line.user_id.id or None,
                line.company_id.id or None,
                line.approved_step_id.id or None,
                flows.get(line._origin.id),
            )
            for line in self.sudo()
        }
        routes = self._resolve_routes(dict.fromkeys(keys.values()))
        return {line_id: routes[key] for line_id, key in keys.items()}

    # ------------------------------------------------------------- resolution

    @api.model
    def _resolve_routes(self, keys):
        """Find the routes of many entries, each combination once.

        :param keys: :class:`RouteKey`, each once
        :return: dict, key to :class:`Route`
        """
        # sudo: names of the people to turn to
        env = self.env(su=True)
        # What all combinations need is read for all of them at once.
        projects = env["project.project"].browse(
            dict.fromkeys(key.project for key in keys if key.project)
        )
        employees = env["hr.employee"].browse(
            dict.fromkeys(key.employee for key in keys if key.employee)
        )
        named, superiors, steps = {}, {}, {}
        for key in keys:
            project = projects.browse(key.project or ()).with_prefetch(projects._ids)
            employee = employees.browse(key.employee or ()).with_prefetch(
                employees._ids
            )
            flow = env["timesheet.approval.flow"].browse(key.flow or ())
            step = flow._get_step_to_give(
                env["timesheet.approval.step"].browse(key.step or ())
            )
            steps[key] = flow, step
            named[key] = (
                step._get_candidates(project, employee) if step else project.user_id
            )
            superiors[key] = employee.parent_id.user_id
        users = env["res.users"].union(*named.values(), *superiors.values())
        users.company_ids.ids  # noqa: B018 - read once for all
        chosen = {
            key: (*steps[key], *self._choose_approvers(key, step, named, superiors))
            for key, (_flow, step) in steps.items()
        }
        return self._add_delegates(chosen)

    @api.model
    def _choose_approvers(self, key, step, named, superiors):
        """Approvers of one combination, without those who stand in, and the reason.

        :param RouteKey key: the combination
        :param step: ``timesheet.approval.step``, empty: the project manager approves
        :param dict named: key to the ``res.users`` that step or project name
        :param dict superiors: key to the ``res.users`` of the author's manager
        :return: ``res.users`` and the reason, see :class:`Route`
        """
        own = {key.user, self._get_author(key).id}
        users = self._filter_can_approve(named[key], key, () if step.allow_own else own)
        if users:
            return users, "step" if step else "project_manager"
        if step or named[key]:
            users = self._filter_can_approve(superiors[key], key, own)
            if users:
                return users, "superior"
        administrators = self._get_timesheet_administrators()
        return self._filter_can_approve(administrators, key, own), "administrator"

    @api.model
    def _filter_can_approve(self, users, key, own):
        """Those who can log in, work in the entry's company, and are not its author.

        :param users: ``res.users``
        :param RouteKey key: the combination
        :param own: ids of the users whose own time it is
        """
        return users.filtered(
            lambda user: (
                user.active
                and not user.share
                and key.company in user.company_ids.ids
                and user.id not in own
            )
        )

    @api.model
    def _add_delegates(self, chosen):
        """Complete the routes by those who stand in for somebody today.

        :param dict chosen: key to (flow, step, approvers, reason)
        :return: dict, key to :class:`Route`
        """
        # sudo: names of the people to turn to, as in _resolve_routes
        Users = self.env["res.users"].sudo()
        users = Users.union(*(approvers for _f, _s, approvers, _r in chosen.values()))
        delegates = (
            self.env["timesheet.approval.delegation"]._get_delegates(users)
            if users
            else {}
        )
        routes = {}
        for key, (flow, step, approvers, reason) in chosen.items():
            own = {key.user, self._get_author(key).id}
            represented = {}
            for user in approvers & Users.union(*delegates):
                # Never the own time: the flow allows that to whom it names.
                able = self._filter_can_approve(delegates[user], key, own)
                # Who is named as well acts in the own name.
                for delegate in able - approvers:
                    represented.setdefault(delegate.id, user.id)
            approvers |= Users.browse(represented)
            routes[key] = Route(flow, step, approvers, represented, reason)
        return routes

    @api.model
    def _get_author(self, key):
        # sudo: whose time it is, to keep them from approving it
        return self.env["hr.employee"].sudo().browse(key.employee or ()).user_id

    # ------------------------------------------------------- pending, by user

    @api.model
    def _get_pending_of_user(self):
        """Ids of the entries that wait for an approval of the current user.

        The routes are found once per combination, not per entry.
        """
        # sudo: what waits does not depend on who may read it
        companies = self.env["res.company"].sudo()
        if not companies.search_count([("timesheet_approval", "=", True)], limit=1):
            return []
        column = self._column
        query = SQL(
            """
            SELECT %(project)s, %(employee)s, %(user)s, %(company)s, %(step)s,
                   %(flow)s AS flow, ARRAY_AGG(entry.id)
              FROM account_analytic_line entry
             WHERE %(project)s IS NOT NULL
               AND %(approved_on)s IS NULL
               AND (%(invoice_line)s IS NULL OR %(split)s <> 0)
               AND %(state)s = 'pending'
          GROUP BY 1, 2, 3, 4, 5, 6
            """,
            project=column("entry", "project_id"),
            employee=column("entry", "employee_id"),
            user=column("entry", "user_id"),
            company=column("entry", "company_id"),
            step=column("entry", "approved_step_id"),
            flow=self._flow_sql("entry"),
            approved_on=column("entry", "approved_on"),
            invoice_line=column("entry", "invoice_line_id"),
            split=column("entry", "split_hours"),
            state=self._approval_state_sql("entry"),
        )
        waiting = defaultdict(list)
        for *key, ids in self.env.execute_query(query):
            waiting[RouteKey(*key)] += ids
        routes = self._resolve_routes(waiting)
        user = self.env.user
        administrator = user.has_group(ADMINISTRATOR)
        result = []
        for key, ids in waiting.items():
            own = user.id in (key.user, self._get_author(key).id)
            if self._is_decidable(routes[key], user, own, administrator):
                result += ids
        return result

    @api.model
    def _is_decidable(self, route, user, own, administrator):
        """Whether a user may approve what goes by a route.

        :param Route route: the route
        :param user: ``res.users``
        :param bool own: the time is the user's own
        :param bool administrator: the user is a Timesheets / Administrator
        """
        if own:
            return route.is_own_time_allowed() and user in route.approvers
        return administrator or user in route.approvers

    # -------------------------------------------------------------------- SQL

    @api.model
    def _flow_sql(self, alias):
        """The id of the flow that applies to an entry, in SQL; NULL where none does.

        :param str alias: alias of the table account_analytic_line
        """
        column = self._column
        return self.env["timesheet.approval.flow"]._matching_sql(
            column(alias, "project_id"),
            column(alias, "employee_id"),
            column(alias, "department_id"),
            self._approval_company_sql(alias),
        )

    # ---------------------------------------------------------------- wording

    def _explain(self, route):
        """Tell which flow applies to this entry, who approves, and why they."""
        self.ensure_one()
        texts = []
        if route.flow:
            texts.append(
                self.env._(
                    "Flow “%(flow)s” applies (%(conditions)s).",
                    flow=route.flow.name,
                    conditions=route.flow.condition_summary,
                )
            )
        else:
            texts.append(self.env._("No flow applies: the project manager approves."))
        if self.approval_automatic:
            texts.append(
                self.env._(
                    "The project has no manager, and the company lets such time be "
                    "approved automatically."
                )
            )
        elif self.approval_state == "approved" and self.approved_on:
            texts.append(
                self.env._(
                    "Approved by %(user)s on %(date)s.",
                    user=self.approved_by_id.name,
                    date=format_date(self.env, self.approved_on),
                )
            )
        elif self.approval_state == "approved":
            texts.append(self.env._("No approval is needed for this entry."))
        else:
            texts += self._explain_approvers(route)
        return "\n".join(texts)

    def _explain_approvers(self, route):
        texts = []
        if len(route.flow.step_ids) > 1:
            steps = route.flow.step_ids.sorted()
            texts.append(
                self.env._(
                    "Approval %(number)s of %(count)s: %(step)s.",
                    number=steps.ids.index(route.step.id) + 1,
                    count=len(steps),
                    step=route.step.display_name,
                )
            )
        if route.reason == "superior":
            texts.append(
                self.env._(
                    "That is nobody but the author: the author's manager approves."
                )
            )
        elif route.reason == "administrator":
            texts.append(
                self.env._("There is nobody: a Timesheets administrator approves.")
            )
        names = self._format_users(route.approvers)
        texts.append(self.env._("Approvers, one suffices: %(names)s.", names=names))
        for delegate_id, user_id in route.represented.items():
            users = route.approvers
            texts.append(
                self.env._(
                    "%(delegate)s stands in for %(user)s.",
                    delegate=users.browse(delegate_id).name,
                    user=users.browse(user_id).name,
                )
            )
        return texts

    @api.model
    def _format_users(self, users):
        names = users.sorted("name").mapped("name")
        if len(names) > 3:
            names = [*names[:3], "…"]
        return ", ".join(names) or self.env._("nobody yet")
