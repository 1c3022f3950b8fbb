from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .run import KINDS

#: As many documents are worked on at once; more are a run's. Odoo gives up on a request
#: after 120 seconds; a PDF takes one, to create or confirm an invoice a tenth of it.
#: A project with five years of time takes a twentieth of a second to prove.
IMMEDIATE = {
    "generate": 200,
    "confirm": 200,
    "send": 0,
    "mark_sent": 1000,
    "print": 80,
    "prove": 100,
}
#: Models of what each kind works on.
MODELS = {
    "generate": "project.billing.period",
    "confirm": "account.move",
    "send": "account.move",
    "mark_sent": "account.move",
    "print": "account.move",
    "prove": "project.project",
}


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _start(self, kind, records, **options):
        """Start a run on behalf of the user, who may act on these records.

        Rights are asked once more for each chunk, as who started it.

        :param str kind: one of ``KINDS``
        :param records: periods, invoices or projects
        :param options: plain values that the action takes
        :return: ``billing.run``, of the user
        """
        if kind not in dict(KINDS) or records._name != MODELS[kind]:
            raise ValueError(f"No run of kind {kind!r} works on {records!r}")
        units = records._get_run_units(kind)
        with self._recording():
            # sudo: nobody writes runs by hand; this one is the user's own
            run = self.sudo().create(
                {
                    "kind": kind,
                    "user_id": self.env.uid,
                    "company_ids": [Command.set(self.env.companies.ids)],
                    "options": options,
                }
            )
        Line = self.env["billing.run.line"]
        with Line._recording():
            # sudo: as above
            Line.sudo().create(
                [
                    {
                        "run_id": run.id,
                        "res_model": record._name,
                        "res_id": record.id,
                        "name": record.display_name,
                        "unit": number,
                    }
                    for number, unit in enumerate(units)
                    for record in unit
                ]
            )
        run._queue()
        return run.with_env(self.env)

    def _queue(self):
        """Have the job take these at once, and show them.

        Add-ons that bring more workers extend it, with ``_leave_to_others``.
        """
        # sudo: the job is the system's
        self.env.ref("invoicing_cycle.ir_cron_work_on_runs").sudo()._trigger()
        self._tell_progress()

    def _as_action(self):
        """The window that shows the progress of this run."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"billing_run": self.id},
        }


class ProjectBillingPeriod(models.Model):
    _inherit = "project.billing.period"

    def _get_run_units(self, kind):
        """Periods that share an invoice stay together, in the order of the screen."""
        return self.sorted(
            lambda period: (period.company_id.id, period.invoice_date, period.id)
        )._get_units()

    def _start_run_where_big(self, kind, **options):
        """Have a job do that, where these are more than a request can do.

        :return: window action on the run, else None
        """
        if len(self) <= IMMEDIATE[kind]:
            return None
        return self.env["billing.run"]._start(kind, self, **options)._as_action()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_run_units(self, kind):
        # Numbers are given in the order of what the list shows.
        return list(self)

    def _start_run_where_big(self, kind, **options):
        """Have a job do that, where these are more than a request can do.

        :return: window action on the run, else None
        """
        work = self
        if kind == "print":
            # Those that Odoo sent are kept and cost nothing.
            work = self.filtered(lambda move: not move.invoice_pdf_report_id)
        if len(work) <= IMMEDIATE[kind]:
            return None
        return self.env["billing.run"]._start(kind, self, **options)._as_action()

    def action_send_in_background(self):
        """Send confirmed invoices, each by its customer's own method, beside the user.

        :return: window action on the run (``billing.run``)
        """
        self.check_access("write")
        ready = self.filtered(lambda move: move.state == "posted" and not move.sent_on)
        if not ready:
            raise UserError(
                self.env._(
                    "None of these waits to be sent: confirm drafts first, and leave "
                    "out what was sent."
                )
            )
        return ready._start_run_where_big("send")
