from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.fields import Domain


class ProjectBillingPeriod(models.Model):
    """The sections of the screen, each of the cycle that is shown and of what is left
    of those before it.

    A period belongs to the cycle of its scheduled date, a document to that of the
    periods that it bills or of its own date. What was left of an earlier cycle is shown
    as sent by both: its own, and that in which it was sent.
    """

    _inherit = "project.billing.period"

    # ------------------------------------------------------------------ domains

    @api.model
    def _get_missing_domain(self, date_to):
        """
        :param date date_to: last day of the cycle; of one that is over only projects
            that there were by then, or that have time of then
        """
        domain = self._get_own_projects_domain() & Domain(
            "billing_missing", "!=", False
        )
        if date_to < self.env.company._get_today():
            missing = self.env["project.project"].search(domain)
            # sudo: whether there is time of then, of projects that the user bills
            Entry = self.env["account.analytic.line"].sudo()
            worked = Entry._read_group(
                [("project_id", "in", missing.ids), ("date", "<=", date_to)],
                ["project_id"],
            )
            start = self._get_start(fields.Date.add(date_to, days=1))
            domain &= Domain("create_date", "<", start) | Domain(
                "id", "in", [project.id for (project,) in worked]
            )
        return domain

    @api.model
    def _get_to_invoice_domain(self, date_from, date_to):
        """Due and not created: this cycle's, and what is left of earlier ones."""
        domain = Domain("state", "in", ("pending", "ready"))
        domain &= Domain("invoice_date", "<=", date_to)
        if date_from > self.env.company._get_today():
            domain |= (
                Domain("state", "=", "upcoming")
                & Domain("invoice_date", ">=", date_from)
                & Domain("invoice_date", "<=", date_to)
            )
        return domain

    @api.model
    def _get_to_send_domain(self, date_from=None, date_to=None):
        """Documents that wait to be sent.

        :param date_to: with ``date_from``, those of that cycle and before; else all
        """
        domain = (
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("billing_origin", "!=", False)
            & Domain("sent_on", "=", False)
            & Domain("state", "!=", "cancel")
            & Domain("payment_state", "!=", "reversed")
        )
        if date_to:
            domain &= self._get_dated_domain("billing_cycle_date", date_from, date_to)
        return domain

    @api.model
    def _get_sent_domain(self, date_from, date_to):
        """Documents of the cycle that were sent, and earlier ones sent in it."""
        own = self._get_dated_domain("billing_cycle_date", date_from, date_to)
        return (
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("billing_origin", "!=", False)
            & Domain("sent_on", "!=", False)
            & own
            & (
                Domain("billing_cycle_date", ">=", date_from)
                | Domain("sent_on", ">=", self._get_start(date_from))
                & Domain(
                    "sent_on", "<", self._get_start(fields.Date.add(date_to, days=1))
                )
            )
        )

    @api.model
    def _get_periods_to_send_domain(self, date_from, date_to):
        """The periods of such documents, for who does not read invoices."""
        return Domain("state", "=", "to_send") & Domain("invoice_date", "<=", date_to)

    @api.model
    def _get_periods_sent_domain(self, date_from, date_to):
        return (
            Domain("state", "=", "sent")
            & Domain("invoice_date", ">=", date_from)
            & Domain("invoice_date", "<=", date_to)
        )

    @api.model
    def _get_dated_domain(self, name, date_from, date_to):
        """Until the end of a cycle; what has no day is of the current one."""
        domain = Domain(name, "<=", date_to)
        if date_from <= self.env.company._get_today() <= date_to:
            domain |= Domain(name, "=", False)
        return domain

    @api.model
    def _get_start(self, day):
        """When a day begins for the user: an invoice sent at midnight was sent today.

        :return: datetime, UTC
        """
        start = self.env.tz.localize(datetime.combine(day, time.min))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    # ----------------------------------------------------------------- sections

    @api.model
    def _get_missing_section(self, date_to):
        projects = self.env["project.project"].search(self._get_missing_domain(date_to))
        return {
            "key": "missing",
            "label": self.env._("Missing data"),
            "count": len(projects),
            "hours": sum(projects.mapped("uninvoiced_hours")),
        }

    @api.model
    def _get_to_invoice_section(self, date_from, date_to, label):
        section = {
            "key": "to_invoice",
            "label": self.env._("Projects to be invoiced in %(cycle)s", cycle=label),
            "overdue": 0,
        }
        counts, amounts = defaultdict(int), defaultdict(lambda: defaultdict(float))
        earlier = 0
        for state, is_overdue, day, currency, count, amount in self._read_group(
            self._get_to_invoice_domain(date_from, date_to),
            ["state", "is_overdue", "invoice_date:day", "currency_id"],
            ["__count", "amount_to_invoice:sum"],
        ):
            counts[state] += count
            amounts[state][currency] += amount
            section["overdue"] += count if is_overdue else 0
            earlier += count if day < date_from else 0
        return {
            **section,
            "count": sum(counts.values()),
            "earlier": earlier,
            "pending": counts["pending"],
            "ready": counts["ready"],
            "amounts": self._format_amounts(amounts.values()),
            "steps": [
                self._prepare_step("pending", counts, amounts, ("upcoming", "pending")),
                self._prepare_step("ready", counts, amounts, ("ready",)),
            ],
        }

    @api.model
    def _get_to_send_section(self, date_from, date_to):
        section = {"key": "to_send", "label": self.env._("Invoices ready to be sent")}
        if not self._shows_invoices():
            domain = self._get_periods_to_send_domain(date_from, date_to)
            return {**section, **self._count_periods(domain, date_from, "created")}
        counts = self._count_moves(
            self._get_to_send_domain(date_from, date_to), date_from, "created"
        )
        return {**section, **counts}

    @api.model
    def _get_sent_section(self, date_from, date_to):
        section = {"key": "sent", "label": self.env._("Sent")}
        if not self._shows_invoices():
            domain = self._get_periods_sent_domain(date_from, date_to)
            return {**section, **self._count_periods(domain, date_from, "sent")}
        counts = self._count_moves(
            self._get_sent_domain(date_from, date_to), date_from, "sent"
        )
        return {**section, **counts}

    @api.model
    def _count_moves(self, domain, date_from, step):
        """
        :return: dict: ``count``, ``earlier``, ``draft``, ``confirmed``, ``amounts``,
            ``steps``
        """
        counts, amounts = defaultdict(int), defaultdict(float)
        earlier = 0
        for state, day, currency, count, amount in self.env["account.move"]._read_group(
            domain,
            ["state", "billing_cycle_date:day", "currency_id"],
            ["__count", "amount_untaxed_in_currency_signed:sum"],
        ):
            counts[state] += count
            amounts[currency] += amount
            earlier += count if day and day < date_from else 0
        count = sum(counts.values())
        return {
            "count": count,
            "earlier": earlier,
            "draft": counts["draft"],
            "confirmed": counts["posted"],
            "amounts": self._format_amounts([amounts]),
            "steps": [self._prepare_step(step, {step: count}, {step: amounts}, [step])],
        }

    @api.model
    def _count_periods(self, domain, date_from, step):
        """The same of periods, whose invoices the user does not read."""
        rows = self._read_group(domain, ["invoice_date:day"], ["__count"])
        count = sum(number for _day, number in rows)
        return {
            "count": count,
            "earlier": sum(number for day, number in rows if day < date_from),
            "draft": 0,
            "confirmed": 0,
            "amounts": [],
            "steps": [{"key": step, "count": count, "amount": None}],
        }

    @api.model
    def _is_cycle_clear(self, date_from, date_to):
        """Nothing of this cycle is left to create or send, nor of those before."""
        span = date_from, date_to
        if self.search_count(self._get_to_invoice_domain(*span), limit=1):
            return False
        if self._shows_invoices():
            waiting, domain = self.env["account.move"], self._get_to_send_domain(*span)
        else:
            waiting, domain = self, self._get_periods_to_send_domain(*span)
        return not waiting.search_count(domain, limit=1)

    # ------------------------------------------------------------------ amounts

    @api.model
    def _format_amounts(self, tables):
        """
        :param tables: dicts, currency to amount
        :return: list of dict: ``currency_id``, ``amount``, without those of nothing
        """
        sums = defaultdict(float)
        for amounts in tables:
            for currency, amount in amounts.items():
                sums[currency] += amount
        return [
            {"currency_id": currency.id, "amount": amount}
            for currency, amount in sums.items()
            if amount
        ]

    @api.model
    def _prepare_step(self, key, counts, amounts, states):
        """A part of the bar that shows how far the cycle is.

        :param dict counts: by state
        :param dict amounts: by state, currency to amount
        :return: dict: ``key``, ``count`` and ``amount`` in the company's currency
        """
        company = self.env.company
        today = company._get_today()
        return {
            "key": key,
            "count": sum(counts[state] for state in states if state in counts),
            "amount": sum(
                currency._convert(amount, company.currency_id, company, today)
                for state in states
                for currency, amount in amounts.get(state, {}).items()
                if currency
            ),
        }

    @api.model
    def _get_progress(self, sections):
        """How far the cycle is, from due to sent, by number and money.

        :return: dict: ``currency_id``, ``steps`` (see :meth:`_prepare_step`), ``done``
            and ``done_amount`` in per cent; amounts are None where the user reads no
            invoices
        """
        steps = [step for section in sections for step in section.pop("steps", ())]
        count, sent = sum(step["count"] for step in steps), steps[-1]["count"]
        amounts = [step["amount"] for step in steps]
        progress = {
            "currency_id": self.env.company.currency_id.id,
            "steps": steps,
            "done": int(100 * sent / count) if count else 100,
            "done_amount": None,
        }
        if None not in amounts:
            # Credit notes must not make more than all of it.
            total = sum(max(amount, 0.0) for amount in amounts)
            done = max(amounts[-1], 0.0)
            progress["done_amount"] = int(100 * done / total) if total else 100
        return progress
