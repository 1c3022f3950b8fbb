from datetime import date

from odoo.fields import Command

from .base import InvoicingCycleCommon

LOCK = date(2026, 2, 28)
DAY = date(2026, 2, 10)


class ApprovalFlowCommon(InvoicingCycleCommon):
    """A locked entry of the consultant, on a project of the project lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.timesheet_approval = True
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, DAY, 2.0)
        cls._lock(LOCK)
        cls.user_finance = cls._new_user(
            "finance", "hr_timesheet.group_hr_timesheet_user"
        )

    @classmethod
    def _create_flow(cls, *steps, **values):
        return cls.env["timesheet.approval.flow"].create(
            {
                "name": "Flow",
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"sequence": sequence, **step})
                    for sequence, step in enumerate(steps)
                ],
                **values,
            }
        )

    @classmethod
    def _create_user_flow(cls, user, **values):
        return cls._create_flow({"user_ids": [Command.set(user.ids)]}, **values)

    def _approvers(self, entry):
        return entry._get_approvers()[entry.id]
