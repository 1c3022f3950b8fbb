from odoo import fields, models

from ..runs.kinds import Outcome
from .places import NOT_BILLABLE, Total
from .proof import Difference, Proof, Scope

#: Differences of a row that a run keeps; the report has them all.
KEPT = 1000


class ProjectProject(models.Model):
    _inherit = "project.project"

    def _get_run_units(self, kind):
        return list(self)


class BillingRun(models.Model):
    """A proof of many projects, beside the user: a row for each project.

    Rows with differences count as failed: whoever has mended them tries these again.
    """

    _inherit = "billing.run"

    def _work_prove(self, lines, projects):
        """
        :param projects: ``project.project`` of these rows, in their order
        """
        # sudo: as the dialog has them; which projects somebody bills is asked of the
        # user nevertheless
        projects = projects.sudo()
        own = projects.filtered("billing_is_own")
        proof = own.env["billing.proof"].sudo(False)._prove(own, *self._get_days())
        totals, found = {}, {}
        for total in proof.totals:
            totals.setdefault(total.project.id, []).append(total)
        for difference in proof.differences:
            # What belongs to several projects is told of one.
            told_of = difference.project if difference.project in own else own[:1]
            found.setdefault(told_of.id, []).append(difference)
        return {
            line: self._tell_proof(
                own.env, totals.get(project.id, []), found.get(project.id, [])
            )
            if project in own
            else Outcome("failed", own.env._("You do not bill this project any more."))
            for line, project in zip(lines, projects, strict=True)
        }

    def _get_days(self):
        """First and last day of the time that is proven, none for all."""
        return [
            fields.Date.to_date(self.options.get(name))
            for name in ("date_from", "date_to")
        ]

    def _tell_proof(self, env, totals, differences):
        """
        :return: :class:`Outcome`
        """
        entries = sum(total.entries for total in totals if total.place != NOT_BILLABLE)
        message = env._("%(entries)s billable entries, no difference", entries=entries)
        if differences:
            message = env._(
                "%(count)s differences in %(entries)s billable entries: %(first)s",
                count=len(differences),
                entries=entries,
                first=differences[0].message,
            )
        details = {
            "totals": [
                [
                    total.currency.id,
                    total.place,
                    total.entries,
                    total.hours,
                    total.amount,
                ]
                for total in totals
            ],
            "differences": [
                [found.kind, found.message, found.record._name, found.record.id]
                for found in differences[:KEPT]
            ],
            "count": len(differences),
        }
        state = "failed" if differences else "done"
        return Outcome(state, message, details=details)

    def _view_proof(self):
        """What this run has found so far, as the dialog shows it.

        :return: window action on ``project.billing.proof``
        """
        date_from, date_to = self._get_days()
        lines = self.line_ids.filtered("details")
        chosen = self.line_ids.mapped("res_id") if self.options.get("chosen") else []
        wizard = self.env["project.billing.proof"].create(
            {
                "company_id": self.options["company_id"],
                "date_from": date_from,
                "date_to": date_to,
                "project_ids": [fields.Command.set(chosen)],
            }
        )
        return wizard._keep(
            self._read_proof(lines, date_from, date_to),
            proved_on=self.ended_on or self.worked_on,
            count=sum(line.details["count"] for line in lines),
        )

    def _read_proof(self, lines, date_from, date_to):
        """
        :param lines: ``billing.run.line`` that are proven
        :return: :class:`Proof` without the billed lines
        """
        # sudo: names of projects and records that the user was told of by the run
        env = self.env(su=True)
        Project = env["project.project"].with_context(active_test=False)
        projects = Project.browse(lines.mapped("res_id"))
        totals, differences = [], []
        for line, project in zip(lines, projects, strict=True):
            for currency_id, *values in line.details["totals"]:
                currency = env["res.currency"].browse(currency_id)
                totals.append(Total(project, currency, *values))
            for kind, message, model, id_ in line.details["differences"]:
                record = env[model].browse(id_)
                differences.append(Difference(kind, message, record, project))
        scope = Scope(projects, date_from, date_to)
        return Proof(scope, totals, [], differences)
