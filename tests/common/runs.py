from datetime import date
from unittest.mock import patch

from odoo.addons.invoicing_cycle.models.runs.kinds import CHUNKS
from odoo.addons.invoicing_cycle.models.runs.start import IMMEDIATE

from .preview import PreviewCommon


class RunCommon(PreviewCommon):
    """Ready periods, and runs that begin with two documents and take two in a chunk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for sizes, size in ((IMMEDIATE, 1), (CHUNKS, 2)):
            patcher = patch.dict(sizes, dict.fromkeys(sizes, size))
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        cls.periods = cls.env["project.billing.period"].union(
            *(cls._create_period(f"Project {number}", 1.0) for number in range(5))
        )
        cls.pending = cls._create_period("Pending", day=date(2026, 3, 9))

    def _get_run(self, action):
        self.assertEqual(action["res_model"], "billing.run")
        return self.env["billing.run"].browse(action["res_id"])

    def _start(self, periods=None, user=None, **options):
        """A run that invoices periods."""
        user = user or self.user_accountant
        periods = self.periods if periods is None else periods
        return self._get_run(
            periods.with_user(user).action_generate_invoices(**options)
        )

    def _work(self):
        """The job, until it has nothing to do."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("invoicing_cycle.ir_cron_work_on_runs").method_direct_trigger()
        self.env.invalidate_all()

    def _get_outcomes(self, run):
        """
        :return: dict, id of a document to (state, message) of its row
        """
        return {line.res_id: (line.state, line.message or "") for line in run.line_ids}
