from odoo import api, fields, models
from odoo.fields import Domain


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
        help="The files of re-invoiced expenses go to the customer with the invoice.",
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
