from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS
from odoo.addons.invoicing_cycle.models.runs.worker import PAUSE
from odoo.addons.invoicing_cycle_queue.models.billing_run import AT_ONCE, PATIENCE
from odoo.addons.queue_job.job import CANCELLED, DONE, PENDING, STARTED

from .common import QueueCommon


@tagged("post_install", "-at_install")
class TestQueueJobs(QueueCommon):
    """One job for each chunk, several at once; whichever finds nothing left ends it."""

    def test_a_run_becomes_jobs(self):
        run = self._start()
        [job] = self._get_jobs()
        self.assertEqual(job.method_name, "_job_begin")
        self.assertEqual(job.channel, "root.invoicing")
        self.assertEqual(job.user_id.id, SUPERUSER_ID)
        self.assertEqual(job.records, run)
        self._do_job(job)
        self.assertEqual(run.state, "running")
        # Five periods, two in a chunk.
        jobs = self._get_jobs()
        self.assertEqual(jobs.mapped("method_name"), ["_job_chunk"] * 3)
        self.assertEqual(set(jobs.mapped("channel")), {"root.invoicing"})

    def test_each_works_on_a_chunk(self):
        run = self._start()
        self._do_job(self._get_jobs())
        for made in (2, 4, 5):
            self._do_job(self._get_jobs()[0])
            self.assertEqual(len(self.periods.invoice_ids), made)
            self.assertEqual(run.state, "running")
        self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("done", 5))
        for period in self.periods:
            self.assertEqual(len(period.invoice_ids), 1)
        self.assertEqual(self.periods.invoice_ids.create_uid, self.user_accountant)
        told = self.env["mail.message"].search(
            [("model", "=", "billing.run"), ("res_id", "=", run.id)]
        )
        self.assertEqual(len(told), 1)

    def test_no_more_than_so_many_at_once(self):
        with patch.dict(CHUNKS, generate=1):
            run = self._start()
            Line = self.env["billing.run.line"]
            for number in range(AT_ONCE):
                run.line_ids[0].copy({"unit": 10 + number})
            Line.flush_model()
            self._do_job(self._get_jobs())
            self.assertEqual(len(self._get_jobs()), AT_ONCE)
            self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("done", 5 + AT_ONCE))

    def test_runs_take_turns(self):
        """The next chunk of one is behind those of the others."""
        with patch.dict(CHUNKS, generate=1):
            first, second = self._start(self.periods[:3]), self._start(self.periods[3:])
            with patch(
                "odoo.addons.invoicing_cycle_queue.models.billing_run.AT_ONCE", 1
            ):
                self._do_jobs(4)
        self.assertEqual((first.done_count, second.done_count), (1, 1))

    def test_periods_of_two_runs_are_invoiced_once(self):
        first, second = self._start(self.periods[:4]), self._start(self.periods[1:])
        self._do_jobs()
        self.assertEqual({first.state, second.state}, {"done"})
        self.assertEqual(len(self.periods.invoice_ids), 5)

    def test_the_same_job_is_there_once(self):
        run = self._start()
        run._queue()
        self.assertEqual(len(self._get_jobs()), 1)
        self._do_job(self._get_jobs())
        run._queue()
        # One that is worked on counts as well: another follows it.
        self._start_job(self._get_jobs()[0])
        begin = self._get_jobs().filtered(lambda job: job.method_name == "_job_begin")
        self._do_job(begin)
        jobs = self._get_jobs(run, (PENDING, STARTED))
        self.assertEqual(len(jobs), 3)
        self.assertEqual(len(set(jobs.mapped("identity_key"))), 3)

    def test_done_again_it_does_nothing(self):
        run = self._start()
        self._do_jobs()
        jobs = self._get_jobs(run, (DONE,))
        jobs.requeue()
        self._do_jobs()
        self.assertEqual(len(self.periods.invoice_ids), 5)
        self.assertEqual((run.state, run.done_count), ("done", 5))
        told = self.env["mail.message"].search(
            [("model", "=", "billing.run"), ("res_id", "=", run.id)]
        )
        self.assertEqual(len(told), 1)

    def test_a_run_that_is_gone(self):
        run = self._start()
        run.with_user(SUPERUSER_ID).unlink()
        self.assertEqual(self._do_jobs(), ["_job_begin"])
        self.assertFalse(self.periods.invoice_ids)

    def test_cancel_and_go_on(self):
        run = self._start().with_user(self.user_accountant)
        self._do_jobs(2)
        run.action_cancel()
        self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("cancelled", 2))
        self.assertEqual(len(self.periods.invoice_ids), 2)
        run.action_resume()
        self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("done", 5))
        self.assertEqual(len(self.periods.invoice_ids), 5)

    def test_what_others_have_is_looked_for_later(self):
        run = self._start(self.periods[:2])
        Period = self.env.registry["project.billing.period"]
        with patch.object(
            Period, "try_lock_for_update", lambda self, **kw: self.browse()
        ):
            self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("running", 0))
        [job] = self._get_jobs()
        self.assertEqual(job.method_name, "_job_begin")
        self.assertEqual(job.eta, fields.Datetime.now() + PAUSE)
        with freeze_time(job.eta):
            self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("done", 2))

    def test_one_confirms_in_the_order_of_the_list(self):
        drafts = self.env["account.move"].browse(self.periods._generate_invoices().made)
        run = self._get_run(
            drafts.with_user(self.user_accountant).action_confirm_invoices()
        )
        self._do_job(self._get_jobs())
        self.assertEqual(len(self._get_jobs()), 1)
        self._do_jobs()
        self.assertEqual((run.state, run.done_count), ("done", 5))
        names = drafts.mapped("name")
        self.assertEqual(names, sorted(names))

    def test_one_sends_and_may_commit(self):
        drafts = self.env["account.move"].browse(self.periods._generate_invoices().made)
        drafts.action_post()
        with patch.dict(CHUNKS, send=1):
            run = self._get_run(
                drafts.with_user(self.user_accountant).action_send_in_background()
            )
            self._do_job(self._get_jobs())
            [job] = self._get_jobs()
            self.assertEqual(job.method_name, "_job_committing_chunk")
            self.assertTrue(job.job_function_id.allow_commit)
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self._do_jobs()
        self.env.invalidate_all()
        self.assertEqual((run.state, run.done_count), ("done", 5))
        self.assertEqual(set(drafts.mapped("sent_channel")), {"mail"})
        self.assertEqual(drafts.sent_by_id, self.user_accountant)
        functions = self.env["queue.job.function"].search(
            [("model_id.model", "=", "billing.run"), ("allow_commit", "=", True)]
        )
        self.assertEqual(functions, job.job_function_id)


@tagged("post_install", "-at_install")
class TestQueueCron(QueueCommon):
    """Odoo's own job leaves to the queue what it works on, and takes the rest."""

    def test_what_has_jobs_is_left_to_them(self):
        run = self._start()
        triggers = self.env["ir.cron.trigger"]
        triggers.search([]).unlink()
        self._work()
        self.assertEqual((run.state, run.done_count), ("queued", 0))
        self.assertEqual(
            set(triggers.search([]).mapped("call_at")), {fields.Datetime.now() + PAUSE}
        )
        self._do_jobs(2)
        self._work()
        self.assertEqual((run.state, run.done_count), ("running", 2))

    def test_what_nobody_takes_is_worked_on_alone(self):
        """The runner does not run: jobs are called off, so that none comes later."""
        run = self._start()
        [job] = self._get_jobs()
        with freeze_time(fields.Datetime.now() + PATIENCE + timedelta(seconds=1)):
            self._work()
        self.assertEqual((run.state, run.done_count), ("done", 5))
        self.assertEqual(job.state, CANCELLED)
        self.assertEqual(len(self.periods.invoice_ids), 5)

    def test_runs_without_jobs_are_worked_on(self):
        run = self._start()
        self._get_jobs().unlink()
        self._work()
        self.assertEqual((run.state, run.done_count), ("done", 5))

    def test_a_job_that_was_started_lately_has_its_run(self):
        run = self._start()
        self._do_job(self._get_jobs())
        with freeze_time(fields.Datetime.now() + PATIENCE + timedelta(seconds=1)):
            # That of one chunk waits in vain, that of another is worked on.
            self._start_job(self._get_jobs()[1])
            self._work()
        self.assertEqual((run.state, run.done_count), ("running", 0))
        self.assertEqual(len(self._get_jobs(run, (CANCELLED,))), 2)


@tagged("post_install", "-at_install")
class TestQueueRights(QueueCommon):
    """Jobs act as who started the run, and open nothing to anybody."""

    def test_rights_that_were_lost_meanwhile(self):
        run = self._start(self.periods[:3], self.user_manager)
        lost = self.periods[1]
        lost.project_id.user_id = self.user_accountant
        lost.project_id.billing_owner_id = self.user_accountant
        self._do_jobs()
        self.assertEqual(self._get_outcomes(run)[lost.id][0], "failed")
        self.assertEqual((run.done_count, run.failed_count), (2, 1))
        self.assertFalse(lost.invoice_line_ids)

    def test_jobs_are_for_those_who_run_the_queue(self):
        self._start()
        job = self._get_jobs()
        for user in (self.user_accountant, self.user_manager, self.user_consultant):
            self.assertFalse(job.with_user(user).has_access("read"))
        keeper = new_test_user(
            self.env, "keeper", "queue_job.group_queue_job_manager", name="Keeper"
        )
        self.assertFalse(self.env["billing.run"].with_user(keeper).has_access("read"))
        for name in ("records", "user_id", "identity_key"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                job.with_user(self.user_accountant).read([name])

    def test_a_context_does_not_have_it_done_at_once(self):
        periods = self.periods.with_context(
            queue_job__no_delay=True, allowed_company_ids=self.company.ids, tz="UTC"
        )
        run = self._start(periods)
        self.assertFalse(run.done_count)
        [job] = self._get_jobs()
        self.assertFalse(job.records.env.context.get("queue_job__no_delay"))
        self.assertFalse(job.records.env.context.get("allowed_company_ids"))
