from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import bounds
from ...tools.bounds import MANAGER_LEVELS
from ..common.recorded import check_user_rights


class TimesheetApprovalStep(models.Model):
    """One approval of a flow: any one of its approvers suffices."""

    _name = "timesheet.approval.step"
    _inherit = ["billing.bounds.mixin", "billing.named.mixin"]
    _description = "Timesheet Approval Step"
    _order = "flow_id, sequence, id"

    flow_id = fields.Many2one(
        "timesheet.approval.flow", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="flow_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Approval", translate=True, help="For example: Finance. Optional."
    )
    is_project_manager = fields.Boolean(
        string="Project Manager", help="The manager of the entry's project."
    )
    manager_levels = fields.Integer(
        string="Levels Above",
        help="1: the author's manager; 2: that one's manager as well, and so on.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "timesheet_approval_step_user_rel",
        string="Users",
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Group",
        ondelete="restrict",
        help="Everybody who belongs to this group.",
    )
    allow_own = fields.Boolean(
        string="Own Time", help="An approver may approve the own time in this step."
    )

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "manager_levels": (0, bounds.MANAGER_LEVELS),
            "sequence": (-bounds.SEQUENCE, bounds.SEQUENCE),
        }

    @api.constrains("is_project_manager", "manager_levels", "user_ids", "group_id")
    def _check_approvers(self):
        for step in self:
            if step.manager_levels < 0:
                raise ValidationError(
                    self.env._(
                        "Levels above the author cannot be negative in %(flow)s.",
                        flow=step.flow_id.name,
                    )
                )
            if not (
                step.is_project_manager
                or step.manager_levels
                or step.user_ids
                or step.group_id
            ):
                raise ValidationError(
                    self.env._(
                        "Say who approves in %(flow)s: the project manager, managers "
                        "of the author, users or a group.",
                        flow=step.flow_id.name,
                    )
                )

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        check_user_rights(steps, "create")
        steps._check_approvers()  # without a value there is no constraint
        steps.flow_id._after_change()
        return steps

    def write(self, vals):
        check_user_rights(self, "write")
        result = super().write(vals)
        self.flow_id._after_change()
        return result

    def unlink(self):
        check_user_rights(self, "unlink")
        flows = self.flow_id
        result = super().unlink()
        flows._check_steps()
        flows._after_change()
        return result

    # ---------------------------------------------------------------- wording

    @api.depends("name", "is_project_manager", "manager_levels", "user_ids", "group_id")
    def _compute_display_name(self):
        for step in self:
            step.display_name = step.name or step._format_approvers()

    def _format_approvers(self):
        """Who approves in this step, in words."""
        self.ensure_one()
        who = []
        if self.is_project_manager:
            who.append(self.env._("project manager"))
        if self.manager_levels == 1:
            who.append(self.env._("author's manager"))
        elif self.manager_levels > 1:
            who.append(
                self.env._(
                    "author's managers, %(count)s levels", count=self.manager_levels
                )
            )
        who += self.user_ids.mapped("name")
        if self.group_id:
            who.append(self.group_id.display_name)
        text = self.env._(" or ").join(who)
        return f"{self.name}: {text}" if self.name else text

    # ----------------------------------------------------------------- lookup

    def _get_candidates(self, project, employee):
        """Who this step names for an entry, whether or not they may log in.

        :param project: ``project.project`` of the entry
        :param employee: ``hr.employee``, its author
        :return: ``res.users``
        """
        self.ensure_one()
        users = self.user_ids | self.group_id.all_user_ids
        if self.is_project_manager:
            users |= project.user_id
        boss = employee
        for _level in range(min(self.manager_levels, MANAGER_LEVELS)):
            boss = boss.parent_id
            users |= boss.user_id
        return users
