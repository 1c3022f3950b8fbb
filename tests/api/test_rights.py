from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.api import FEBRUARY, ApiCommon

TIMESHEETS = "hr_timesheet.group_hr_timesheet_user"
PROJECT = "project.group_project_user"


@tagged("post_install", "-at_install")
class TestApiRights(ApiCommon):
    """The user of the key decides, and the groups of the manual are enough."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {
            name: cls._create_key(cls._new_user(f"api_{name}", group))
            for name, group in {
                "nobody": "base.group_user",
                "project": PROJECT,
                "timesheets": TIMESHEETS,
                "all_timesheets": "hr_timesheet.group_hr_timesheet_approver",
                "administrator": "hr_timesheet.group_timesheet_manager",
                "portal": "base.group_portal",
            }.items()
        }
        cls.user_project = cls.env["res.users"].search([("login", "=", "api_project")])

    def setUp(self):
        super().setUp()
        self.move = self._invoice_website()
        self.period = self._period(self.support, FEBRUARY)
        self.entries = self.support.timesheet_ids

    def _call(self, who, method, **values):
        return self.call(method, key=self.keys[who], **values)

    def _assert_done(self, who, method, **values):
        status, answer = self._call(who, method, **values)
        self.assertEqual(status, 200, answer.get("message"))
        return answer

    def _assert_denied(self, who, method, **values):
        with self.subTest(who=who, method=method):
            answer = self._call(who, method, **values)
            self.assertRefused(answer, 403, "access_denied")
            self.assertTrue(answer[1]["message"])

    def _get_all(self):
        """Values that each call would do something with."""
        invoices = {"invoice_ids": self.move.ids}
        return {
            "get_cycle": {},
            "list_periods": {},
            "list_invoices": {},
            "list_time": {},
            "generate": {"period_ids": self.period.ids},
            "confirm": invoices,
            "get_document": {"invoice_id": self.move.id},
            "mark_as_sent": invoices,
            "undo_mark_as_sent": {**invoices, "reason": "x"},
            "create_freeform": {
                "customer_id": self.customer.id,
                "lines": [{"name": "Licence", "price_unit": 50}],
            },
            "lock": {"locked_until": "2026-02-28", "employee_ids": self.clara.ids},
            "unlock": {"employee_ids": self.carl.ids, "reason": "x"},
            "approve": {"entry_ids": self.entries.ids},
            "send_back": {"entry_ids": self.entries.ids, "reason": "x"},
        }

    def test_who_has_no_group_may_nothing(self):
        calls = self._get_all()
        self.assertEqual(set(calls), set(self._get_calls()))
        self.entries.employee_id.timesheet_locked_until = date(2026, 2, 28)
        for method, values in calls.items():
            for who in ("nobody", "portal"):
                self._assert_denied(who, method, **values)
        self.assertFalse(self.move.sent_on)
        self.assertEqual(set(self.entries.mapped("approval_state")), {"pending"})

    def test_own_projects_need_the_group_of_projects_alone(self):
        self.assertEqual(self._assert_done("project", "list_periods")["items"], [])
        self._assert_denied("project", "generate", period_ids=self.period.ids)
        self._assert_denied("project", "mark_as_sent", invoice_ids=self.move.ids)
        (self.website | self.support).user_id = self.user_project
        items = self._assert_done("project", "list_periods")["items"]
        self.assertIn(self.period.id, [item["id"] for item in items])
        self._assert_done("project", "get_cycle")
        skipped = self._assert_done("project", "generate", period_ids=self.period.ids)[
            "skipped"
        ]
        self.assertEqual(skipped[0]["code"], "pending")
        self._assert_denied(
            "project", "generate", period_ids=self.period.ids, reason="Agreed"
        )
        self._assert_done("project", "mark_as_sent", invoice_ids=self.move.ids)
        self.assertTrue(self.move.sent_on)
        self._assert_done(
            "project", "undo_mark_as_sent", invoice_ids=self.move.ids, reason="x"
        )
        draft = self._assert_done(
            "project",
            "create_freeform",
            project_id=self.support.id,
            lines=[{"name": "Licence", "price_unit": 50}],
        )
        move = self.env["account.move"].browse(draft["invoice_id"])
        self.assertEqual(move.partner_id, self.customer)
        # Invoices are for those who may read them.
        for method in ("list_invoices", "confirm", "get_document"):
            self._assert_denied("project", method, **self._get_all()[method])

    def test_reason_is_for_billing_managers(self):
        status, answer = self.call(
            "generate", period_ids=self.period.ids, reason="Agreed"
        )
        self.assertEqual(status, 200)
        self.assertEqual(len(answer["invoice_ids"]), 1)

    def test_finance_reads_no_time(self):
        self.assertEqual(self.call("list_time")[0], 200)
        self.assertEqual(self.call("list_time")[1]["items"], [])

    def test_timesheets_lock_themselves_and_their_people(self):
        values = self._get_all()["lock"]
        self._assert_denied("timesheets", "lock", **values)
        user = self.env["res.users"].search([("login", "=", "api_timesheets")])
        own = self.env["hr.employee"].create({"name": "Own", "user_id": user.id})
        self._assert_done("timesheets", "lock", locked_until="2026-02-28")
        self.assertEqual(own.timesheet_locked_until, date(2026, 2, 28))
        # Sent again, it finds its work done.
        self._assert_done("timesheets", "lock", locked_until="2026-02-28")
        self.clara.parent_id = own
        self._assert_done("timesheets", "lock", **values)
        self.assertEqual(self.clara.timesheet_locked_until, date(2026, 2, 28))

    def test_all_timesheets_lock_everybody_and_administrators_unlock(self):
        self._assert_done("all_timesheets", "lock", **self._get_all()["lock"])
        values = self._get_all()["unlock"]
        self._assert_denied("all_timesheets", "unlock", **values)
        answer = self._assert_done("administrator", "unlock", **values)
        self.assertIsNone(answer["employees"][0]["locked_until"])
        self.assertFalse(self.carl.timesheet_locked_until)

    def test_nobody_is_not_oneself(self):
        for call, values in (
            ("lock", {"locked_until": "2026-02-28"}),
            ("unlock", {"reason": "Nobody"}),
        ):
            answer = self.call(call, key=self.approver_key, employee_ids=[], **values)
            self.assertRefused(answer, 422, "invalid_value", "employee_ids")

    def test_who_is_asked_approves(self):
        self.clara.timesheet_locked_until = date(2026, 2, 28)
        values = {"entry_ids": self.entries.ids}
        user = self.env["res.users"].search([("login", "=", "api_timesheets")])
        self._assert_denied("timesheets", "approve", **values)
        self.support.user_id = user
        answer = self._assert_done("timesheets", "approve", **values)
        self.assertEqual(
            {entry["approval_state"] for entry in answer["entries"]}, {"approved"}
        )
        self._assert_done("timesheets", "send_back", reason="Which task?", **values)
        self.assertEqual(set(self.entries.mapped("sent_back_reason")), {"Which task?"})

    def test_other_companies_are_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = self._new_user("api_other", "account.group_account_invoice")
        user.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        self.keys["other"] = self._create_key(user)
        self.assertEqual(self._assert_done("other", "list_periods")["items"], [])
        self.assertEqual(self._assert_done("other", "list_invoices")["items"], [])
        for method in ("generate", "get_document", "mark_as_sent", "confirm"):
            self._assert_denied("other", method, **self._get_all()[method])
        for companies in (self.company.ids, [company.id, self.company.id]):
            self._assert_denied(
                "other", "list_periods", context={"allowed_company_ids": companies}
            )
