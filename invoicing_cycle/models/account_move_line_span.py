from odoo import models


class AccountMoveLine(models.Model):
    """When the work was done that a line bills."""

    _inherit = "account.move.line"

    def _get_billed_spans(self):
        """First and last day of what each of these lines bills.

        That is its billing period; where all that it bills is dated outside of it (late
        time), those days instead. Lines that bill no period are left out.

        :return: dict, line to (date, date)
        """
        # sudo: days alone, which the text of a line says as well, of entries and
        # expenses that whoever sends the invoice need not be able to read
        lines = self.sudo()
        days = (lines | lines.credited_line_id)._get_billed_days()
        spans = {}
        for line in lines:
            origin = line.credited_line_id or line
            period = origin.billing_period_id
            if not (period and period.date_to):
                continue
            span = [period.date_from, period.date_to]
            billed = days[origin]
            if billed and not any(span[0] <= day <= span[1] for day in billed):
                span = billed
            # A line with both leaves no day out.
            spans[line] = (min(span + billed), max(span + billed))
        return spans

    def _get_billed_days(self):
        """Dates of the entries, expenses and milestones of each line, also of those
        that a credit has freed.

        :return: dict, line to list of dates
        """
        # Read for all lines at once.
        (self.timesheet_entry_ids | self.released_entry_ids).fetch(["date"])
        self.sale_line_ids.expense_ids.fetch(["date"])
        return {
            line: [
                *(line.timesheet_entry_ids | line.released_entry_ids).mapped("date"),
                *line.sale_line_ids.expense_ids.mapped("date"),
                *filter(None, line.milestone_ids.mapped("reached_date")),
            ]
            for line in self
        }
