from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon
from ..common.security import JANUARY

PERIOD = "project.billing.period"
HIDDEN = "Person of another company"


@tagged("post_install", "-at_install")
class TestMultiCompanyNames(MultiCompanyCommon):
    """Names only of people in the reader's companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A person of company B on a project of company A, and waiting for approval.
        cls.company.timesheet_approval = True
        cls.february = cls._period(cls.project, date(2026, 2, 15))
        cls.project.user_id = cls.approver_b
        cls._log_time(cls.project, date(2026, 2, 3), 2.0, employee=cls.consultant_b)
        cls._log_time(cls.project, date(2026, 2, 3), 1.0)
        cls._lock(date(2026, 2, 28), cls.consultant)

    def _get_names(self, readiness):
        return {
            person["name"]
            for key in ("open", "pending", "approved")
            for person in readiness[key]
        }

    def test_names_in_the_readiness(self):
        both = (self.company | self.company_b).ids
        for user, context, shown in (
            (self.user_accountant, {}, False),
            (self.accountant_two, {"allowed_company_ids": self.company.ids}, False),
            (self.accountant_two, {"allowed_company_ids": both}, True),
            (self.accountant_two, {}, True),
        ):
            with self.subTest(user=user.login, context=context):
                values = self.values(
                    user, self.february, "readiness", "open_hours", **context
                )
                names = self._get_names(values["readiness"])
                self.assertIn("Consultant", names)
                self.assertEqual("Secret Consultant" in names, shown)
                self.assertEqual(HIDDEN in names, not shown)
                # The numbers stay.
                self.assertEqual(values["open_hours"], 2.0)

    def test_the_order_of_reading_changes_nothing(self):
        # required_ids are read without the hidden person: the readiness still counts.
        for names in (["required_ids", "readiness"], ["readiness", "required_ids"]):
            values = self.values(self.user_accountant, self.february, *names)
            self.assertEqual(
                self._get_names(values["readiness"]), {"Consultant", HIDDEN}
            )
            people = self.env[f"{PERIOD}.required"].browse(values["required_ids"])
            self.assertEqual(people.employee_id, self.consultant)
        # In one transaction as well, and back.
        period = self.february.with_user(self.accountant_two)
        alone = period.with_context(allowed_company_ids=self.company.ids)
        both = period.with_context(
            allowed_company_ids=(self.company | self.company_b).ids
        )
        self.assertIn(HIDDEN, self._get_names(alone.readiness))
        self.assertNotIn(HIDDEN, self._get_names(both.readiness))
        self.assertIn(HIDDEN, self._get_names(alone.readiness))

    def test_names_of_required_persons(self):
        Required = self.env[f"{PERIOD}.required"]
        row = self.february.required_ids.filtered(
            lambda required: required.employee_id == self.consultant_b
        )
        self.assertTrue(row)
        with self.assertRaises(AccessError):
            self.rpc(self.user_accountant, row, "read", ["employee_id"])
        for operator, value in (("ilike", "Secret"), ("=", self.consultant_b.id)):
            field = "employee_id.name" if operator == "ilike" else "employee_id"
            self.assertNotIn(
                row.id,
                self.ids_of(
                    self.user_accountant, Required._name, [(field, operator, value)]
                ),
            )
            self.assertNotIn(
                self.february.id,
                self.ids_of(
                    self.user_accountant,
                    PERIOD,
                    [(f"required_ids.{field}", operator, value)],
                ),
            )

    def test_names_of_approvers(self):
        for user, context, shown in (
            (self.user_accountant, {}, False),
            (self.accountant_two, {"allowed_company_ids": self.company.ids}, False),
        ):
            readiness = self.values(user, self.february, "readiness", **context)[
                "readiness"
            ]
            names = [
                approver["name"]
                for person in readiness["pending"]
                for approver in person["approvers"]
            ]
            self.assertEqual("Approver B" in names, shown)

    def test_refusals_name_nobody_of_another_company(self):
        with self.assertRaises(UserError) as caught:
            self.rpc(self.user_accountant, self.february, "action_generate_invoices")
        self.assertNotIn("Secret Consultant", str(caught.exception))
        self.assertIn(HIDDEN, str(caught.exception))

    def test_the_note_of_an_override_names_nobody_of_another_company(self):
        # It is read by everybody in the company of the invoice.
        self.rpc(
            self.accountant_two,
            self.february,
            "action_generate_invoices",
            "Hurry",
            context={"allowed_company_ids": (self.company | self.company_b).ids},
        )
        note = self.february.invoice_ids.message_ids.mapped("body")
        self.assertIn("Hurry", "".join(note))
        self.assertIn(HIDDEN, "".join(note))
        self.assertNotIn("Secret Consultant", "".join(note))

    def test_refusals_name_administrators_of_the_readers_companies(self):
        admin_b = self._new_user("admin_b", "hr_timesheet.group_timesheet_manager")
        admin_b.write(
            {
                "name": "0 First of B",
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.user_timesheet_admin.name = "0 First of A"
        entry = self.period.timesheet_ids
        with self.assertRaises(AccessError) as caught:
            self.rpc(self.user_consultant, entry, "write", {"unit_amount": 9.0})
        self.assertIn("First of A", str(caught.exception))
        self.assertNotIn("First of B", str(caught.exception))

    def test_lock_dialog_tells_nothing_of_other_companies(self):
        self._lock(date(2026, 2, 14), self.consultant_b)
        values = {"employee_ids": [Command.set(self.consultant_b.ids)]}
        locks = self.env["timesheet.lock"]
        for user in self.user_consultant | self.user_timesheet_admin:
            with self.assertRaises(AccessError) as caught:
                self.rpc(user, locks, "create", dict(values))
            self.assertNotIn("Secret", str(caught.exception))
            # Who moves to another company while the dialog is open.
            self.consultant_b.company_id = self.company
            wizard = locks.browse(self.rpc(user, locks, "create", dict(values)))
            self.consultant_b.company_id = self.company_b
            values_read = self.values(
                user, wizard, "lock_status", "lockable_until", "unlock_consequences"
            )
            self.assertNotIn("Secret", values_read["lock_status"] or "")
            self.assertNotIn("Project B", values_read["unlock_consequences"] or "")
            self.assertFalse(values_read["lockable_until"])
            for method in ("action_lock", "action_unlock"):
                with self.assertRaises(UserError) as caught:
                    self.rpc(user, wizard, method)
                self.assertNotIn("Secret", str(caught.exception))
        self.assertEqual(self.consultant_b.timesheet_locked_until, date(2026, 2, 14))

    def test_unlocking_names_no_period_nor_invoice_of_other_companies(self):
        """People work for others as well: that it is so is told, not for whom."""
        self.company.timesheet_approval = False
        self.project_b.name = "Secret Project"
        self._log_time(self.project_b, JANUARY, 1.0, self.consultant)
        billed = self._create_project(
            "Billed", order=self._create_order_in(self.company_b)
        )
        self._log_time(billed, JANUARY, 1.0, self.consultant)
        made = self._period(billed, JANUARY)._generate_invoices("x").made
        invoice = self.env["account.move"].browse(made)
        invoice.name = "SECRET/1"
        self.assertEqual(self.period_b.state, "ready")
        wizard = self.rpc(
            self.user_timesheet_admin,
            self.env["timesheet.lock"],
            "create",
            {"employee_ids": [Command.set(self.consultant.ids)]},
        )
        told = self.values(
            self.user_timesheet_admin,
            self.env["timesheet.lock"].browse(wizard),
            "unlock_consequences",
        )["unlock_consequences"]
        self.assertIn("Own", told)
        self.assertNotIn("Secret", told)
        self.assertNotIn("SECRET", told)
        self.assertIn("1 more billing periods", told)
        self.assertIn("1 more invoices", told)

    def test_timesheet_administrators_stay_in_their_companies(self):
        with self.assertRaises(AccessError) as caught:
            self.rpc(
                self.user_timesheet_admin,
                self.env["timesheet.lock"],
                "create",
                {
                    "employee_ids": [
                        Command.set((self.consultant | self.consultant_b).ids)
                    ],
                    "locked_until": "2026-03-01",
                    "reason": "x",
                },
            )
        self.assertNotIn("Secret", str(caught.exception))
        self.assertEqual(self.consultant_b.timesheet_locked_until, date(2026, 1, 31))
