import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..runs.run import AT_WORK

_logger = logging.getLogger(__name__)

#: From a lock or an approval to the look at what it made ready: time to take it back,
#: and one look for all who hand in at once.
PAUSE = timedelta(minutes=5)


class ResCompany(models.Model):
    """When the autopilot looks, and what it starts.

    It starts runs, which act. What is to do it finds by what is there, not by what it
    did last: so it may be called at any time, and any number of times.
    """

    _inherit = "res.company"

    @api.model
    def _wake_autopilot(self, pause=PAUSE):
        """Have the job look soon. Cheap: it asks for no period and no entry.

        :param timedelta pause: how long to wait
        """
        # sudo: whether it acts for any company; the job is the system's
        used = self.sudo().search_count(
            [("billing_autopilot_user_id", "!=", False)], limit=1
        )
        if used:
            # sudo: as above
            job = self.env.ref("invoicing_cycle.ir_cron_autopilot").sudo()
            job._trigger(fields.Datetime.now() + pause)

    @api.model
    def _cron_autopilot(self):
        """Start what is to be done by itself, company by company."""
        companies = self.search([("billing_autopilot_user_id", "!=", False)])
        for remaining, company in zip(
            reversed(range(len(companies))), companies, strict=True
        ):
            try:
                with self.env.cr.savepoint():
                    company._start_autopilot()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception("The autopilot of %s failed", company.name)
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return

    def _start_autopilot(self):
        """Start runs for what can go by itself in this company, as its user."""
        if obstacle := self._get_autopilot_obstacle():
            _logger.info("No autopilot in %s: %s", self.name, obstacle)
            return
        env = self._get_autopilot_env()
        Run = env["billing.run"]
        if periods := env["project.billing.period"]._find_for_autopilot(self):
            Run._start("generate", periods, autopilot=True)
        if moves := env["account.move"]._find_for_autopilot(self):
            Run._start("send", moves, autopilot=True)


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _get_waiting_ids(self, kind):
        """Ids of the documents that a run of a kind is going to work on."""
        # sudo: rows of everybody's runs
        lines = self.env["billing.run.line"].sudo()
        return lines.search_fetch(
            [
                ("state", "=", "queued"),
                ("run_id.state", "in", AT_WORK),
                ("run_id.kind", "=", kind),
            ],
            ["res_id"],
        ).mapped("res_id")


class ProjectBillingPeriod(models.Model):
    _inherit = "project.billing.period"

    @api.model
    def _find_for_autopilot(self, company):
        """What is Ready in a company, and was not left to a person today."""
        Project = self.env["project.project"]
        untouched = Domain("autopilot_left", "=", False) | (
            Domain("autopilot_left", "=", "draft")
            & Domain("autopilot_on", "<", company._get_today())
        )
        periods = self.search(
            Domain("company_id", "=", company.id)
            & untouched
            & Project._get_autopilot_domain(company, "project_id.")
            & Domain("state", "=", "ready")
        )
        periods = periods._with_those_that_share()
        return periods - self.browse(
            self.env["billing.run"]._get_waiting_ids("generate")
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _find_for_autopilot(self, company):
        """What the autopilot has confirmed in a company in order to send it."""
        moves = self.search(
            [
                ("company_id", "=", company.id),
                ("autopilot_step", "=", "sending"),
                ("state", "=", "posted"),
                ("sent_on", "=", False),
            ]
        )
        today = company._get_today()
        moves -= self.browse(self.env["billing.run"]._get_waiting_ids("send"))
        return moves.filtered(
            lambda move: (
                move._get_autopilot() == "send"
                and not any(
                    period.autopilot_left == "send" and period.autopilot_on >= today
                    for period in move.billing_period_ids
                )
            )
        )
