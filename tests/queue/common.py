from datetime import datetime

from odoo.addons.queue_job.job import DONE, PENDING, Job

from ..common.runs import RunCommon


class QueueCommon(RunCommon):
    """Runs of RunCommon, and their jobs one by one, as OCA's runner has them."""

    def _get_jobs(self, run=None, states=(PENDING,)):
        """``queue.job`` of a run, or of all runs, in the order of the runner."""
        jobs = self.env["queue.job"].search(
            [("model_name", "=", "billing.run"), ("state", "in", states)],
            order="date_created, id",
        )
        return jobs.filtered(lambda job: not run or job.records.id == run.id)

    def _start_job(self, job):
        """A worker takes a job."""
        started = Job.load(self.env, job.uuid)
        started.set_started()
        started.store()
        self.env.flush_all()
        return started

    def _end_job(self, job):
        job.set_done()
        job.store()
        self.env.flush_all()

    def _do_job(self, job):
        started = self._start_job(job)
        started.perform()
        self._end_job(started)

    def _do_jobs(self, most=100):
        """Whatever waits and is due, one after the other.

        :return: list of the names of the methods
        """
        done = []
        while len(done) < most:
            due = self._get_jobs().filtered(
                lambda job: not job.eta or job.eta <= datetime.now()  # noqa: DTZ005
            )
            if not due:
                break
            done.append(due[0].method_name)
            self._do_job(due[0])
        return done

    def _count_done(self, run):
        return len(self._get_jobs(run, (DONE,)))
