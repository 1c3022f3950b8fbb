from odoo import api, models


class AccountAnalyticLine(models.Model):
    """A reminder closes by itself when nothing waits for the approver any more."""

    _inherit = "account.analytic.line"

    @api.model
    def _close_approval_reminders(self):
        """Mark the reminders of those for whom no due period waits any more as done."""
        self.env["project.billing.debt"]._close_reminders("approve")
