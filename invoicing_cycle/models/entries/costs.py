from copy import deepcopy

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.call_arguments import get_values

#: Who reads what time costs. Not the group of analytic accounting: Odoo's switch for it
#: gives it to everybody.
COSTS = (
    "hr_timesheet.group_hr_timesheet_approver,"
    "account.group_account_readonly,account.group_account_invoice"
)


ALL_TIMESHEETS = "hr_timesheet.group_hr_timesheet_approver"


OWN_TIMESHEETS = "hr_timesheet.group_hr_timesheet_user"


class BillingCostMixin(models.AbstractModel):
    """Fields that tell what time costs, from which follows what a person earns.

    Approvers read time that Odoo would not show them, so they read no costs, nor does
    anybody else who logs time: who may approve changes with projects, managers and
    flows. Whoever of the house logs none reads what Odoo gives.
    """

    _name = "billing.cost.mixin"
    _description = "Fields That Tell Costs"

    #: Names of the fields, whose ``groups`` are those of :data:`COSTS`.
    _cost_fields = frozenset()

    def _has_field_access(self, field, operation):
        # EXTENDS base
        if super()._has_field_access(field, operation):
            return True
        user = self.env.user
        if field.name not in self._cost_fields or not user._is_internal():
            return False
        # Writing tells nothing: it stays as Odoo has it.
        return operation == "write" or not user.has_group(OWN_TIMESHEETS)


class AccountAnalyticLine(models.Model):
    """The cost of an entry is not read with its hours."""

    _name = "account.analytic.line"
    _inherit = [
        "account.analytic.line",
        "billing.cost.mixin",
        "billing.confidential.mixin",
    ]

    _cost_fields = frozenset({"amount"})

    amount = fields.Monetary(groups=COSTS)

    # Accounting people read amounts, and as approvers the time of others: not both.

    _confidential_fields = frozenset({"amount"})

    @api.model
    def _is_hiding(self):
        user = self.env.user
        return user.has_group(OWN_TIMESHEETS) and not user.has_group(ALL_TIMESHEETS)

    def _filtered_disclosed(self):
        # sudo: whose time it is, not what is in it
        lines, user = self.sudo(), self.env.user
        own = lines.filtered(lambda line: not line.project_id or line.user_id == user)
        return own.sudo(self.env.su)

    @api.model
    def _disclosed_sql(self, alias):
        return SQL(
            "(%s IS NULL OR %s = %s)",
            SQL.identifier(alias, "project_id", to_flush=self._fields["project_id"]),
            SQL.identifier(alias, "user_id", to_flush=self._fields["user_id"]),
            self.env.uid,
        )

    def copy_data(self, default=None):
        # EXTENDS base
        default = get_values(self.env, default)
        # The cost of a copy is worked out anew.
        if self._has_field_access(self._fields["amount"], "read"):
            return super().copy_data(default)
        return super().copy_data({"amount": 0.0, **default})


class TimesheetsAnalysisReport(models.Model):
    _name = "timesheets.analysis.report"
    _inherit = ["timesheets.analysis.report", "billing.cost.mixin"]

    _cost_fields = frozenset({"amount", "margin"})

    amount = fields.Monetary(groups=COSTS)
    margin = fields.Monetary(groups=COSTS)


class AccountAnalyticAccount(models.Model):
    _name = "account.analytic.account"
    _inherit = ["account.analytic.account", "billing.cost.mixin"]

    _cost_fields = frozenset({"balance", "credit", "debit"})

    balance = fields.Monetary(groups=COSTS)
    debit = fields.Monetary(groups=COSTS)
    credit = fields.Monetary(groups=COSTS)


class ProjectSaleLineEmployeeMap(models.Model):
    _name = "project.sale.line.employee.map"
    _inherit = ["project.sale.line.employee.map", "billing.cost.mixin"]

    _cost_fields = frozenset({"cost"})

    cost = fields.Monetary(groups=f"{COSTS},hr.group_hr_user")


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "billing.cost.mixin"]

    _cost_fields = frozenset({"analytic_account_balance"})

    analytic_account_balance = fields.Monetary(groups=COSTS)

    def _get_profitability_items_from_aal(self, profitability_items, with_action=True):
        # EXTENDS sale_timesheet
        # Of a project with one person it tells what that person costs.
        costs = deepcopy(profitability_items["costs"])
        result = super()._get_profitability_items_from_aal(
            profitability_items, with_action
        )
        field = self._fields["analytic_account_balance"]
        if not self._has_field_access(field, "read"):
            result["costs"] = costs
        return result
