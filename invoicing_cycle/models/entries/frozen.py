from contextlib import contextmanager

from odoo import models

from ..common.call_arguments import get_record


class AccountAnalyticLine(models.Model):
    """Closed time entries and Odoo's own recomputation, which calls no ``write``.

    Moving a task or its parent, changing a customer or switching an employee's user
    changes time entries behind the guard's back. Closed ones keep their project,
    customer and user; the task itself may move. Their sale line does follow while they
    are not billed, else time that was entered before there was an order could never be
    billed; an approval ends with it, see ``approval/state.py``.
    """

    _inherit = "account.analytic.line"

    def _freeze_added(self):
        """New time in closed days gets its customer before it keeps it."""
        if self._may_change_closed_time(self.env.user):
            self._join(self._get_closings())._follow_customer()

    @contextmanager
    def _completing(self, vals):
        """These entries are written within this block, with values that take along
        what Odoo's frozen recomputation would.

        The guard stands in front of this: who gets here with closed entries may change
        them.

        :return: the values to write
        """
        moving = not {"project_id", "task_id"}.isdisjoint(vals)
        closed = (
            self._join(self._get_closings())
            if moving or "employee_id" in vals
            else self.browse()
        )
        if not closed:
            yield vals
            return
        vals = dict(vals)
        if vals.get("task_id") and "project_id" not in vals:
            # sudo: as hr_timesheet does, the task's project only
            task = get_record(self.env["project.task"].sudo(), vals["task_id"])
            vals["project_id"] = task.project_id.id
        if vals.get("employee_id") and "user_id" not in vals:
            # sudo: as hr_timesheet does, the employee's user only
            employee = get_record(self.env["hr.employee"].sudo(), vals["employee_id"])
            vals["user_id"] = employee.user_id.id
        yield vals
        if moving and "partner_id" not in vals:
            closed._follow_customer()

    # --------------------------------------------------------------- computes

    def _compute_project_id(self):
        # EXTENDS sale_timesheet
        lines = self._filter_recomputable()
        result = super(AccountAnalyticLine, lines)._compute_project_id()
        lines._round_anew()
        return result

    def _compute_partner_id(self):
        # EXTENDS sale_timesheet
        return super(
            AccountAnalyticLine, self._filter_recomputable()
        )._compute_partner_id()

    def _compute_user_id(self):
        # EXTENDS hr_timesheet
        return super(
            AccountAnalyticLine, self._filter_recomputable()
        )._compute_user_id()

    def _compute_department_id(self):
        # EXTENDS hr_timesheet
        result = super()._compute_department_id()
        # Of the version that holds, not of the one that a client's context asks for.
        for line in self.filtered("employee_id"):
            line.department_id = line.employee_id.current_version_id.department_id
        return result

    def _filter_recomputable(self):
        """These entries without the closed ones; drafts of forms are never closed.

        Nor those of which a part is billed: it stays in one place with its entry.
        """
        # sudo: what is closed does not depend on who may read it
        stored = self.browse(id_ for id_ in self._ids if id_).sudo()
        closings = stored._get_closings() | stored._get_closings_of_parts()
        return self - self._join(closings).sudo(self.env.su)

    def _follow_customer(self):
        """Give these entries the customer of their task or project."""
        groups = self.grouped(
            lambda line: line.task_id.partner_id or line.project_id.partner_id
        )
        for partner, lines in groups.items():
            lines.filtered(lambda line, to=partner: line.partner_id != to).write(
                {"partner_id": partner.id}
            )

    # -------------------------------------------------------------- sale line

    def _is_updatable_timesheet(self):
        # EXTENDS sale_timesheet
        # The rate table writes the sale line; that of closed entries is recomputed
        # instead, see readiness/required_sync.py.
        return super()._is_updatable_timesheet() and not self._get_closings()
