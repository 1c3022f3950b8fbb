from odoo import models
from odoo.exceptions import AccessError


class AccountAnalyticLine(models.Model):
    """A form of time that is not saved tells of its project and person what we add:
    the billing period, who approves."""

    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "billing.named.mixin"]
    _named_fields = frozenset({"employee_id", "project_id", "task_id"})

    def _check_named_records(self, name, records):
        # EXTENDS billing.named.mixin
        if name != "employee_id":
            return super()._check_named_records(name, records)
        # Whoever logs time may not read hr.employee, but knows the colleagues.
        # sudo: the company of each alone
        people = records.sudo().exists()
        if len(people) < len(records) or people.company_id - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "Time is logged for people of your own companies. Choose one of "
                    "them."
                )
            )
        return None
