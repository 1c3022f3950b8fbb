from datetime import timedelta
from math import ceil

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS, COMMITS
from odoo.addons.invoicing_cycle.models.runs.run import AT_WORK
from odoo.addons.invoicing_cycle.models.runs.worker import PAUSE
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED

#: Jobs of a run that wait or work at a time. Each is followed by another, behind those
#: of other runs: so runs take turns.
AT_ONCE = 8
#: One after another: Odoo numbers the invoices of a journal so, in the order of the
#: list; and what commits in the midst of a chunk lets its rows go.
ONE_BY_ONE = {"confirm", *COMMITS}
#: States of jobs that are still to be done.
ALIVE = (PENDING, ENQUEUED, STARTED)
#: A job that nobody takes for so long is called off: Odoo's own job does the work.
PATIENCE = timedelta(minutes=5)


class BillingRun(models.Model):
    """Jobs of OCA's queue work on a run: one for each chunk, several at once.

    A job is a transaction, in which nothing of the run itself is written while a chunk
    is worked on. Where its worker is killed, the queue has the job done again.
    """

    _inherit = "billing.run"

    def _queue(self):
        # EXTENDS invoicing_cycle
        for run in self:
            run._add_job("_job_begin")
        return super()._queue()

    @api.model
    def _leave_to_others(self):
        """Runs that have jobs; not those whose jobs nobody takes."""
        # EXTENDS invoicing_cycle
        recent = fields.Datetime.now() - PATIENCE
        # sudo: of jobs only the runs are read, and what waits in vain is called off
        jobs = (
            self.env["queue.job"]
            .sudo()
            .search(
                Domain("model_name", "=", self._name) & Domain("state", "in", ALIVE)
            )
        )
        taken = jobs.filtered(
            lambda job: (
                max(job.date_created, job.date_started or job.date_created) > recent
            )
        )
        (jobs - taken).try_lock_for_update().button_cancelled()
        ids = {id_ for job in taken for id_ in job.records.ids}
        runs = self.search([("id", "in", list(ids)), ("state", "in", AT_WORK)])
        return super()._leave_to_others() | runs

    # ------------------------------------------------------------------ jobs

    def _job_begin(self):
        """Have as many jobs work on it as there is work for."""
        run = self.exists()
        if not run or run.state not in AT_WORK:
            return
        run._mark_running()
        left = self.env["billing.run.line"].search_count(
            [("run_id", "=", run.id), ("state", "=", "queued")]
        )
        chunks = max(1, ceil(left / CHUNKS[run.kind]))
        count = 1 if run.kind in ONE_BY_ONE else min(chunks, AT_ONCE)
        keys = {run._get_job_key(number): number for number in range(count)}
        # One that works on a chunk is followed by another.
        # sudo: whether these are there
        there = (
            self.env["queue.job"]
            .sudo()
            .search([("identity_key", "in", list(keys)), ("state", "in", ALIVE)])
        )
        for key in keys.keys() - set(there.mapped("identity_key")):
            run._add_chunk_job(keys[key])

    def _job_chunk(self, number):
        """Work on a chunk, or end the run.

        :param int number: which of the jobs that work on it at once
        """
        run = self.exists()
        if not run or run.state not in AT_WORK:
            return
        worked = run._work_chunk()
        if run.state not in AT_WORK:
            return
        if worked:
            run._add_chunk_job(number)
        else:
            # Others have all that is left: what they do not do is looked for later.
            run._add_job("_job_begin", eta=PAUSE)

    def _job_committing_chunk(self, number):
        """A chunk in the midst of which others may commit."""
        self._job_chunk(number)

    def _add_chunk_job(self, number):
        committing = self.kind in COMMITS
        method = "_job_committing_chunk" if committing else "_job_chunk"
        self._add_job(method, number)

    def _add_job(self, method, *args, eta=None):
        """Add a job, unless the same one waits.

        :param timedelta eta: how long it is to wait
        """
        # OdooBot, as in Odoo's own job: a chunk is worked on as who started the run.
        env = self.env(user=SUPERUSER_ID, su=True, context={})
        run = self.with_env(env)
        delayed = run.with_delay(
            eta=eta,
            identity_key=run._get_job_key(*args),
            description=run.display_name,
        )
        getattr(delayed, method)(*args)

    def _get_job_key(self, number="begin"):
        return f"{self._name},{self.id},{number}"
