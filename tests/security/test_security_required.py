from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.security import JANUARY, SecurityCommon


@tagged("post_install", "-at_install")
class TestSecurityRequired(SecurityCommon):
    """Who must have locked: the invoice owner marks whom nothing is expected of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.february = cls._period(cls.project, date(2026, 2, 15))
        cls.row = cls.february.required_ids

    def test_owner_and_billing_manager_mark_not_expected(self):
        self.assertTrue(self.row)
        for user in self.user_pm | self.user_accountant:
            self.rpc(user, self.row, "write", {"expected": False, "reason": "Leave"})
            self.assertFalse(self.row.expected)
            self.rpc(user, self.row, "write", {"expected": True, "reason": False})

    def test_through_the_period(self):
        command = Command.update(self.row.id, {"expected": False, "reason": "Leave"})
        self.rpc(self.user_pm, self.february, "write", {"required_ids": [command]})
        self.assertFalse(self.row.expected)

    def test_others_do_not(self):
        # The project manager where somebody else owns the invoice, too.
        self.project.billing_owner_id = self.user_both
        for user in self.user_pm | self.user_salesperson | self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc(
                    user, self.row, "write", {"expected": False, "reason": "Leave"}
                )
        self.rpc(self.user_both, self.row, "write", {"expected": False, "reason": "x"})

    def test_rows_are_not_added_removed_or_turned_to_others(self):
        for user in self.user_pm | self.user_accountant:
            for method, *arguments in (
                ("unlink",),
                (
                    "create",
                    {"period_id": self.february.id, "employee_id": self.lead.id},
                ),
                ("write", {"employee_id": self.colleague.id}),
                ("write", {"period_id": self.foreign_period.id}),
                ("write", {"last_work_day": "2020-01-01"}),
            ):
                with (
                    self.subTest(method=method, arguments=arguments, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, self.row, method, *arguments)
            for command in (
                Command.delete(self.row.id),
                Command.clear(),
                Command.create({"employee_id": self.lead.id}),
            ):
                with self.subTest(command=command), self.assertRaises(AccessError):
                    self.rpc(user, self.february, "write", {"required_ids": [command]})

    def test_foreign_rows_are_out_of_reach_through_an_own_period(self):
        foreign = self._period(self.foreign_project, date(2026, 2, 15)).required_ids
        command = Command.update(foreign.id, {"expected": False, "reason": "x"})
        with self.assertRaises(AccessError):
            self.rpc(self.user_pm, self.february, "write", {"required_ids": [command]})

    def test_entry_of_the_day_is_still_made_by_consultants(self):
        # The row of the person appears although consultants may not create rows.
        project = self._create_project("Fresh")
        day = JANUARY.replace(month=3)
        self.rpc(
            self.user_consultant,
            self.env["account.analytic.line"],
            "create",
            {
                "name": "x",
                "project_id": project.id,
                "date": day.isoformat(),
                "unit_amount": 1.0,
            },
        )
        required = self._period(project, day).required_ids
        self.assertEqual(required.employee_id, self.consultant)
