from odoo import api, models
from odoo.fields import Domain

from ..common.call_arguments import get_day
from ..common.refusal import get_code
from ..readiness.state import STATES
from .calls import as_day, as_named, call

#: What of the overview is for the screen alone.
SCREEN_ONLY = {
    "autopilot",
    "label",
    "previous",
    "next",
    "can_freeform",
    "runs",
    "sections",
    "today",
    "progress",
    "trend",
}


class InvoicingCycleApi(models.AbstractModel):
    """The state of the cycle, its periods, and making their invoices."""

    _inherit = "invoicing.cycle.api"

    @api.model
    @api.readonly
    @call
    def get_cycle(self, cycle_date=None):
        """What is left to do in a cycle, and whether it is clear.

        :param cycle_date: any day of it, today by default
        :return: dict; see ``docs/api.md`` for its shape, and that of the others
        """
        overview = self.env["project.billing.period"].get_cycle_overview(cycle_date)
        answer = {
            name: value for name, value in overview.items() if name not in SCREEN_ONLY
        }
        outside = {
            name: value
            for name, value in overview["outside"].items()
            if not name.startswith("can_open")
        }
        outside["sold"] = self._convert_amounts(outside["sold"])
        answer["outside"] = outside
        for section in overview["sections"]:
            key = section.pop("key")
            section.pop("label")
            if "amounts" in section:
                section["amounts"] = self._convert_amounts(section["amounts"])
            answer[key] = section
        return answer

    def _convert_amounts(self, amounts):
        currencies = self.env["res.currency"].browse(
            amount["currency_id"] for amount in amounts
        )
        return [
            {"currency": currency.name, "amount": amount["amount"]}
            for currency, amount in zip(currencies, amounts, strict=True)
        ]

    @api.model
    @api.readonly
    @call
    def list_periods(
        self,
        states=None,
        period_ids=None,
        project_ids=None,
        due_until=None,
        after=None,
        limit=None,
    ):
        """Billing periods, and what they wait for.

        :param states: list of the states to look for, all by default
        :param due_until: the last scheduled invoice date
        """
        states = self._check_choices("states", states, list(dict(STATES)))
        domain = Domain("state", "in", states)
        domain &= self._ids_domain("id", period_ids)
        domain &= self._ids_domain("project_id", project_ids)
        if day := get_day(self.env, due_until):
            domain &= Domain("invoice_date", "<=", day)
        periods, following = self._get_page(
            self.env["project.billing.period"], domain, after, limit
        )
        items = [self._prepare_period(period) for period in periods]
        return self._get_answer(items, following)

    def _prepare_period(self, period):
        """A period as plain values."""
        return {
            "id": period.id,
            "project": as_named(period.project_id),
            "customer": as_named(period.partner_id),
            "company": as_named(period.company_id),
            "date_from": as_day(period.date_from),
            "date_to": as_day(period.date_to),
            "invoice_date": as_day(period.invoice_date),
            "state": period.state,
            "is_overdue": period.is_overdue,
            "hours": period.hours,
            "open_hours": period.open_hours,
            "pending_hours": period.pending_hours,
            "approved_hours": period.approved_hours,
            "late_hours": period.late_hours,
            "currency": period.currency_id.name,
            "expense_amount": period.expense_amount,
            "amount_to_invoice": period.amount_to_invoice,
            "amount_invoiced": period.amount_invoiced,
            # sudo: which invoices bill a period that the user reads
            "invoice_ids": period.sudo().invoice_ids.ids,
            "missing_data": list(
                filter(None, (period.project_id.billing_missing or "").split(","))
            ),
            "skip_reason": period.skip_reason or None,
            "generate_error": period.generate_error or None,
            "waits_for": self._prepare_waiting(period.readiness),
        }

    def _prepare_waiting(self, readiness):
        """Who and what a period waits for, of all that its row shows."""
        return {
            "open": readiness["open"],
            "pending": readiness["pending"],
            "expense_amount": readiness["expenses"]["pending"],
        }

    @api.model
    @call
    def generate(self, period_ids, reason=None):
        """Create the draft invoices of periods; those that cannot go say why.

        :param str reason: why periods that are not ready are invoiced anyway; only for
            billing managers
        """
        periods = self._get_records("project.billing.period", period_ids, "period_ids")
        result = periods._generate_as_user(reason)
        return {
            "invoice_ids": result.made,
            "skipped": [
                {"period_id": key, "code": get_code(text), "message": str(text)}
                for key, text in result.skipped
            ],
            "failed": [
                {"period_id": key, "code": "failed", "message": text}
                for key, text in result.failed
            ],
        }
