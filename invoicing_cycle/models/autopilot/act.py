from datetime import timedelta

from odoo import models

from ..runs.kinds import Outcome
from .doubts import is_ready


class BillingRun(models.Model):
    """What runs of the autopilot do beside what runs do: they ask before each chunk,
    confirm what they make, log it, and leave to people what is odd."""

    _inherit = "billing.run"

    def _is_autopilot(self):
        return bool((self.options or {}).get("autopilot"))

    def _work_on(self, lines, env):
        # EXTENDS runs
        if not self._is_autopilot():
            return super()._work_on(lines, env)
        company = self.company_ids
        if obstacle := company._get_autopilot_obstacle():
            return dict.fromkeys(lines, Outcome("cancelled", obstacle))
        outcomes = self._leave_out(lines, env)
        if rest := lines.filtered(lambda line: line not in outcomes):
            outcomes.update(super()._work_on(rest, env))
        if self.kind == "generate":
            outcomes.update(self._confirm_made(outcomes, env))
        else:
            self._log_sent(outcomes, env)
        return outcomes

    def _leave_out(self, lines, env):
        """
        :return: dict, row to :class:`Outcome`, of what is not to be done
        """
        documents = env[lines[:1].res_model].browse(lines.mapped("res_id")).exists()
        if self.kind == "send":
            switched_off = {
                move.id: env._("Its project is not on autopilot for sending any more.")
                for move in documents
                if move._get_autopilot() != "send" or move.autopilot_step != "sending"
            }
            return {
                line: Outcome("skipped", switched_off[line.res_id])
                for line in lines
                if line.res_id in switched_off
            }
        doubts = {
            period.id: doubt
            for period, doubt in documents._get_autopilot_doubts().items()
        }
        return {
            line: Outcome(
                "failed" if is_ready(doubts[line.res_id]) else "skipped",
                str(doubts[line.res_id]),
            )
            for line in lines
            if line.res_id in doubts
        }

    def _confirm_made(self, outcomes, env):
        """Log what was made, and confirm it where that is the rule.

        In the transaction in which it was made: so it never confirms what a person has
        had in hand.

        :return: dict, row to :class:`Outcome`, of what could not be confirmed
        """
        # In the order in which they were made: numbers are given in that.
        made = env["account.move"].browse(
            dict.fromkeys(
                id_ for outcome in outcomes.values() for id_ in outcome.result_ids
            )
        )
        levels = made.grouped(lambda move: move._get_autopilot())
        # sudo: the periods of the invoices that were just made
        made.sudo().billing_period_ids._record(
            {
                "autopilot_left": "again",
                "autopilot_reason": env._(
                    "The autopilot invoiced it once, and that was taken back."
                ),
                "autopilot_on": False,
            }
        )
        made._record_step("drafted", env._("Created by the autopilot."))
        failed = {}
        for level, step in (("confirm", "confirmed"), ("send", "sending")):
            if not (drafts := levels.get(level)):
                continue
            told = self._work_confirm(drafts, drafts)
            confirmed = drafts.filtered(lambda move: move.state == "posted")
            confirmed._record_step(step, env._("Confirmed by the autopilot."))
            failed |= {move.id: told[move].message for move in drafts - confirmed}
        if made.filtered(lambda move: move.autopilot_step == "sending"):
            self.env["res.company"]._wake_autopilot(timedelta())
        return {
            line: outcome._replace(
                state="failed",
                message=" ".join(
                    failed[id_] for id_ in outcome.result_ids if id_ in failed
                ),
            )
            for line, outcome in outcomes.items()
            if not failed.keys().isdisjoint(outcome.result_ids)
        }

    def _log_sent(self, outcomes, env):
        sent = env["account.move"].browse(
            line.res_id for line, outcome in outcomes.items() if outcome.state == "done"
        )
        sent._record_step("sent", env._("Sent by the autopilot."))

    def _keep_outcomes(self, outcomes):
        # EXTENDS runs
        super()._keep_outcomes(outcomes)
        if not self._is_autopilot():
            return
        for line, outcome in outcomes.items():
            if outcome.state != "failed":
                continue
            # sudo: what became of documents that the run worked on
            document = self.env[line.res_model].sudo().browse(line.res_id).exists()
            if not document:
                continue
            if self.kind == "send":
                document.billing_period_ids._leave_to_person("send", outcome.message)
            elif document.project_id._get_autopilot() != "nothing":
                act = "confirm" if outcome.result_ids else "draft"
                document._leave_to_person(act, outcome.message)

    def _tell_ended(self):
        # EXTENDS runs
        # What it has done and left is on the screen, for everybody who bills.
        return None if self._is_autopilot() else super()._tell_ended()
