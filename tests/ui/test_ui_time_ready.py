from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiTimeReady(InvoicingCycleHttpCommon):
    """Step 2: the time behind an invoice is submitted, approved, and so ready."""

    @classmethod
    def _setup_people(cls):
        super()._setup_people()
        # No right to all timesheets: who manages a project approves its time.
        cls.user_manager.group_ids = cls.env.ref(
            "project.group_project_user"
        ) | cls.env.ref("hr_timesheet.group_hr_timesheet_user")

    def test_pending_turns_ready(self):
        self.company.timesheet_approval = True
        period = self._create_due_period("Time project", hours=7.5, locked=False)
        self._log_time(period.project_id, self.last_month_end, 2.0)
        entries = period.timesheet_ids
        self.assertEqual(period.state, "pending")

        self._run_tour("time_open", self.user_accountant)
        self._run_tour("submit_timesheet", self.user_consultant, url="/odoo/timesheets")

        self.assertEqual(self.consultant.timesheet_locked_until, self.last_month_end)
        self.assertEqual(set(entries.mapped("approval_state")), {"pending"})
        self.assertEqual(period.state, "pending")

        self._run_tour("time_pending", self.user_accountant)
        self._run_tour("approve_time", self.user_manager, url="/odoo")

        self.assertEqual(set(entries.mapped("approval_state")), {"approved"})
        self.assertEqual(entries.approved_by_id, self.user_manager)
        self.assertEqual(period.state, "ready")

        self._run_tour("time_ready", self.user_accountant)
