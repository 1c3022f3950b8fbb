from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..autopilot.settings import ON, SWITCH
from ..common.call_arguments import is_one_of
from ..schedule.project_rights import MANAGER


class ProjectBillingPeriod(models.Model):
    """What the screen tells of the autopilot: exceptions first, then what went by
    itself; and the one switch that stops it."""

    _inherit = "project.billing.period"

    @api.model
    def _get_autopilot_overview(self, date_from, date_to):
        """
        :return: dict with the counts of :meth:`_get_autopilot_domains`, ``stopped``,
            ``can_stop`` and ``obstacles`` (texts); False where no company of the user
            has an autopilot
        """
        # sudo: switches of the user's companies
        companies = self.env.companies.sudo().filtered(
            lambda company: (
                company.billing_autopilot_user_id or company.billing_autopilot in ON
            )
        )
        if not companies:
            return False
        is_manager = self.env.user.has_group(MANAGER)
        stopped = companies._is_autopilot_stopped()
        obstacles = []
        if is_manager and not stopped:
            obstacles = [company._get_pilot_obstacle() for company in companies]
        domains = self._get_autopilot_domains(date_from, date_to)
        return {
            **{
                kind: self.env[model].search_count(domain)
                for kind, (model, _name, domain) in domains.items()
            },
            "stopped": stopped,
            "can_stop": is_manager,
            "obstacles": [obstacle for obstacle in obstacles if obstacle],
        }

    @api.model
    def _get_autopilot_domains(self, date_from, date_to):
        """What is counted and listed, exceptions first.

        :return: dict, kind to (model, name, domain)
        """
        _, move = self.env._, "account.move"
        domains = {
            "left": (
                self._name,
                _("Left by the autopilot"),
                Domain("autopilot_needs_person", "=", True),
            ),
        }
        if self._shows_invoices():
            sent = self._get_sent_domain(date_from, date_to)
            to_send = self._get_to_send_domain()
            domains |= {
                "sent": (
                    move,
                    _("Sent by themselves"),
                    sent & Domain("autopilot_step", "=", "sent"),
                ),
                "confirmed": (
                    move,
                    _("Confirmed by themselves"),
                    to_send & Domain("autopilot_step", "in", ("confirmed", "sending")),
                ),
                "drafted": (
                    move,
                    _("Drafted by themselves"),
                    to_send & Domain("autopilot_step", "=", "drafted"),
                ),
            }
        return domains

    @api.model
    def get_autopilot_action(self, kind, cycle_date=False):
        """The window action of what the autopilot left, or did.

        :param str kind: left, sent, confirmed or drafted
        :param cycle_date: any day of the cycle (ISO), today by default
        """
        self.browse().check_access("read")
        date_from, date_to = self._get_cycle(cycle_date)
        domains = self._get_autopilot_domains(date_from, date_to)
        if not is_one_of(kind, domains):
            raise UserError(
                self.env._(
                    "“%(kind)s” is nothing that the autopilot tells: %(kinds)s.",
                    kind=kind,
                    kinds=", ".join(domains),
                )
            )
        _model, name, domain = domains[kind]
        section, action = {
            "left": ("to_invoice", "project_billing_period_action_left"),
            "sent": ("sent", "account_move_action_sent"),
        }.get(kind, ("to_send", "account_move_action_to_send"))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                f"invoicing_cycle.{action}"
            ),
            "name": name,
            "display_name": name,
            "domain": list(domain),
            "context": {
                "billing_cycle_section": section,
                "billing_cycle_date": date_from.isoformat(),
                "billing_cycle_fixed": True,
            },
        }

    # ---------------------------------------------------------------- switch

    @api.model
    def action_stop_autopilot(self):
        """Nothing is done by itself any more, in all companies, from now on.

        What is being worked on is done; the next document is not begun.
        """
        return self._switch_autopilot("True")

    @api.model
    def action_resume_autopilot(self):
        """Let it go on, from the next night or lock on."""
        return self._switch_autopilot(False)

    @api.model
    def _switch_autopilot(self, value):
        """
        :param value: of the system parameter; what is false takes it away
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Billing managers stop the autopilot, and let it go on.")
            )
        # sudo: one switch for all companies, for every billing manager
        self.env["ir.config_parameter"].sudo().set_param(SWITCH, value)
        return True
