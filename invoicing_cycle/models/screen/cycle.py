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
            went by itself (``autopilot``, see :meth:`_get_autopilot_overview`), the
            four ``sections`` with their counts and amounts, and how far they are
            (``progress``, ``trend``)
        """
        self.browse().check_access("read")
        date_from, date_to = self._get_cycle(cycle_date)
        company = self.env.company
        calendar = (company.billing_cycle, company.billing_cycle_anchor)
        today = company._get_today()
        label = self._get_cycle_label(date_from, date_to)
        sections = [
            self._get_missing_section(date_to),
            self._get_to_invoice_section(date_from, date_to, label),
            self._get_to_send_section(date_from, date_to),
            self._get_sent_section(date_from, date_to),
        ]
        _missing, to_invoice, to_send, _sent = sections
        return {
            "date_from": date_from.isoformat(),
            "date_to": date_to.isoformat(),
            "label": label,
            "today": today.isoformat(),
            "is_current": date_from <= today <= date_to,
            "previous": shift_cycle(*calendar, date_from, -1)[0].isoformat(),
            "next": shift_cycle(*calendar, date_from, 1)[0].isoformat(),
            "clear": not to_invoice["count"] and not to_send["count"],
            "progress": self._get_progress(sections[1:]),
            "trend": self._get_trend(date_from),
            "can_freeform": self.env["account.move.freeform"].has_access("create"),
            "outside": self._get_outside_cycle(date_from, date_to),
            "runs": self.env["billing.run"]._get_own_progress(),
            "autopilot": self._get_autopilot_overview(date_from, date_to),
            "sections": sections,
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
        is_current = date_from <= self.env.company._get_today() <= date_to
        readable = self._shows_invoices()
        name, domain = {
            "missing": (
                "project_project_action_missing",
                self._get_missing_domain(date_to),
            ),
            "to_invoice": (
                "project_billing_period_action",
                self._get_to_invoice_domain(date_from, date_to),
            ),
            # Who may not read invoices sees the periods that they come from.
            "to_send": (
                "account_move_action_to_send",
                self._get_to_send_domain(date_from, date_to),
            )
            if readable
            else (
                "project_billing_period_action",
                self._get_periods_to_send_domain(date_from, date_to),
            ),
            "sent": (
                "account_move_action_sent",
                self._get_sent_domain(date_from, date_to),
            )
            if readable
            else (
                "project_billing_period_action",
                self._get_periods_sent_domain(date_from, date_to),
            ),
        }[section]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"invoicing_cycle.{name}"
        )
        action["domain"] = list(domain)
        action["context"] = {
            "billing_cycle_section": section,
            # The current one stays that when a month has passed.
            "billing_cycle_date": not is_current and date_from.isoformat(),
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
    def _get_own_projects_domain(self):
        """Billable projects that this user bills: all for billing managers."""
        return (
            Domain("allow_billable", "=", True)
            & Domain("is_template", "=", False)
            & Domain("billing_is_own", "=", True)
        )
