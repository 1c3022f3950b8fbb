import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .kinds import CHUNKS, COMMITS, Outcome
from .run import AT_WORK

_logger = logging.getLogger(__name__)

#: How long to wait where somebody else works on all that is left.
PAUSE = timedelta(minutes=1)
#: How many chunks a worker looks ahead for rows that nobody else has.
AHEAD = 20
#: Collisions with others in a row, after which a run waits as well.
MOST_COLLISIONS = 5


def act_as(user, companies):
    """
    :param user: ``res.users``
    :param companies: those that are switched on
    :return: environment with this user's own rights, language and time zone
    """
    return user.env(
        user=user,
        su=False,
        context={
            "allowed_company_ids": companies.ids,
            "lang": user.lang,
            "tz": user.tz,
        },
    )


class BillingRun(models.Model):
    """The job that takes runs in chunks, and commits between them.

    Several may work at once: rows are locked, and whoever comes second takes others. A
    job that is killed leaves its chunk as it was before.
    """

    _inherit = "billing.run"

    @api.model
    def _cron_work(self):
        """Work on runs in turn, as long as the job may take."""
        cron = self.env["ir.cron"]
        paused, collisions = self._leave_to_others(), 0
        if not (paused or self._find_next(paused)):
            return
        # Odoo calls a job that failed not before its next turn.
        self._come_back()
        cron._commit_progress(remaining=self._count_left())
        while run := self._find_next(paused):
            try:
                # Whoever cancels a run need not wait for a chunk: nothing of the run
                # itself is written while one is worked on.
                run._mark_running()
                cron._commit_progress(remaining=self._count_left())
                worked = run._work_chunk()
                # What a chunk has changed meets what others did when it is stored.
                time_left = run._store_chunk(worked)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.info("%s collided and goes on: %s", run, error)
                self.env.cr.rollback()
                collisions += 1
                if collisions >= MOST_COLLISIONS:
                    paused, collisions = paused | run, 0
                continue
            collisions = 0
            if not worked:
                paused |= run
            if not time_left:
                # By another call. Odoo would call it ten times in a row, and kills a
                # worker that gives no sign of life for two minutes, of which it may
                # have slept one.
                self._come_back(timedelta())
                cron._commit_progress(remaining=0)
                return
        if paused:
            self._come_back()
            # The job has done what it can: Odoo need not call it before.
            cron._commit_progress(remaining=0)

    @api.model
    def _come_back(self, pause=PAUSE):
        """
        :param timedelta pause: how long Odoo waits with the next call
        """
        job = self.env.ref("invoicing_cycle.ir_cron_work_on_runs")
        job._trigger(fields.Datetime.now() + pause)

    def _store_chunk(self, worked):
        """
        :param worked: number of rows
        :return: seconds that the job may go on
        """
        cron = self.env["ir.cron"]
        try:
            return cron._commit_progress(worked, remaining=self._count_left())
        except OSError as error:
            # All is stored: mails leave after that, and a mail server may fail then.
            _logger.info("A mail of %s did not leave: %s", self, error)
            self.env.cr.rollback()
            self._give_up_mails(str(error) or type(error).__name__)
            return cron._commit_progress(remaining=self._count_left())

    @api.model
    def _leave_to_others(self):
        """Runs that other workers see to; add-ons that bring some extend it.

        :return: ``billing.run`` that this job looks at again after a pause
        """
        return self.browse()

    @api.model
    def _count_left(self):
        """Rows to work on, and runs to end: one whose rows are all done is not over."""
        at_work = Domain("state", "in", AT_WORK)
        rows = Domain("state", "=", "queued") & Domain("run_id", "any", at_work)
        return self.search_count(at_work) + self.env["billing.run.line"].search_count(
            rows
        )

    @api.model
    def _find_next(self, paused):
        """The run that has waited longest.

        :param paused: runs that are to wait
        """
        return self.search(
            [("state", "in", AT_WORK), ("id", "not in", paused.ids)],
            order="worked_on asc nulls first, id",
            limit=1,
        )

    def _mark_running(self):
        now = fields.Datetime.now()
        self._record(
            {
                "state": "running",
                "worked_on": now,
                "started_on": self.started_on or now,
            }
        )

    def _work_chunk(self):
        """Work on the next rows of this run, or end it.

        :return: number of rows that need no more work, 1 at the end; 0 where others
            have all that is left
        """
        self.ensure_one()
        lines = self._take_lines()
        if not lines:
            # Of several that find nothing left, one ends it.
            if self._has_left():
                return 0
            if not self.try_lock_for_update(allow_referencing=True):
                return 0
            self._end()
            return 1
        outcomes = self._work_on_units(lines)
        self._keep_outcomes(outcomes)
        self._tell_progress()
        return sum(outcome.state != "queued" for outcome in outcomes.values())

    def _keep_outcomes(self, outcomes):
        """
        :param dict outcomes: row to :class:`Outcome`
        """
        for line, outcome in outcomes.items():
            line._record(
                {
                    "state": outcome.state,
                    "message": outcome.message or False,
                    "result_ids": list(outcome.result_ids) or False,
                    "details": outcome.details or False,
                }
            )

    def _has_left(self):
        domain = [("run_id", "=", self.id), ("state", "=", "queued")]
        return bool(self.env["billing.run.line"].search_count(domain, limit=1))

    def _take_lines(self):
        """The next rows that nobody else works on, whole units of them."""
        Line = self.env["billing.run.line"]
        domain = Domain("run_id", "=", self.id) & Domain("state", "=", "queued")
        size = CHUNKS[self.kind]
        # Not all that is left, for each chunk: so much that others may have some of it.
        queued = Line.search(domain, limit=AHEAD * size)
        # The last unit may be cut off there.
        last = queued[-1:].unit
        queued |= Line.search(domain & Domain("unit", "=", last))
        units = queued.grouped("unit").values()
        size = max([size, *map(len, units)])
        locked = queued.try_lock_for_update(allow_referencing=True, limit=size)
        there = set(locked.ids)
        lines = Line.browse(
            id_ for unit in units if there.issuperset(unit.ids) for id_ in unit.ids
        )
        # What others did before the lock.
        lines.invalidate_recordset(["state"])
        return lines.filtered(lambda line: line.state == "queued")

    def _get_starter_env(self):
        """The environment of who started this run: the user's own rights, companies,
        language and time zone."""
        user = self.user_id
        companies = self.company_ids & user.company_ids or user.company_id
        return act_as(user, companies)

    def _work_on_units(self, lines):
        """Work on all rows at once or, where that fails, unit by unit.

        :return: dict, row to :class:`Outcome`
        """
        env = self._get_starter_env()
        if not self.user_id.active:
            text = env._("%(user)s has left.", user=self.user_id.name)
            return dict.fromkeys(lines, Outcome("failed", text))
        if self.kind in COMMITS:
            return self._work_on_one(lines, env)
        try:
            with self.env.cr.savepoint():
                return self._work_on(lines, env)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - the reason goes on the row
            units = lines.grouped("unit")
            if len(units) == 1:
                text = str(error) or type(error).__name__
                _logger.info("%s of %s failed: %s", lines, self, text)
                return dict.fromkeys(lines, Outcome("failed", text))
        return {
            line: outcome
            for unit in units.values()
            for line, outcome in self._work_on_units(unit).items()
        }

    def _work_on_one(self, lines, env):
        """What may commit by itself has no savepoint, and a chunk of its own."""
        try:
            return self._work_on(lines, env)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - the reason goes on the row
            self.env.cr.rollback()
            _logger.info("%s of %s failed: %s", lines, self, error)
            text = str(error) or type(error).__name__
            return dict.fromkeys(lines, Outcome("failed", text))

    def _end(self):
        """All is done."""
        try:
            with self.env.cr.savepoint():
                self._finish()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            # Such as a full disk. Whoever resumes the run has its rows done again.
            _logger.exception("%s cannot be finished", self)
            self.line_ids.filtered(lambda line: line.state == "done")._record(
                {"state": "failed", "message": str(error) or type(error).__name__}
            )
        self._record({"state": "done", "ended_on": fields.Datetime.now()})
        self._tell_progress()
        self._tell_ended()

    def _tell_ended(self):
        """Tell who started it."""
        env = self._get_starter_env()
        run = self.with_env(env)
        text = env._(
            "%(run)s: %(done)s done, %(failed)s failed.",
            run=run.display_name,
            done=run.done_count,
            failed=run.failed_count,
        )
        # sudo: a message to who started it, and to nobody else
        user = self.sudo().user_id
        user._bus_send(
            "simple_notification",
            {
                "type": "warning" if run.failed_count else "success",
                "message": text,
                "sticky": True,
            },
        )
        # sudo: as above
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=run.display_name,
            body=text,
            model=self._name,
            res_id=self.id,
        )
