from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.billing_calendar import cycle_of, shift_cycle
from ..common.call_arguments import get_day, is_one_of

SECTIONS = ("missing", "to_invoice", "to_send", "sent")


class ProjectBillingPeriod(models.Model):
    """The Invoicing screen: one header, views of three models underneath.

    Looking at another cycle filters; it changes no state.
    """

    _inherit = "project.billing.period"

    @api.model
    @api.readonly
    def get_cycle_overview(self, cycle_date=False):
        """What the header of the screen shows.

        :param cycle_date: any day of the cycle (ISO), today by default
        :return: dict with the cycle (``date_from``, ``date_to``, ``label``,
            ``previous``, ``next``: ISO dates or text), ``is_current``, ``clear``,
            ``can_freeform``, ``outside``, the user's ``runs`` at work, what
            went by itself (``autopilot``, see :meth:`_get_autopilot_overview`) and the
            four ``sections`` with their counts
        """
        self.browse().check_access("read")
        date_from, date_to = self._get_cycle(cycle_date)
        company = self.env.company
        calendar = (company.billing_cycle, company.billing_cycle_anchor)
        today = company._get_today()
        label = self._get_cycle_label(date_from, date_to)
        to_invoice = self._get_to_invoice_section(date_from, date_to, label)
        return {
            "date_from": date_from.isoformat(),
            "date_to": date_to.isoformat(),
            "label": label,
            "today": today.isoformat(),
            "is_current": date_from <= today <= date_to,
            "previous": shift_cycle(*calendar, date_from, -1)[0].isoformat(),
            "next": shift_cycle(*calendar, date_from, 1)[0].isoformat(),
            # The count of the section spares asking all periods once more.
            "clear": not to_invoice["count"]
            and self._is_cycle_clear(date_from, date_to),
            "can_freeform": self.env["account.move.freeform"].has_access("create"),
            "outside": self._get_outside_cycle(date_from, date_to),
            "runs": self.env["billing.run"]._get_own_progress(),
            "autopilot": self._get_autopilot_overview(date_from, date_to),
            "sections": [
                self._get_missing_section(),
                to_invoice,
                self._get_to_send_section(),
                self._get_sent_section(date_from, date_to),
            ],
        }

    @api.model
    def get_cycle_action(self, section, cycle_date=False):
        """The window action of one section of the screen.

        :param str section: missing, to_invoice, to_send or sent
        :param cycle_date: any day of the cycle (ISO), today by default
        """
        self.browse().check_access("read")
        if not is_one_of(section, SECTIONS):
            raise UserError(
                self.env._(
                    "“%(section)s” is no section of the screen: %(sections)s.",
                    section=section,
                    sections=", ".join(SECTIONS),
                )
            )
        date_from, date_to = self._get_cycle(cycle_date)
        readable = self._shows_invoices()
        name, domain = {
            "missing": (
                "project_project_action_missing",
                self._get_missing_domain(),
            ),
            "to_invoice": (
                "project_billing_period_action",
                self._get_to_invoice_domain(date_from, date_to),
            ),
            # Who may not read invoices sees the periods that they come from.
            "to_send": (
                "account_move_action_to_send",
                self._get_to_send_domain(),
            )
            if readable
            else ("project_billing_period_action", Domain("state", "=", "to_send")),
            "sent": (
                "account_move_action_sent",
                self._get_sent_domain(date_from, date_to),
            )
            if readable
            else (
                "project_billing_period_action",
                Domain("state", "=", "sent")
                & Domain("invoice_date", ">=", date_from)
                & Domain("invoice_date", "<=", date_to),
            ),
        }[section]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"invoicing_cycle.{name}"
        )
        action["domain"] = list(domain)
        action["context"] = {
            "billing_cycle_section": section,
            "billing_cycle_date": date_from.isoformat(),
        }
        return action

    # ----------------------------------------------------------------- cycle

    @api.model
    def _get_cycle(self, cycle_date=False):
        """(first day, last day) of the company's cycle that holds a day."""
        company = self.env.company
        day = get_day(self.env, cycle_date) or company._get_today()
        return cycle_of(company.billing_cycle, company.billing_cycle_anchor, day)

    @api.model
    def _get_cycle_label(self, date_from, date_to):
        """ "November 2026", or the span of days where the cycle is no month."""
        month_end = fields.Date.end_of(date_from, "month")
        if date_from.day == 1 and date_to == month_end:
            return self._format_month(date_from)
        return self.new({"date_from": date_from, "date_to": date_to})._format_period()

    @api.model
    def _is_cycle_clear(self, date_from, date_to):
        """Nothing of this cycle is left to create or send, nor overdue before it."""
        until = Domain("invoice_date", "<=", date_to)
        return not (
            # The cheaper question first: it needs no time.
            self.search_count(
                until & Domain("state", "in", ("upcoming", "to_send")), limit=1
            )
            or self.search_count(
                until & Domain("state", "in", ("pending", "ready")), limit=1
            )
            or (self._shows_invoices() and self._has_unsent_orders(date_to))
        )

    @api.model
    def _has_unsent_orders(self, date_to):
        """Whether Odoo's own invoices of billed projects' orders wait to be sent, of
        this cycle or before."""
        dated = Domain("invoice_date", "<=", date_to)
        if self.env.company._get_today() <= date_to:
            dated |= Domain("invoice_date", "=", False)
        return bool(
            self.env["account.move"].search_count(
                self._get_to_send_domain()
                & Domain("billing_origin", "=", "order")
                & dated,
                limit=1,
            )
        )

    # -------------------------------------------------------------- sections

    @api.model
    def _get_own_projects_domain(self):
        """Billable projects that this user bills: all for billing managers."""
        return (
            Domain("allow_billable", "=", True)
            & Domain("is_template", "=", False)
            & Domain("billing_is_own", "=", True)
        )

    @api.model
    def _get_missing_domain(self):
        return self._get_own_projects_domain() & Domain("billing_missing", "!=", False)

    @api.model
    def _get_to_invoice_domain(self, date_from, date_to):
        """Due and not created: this cycle's, and what is left of earlier ones."""
        today = self.env.company._get_today()
        states = ["pending", "ready"]
        if date_from > today:
            states.append("upcoming")
        domain = Domain("state", "in", states) & Domain("invoice_date", "<=", date_to)
        if not date_from <= today <= date_to:
            domain &= Domain("invoice_date", ">=", date_from)
        return domain

    @api.model
    def _get_to_send_domain(self):
        return (
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("billing_origin", "!=", False)
            & Domain("sent_on", "=", False)
            & Domain("state", "!=", "cancel")
            & Domain("payment_state", "!=", "reversed")
        )

    @api.model
    def _get_sent_domain(self, date_from, date_to):
        # Days of the user's time zone: an invoice sent at midnight was sent today.
        start, stop = (
            self.env.tz.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (date_from, fields.Date.add(date_to, days=1))
        )
        return (
            Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("billing_origin", "!=", False)
            & Domain("sent_on", ">=", start)
            & Domain("sent_on", "<", stop)
        )

    @api.model
    def _get_missing_section(self):
        projects = self.env["project.project"].search(self._get_missing_domain())
        return {
            "key": "missing",
            "label": self.env._("Missing data"),
            "count": len(projects),
            "hours": sum(projects.mapped("uninvoiced_hours")),
        }

    @api.model
    def _get_to_invoice_section(self, date_from, date_to, label):
        counts, amounts = defaultdict(int), defaultdict(float)
        overdue = 0
        for state, is_overdue, currency, count, amount in self._read_group(
            self._get_to_invoice_domain(date_from, date_to),
            ["state", "is_overdue", "currency_id"],
            ["__count", "amount_to_invoice:sum"],
        ):
            counts[state] += count
            overdue += count if is_overdue else 0
            amounts[currency.id] += amount
        return {
            "key": "to_invoice",
            "label": self.env._("Projects to be invoiced in %(cycle)s", cycle=label),
            "count": sum(counts.values()),
            "pending": counts["pending"],
            "ready": counts["ready"],
            "overdue": overdue,
            "amounts": [
                {"currency_id": currency, "amount": amount}
                for currency, amount in amounts.items()
                if amount
            ],
        }

    @api.model
    def _get_to_send_section(self):
        section = {"key": "to_send", "label": self.env._("Invoices ready to be sent")}
        Move = self.env["account.move"]
        if self._shows_invoices():
            counts = dict(
                Move._read_group(self._get_to_send_domain(), ["state"], ["__count"])
            )
            draft, confirmed = counts.get("draft", 0), counts.get("posted", 0)
            return {
                **section,
                "count": draft + confirmed,
                "draft": draft,
                "confirmed": confirmed,
            }
        count = self.search_count([("state", "=", "to_send")])
        return {**section, "count": count, "draft": 0, "confirmed": 0}

    @api.model
    def _get_sent_section(self, date_from, date_to):
        Move = self.env["account.move"]
        if self._shows_invoices():
            count = Move.search_count(self._get_sent_domain(date_from, date_to))
        else:
            count = self.search_count(
                Domain("state", "=", "sent")
                & Domain("invoice_date", ">=", date_from)
                & Domain("invoice_date", "<=", date_to)
            )
        return {"key": "sent", "label": self.env._("Sent"), "count": count}
