from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS

from ..common.runs import RunCommon


@tagged("post_install", "-at_install")
class TestRunGenerate(RunCommon):
    """What is more than one request can do is invoiced beside the user."""

    def test_below_the_size_at_once(self):
        action = self.periods[0].with_user(self.user_accountant)
        result = action.action_generate_invoices()["context"]["billing_result"]
        self.assertEqual(len(result["made"]), 1)
        self.assertFalse(self.env["billing.run"].search([]))

    def test_all_are_made_and_told(self):
        run = self._start()
        self.assertEqual((run.kind, run.state), ("generate", "queued"))
        self.assertEqual((run.total_count, run.done_count), (5, 0))
        self.assertEqual(run.user_id, self.user_accountant)
        self.assertFalse(self.periods.invoice_ids)
        triggers = self.env["ir.cron.trigger"].search(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("invoicing_cycle.ir_cron_work_on_runs").id,
                )
            ]
        )
        self.assertTrue(triggers)
        self._work()
        self.assertEqual(run.state, "done")
        self.assertEqual((run.done_count, run.failed_count), (5, 0))
        self.assertEqual(run.progress, 100.0)
        self.assertEqual(len(self.periods.invoice_ids), 5)
        self.assertEqual(set(self.periods.mapped("state")), {"to_send"})
        for line in run.line_ids:
            period = self.env["project.billing.period"].browse(line.res_id)
            self.assertEqual(line.state, "done")
            self.assertEqual(line.result_ids, period.invoice_ids.ids)
        action = run.with_user(self.user_accountant).action_view_results()
        self.assertEqual(set(action["domain"][0][2]), set(self.periods.invoice_ids.ids))
        told = self.env["mail.message"].search(
            [("model", "=", "billing.run"), ("res_id", "=", run.id)]
        )
        self.assertEqual(told.partner_ids, self.user_accountant.partner_id)
        self.assertIn("5 done, 0 failed", told.body)

    def test_progress_is_sent_and_shown(self):
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        run = self._start()
        [shown] = Period.get_cycle_overview()["runs"]
        self.assertEqual(
            (shown["id"], shown["total"], shown["done"], shown["failed"]),
            (run.id, 5, 0, 0),
        )
        sent = []
        with patch.object(
            self.env.registry["bus.bus"],
            "_sendone",
            lambda bus, target, kind, message: sent.append((target, kind, message)),
        ):
            self._work()
        progress = [
            (message["done"], message["state"])
            for target, kind, message in sent
            if kind == "billing.run" and target == self.user_accountant.partner_id
        ]
        self.assertEqual(
            progress, [(2, "running"), (4, "running"), (5, "running"), (5, "done")]
        )
        self.assertFalse(Period.get_cycle_overview()["runs"])

    def test_each_row_says_why(self):
        run = self._start(self.periods[:2] | self.pending)
        self._work()
        outcomes = self._get_outcomes(run)
        state, message = outcomes[self.pending.id]
        self.assertEqual(state, "failed")
        self.assertIn("is pending", message)
        self.assertEqual((run.done_count, run.failed_count), (2, 1))
        # Mended, it is tried again; what is done is left.
        self._lock(self.pending.date_to)
        run.with_user(self.user_accountant).action_resume()
        self.assertEqual(run.state, "queued")
        self._work()
        self.assertEqual((run.done_count, run.failed_count), (3, 0))
        self.assertEqual(len((self.periods | self.pending).invoice_ids), 3)
        with self.assertRaises(UserError):
            run.with_user(self.user_accountant).action_resume()

    def test_overlapping_runs_make_one_invoice_each(self):
        first, second = self._start(self.periods[:4]), self._start(self.periods[1:])
        self._work()
        self.assertEqual({first.state, second.state}, {"done"})
        self.assertEqual(len(self.periods.invoice_ids), 5)
        states = [line.state for line in (first | second).line_ids]
        self.assertEqual((states.count("done"), states.count("skipped")), (5, 3))

    def test_what_somebody_else_works_on_is_taken_later(self):
        run = self._start(self.periods[:2])
        Period = self.env.registry["project.billing.period"]
        with patch.object(
            Period, "try_lock_for_update", lambda self, **kw: self.browse()
        ):
            self._work()
        self.assertEqual(run.state, "running")
        self.assertEqual(set(run.line_ids.mapped("state")), {"queued"})
        self._work()
        self.assertEqual((run.state, run.done_count), ("done", 2))

    def test_what_others_see_to_is_left_to_them(self):
        """The job looks at it again after a pause."""
        run, own = self._start(self.periods[:2]), self._start(self.periods[2:])
        Trigger = self.env["ir.cron.trigger"]
        Trigger.search([]).unlink()
        Run = self.env.registry["billing.run"]
        with patch.object(Run, "_leave_to_others", lambda self: self.browse(run.id)):
            self._work()
        self.assertEqual((run.state, own.state), ("queued", "done"))
        self.assertTrue(Trigger.search([("call_at", ">", fields.Datetime.now())]))
        self._work()
        self.assertEqual(run.state, "done")

    def test_one_worker_ends_it(self):
        run = self._start(self.periods[:2])
        run._work_chunk()
        Run = self.env.registry["billing.run"]
        with patch.object(Run, "try_lock_for_update", lambda self, **kw: self.browse()):
            self.assertFalse(run._work_chunk())
        self.assertEqual(run.state, "queued")
        self.assertEqual(run._work_chunk(), 1)
        self.assertEqual(run.state, "done")

    def test_cancel_and_go_on(self):
        run = self._start().with_user(self.user_accountant)
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        self._work()
        self.assertFalse(self.periods.invoice_ids)
        with self.assertRaises(UserError):
            run.action_cancel()
        run.action_resume()
        self._work()
        self.assertEqual((run.state, run.done_count), ("done", 5))

    def test_cancel_between_two_chunks(self):
        run = self._start().with_user(self.user_accountant)
        original = type(run)._work_chunk

        def work_and_cancel(self):
            worked = original(self)
            if self.state == "running":
                run.action_cancel()
            return worked

        with patch.object(type(run), "_work_chunk", work_and_cancel):
            self._work()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(run.done_count, 2)
        self.assertEqual(len(self.periods.invoice_ids), 2)

    def test_periods_that_share_an_invoice_stay_together(self):
        self.periods.project_id.billing_grouping = "customer"
        with patch.dict(CHUNKS, generate=1):
            run = self._start(self.periods)
            self._work()
        self.assertEqual(run.done_count, 5)
        self.assertEqual(len(self.periods.invoice_ids), 1)

    @mute_logger("odoo.addons.invoicing_cycle.models.billing.generate")
    def test_one_that_fails_keeps_the_others(self):
        broken = self.periods[1]
        original = self.env.registry["project.billing.period"]._create_invoices

        def create(self, *args):
            if broken in self:
                raise UserError("Out of order")
            return original(self, *args)

        Period = self.env.registry["project.billing.period"]
        run = self._start()
        with patch.object(Period, "_create_invoices", create):
            self._work()
        self.assertEqual(self._get_outcomes(run)[broken.id], ("failed", "Out of order"))
        self.assertEqual((run.done_count, run.failed_count), (4, 1))
        self.assertEqual(broken.generate_error, "Out of order")

    def test_override_goes_along(self):
        run = self._start(self.periods[:1] | self.pending, reason="Month end")
        self._work()
        self.assertEqual(run.done_count, 2)
        self.assertEqual(self.pending.state, "to_send")

    def test_a_period_that_is_gone(self):
        run = self._start(self.periods[:2])
        [row] = run.line_ids.filtered(lambda line: line.res_id == self.periods[0].id)
        row.res_id = 2**31 - 1
        self._work()
        self.assertEqual((run.done_count, run.failed_count), (1, 1))
        self.assertIn("does not exist", row.message)

    def test_time_of_the_job_is_up(self):
        """It is called again at once: Odoo kills a worker that is busy for long."""
        job = self.env.ref("invoicing_cycle.ir_cron_work_on_runs")
        triggers = self.env["ir.cron.trigger"]
        run = self._start()
        with patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0):
            # One chunk in each call, and one that ends it.
            for done in (2, 4, 5, 5):
                triggers.search([("cron_id", "=", job.id)]).unlink()
                self._work()
                self.assertEqual(run.done_count, done)
                self.assertTrue(
                    triggers.search_count(
                        [
                            ("cron_id", "=", job.id),
                            ("call_at", "<=", fields.Datetime.now()),
                        ]
                    )
                )
        self.assertEqual(run.state, "done")

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_job_that_fails_comes_back(self):
        """In a minute, not with its next turn."""
        job = self.env.ref("invoicing_cycle.ir_cron_work_on_runs")
        run = self._start()
        self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]).unlink()
        Run = self.env.registry["billing.run"]
        with patch.object(Run, "_work_chunk", side_effect=RuntimeError("Out of order")):
            self._work()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]))
        self._work()
        self.assertEqual((run.state, run.done_count), ("done", 5))

    @mute_logger("odoo.addons.invoicing_cycle.models.runs.worker")
    def test_collision_as_a_chunk_is_stored(self):
        """It is rolled back and done again, and no other chunk with it."""
        Line = self.env.registry["billing.run.line"]
        run, original, collided = self._start(), Line._record, []

        def record(self, vals):
            if vals.get("state") == "done" and not collided:
                collided.append(self.id)
                raise SerializationFailure
            return original(self, vals)

        with patch.object(Line, "_record", record):
            self._work()
        self.assertTrue(collided)
        self.assertEqual((run.state, run.done_count), ("done", 5))
        self.assertEqual(len(self.periods.invoice_ids), 5)

    def test_runs_take_turns(self):
        """A small one need not wait until a long one is through."""
        long = self._start(self.periods[:4])
        short = self._start(self.periods[3:] | self.pending)
        nobody = long.browse()
        for expected in (long, short):
            run = long._find_next(nobody)
            self.assertEqual(run, expected)
            run._mark_running()
            self.assertEqual(run.state, "running")
        self.assertEqual(long._find_next(long), short)
