from odoo import models


class AccountMove(models.Model):
    """Milestones follow the state of the invoices that bill them."""

    _inherit = "account.move"

    def _follow_state(self, before):
        result = super()._follow_state(before)
        # sudo: as for time
        lines = self.sudo().invoice_line_ids
        (lines | lines.credited_line_id)._settle_milestones()
        return result

    def _link_timesheets_to_invoice(self, start_date=None, end_date=None):
        # EXTENDS sale_timesheet
        # Before time, which asks whether all of its period is billed.
        self.invoice_line_ids._link_stock_milestones()
        result = super()._link_timesheets_to_invoice(start_date, end_date)
        # sudo: whether they bill all of a period, as for time in _link_stock_entries
        self.sudo().invoice_line_ids.filtered("milestone_ids")._adopt_billing_period()
        return result
