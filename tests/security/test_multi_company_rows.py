from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon
from ..common.security import JANUARY

PERIOD = "project.billing.period"


@tagged("post_install", "-at_install")
class TestMultiCompanyRows(MultiCompanyCommon):
    """Which company a period belongs to, and who sees it."""

    def test_company_of_a_period(self):
        self.assertFalse(self.project_b.company_id)
        self.assertEqual(self.period_b.company_id, self.company_b)
        own = self.env["project.project"].create(
            {"name": "Company of its own", "company_id": self.company_b.id}
            | {"allow_billable": True, "partner_id": self.partner.id}
            | {"billing_frequency": "monthly", "billing_start_date": date(2026, 1, 1)}
        )
        self.assertEqual(own.billing_period_ids.company_id, self.company_b)
        # The sales order item's company wins over the project's lack of one.
        nobody = self._create_project("Nobody's", schedule=False, sale_line_id=False)
        self.rpc(
            self.accountant_b,
            nobody,
            "write",
            {"billing_frequency": "monthly", "billing_start_date": "2026-01-01"},
        )
        self.assertEqual(nobody.billing_period_ids.company_id, self.company_b)
        nobody.sale_line_id = self._create_order().order_line
        self.assertEqual(nobody.billing_period_ids.company_id, self.company)

    def test_invoiced_periods_keep_their_company(self):
        self.period.action_generate_invoices()
        self.project.sale_line_id = self.order_b.order_line
        self.assertEqual(self.period.company_id, self.company)
        following = self._period(self.project, date(2026, 2, 15))
        self.assertEqual(following.company_id, self.company_b)

    def test_rows(self):
        everything = self.period | self.period_b
        for user, companies, visible in (
            (self.user_accountant, None, self.period),
            (self.accountant_b, None, self.period_b),
            (self.accountant_two, None, everything),
            (self.accountant_two, self.company, self.period),
            (self.accountant_two, self.company_b, self.period_b),
        ):
            context = {"allowed_company_ids": companies.ids} if companies else {}
            found = self.ids_of(user, PERIOD, [("id", "in", everything.ids)], **context)
            self.assertEqual(found, set(visible.ids), (user.login, companies))
            groups = self.rpc(
                user,
                everything,
                "formatted_read_group",
                [("id", "in", everything.ids)],
                ["state"],
                ["__count"],
                context=context,
            )
            self.assertEqual(sum(group["__count"] for group in groups), len(visible))
            for period in everything - visible:
                for method, *arguments in (
                    ("read", ["state"]),
                    ("action_generate_invoices",),
                    ("action_generate_invoices", "Because"),
                    ("action_skip", "x"),
                    ("write", {"invoice_date": "2026-02-01"}),
                ):
                    with (
                        self.subTest(user=user.login, method=method),
                        self.assertRaises(AccessError),
                    ):
                        self.rpc(user, period, method, *arguments, context=context)

    def test_managers_of_a_project_see_its_periods_in_their_companies_only(self):
        # user_manager manages project B, and has no access to company B
        self.assertEqual(self.project_b.user_id, self.user_manager)
        with self.assertRaises(AccessError):
            self.values(self.user_manager, self.period_b, "hours")
        self.assertNotIn(self.period_b.id, self.ids_of(self.user_manager, PERIOD))

    def test_companies_named_by_a_client_open_nothing(self):
        companies = (self.company | self.company_b).ids
        for user, period in (
            (self.user_accountant, self.period_b),
            (self.user_accountant, self.period),
            (self.accountant_b, self.period),
        ):
            for method, *arguments in (
                ("read", ["readiness"]),
                ("action_generate_invoices",),
                ("get_cycle_overview",),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(
                        user,
                        period,
                        method,
                        *arguments,
                        context={"allowed_company_ids": companies},
                    )

    def test_header_and_missing_data(self):
        missing = self._create_project("Missing B", order=self.order_b, schedule=False)
        self._log_time(missing, JANUARY, 4.0, employee=self.consultant_b)
        self.assertFalse(missing.company_id)
        for user, context, counted in (
            (self.user_accountant, {}, False),
            (self.accountant_b, {}, True),
            (self.accountant_two, {}, True),
            (self.accountant_two, {"allowed_company_ids": self.company.ids}, False),
        ):
            overview = self.rpc(
                user, self.period, "get_cycle_overview", context=context
            )
            sections = {section["key"]: section for section in overview["sections"]}
            self.assertEqual(sections["missing"]["count"], int(counted), user.login)
            self.assertEqual(sections["missing"]["hours"], 4.0 * counted)
            self.assertEqual(overview["outside"]["unscheduled_hours"], 4.0 * counted)
        overview = self.rpc(self.accountant_b, self.period, "get_cycle_overview")
        self.assertEqual(overview["sections"][1]["ready"], 1)

    def test_the_calendar_of_each_company_holds(self):
        # February's period is due in company A's quarter, not in company B's week.
        self.company.billing_cycle = "quarterly"
        self.company_b.billing_cycle = "weekly"
        march, march_b = (
            self._period(project, date(2026, 3, 20))
            for project in (self.project, self.project_b)
        )
        states = {
            row["id"]: row["state"]
            for row in self.rpc(self.accountant_two, march | march_b, "read", ["state"])
        }
        self.assertNotEqual(states[march.id], "upcoming")
        self.assertEqual(states[march_b.id], "upcoming")
