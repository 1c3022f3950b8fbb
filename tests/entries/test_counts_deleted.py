from unittest.mock import patch

from odoo.models import BaseModel
from odoo.tests import tagged

from ..common.proof import ProofMixin
from ..common.schedule import ScheduleCommon, day


@tagged("post_install", "-at_install")
class TestCountsDeleted(ProofMixin, ScheduleCommon):
    """What is deleted is counted no more, nor where it was counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project()
        cls.entry = cls._log_time(cls.project, day(1, 10), 2.0)
        cls._end_request()

    @classmethod
    def _end_request(cls):
        """What happens before a commit."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        cls.env.invalidate_all()

    def test_nothing_points_to_a_period_that_is_gone(self):
        """Of time that no other period takes, too: entries know where they count."""
        period = self._create_custom(self.project, day(8, 1), day(8, 31))
        entry = self._log_time(self.project, day(8, 10))
        entry._split_off(0.25, {"billing_hold": "write_off"})
        self._end_request()
        period.unlink()
        self._end_request()
        key = f"{self.project.id}/0/{self.consultant.id}"
        self.assertEqual(entry.counted_in, key)
        self.assertEqual(entry.part_ids.counted_in, key)
        self.assertProven(self.project)

    def test_asked_while_something_is_deleted(self):
        """What is deleted counts until then, and no longer."""
        counting = self.env["project.billing.time"]._count_touched
        delete = BaseModel.unlink

        def asking(records):
            counting()
            return delete(records)

        period = self._create_custom(self.project, day(8, 1), day(8, 31))
        august = self._log_time(self.project, day(8, 10))
        august._split_off(0.25, {"billing_hold": "write_off"})
        other = self.env["hr.employee"].create({"name": "Other"})
        theirs = self._log_time(self.project, day(2, 10), employee=other)
        draft = self._create_order().copy()
        edited = self._log_time(
            self.project, day(2, 11), so_line=draft.order_line[:1].id
        )
        department = self.env["hr.department"].create({"name": "Advice"})
        self.consultant.department_id = department
        (self.entry | august | edited).department_id = department
        self._end_request()
        for record in (
            self.entry,
            period,
            august.part_ids,
            department,
            draft.order_line[:1],
            other,
        ):
            with self.subTest(deleted=record._name):
                with patch.object(BaseModel, "unlink", asking):
                    record.unlink()
                self._end_request()
                self.assertProven(self.project)
        self.assertFalse(theirs.employee_id)
