from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ....tools.bounds import billing_days
from ...rights.named import hide_unreadable

#: What decides where an expense is billed, and whether it is handed in.
PLACE_FIELDS = frozenset(
    {"analytic_distribution", "approval_state", "date", "sale_order_id", "state"}
)


class HrExpense(models.Model):
    """Re-invoiced expenses belong to a project's billing period, as time does."""

    _name = "hr.expense"
    _inherit = ["hr.expense", "billing.recorded.mixin"]

    billing_project_id = fields.Many2one(
        "project.project",
        string="Billed Project",
        compute="_compute_billing_project_id",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        compute="_compute_billing_period_id",
        store=True,
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
    )

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {
            "billing_period_id",
            "billing_project_id",
        }

    @api.depends("analytic_distribution", "sale_order_id.project_id")
    def _compute_billing_project_id(self):
        reinvoiced = self.filtered("sale_order_id")
        (self - reinvoiced).billing_project_id = False
        account_ids = {
            int(account_id)
            for expense in reinvoiced
            for key in expense.analytic_distribution or {}
            for account_id in key.split(",")
        }
        # sudo: which project an expense belongs to does not depend on who files it
        by_account = {
            project.account_id.id: project
            for project in self.env["project.project"]
            .sudo()
            .with_context(active_test=False)
            # Of two projects with one account the active one has the last word.
            .search(
                [
                    ("account_id", "in", list(account_ids)),
                    ("allow_billable", "=", True),
                    ("is_template", "=", False),
                ],
                order="active, id desc",
            )
        }
        # Odoo does not tell an order about its projects.
        reinvoiced.sale_order_id.invalidate_recordset(["project_ids"], flush=False)
        # sudo: as above, and the link is written for whoever files it
        for expense in reinvoiced.sudo():
            carried = [
                by_account[int(account_id)]
                for key in expense.analytic_distribution or {}
                for account_id in key.split(",")
                if int(account_id) in by_account
            ]
            expense.billing_project_id = (
                carried[0] if carried else expense.sale_order_id._get_expense_project()
            )

    @api.depends("billing_project_id", "date", "approval_state")
    def _compute_billing_period_id(self):
        waiting = self.filtered(
            lambda expense: (
                expense.billing_project_id
                and expense.date
                and expense.state != "refused"
                and not expense._is_reinvoiced()
            )
        )
        for expense in self - waiting:
            expense.billing_period_id = expense._is_reinvoiced() and (
                expense._get_billed_period() or expense.billing_period_id
            )
        if not waiting:
            return
        allocators = self.env["project.billing.period"]._get_allocators(
            waiting.billing_project_id.ids
        )
        for expense in waiting:
            allocator = allocators.get(expense.billing_project_id.id)
            expense.billing_period_id = allocator and allocator.period_of(expense.date)

    def _find_project_anew(self):
        """Projects were billed by an order, or got an account: which one takes these?

        As if the account had changed, so that all that follows from it does so.
        """
        self.modified(["analytic_distribution"])

    def _find_period_anew(self):
        """Periods were opened, closed or moved: find the period of these expenses."""
        self.env.add_to_compute(self._fields["billing_period_id"], self)
        self._recompute_recordset(["billing_period_id"])

    def _is_waiting_for_posting(self):
        """Handed in, but without the sales order item that its posting creates."""
        self.ensure_one()
        return self.state not in ("draft", "refused") and not self.sale_order_line_id

    def _is_reinvoiced(self):
        """Whether its sale order line is on an invoice already."""
        self.ensure_one()
        # sudo: whether the order has invoiced it, whoever may read orders
        return bool(self.sudo().sale_order_line_id.qty_invoiced)

    def _get_billed_period(self):
        """The period of the live line that bills it, none of Odoo's own dialog."""
        self.ensure_one()
        # sudo: what bills an expense does not depend on who asks
        lines = self.sudo().sale_order_line_id.invoice_lines.filtered(
            lambda line: line.billing_kind == "expense"
        )
        return lines._filtered_live().billing_period_id[:1]

    @api.model_create_multi
    def create(self, vals_list):
        expenses = super().create(vals_list)
        expenses._find_late_period()
        return expenses

    def write(self, vals):
        self._check_ledger_links(vals)
        result = super().write(vals)
        if not PLACE_FIELDS.isdisjoint(vals):
            self._find_late_period()
        return result

    def _find_late_period(self):
        """Open a period for expenses of schedules that have ended, once they are
        handed in."""
        # sudo: where an expense is billed does not depend on who files it
        homeless = self.sudo().filtered(
            lambda expense: (
                not expense.billing_period_id
                and expense.billing_project_id.has_billing_periods
                and expense.state not in ("draft", "refused")
                and not expense.billing_project_id._is_before_cutover(expense.date)
                and not expense._is_reinvoiced()
            )
        )
        homeless.billing_project_id._open_supplementary_periods()

    # ------------------------------------------------------------------ ledger

    def _sale_expense_reset_sol_quantities(self):
        # EXTENDS sale_expense
        # Posted again, an expense gets another sales order item: what is billed on the
        # one that it leaves would be billed a second time.
        if self:
            self._check_not_billed()
        return super()._sale_expense_reset_sol_quantities()

    def _check_not_billed(self):
        """
        :raises UserError: where a live invoice bills one of these, and a billing period
            would bill it again
        """
        # sudo: whether an invoice bills it does not depend on who takes it back
        expenses = self.sudo()
        items = expenses.sale_order_line_id
        # Without a schedule Odoo's own way stands: the order is to be credited.
        scheduled = expenses.filtered(
            "billing_project_id.has_billing_periods"
        ).sale_order_line_id
        lines = items.invoice_lines.filtered(
            lambda line: (
                (line.billing_kind == "expense" or line.sale_line_ids & scheduled)
                and line.move_id.move_type == "out_invoice"
            )
        )._filtered_live()
        if lines:
            billed = expenses.filtered(
                lambda expense: expense.sale_order_line_id in lines.sale_line_ids
            )
            raise UserError(
                self.env._(
                    "%(expenses)s: billed on %(invoices)s. Delete its line there, or "
                    "cancel or credit the invoice, before you take the expense back.",
                    expenses=", ".join(billed.mapped("display_name")),
                    invoices=", ".join(lines.move_id.mapped("display_name")),
                )
            )

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        result = super().onchange(values, field_names, fields_spec)
        return hide_unreadable(
            self, result, ("billing_period_id", "billing_project_id")
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_expense_project(self):
        """The project of re-invoiced expenses that name none: that of this order, else
        the only one that is billed by it."""
        self.ensure_one()
        billable = (self.project_id | self.project_ids).filtered(
            lambda project: project.allow_billable and not project.is_template
        )
        if self.project_id in billable:
            return self.project_id
        projects = billable.filtered("active") or billable
        return projects if len(projects) == 1 else projects.browse()


class ProjectProject(models.Model):
    """How expenses are re-invoiced; those without a project get another chance."""

    _inherit = "project.project"

    billing_expense_markup = fields.Float(
        string="Expense Mark-up",
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Percent added to the price of expenses re-invoiced at cost, when "
        "they are posted. What was posted before keeps its price.",
    )
    billing_attach_receipts = fields.Boolean(
        string="Attach Receipts",
        default=True,
        groups="base.group_user",
        help="The files of re-invoiced expenses go to the customer with the invoice. "
        "Not those of expenses with a mark-up: their receipts tell the lower price.",
    )
    billing_attach_marked_receipts = fields.Boolean(
        string="Receipts Despite a Mark-up",
        groups="base.group_user",
        help="Receipts of expenses with a mark-up go to the customer as well, who sees "
        "there what they cost.",
    )

    _billing_expense_markup_positive = models.Constraint(
        "CHECK (billing_expense_markup >= 0)",
        "The mark-up of expenses cannot be negative: use 0 to bill them at cost.",
    )

    @api.model
    def _get_expense_fields(self):
        """Fields that decide which re-invoiced expenses a project takes."""
        return {
            "account_id",
            "active",
            "allow_billable",
            "is_template",
            "reinvoiced_sale_order_id",
            "sale_line_id",
        }

    def _find_expenses_anew(self):
        """Let expenses without a project, and those of these, find theirs.

        The others stay: what was worked and spent on the only project of an order does
        not become unknown by a second one.
        """
        # sudo: where an expense belongs does not depend on who changes the project
        expenses = (
            self.env["hr.expense"]
            .sudo()
            .search(
                Domain("sale_order_id", "!=", False)
                & Domain("billing_project_id", "in", [*self.ids, False])
            )
        )
        expenses._find_project_anew()

    # Re-invoiced expenses of schedules that have ended find a period, as time does.

    def _get_homeless_time(self):
        """EXTENDS: also expenses that no period takes."""
        days = dict(super()._get_homeless_time())
        last = billing_days(fields.Date.context_today(self))[1]
        # sudo: as in _get_waiting_records
        expenses = (
            self.env["hr.expense"]
            .sudo()
            .search(
                [
                    ("billing_project_id", "in", self.ids),
                    ("billing_project_id.has_billing_periods", "=", True),
                    ("billing_period_id", "=", False),
                    ("date", "<=", last),
                    ("state", "not in", ("draft", "refused")),
                ]
            )
        )
        # Asked of these few: the database would have to count all orders first.
        for expense in expenses.filtered(
            lambda expense: (
                not expense.billing_project_id._is_before_cutover(expense.date)
                and not expense._is_reinvoiced()
            )
        ):
            project = expense.billing_project_id
            days[project] = max(expense.date, days.get(project, expense.date))
        return list(days.items())

    @api.model
    def _homeless_expense_sql(self, alias):
        """An expense that was handed in, and that no period takes."""
        column, Expense = self._column, "hr.expense"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM hr_expense expense
             LEFT JOIN sale_order_line line ON line.id = %(sale_line)s
                 WHERE %(expense_project)s = %(project)s
                   AND %(date)s IS NOT NULL
                   AND %(state)s NOT IN ('draft', 'refused')
                   AND COALESCE(%(invoiced)s, 0) = 0
                   AND %(period)s IS NULL
                   AND NOT %(before)s)
            """,
            before=self._before_cutover_sql(
                column("expense", "billing_project_id", Expense),
                column("expense", "date", Expense),
            ),
            sale_line=column("expense", "sale_order_line_id", Expense),
            expense_project=column("expense", "billing_project_id", Expense),
            project=SQL.identifier(alias, "id"),
            date=column("expense", "date", Expense),
            state=column("expense", "state", Expense),
            invoiced=column("line", "qty_invoiced", "sale.order.line"),
            period=column("expense", "billing_period_id", Expense),
        )
