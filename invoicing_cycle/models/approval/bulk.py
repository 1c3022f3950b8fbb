from odoo import fields, models

# Lists that are grouped by person or project have a button on each group.


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    # The employee by another name: an employee has a field employee_id as well, and
    # Odoo's views do not bear a group of a list named like a field of its own model.
    author_id = fields.Many2one(
        "hr.employee",
        string="Person",
        related="employee_id",
        groups="base.group_user",
        export_string_translation=False,
    )

    def _approve_waiting_of(self, name, record):
        """Approve all that waits for the current user, of one person or project.

        :param str name: the entry's field
        :param record: ``hr.employee`` or ``project.project``
        """
        waiting = self.search([(name, "in", record.ids), ("is_to_approve", "=", True)])
        if not waiting:
            # Somebody else was faster; a stranger learns nothing.
            record.check_access("read")
            return self._notify_approver(
                self.env._(
                    "Nothing of %(name)s waits for your approval any more.",
                    name=", ".join(filter(None, record.mapped("display_name"))),
                )
            )
        return waiting.action_approve()


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def action_approve_timesheets(self):
        """Approve all time of these people that waits for the current user."""
        return self.env["account.analytic.line"]._approve_waiting_of(
            "employee_id", self
        )


class ProjectProject(models.Model):
    _inherit = "project.project"

    def action_approve_timesheets(self):
        """Approve all time of these projects that waits for the current user."""
        return self.env["account.analytic.line"]._approve_waiting_of("project_id", self)
