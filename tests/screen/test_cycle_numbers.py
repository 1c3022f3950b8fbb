from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.screen import numbers

from ..common.decision import DAY, DecisionCommon


@tagged("post_install", "-at_install")
class TestCycleNumbers(DecisionCommon):
    """What lies where, since when, and who keeps most of it; today is 10 March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_project("Other", order=cls._create_order(quantity=50.0))
        cls._log_time(cls.other, DAY, 5.0, cls.colleague)

    def _get_numbers(self, user=None, **arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        Period = self.env["project.billing.period"]
        return Period.with_user(user or self.user_accountant).get_cycle_numbers(
            **arguments
        )

    def _currency_amounts(self, amount):
        return [{"currency_id": self.company.currency_id.id, "amount": amount}]

    def test_nothing(self):
        numbers_ = self._get_numbers()
        nothing = {"count": 0, "amounts": [], "oldest": False, "oldest_days": 0}
        self.assertEqual(numbers_["ready"], nothing)
        self.assertEqual(numbers_["to_send"], nothing)

    def test_ready(self):
        """Scheduled for the end of February, ten days ago."""
        self._lock(date(2026, 3, 31))
        ready = self._get_numbers()["ready"]
        self.assertEqual(ready["amounts"], self._currency_amounts(200.0))
        self.assertEqual((ready["count"], ready["oldest"]), (1, "2026-02-28"))
        self.assertEqual(ready["oldest_days"], 10)

    def test_to_send(self):
        with freeze_time("2026-03-03 10:00:00"):
            invoice = self._invoice()
        for user in (self.user_accountant, self.user_manager):
            with self.subTest(user=user.name):
                to_send = self._get_numbers(user)["to_send"]
                self.assertEqual(to_send["amounts"], self._currency_amounts(200.0))
                self.assertEqual(to_send["count"], 1)
        invoice.action_post()
        invoice.with_user(self.user_accountant).action_mark_as_sent()
        self.assertFalse(self._get_numbers()["to_send"]["count"])

    def test_blocks_most(self):
        """Of two who owe, the one with more periods."""
        third = self._create_project("Third", order=self._create_order(quantity=9.0))
        self._log_time(third, DAY, 1.0, self.colleague)
        blocker = self._get_numbers()["blocks_most"]
        self.assertEqual((blocker["kind"], blocker["name"]), ("lock", "Colleague"))
        self.assertGreaterEqual(blocker["periods"], 2)

    def test_approver(self):
        """Locked time waits for its approver, who may keep more than anybody else."""
        self.company.timesheet_approval = True
        self._lock(date(2026, 3, 31), self.consultant | self.colleague)
        blocker = self._get_numbers()["blocks_most"]
        self.assertEqual(
            blocker, {"kind": "approve", "name": "Project Lead", "periods": 2}
        )
        with patch.object(numbers, "PERIODS_ASKED", 1):
            told = self._get_numbers()
        self.assertFalse(told["blocks_most"])
        self.assertEqual(told["approvals_left_out"], 2)

    def test_own_rows(self):
        self.assertFalse(self._get_numbers(self.user_salesperson)["blocks_most"])

    def test_bad_day(self):
        with self.assertRaisesRegex(Exception, "no day"):
            self._get_numbers(cycle_date="soon")

    def test_queries(self):
        """As many for many periods as for few."""

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["project.billing.period"].with_user(
                self.user_accountant
            ).get_cycle_numbers()
            return self.env.cr.sql_log_count - before

        self.company.timesheet_approval = True
        self._lock(date(2026, 3, 31), self.consultant)
        count()
        few = count()
        for number in range(8):
            project = self._create_project(f"More {number}")
            self._log_time(project, DAY, 1.0)
            self._log_time(project, DAY, 1.0, self.colleague)
        # What new projects made Odoo forget is read once more.
        count()
        self.assertEqual(count(), few)
