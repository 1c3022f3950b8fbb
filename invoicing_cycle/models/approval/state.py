from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

APPROVAL_STATES = [
    ("open", "Open"),
    ("pending", "Pending approval"),
    ("approved", "Approved"),
]


#: A change of one of these after the approval makes the entry pending again.
PRICE_FIELDS = (
    "date",
    "unit_amount",
    "product_uom_id",
    "project_id",
    "task_id",
    "employee_id",
    "so_line",
)


class AccountAnalyticLine(models.Model):
    """Where a time entry stands: open, pending approval, approved.

    Depends on the lock of the person, the switch of the company, the project's manager
    and the invoice, so it is not stored but an SQL expression, see
    ``approval/state_sql.py``.
    """

    _inherit = "account.analytic.line"

    approval_state = fields.Selection(
        APPROVAL_STATES,
        compute="_compute_approval_state",
        search="_search_approval_state",
        groups="base.group_user",
    )
    approval_automatic = fields.Boolean(
        string="Approved Automatically",
        compute="_compute_approval_automatic",
        search="_search_approval_automatic",
        help="Nobody approved this entry: its project has no manager, and the company "
        "chose to approve such time automatically.",
        groups="base.group_user",
    )
    is_to_approve = fields.Boolean(
        compute="_compute_is_to_approve",
        search="_search_is_to_approve",
        help="Waits for an approval that you may give.",
        groups="base.group_user",
    )
    approved_by_id = fields.Many2one(
        "res.users",
        compute="_compute_approved",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    approved_on = fields.Datetime(
        compute="_compute_approved",
        store=True,
        copy=False,
        groups="base.group_user",
    )
    approved_step_id = fields.Many2one(
        "timesheet.approval.step",
        string="Last Approval Given",
        compute="_compute_approved",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Where several approvals follow one another: the last one that was given.",
        groups="base.group_user",
    )
    approval_log_ids = fields.One2many(
        "timesheet.approval.log", "entry_id", groups="base.group_user"
    )
    approval_key = fields.Char(
        compute="_compute_approval_key",
        store=True,
        copy=False,
        export_string_translation=False,
        help="The price-relevant values that were approved.",
        groups="base.group_user",
    )
    sent_back = fields.Boolean(
        readonly=True,
        copy=False,
        help="Open again for its author, although the timesheet is locked.",
        groups="base.group_user",
    )
    sent_back_reason = fields.Char(readonly=True, copy=False, groups="base.group_user")

    _sent_back_idx = models.Index("(employee_id) WHERE sent_back IS TRUE")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # Where nobody approves, "approved" is what was locked, and is called so.
        result = super().fields_get(allfields, attributes)
        state = result.get("approval_state", {})
        if "selection" in state and not self.env.company.timesheet_approval:
            state["selection"] = [
                (value, self.env._("Locked") if value == "approved" else label)
                for value, label in state["selection"]
            ]
        return result

    # --------------------------------------------------------------- computes

    @api.depends(
        "project_id.user_id",
        "employee_id",
        "date",
        "company_id",
        "billing_period_id.company_id",
        "invoice_line_id",
        "part_ids.billing_hold",
        "part_ids.invoice_line_id",
        "timesheet_invoice_id.state",
        "approved_on",
        "sent_back",
    )
    def _compute_approval_state(self):
        # The lock and the company's switch invalidate it themselves, see
        # _invalidate_approval_state(): as dependencies they would load every entry of
        # the person or company.
        states = self._query_sql(self._approval_state_sql)
        for line in self:
            line.approval_state = states.get(line._origin.id, "open")

    @api.depends(
        "project_id.user_id",
        "employee_id",
        "date",
        "company_id",
        "billing_period_id.company_id",
        "approved_on",
        "sent_back",
    )
    def _compute_approval_automatic(self):
        automatic = self._query_sql(self._approval_automatic_sql)
        for line in self:
            line.approval_automatic = automatic.get(line._origin.id, False)

    @api.depends("approval_state", "approved_step_id", "user_id", "employee_id")
    @api.depends_context("uid")
    def _compute_is_to_approve(self):
        pending = self.filtered(
            lambda line: line._origin.id and line.approval_state == "pending"
        )
        (self - pending).is_to_approve = False
        routes = pending._get_routes()
        # sudo: who may decide follows from persons and projects; a yes or no leaves
        mine = pending.sudo()._filter_decidable(self.env.user, routes)
        for line in pending:
            line.is_to_approve = line in mine

    @api.depends(*PRICE_FIELDS)
    def _compute_approved(self):
        lost = self.browse()
        for line in self:
            given = bool(line.approved_on or line.approved_step_id)
            kept = given and line.approval_key == line._get_approval_key()
            # Not in a form that is still being filled in: nothing has changed yet.
            if given and not kept and line.id:
                lost += line
            line.approved_on = kept and line.approved_on
            line.approved_by_id = kept and line.approved_by_id
            line.approved_step_id = kept and line.approved_step_id
        if lost:
            self.env["timesheet.approval.log"]._log(lost, "changed")

    def _compute_approval_key(self):
        # Without dependencies: taken down when an entry is approved.
        for line in self:
            given = bool(line.approved_on or line.approved_step_id)
            line.approval_key = given and line._get_approval_key()

    def _get_approval_key(self):
        self.ensure_one()
        values = (self[name] for name in PRICE_FIELDS)
        return "|".join(
            str(value.id if isinstance(value, models.BaseModel) else value)
            for value in values
        )

    @api.model
    def _invalidate_approval_state(self):
        """Forget what depends on locks and company switches."""
        self.env["hr.employee"].invalidate_model(["timesheet_locked_until"])
        self.env["hr.employee.public"].invalidate_model(["timesheet_locked_until"])
        self.invalidate_model(
            [
                "approval_state",
                "approval_automatic",
                "approval_explanation",
                "approver_ids",
                "is_approver",
                "is_to_approve",
                "readonly_timesheet",
            ],
            flush=False,
        )
        Period = self.env["project.billing.period"]
        Period.invalidate_model(
            [
                name
                for name, field in Period._fields.items()
                if field.compute and not field.store
            ],
            flush=False,
        )

    # ----------------------------------------------------------------- search

    def _search_approval_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_sql_domain(
            "_approval_state_sql",
            # Nothing else is a state.
            [state or "" for state in value if not state or isinstance(state, str)],
            "",
        )

    def _search_approval_automatic(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_sql_domain(
            "_approval_automatic_sql", [bool(item) for item in value], False
        )

    def _search_is_to_approve(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("id", "in", self._get_pending_of_user())
        return domain if True in value else ~domain

    @api.model
    def _get_sql_domain(self, method, values, empty):
        """Entries for which the expression of a method has one of some values.

        :param str method: name of the method that gives the expression for an alias
        :param list values: the values, all of one type
        :param empty: what stands for none in SQL
        """

        def to_sql(model, alias, query):
            expression = getattr(model, method)(alias)
            return SQL("COALESCE(%s, %s) = ANY(%s)", expression, empty, values)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr == "approval_state":
            return self._approval_state_sql(alias)
        if field_expr == "approval_automatic":
            return self._approval_automatic_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    def _query_sql(self, get_sql):
        """Evaluate an expression for these entries, in one query.

        :param get_sql: method that gives the expression for an alias
        :return: dict, entry id to value
        """
        ids = tuple(self._origin.ids)
        if not ids:
            return {}
        query = SQL(
            "SELECT entry.id, %s FROM account_analytic_line entry WHERE entry.id IN %s",
            get_sql("entry"),
            ids,
        )
        return dict(self.env.execute_query(query))
