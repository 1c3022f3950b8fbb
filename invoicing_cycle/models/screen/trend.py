from odoo import api, models
from odoo.fields import Domain

from ...tools.billing_calendar import cycle_of, shift_cycle

#: Cycles of the trend, the one that is shown being the last.
CYCLES = 6


class ProjectBillingPeriod(models.Model):
    """What the last cycles came to, beside the one that is shown."""

    _inherit = "project.billing.period"

    @api.model
    def _get_trend(self, date_from):
        """
        :param date date_from: first day of the cycle that is shown
        :return: list of dict, the oldest first: ``date_from`` (ISO), ``label``,
            ``amount`` (untaxed, of all documents of that cycle, in the company's
            currency) and ``sent`` (of those that were sent); empty where the user reads
            no invoices
        """
        if not self._shows_invoices():
            return []
        company = self.env.company
        calendar = (company.billing_cycle, company.billing_cycle_anchor)
        spans = [
            shift_cycle(*calendar, date_from, number) for number in range(1 - CYCLES, 1)
        ]
        trend = {
            start: {
                "date_from": start.isoformat(),
                "label": self._get_cycle_label(start, end),
                "amount": 0.0,
                "sent": 0.0,
            }
            for start, end in spans
        }
        domain = (
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("state", "!=", "cancel")
            & Domain("billing_cycle_date", ">=", spans[0][0])
            & Domain("billing_cycle_date", "<=", spans[-1][1])
        )
        today = company._get_today()
        Move = self.env["account.move"]
        for kind, sent in (
            ("amount", Domain.TRUE),
            ("sent", Domain("sent_on", "!=", False)),
        ):
            for day, own, amount in Move._read_group(
                domain & sent,
                ["billing_cycle_date:day", "company_id"],
                ["amount_untaxed_signed:sum"],
            ):
                start, _end = cycle_of(*calendar, day)
                trend[start][kind] += own.currency_id._convert(
                    amount, company.currency_id, company, today
                )
        return list(trend.values())
