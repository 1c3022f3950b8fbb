from odoo.tests import tagged

from ..common.http import InvoicingCycleHttpCommon


@tagged("post_install", "-at_install", "browser")
class TestUiCloseMonth(InvoicingCycleHttpCommon):
    """A month is closed: chased, submitted, sent back, mended, approved, ready."""

    @classmethod
    def _setup_people(cls):
        super()._setup_people()
        # No right to all timesheets: who manages a project approves its time.
        cls.user_manager.group_ids = cls.env.ref(
            "project.group_project_user"
        ) | cls.env.ref("hr_timesheet.group_hr_timesheet_user")

    def test_sent_back_time_becomes_ready(self):
        self.company.timesheet_approval = True
        period = self._create_due_period("Time project", hours=7.5, locked=False)
        wrong = period.timesheet_ids
        wrong.name = "Wrong text"
        right = self._log_time(
            period.project_id, self.last_month_end, 2.0, name="Right text"
        )

        self._run_tour("chase_time", self.user_accountant)
        self._run_tour("follow_reminder", self.user_consultant, url="/odoo")
        self._run_tour("submit_timesheet", self.user_consultant, url="/odoo/timesheets")
        self.assertEqual(set((wrong | right).mapped("approval_state")), {"pending"})

        self._run_tour("send_back_time", self.user_manager, url="/odoo/time-to-approve")
        self.assertEqual(wrong.approval_state, "open")
        self.assertEqual(right.approval_state, "pending")

        self._run_tour("mend_time", self.user_consultant, url="/odoo/sent-back-time")
        self.assertEqual(wrong.name, "Workshop in June")
        self.assertEqual(wrong.approval_state, "pending")

        self._run_tour(
            "approve_project", self.user_manager, url="/odoo/time-to-approve"
        )
        self.assertEqual(set((wrong | right).mapped("approval_state")), {"approved"})
        self.assertEqual(period.state, "ready")

        self._run_tour("time_ready", self.user_accountant)
