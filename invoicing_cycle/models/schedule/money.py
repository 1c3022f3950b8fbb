from odoo import api, models
from odoo.tools import SQL

from .project_rights import MANAGER

ADMINISTRATOR = "project.group_project_manager"


class ProjectProject(models.Model):
    """Who reads what money a project makes: those who bill it.

    Billing managers in their companies; project manager, invoice owner and customer's
    salesperson on their own projects. Project administrators as well, who may change
    it: nobody changes what one cannot see.
    """

    _name = "project.project"
    _inherit = ["project.project", "billing.confidential.mixin"]

    _confidential_fields = frozenset(
        {
            "billing_expense_markup",
            "billing_proration",
            "billing_rates",
            "billing_retainer_amount",
            "billing_retainer_carry_over",
            "billing_retainer_currency_id",
            "billing_retainer_hours",
            "billing_retainer_line_id",
            "billing_retainer_overrun_line_id",
            "uninvoiced_hours",
        }
    )

    @api.model
    def _is_hiding(self):
        return not self.env.user.has_group(ADMINISTRATOR)

    def _filtered_disclosed(self):
        return self._filtered_own_billing()

    @api.model
    def _disclosed_sql(self, alias):
        """Whether the user bills a project, as ``_filtered_own_billing``."""
        in_companies = SQL(
            "(%(company)s IS NULL OR %(company)s IN %(companies)s)",
            company=self._column(alias, "billing_company_id"),
            companies=tuple(self.env.companies.ids),
        )
        if self.env.user.has_group(MANAGER):
            return in_companies
        return SQL(
            """
            %(in_companies)s AND (
                %(manager)s = %(uid)s OR %(owner)s = %(uid)s OR EXISTS (
                    SELECT 1
                      FROM res_partner customer
                     WHERE customer.id = %(customer)s AND %(salesperson)s = %(uid)s))
            """,
            in_companies=in_companies,
            manager=self._column(alias, "user_id"),
            owner=self._column(alias, "billing_owner_id"),
            customer=self._column(alias, "partner_id"),
            salesperson=self._column("customer", "user_id", "res.partner"),
            uid=self.env.uid,
        )


class ProjectMilestone(models.Model):
    """What a milestone was billed with is read as the money of its project."""

    _name = "project.milestone"
    _inherit = [
        "project.milestone",
        "billing.confidential.mixin",
        "billing.sql.mixin",
    ]

    _confidential_fields = frozenset({"billed_amount"})

    @api.model
    def _is_hiding(self):
        return self.env["project.project"]._is_hiding()

    def _filtered_disclosed(self):
        # sudo: of whose project a milestone is
        projects = self.sudo().project_id.sudo(False)._filtered_disclosed()
        return self.filtered_domain([("project_id", "in", projects.ids)])

    @api.model
    def _disclosed_sql(self, alias):
        return SQL(
            "EXISTS (SELECT 1 FROM project_project project WHERE project.id = %s"
            " AND %s)",
            self._column(alias, "project_id"),
            self.env["project.project"]._disclosed_sql("project"),
        )
