from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon
from ..common.security import JANUARY


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
