from odoo import fields, models


class ProjectBillingPeriod(models.Model):
    """The date of the invoices that periods make."""

    _inherit = "project.billing.period"

    def _get_draft_date(self, items):
        """No date, so that Odoo sets it and payment terms count from confirming; by
        company option the scheduled date, never in the future, never locked."""
        periods = self.union(*(item.period for item in items))
        company = periods.company_id
        if not company.billing_invoice_date_scheduled:
            return False
        date = periods._get_scheduled_date()
        if locks := periods._get_lock_dates(date):
            date = fields.Date.add(locks[-1][0], days=1)
        # Where accounting is closed up to today no date is right: who confirms is told.
        return date <= fields.Date.context_today(self) and date

    def _get_scheduled_date(self):
        """Day on which an invoice of all these periods is meant to be made."""
        today = fields.Date.context_today(self)
        return min(today, max(period.invoice_date or today for period in self))

    def _get_lock_dates(self, date):
        """Lock dates of accounting that close a day for the invoice of these periods.

        :return: list of (date, name of the company's field), the latest one last
        """
        journals = self.env["account.journal"]
        company = self.company_id
        journal = journals.search(
            [*journals._check_company_domain(company), ("type", "=", "sale")], limit=1
        )
        return company._get_violated_lock_dates(date, True, journal)

    def _get_date_note(self, invoice):
        """Why a draft does not have its scheduled date, or an empty string."""
        date = self._get_scheduled_date()
        company = self.company_id
        if not company.billing_invoice_date_scheduled or invoice.invoice_date == date:
            return ""
        return self.env._(
            "Its scheduled date is closed in accounting: %(locks)s.",
            locks=company._format_lock_dates(self._get_lock_dates(date)),
        )
