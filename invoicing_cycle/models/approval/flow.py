from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...tools import bounds
from ..common.recorded import check_user_rights


class TimesheetApprovalFlow(models.Model):
    """Who approves which time.

    The first flow of the company, by sequence, whose conditions all hold decides. An
    empty condition always holds. Where no flow applies, the project manager approves.
    """

    _name = "timesheet.approval.flow"
    _inherit = ["billing.bounds.mixin", "billing.named.mixin", "billing.sql.mixin"]
    _description = "Timesheet Approval Flow"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="The first flow whose conditions hold decides."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    tag_ids = fields.Many2many(
        "project.tags",
        string="Project Tags",
        ondelete="restrict",
        help="Projects with at least one of these tags.",
    )
    manager_ids = fields.Many2many(
        "res.users",
        "timesheet_approval_flow_manager_rel",
        string="Project Managers",
        ondelete="restrict",
        check_company=True,
        domain="[('share', '=', False)]",
        help="Projects of one of these managers.",
    )
    customer = fields.Selection(
        [("external", "External"), ("internal", "Internal")],
        help="Internal: the project has no customer, or one of your own companies is "
        "the customer.",
    )
    pricing = fields.Selection(
        [
            ("task_rate", "Task rate"),
            ("fixed_rate", "Project rate"),
            ("employee_rate", "Employee rate"),
            ("not_billable", "Not billable"),
        ],
        help="How the project is priced.",
    )
    department_ids = fields.Many2many(
        "hr.department",
        string="Departments",
        check_company=True,
        ondelete="restrict",
        help="Time of people of these departments and those below.",
    )
    employee_ids = fields.Many2many(
        "hr.employee",
        string="Employees",
        check_company=True,
        ondelete="restrict",
        help="Time of these people.",
    )
    step_ids = fields.One2many(
        "timesheet.approval.step",
        "flow_id",
        string="Approvals",
        copy=True,
        help="One after another; in each, any one of the approvers suffices.",
    )
    condition_summary = fields.Char(
        string="Applies to", compute="_compute_condition_summary"
    )
    step_summary = fields.Char(string="Approved by", compute="_compute_step_summary")

    @api.model
    def _get_bounds(self):
        return {
            **super()._get_bounds(),
            "sequence": (-bounds.SEQUENCE, bounds.SEQUENCE),
        }

    @api.constrains("step_ids", "active")
    def _check_steps(self):
        empty = self.filtered(lambda flow: flow.active and not flow.step_ids)
        if empty:
            raise ValidationError(
                self.env._(
                    "Say who approves in %(flows)s: a flow needs one approval at "
                    "least.",
                    flows=", ".join(empty.mapped("name")),
                )
            )

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        check_user_rights(flows, "create")
        flows._check_steps()  # without a value there is no constraint
        flows._after_change()
        return flows

    def write(self, vals):
        check_user_rights(self, "write")
        result = super().write(vals)
        self._after_change()
        return result

    def unlink(self):
        check_user_rights(self, "unlink")
        result = super().unlink()
        self._after_change()
        return result

    @api.model
    def _after_change(self):
        """Who approves what has changed."""
        self.env.registry.clear_cache()
        self.env["account.analytic.line"]._invalidate_approval_state()

    # ---------------------------------------------------------------- wording

    @api.depends(
        "tag_ids.name",
        "manager_ids.name",
        "customer",
        "pricing",
        "department_ids.name",
        "employee_ids.name",
    )
    @api.depends_context("lang")
    def _compute_condition_summary(self):
        for flow in self:
            flow.condition_summary = "; ".join(flow._get_conditions()) or self.env._(
                "All time"
            )

    def _get_conditions(self):
        """The conditions in words, one text each."""
        self.ensure_one()
        names = ("tag_ids", "manager_ids", "customer", "pricing")
        names += ("department_ids", "employee_ids")
        return [text for name in names if (text := self._format_condition(name))]

    def _format_condition(self, name):
        field = self._fields[name]
        value = self[name]
        if not value:
            return ""
        label = field.get_description(self.env, ["string"])["string"]
        if field.type == "selection":
            text = dict(field._description_selection(self.env))[value]
        else:
            text = ", ".join(value.mapped("display_name"))
        return self.env._("%(label)s: %(values)s", label=label, values=text)

    @api.depends(
        "step_ids.sequence",
        "step_ids.is_project_manager",
        "step_ids.manager_levels",
        "step_ids.user_ids.name",
        "step_ids.group_id.name",
    )
    @api.depends_context("lang")
    def _compute_step_summary(self):
        for flow in self:
            flow.step_summary = " → ".join(
                step._format_approvers() for step in flow.step_ids.sorted()
            )

    # ----------------------------------------------------------------- lookup

    def _get_next_step(self, approved):
        """The approval that comes after one that was given.

        :param approved: ``timesheet.approval.step``, empty where none was given
        :return: ``timesheet.approval.step``, empty when all are given
        """
        self.ensure_one()
        steps = self.step_ids.sorted()
        if approved not in steps:
            return steps[:1]
        position = steps.ids.index(approved.id)
        return steps[position + 1 : position + 2]

    def _get_step_to_give(self, approved):
        """The approval that an entry waits for, of this flow or of none.

        :param approved: ``timesheet.approval.step``, the last one that was given
        :return: ``timesheet.approval.step``; where nothing comes after, as when steps
            were removed while the entry was on its way, the last one
        """
        if not self:
            return approved.browse()
        return self._get_next_step(approved) or self.step_ids.sorted()[-1:]

    @api.model
    def _matching_sql(self, project, employee, department, company):
        """The id of the flow that applies, in SQL; NULL where none does.

        :param SQL project: id of the project
        :param SQL employee: id of the author
        :param SQL department: id of the author's department
        :param SQL company: id of the company whose switches hold
        """
        column = self._column
        return SQL(
            """
            (SELECT flow.id
               FROM timesheet_approval_flow flow
               JOIN project_project matched ON matched.id = %(project)s
              WHERE %(active)s
                AND %(flow_company)s = %(company)s
                AND (%(customer)s IS NULL
                     OR (%(customer)s = 'internal') = %(is_internal)s)
                AND (%(pricing)s IS NULL OR %(pricing)s = %(project_pricing)s)
                AND %(tags)s
                AND %(managers)s
                AND %(employees)s
                AND %(departments)s
           ORDER BY %(sequence)s, flow.id
              LIMIT 1)
            """,
            project=project,
            company=company,
            active=column("flow", "active"),
            flow_company=column("flow", "company_id"),
            customer=column("flow", "customer"),
            pricing=column("flow", "pricing"),
            sequence=column("flow", "sequence"),
            is_internal=self._is_internal_sql(),
            project_pricing=self._project_pricing_sql(),
            tags=self._any_of_sql(
                "tag_ids",
                SQL(
                    """
                    SELECT tag.project_tags_id
                      FROM project_project_project_tags_rel tag
                     WHERE tag.project_project_id = matched.id
                    """,
                    to_flush=self.env["project.project"]._fields["tag_ids"],
                ),
            ),
            managers=self._any_of_sql(
                "manager_ids",
                SQL("SELECT %s", column("matched", "user_id", "project.project")),
            ),
            employees=self._any_of_sql("employee_ids", SQL("SELECT %s", employee)),
            departments=self._any_of_sql(
                "department_ids", self._departments_above_sql(department)
            ),
        )

    @api.model
    def _any_of_sql(self, name, values):
        """Whether a condition of ``flow`` is empty or names one of some values."""
        field = self._fields[name]
        names = SQL(
            "SELECT named.%s FROM %s named WHERE named.%s = flow.id",
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            to_flush=field,
        )
        return SQL(
            "(NOT EXISTS (%(names)s) OR EXISTS (%(names)s AND named.%(value)s IN "
            "(%(values)s)))",
            names=names,
            value=SQL.identifier(field.column2),
            values=values,
        )

    @api.model
    def _departments_above_sql(self, department):
        """Ids of a department and of those above it."""
        return SQL(
            """
            SELECT above.id
              FROM hr_department own
              JOIN hr_department above
                ON %s LIKE above.parent_path || '%%'
             WHERE own.id = %s
            """,
            self._column("own", "parent_path", "hr.department"),
            department,
        )

    @api.model
    def _is_internal_sql(self):
        """Whether the project ``matched`` is for oneself."""
        return SQL(
            """
            (%(partner)s IS NULL OR EXISTS (
                SELECT 1
                  FROM res_partner customer
                  JOIN res_company own
                    ON %(own)s IN (customer.id, %(commercial)s)
                 WHERE customer.id = %(partner)s))
            """,
            partner=self._column("matched", "partner_id", "project.project"),
            own=self._column("own", "partner_id", "res.company"),
            commercial=self._column("customer", "commercial_partner_id", "res.partner"),
        )

    @api.model
    def _project_pricing_sql(self):
        """The pricing of the project ``matched``, which Odoo does not store."""
        return SQL(
            """
            CASE WHEN %(billable)s IS NOT TRUE THEN 'not_billable'
                 WHEN EXISTS (
                     SELECT 1
                       FROM project_sale_line_employee_map rate
                      WHERE %(rate_project)s = matched.id) THEN 'employee_rate'
                 WHEN %(sale_line)s IS NOT NULL THEN 'fixed_rate'
                 ELSE 'task_rate'
             END
            """,
            billable=self._column("matched", "allow_billable", "project.project"),
            rate_project=self._column(
                "rate", "project_id", "project.sale.line.employee.map"
            ),
            sale_line=self._column("matched", "sale_line_id", "project.project"),
        )
