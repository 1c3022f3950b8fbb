from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_security import JANUARY, SecurityCommon

PERIOD = "project.billing.period"
HIDDEN = "Person of another company"


class MultiCompanyCommon(SecurityCommon):
    """A second company with its own accountant, person, order and project.

    ``project_b`` has no company itself, as Odoo's projects by default: its sales order
    item is of company B. Both consultants work on it.
    """

    @classmethod
    def _setup_roles(cls):
        super()._setup_roles()
        cls.company_b = cls._create_company("Company B")
        cls.accountant_b = cls._new_user(
            "accountant_b", "account.group_account_invoice"
        )
        cls.accountant_b.write(
            {
                "company_ids": [Command.set(cls.company_b.ids)],
                "company_id": cls.company_b.id,
            }
        )
        cls.accountant_two = cls._new_user(
            "accountant_two",
            "account.group_account_invoice,hr_timesheet.group_timesheet_manager",
        )
        cls.accountant_two.company_ids |= cls.company_b
        cls.approver_b = cls._new_user("approver_b", "project.group_project_user")
        cls.approver_b.write(
            {
                "company_ids": [Command.set(cls.company_b.ids)],
                "company_id": cls.company_b.id,
            }
        )
        cls.consultant_b = cls.env["hr.employee"].create(
            {"name": "Secret Consultant", "company_id": cls.company_b.id}
        )

    @classmethod
    def _create_company(cls, name, **values):
        company = cls.env["res.company"].create({"name": name, **values})
        cls.env.user.company_ids |= company
        if not company.parent_id:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        return company

    @classmethod
    def _setup_projects(cls):
        super()._setup_projects()
        cls.order_b = cls._create_order_in(cls.company_b)
        cls.project_b = cls._create_project("Project B", order=cls.order_b)
        cls._log_time(cls.project_b, JANUARY, 2.0, employee=cls.consultant_b)
        cls._lock(date(2026, 1, 31), cls.consultant_b)
        cls.period_b = cls._period(cls.project_b, JANUARY)

    @classmethod
    def _create_order_in(cls, company):
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": cls.partner.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create(
                            {"product_id": cls.product_hours.id, "price_unit": 50.0}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        return order


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
        for user in self.user_consultant | self.user_timesheet_admin:
            wizard_id = self.rpc(
                user,
                self.env["timesheet.lock"],
                "create",
                {"employee_ids": [Command.set(self.consultant_b.ids)]},
            )
            wizard = self.env["timesheet.lock"].browse(wizard_id)
            values = self.values(
                user, wizard, "lock_status", "lockable_until", "unlock_consequences"
            )
            self.assertNotIn("Secret", values["lock_status"] or "")
            self.assertNotIn("Project B", values["unlock_consequences"] or "")
            self.assertFalse(values["lockable_until"])
            for method in ("action_lock", "action_unlock"):
                with self.assertRaises(UserError) as caught:
                    self.rpc(user, wizard, method)
                self.assertNotIn("Secret", str(caught.exception))
        self.assertEqual(self.consultant_b.timesheet_locked_until, date(2026, 2, 14))

    def test_timesheet_administrators_stay_in_their_companies(self):
        wizard_id = self.rpc(
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
        wizard = self.env["timesheet.lock"].browse(wizard_id)
        try:
            self.rpc(self.user_timesheet_admin, wizard, "action_lock")
        except UserError as error:
            self.assertNotIn("Secret", str(error))
        self.assertEqual(self.consultant_b.timesheet_locked_until, date(2026, 1, 31))


@tagged("post_install", "-at_install")
class TestMultiCompanyBilling(MultiCompanyCommon):
    """Invoices, switches and dialogs follow the company of the row."""

    def _generate_b(self, periods, **context):
        self.rpc(
            self.accountant_two,
            periods,
            "action_generate_invoices",
            context={
                "allowed_company_ids": (self.company | self.company_b).ids,
                **context,
            },
        )

    def assertInvoicedIn(self, company, period):
        invoice = period.invoice_ids
        journal_company = company.root_id
        self.assertEqual(invoice.company_id, company)
        self.assertEqual(invoice.journal_id.company_id, journal_company)
        self.assertEqual(invoice.currency_id, company.currency_id)
        lines = invoice.line_ids
        self.assertEqual(lines.company_id, company)
        self.assertTrue(
            all(journal_company in account.company_ids for account in lines.account_id)
        )
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_invoice_in_the_company_of_the_row(self):
        # company A is the active one
        self._generate_b(self.period_b)
        self.assertInvoicedIn(self.company_b, self.period_b)
        self.assertEqual(self.period_b.invoice_ids.amount_untaxed, 100.0)

    def test_rows_of_two_companies_at_once(self):
        self._generate_b(self.period | self.period_b)
        self.assertInvoicedIn(self.company, self.period)
        self.assertInvoicedIn(self.company_b, self.period_b)

    def test_two_companies_share_no_invoice(self):
        projects = self.project | self.project_b
        projects.billing_grouping = "customer"
        self._generate_b(self.period | self.period_b)
        self.assertEqual(len((self.period | self.period_b).invoice_ids), 2)

    def test_branch(self):
        branch = self._create_company("Branch", parent_id=self.company.id)
        order = self._create_order_in(branch)
        project = self._create_project("Branch project", order=order)
        self._log_time(project, JANUARY, 2.0)
        period = self._period(project, JANUARY)
        self.assertEqual(period.company_id, branch)
        with self.assertRaises(AccessError):
            self.rpc(self.user_accountant, period, "action_generate_invoices")
        self.user_accountant.company_ids |= branch
        self.rpc(
            self.user_accountant,
            period,
            "action_generate_invoices",
            context={"allowed_company_ids": (self.company | branch).ids},
        )
        self.assertInvoicedIn(branch, period)

    def test_approval_switch_of_the_rows_company(self):
        self.company_b.timesheet_approval = True
        entry = self._log_time(self.project_b, date(2026, 1, 20), 1.0)
        other = self._log_time(self.project, date(2026, 1, 20), 1.0)
        (entry | other).invalidate_recordset(["approval_state"])
        self.assertEqual(entry.approval_state, "pending")
        self.assertEqual(other.approval_state, "approved")
        self.assertEqual(self.period_b.state, "pending")
        self.assertEqual(self.period.state, "ready")

    def test_freeform_follows_its_project(self):
        wizard_id = self.rpc(
            self.accountant_two,
            self.env["account.move.freeform"],
            "create",
            {
                "project_id": self.project_b.id,
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "line_ids": [Command.create({"name": "x", "price_unit": 1.0})],
            },
        )
        wizard = self.env["account.move.freeform"].browse(wizard_id)
        before = self.env["account.move"].search([], order="id desc", limit=1)
        try:
            self.rpc(self.accountant_two, wizard, "action_create_move")
        except UserError:
            return
        move = self.env["account.move"].search([], order="id desc", limit=1)
        self.assertNotEqual(move, before)
        self.assertEqual(move.company_id, self.company_b)

    def test_schedule_of_another_companys_project(self):
        own = self.env["project.project"].create(
            {"name": "Only B", "company_id": self.company_b.id}
            | {"allow_billable": True, "partner_id": self.partner.id}
        )
        for user, context in (
            (self.user_accountant, {}),
            (self.accountant_two, {"allowed_company_ids": self.company.ids}),
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rpc(
                    user,
                    own,
                    "write",
                    {
                        "billing_frequency": "monthly",
                        "billing_start_date": "2026-01-01",
                    },
                    context=context,
                )
        # Without a company everybody sees the project; whose order it is decides.
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_accountant,
                self.project_b,
                "write",
                {"billing_frequency": "weekly"},
            )

    def test_no_order_of_another_company_for_a_project(self):
        missing = self._create_project("Missing", schedule=False, sale_line_id=False)
        with self.assertRaises(AccessError):
            self.rpc(
                self.user_accountant,
                missing,
                "write",
                {"sale_line_id": self.order_b.order_line.id},
            )
