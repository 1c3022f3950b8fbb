import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ...tools.billing_calendar import FREQUENCIES

_logger = logging.getLogger(__name__)


#: Projects between two commits.
BATCH = 100


class ProjectProject(models.Model):
    """The daily opening of periods, which commits between batches."""

    _inherit = "project.project"

    @api.model
    def _cron_open_billing_periods(self):
        """Open the periods of the next cycle, and those of late time.

        One project that fails keeps nobody else from getting periods.
        """
        projects = self._get_projects_to_open()
        remaining = len(projects)
        for ids in split_every(BATCH, projects.ids, list):
            self.browse(ids)._open_billing_periods_apart()
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                return
        closed = [("state", "in", ("to_send", "sent", "skipped"))]
        self.env["project.billing.period"].search(closed)._sweep_closed()
        self.env["project.billing.period.required"]._count_work_days()
        self.env["project.billing.time"]._sweep()

    def _open_billing_periods_apart(self):
        """Open the periods of all these projects, else of those that can."""
        try:
            with self.env.cr.savepoint():
                self._open_billing_periods()
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - named below, project by project
            _logger.info("Opening the billing periods of %s failed: %s", self, error)
        for project in self:
            try:
                with self.env.cr.savepoint():
                    project._open_billing_periods()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception("Opening the billing periods of %s failed", project)

    @api.model
    def _get_projects_to_open(self):
        """Projects that lack periods now: those that have all drop out.

        So a run that was stopped half-way goes on where it was.
        """
        Period = self.env["project.billing.period"]
        last_days = dict(Period._read_group([], ["project_id"], ["date_to:max"]))
        scheduled = self.search(
            [
                ("billing_frequency", "in", (*FREQUENCIES, "completion")),
                ("is_template", "=", False),
            ]
        )
        open_ended = Period.search([("date_to", "=", False)]).project_id
        lacking = (scheduled - open_ended).filtered(
            lambda project: project._lacks_periods(last_days.get(project))
        )
        # Archived projects and ended schedules too: late time may need a period there.
        known = self.with_context(active_test=False).union(*last_days)
        homeless = self.union(*(row[0] for row in known._get_homeless_time()))
        return lacking | homeless.filtered(
            lambda project: (
                project._has_no_period_to_come()
                or project.billing_frequency in FREQUENCIES
            )
        )

    def _lacks_periods(self, last_day):
        """Whether the schedule asks for periods after the last one.

        :param last_day: end of the last period, or a false value
        """
        self.ensure_one()
        if self.billing_frequency == "completion":
            return not last_day or self.last_update_status != "done"
        return bool(self._get_regular_spans(last_day, self._get_today()))
