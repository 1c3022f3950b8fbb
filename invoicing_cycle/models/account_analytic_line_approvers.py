from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from .account_analytic_line_lock import ADMINISTRATOR


class AccountAnalyticLine(models.Model):
    """Who approves a time entry, and what they do.

    The project manager; where that is the author, or cannot log in any more, the
    author's manager; where there is nobody, any Timesheets / Administrator. An
    administrator may approve everything but the own time.
    """

    _inherit = "account.analytic.line"

    # -------------------------------------------------------------------- who

    def _get_approvers(self):
        """Who has to approve these entries, whatever their state.

        In a fixed number of queries. Any one of the users suffices.

        :return: dict, entry id to ``res.users`` (superuser records)
        """
        # sudo: names of the people to turn to
        Users = self.env["res.users"].sudo()
        named = self._query_sql(self._approver_sql)
        administrators = Users
        if not all(named.values()):
            administrators = self._get_timesheet_administrators()
        approvers = {}
        for line in self.sudo():
            user_id = named.get(line._origin.id)
            approvers[line.id] = (
                Users.browse(user_id)
                if user_id
                else administrators.filtered(
                    lambda user, line=line: (
                        not line._is_author(user)
                        and line.company_id in user.company_ids
                    )
                )
            )
        return approvers

    @api.model
    def _approver_sql(self, alias):
        """The id of the user who approves an entry, in SQL; NULL: any administrator.

        :param str alias: alias of the table account_analytic_line
        """
        column = self._approval_column
        manager = column("project", "user_id", "project.project")
        return SQL(
            """
            (SELECT CASE WHEN %(manager)s IS NULL THEN NULL
                         WHEN %(manager_can)s THEN %(manager)s
                         WHEN %(superior_can)s THEN %(superior)s
                     END
               FROM project_project project
          LEFT JOIN hr_employee author ON author.id = %(employee)s
          LEFT JOIN hr_employee boss ON boss.id = %(parent)s
              WHERE project.id = %(project)s)
            """,
            manager=manager,
            manager_can=self._can_approve_sql(alias, manager),
            superior=column("boss", "user_id", "hr.employee"),
            superior_can=self._can_approve_sql(
                alias, column("boss", "user_id", "hr.employee")
            ),
            employee=column(alias, "employee_id"),
            parent=column("author", "parent_id", "hr.employee"),
            project=column(alias, "project_id"),
        )

    @api.model
    def _can_approve_sql(self, alias, user):
        """A user is not the author, can log in, and may work in the entry's company.

        To be used where the entry's employee is joined as ``author``.
        """
        column = self._approval_column
        return SQL(
            """
            (%(user)s IS DISTINCT FROM %(own_user)s
             AND %(user)s IS DISTINCT FROM %(author)s
             AND EXISTS (
                SELECT 1
                  FROM res_users approver
                  JOIN res_company_users_rel allowed ON allowed.user_id = approver.id
                 WHERE approver.id = %(user)s
                   AND %(active)s
                   AND allowed.cid = %(company)s))
            """,
            user=user,
            own_user=column(alias, "user_id"),
            author=column("author", "user_id", "hr.employee"),
            active=column("approver", "active", "res.users"),
            company=column(alias, "company_id"),
        )

    @api.model
    def _is_to_approve_sql(self, alias):
        """Whether an entry waits for an approval that the current user may give."""
        column = self._approval_column
        if self.env.user.has_group(ADMINISTRATOR):
            may_approve = SQL(
                """
                (%(user)s IS DISTINCT FROM %(own_user)s
                 AND %(user)s IS DISTINCT FROM (
                     SELECT %(author)s
                       FROM hr_employee author
                      WHERE author.id = %(employee)s))
                """,
                user=self.env.uid,
                own_user=column(alias, "user_id"),
                author=column("author", "user_id", "hr.employee"),
                employee=column(alias, "employee_id"),
            )
        else:
            may_approve = SQL(
                "%s IS NOT DISTINCT FROM %s", self._approver_sql(alias), self.env.uid
            )
        return SQL(
            "COALESCE(%s = 'pending' AND %s, FALSE)",
            self._approval_state_sql(alias),
            may_approve,
        )

    # ---------------------------------------------------------------- actions

    def action_approve(self):
        """Approve those of these entries that wait for it; many at once.

        :raises AccessError: where one of them is not the user's to approve
        """
        pending = self._get_decidable({"pending"})
        if not pending:
            open_lines = self.filtered(lambda line: line.approval_state == "open")
            if open_lines:
                raise UserError(
                    self.env._(
                        "Open time cannot be approved. It waits for approval as soon "
                        "as it is locked: %(entries)s",
                        entries=open_lines._format_entries(),
                    )
                )
            # Somebody else was faster, or it was clicked twice.
            return True
        pending.write(
            {"approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()}
        )
        # At once: a change right after this must be compared with what was approved.
        self.env.add_to_compute(self._fields["approval_key"], pending)
        pending.flush_recordset(["approval_key"])
        return True

    def action_send_back(self, reason):
        """Open just these entries again for their author, who mends and locks again.

        :param str reason: why, shown to the author
        :raises AccessError: where one of them is not the user's to approve
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the time is sent back."))
        lines = self._get_decidable({"pending", "approved"})
        closed = lines.filtered(lambda line: not line._is_not_billed())
        if closed:
            raise UserError(closed._format_closed(closed._get_closings(), "write"))
        if not lines:
            raise UserError(
                self.env._("Only time that is locked and not invoiced is sent back.")
            )
        lines.write(
            {
                "sent_back": True,
                "sent_back_reason": reason,
                "approved_by_id": False,
                "approved_on": False,
                "approval_key": False,
            }
        )
        return True

    def _get_decidable(self, states):
        """Those of these entries that are in some states, locked for an update.

        :param set states: approval states
        :return: superuser entries
        :raises AccessError: where one of them is not the user's to approve
        """
        self.check_access("read")
        # sudo: approving needs no right to change time; who may is checked here.
        lines = self.sudo().filtered(lambda line: line.approval_state in states)
        lines._check_may_approve(self.env.user)
        # Entries that another approver has just now in hand are left out.
        lines = lines.try_lock_for_update()
        lines.invalidate_recordset(["approval_state"], flush=False)
        return lines.filtered(lambda line: line.approval_state in states)

    def _check_may_approve(self, user):
        approvers = self._get_approvers()
        administrator = user.has_group(ADMINISTRATOR)
        own = self.filtered(lambda line: line._is_author(user))
        if own:
            raise AccessError(
                self.env._(
                    "Nobody approves their own time. %(approvers)s can: %(entries)s",
                    approvers=own._format_approvers(approvers),
                    entries=own._format_entries(),
                )
            )
        foreign = self.browse()
        if not administrator:
            foreign = self.filtered(lambda line: user not in approvers[line.id])
        if foreign:
            raise AccessError(
                self.env._(
                    "This time is not yours to approve. %(approvers)s can: %(entries)s",
                    approvers=foreign._format_approvers(approvers),
                    entries=foreign._format_entries(),
                )
            )

    # ---------------------------------------------------------------- wording

    def _format_approvers(self, approvers):
        users = (
            self.env["res.users"].sudo().union(*(approvers[line.id] for line in self))
        )
        names = users.sorted("name").mapped("name")
        if len(names) > 3:
            names = [*names[:3], "…"]
        return ", ".join(names) or self.env._("A Timesheets administrator")

    def _format_entries(self):
        # sudo: whoever sees the entry may read the names on it
        texts = [
            self.env._(
                "%(person)s on %(date)s, %(project)s",
                person=line.employee_id.name,
                date=format_date(self.env, line.date),
                project=line.project_id.display_name,
            )
            for line in self.sudo()[:5]
        ]
        if len(self) > 5:
            texts.append(self.env._("%(count)s more", count=len(self) - 5))
        return "; ".join(texts)
