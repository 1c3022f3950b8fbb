from odoo import models


class ProjectBillingPeriod(models.Model):
    """Chasing: remind those for whom a period waits."""

    _inherit = "project.billing.period"

    def action_remind(self):
        """Remind everybody who owes time or an approval for these periods.

        Who may read a period may remind: nothing is given away but what its breakdown
        shows.

        :return: a notification that says who was reminded, and who could not be
        """
        self.check_access("read")
        # sudo: the same rows as in the breakdown; names stay hidden as they are there
        debts = self.env["project.billing.debt"].sudo()
        return debts.search([("period_id", "in", self.ids)])._remind()
