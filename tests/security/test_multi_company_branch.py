from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon
from ..common.security import JANUARY


@tagged("post_install", "-at_install")
class TestBranch(MultiCompanyCommon):
    """A branch bills its own rows with the accounts, journals and locks of its parent.

    ``accountant_branch`` works in the branch alone.
    """

    @classmethod
    def _setup_roles(cls):
        super()._setup_roles()
        cls.branch = cls._create_company("Branch", parent_id=cls.company.id)
        cls.accountant_branch = cls._new_user(
            "accountant_branch", "account.group_account_invoice"
        )
        cls.accountant_branch.write(
            {
                "company_ids": [Command.set(cls.branch.ids)],
                "company_id": cls.branch.id,
            }
        )

    @classmethod
    def _setup_projects(cls):
        super()._setup_projects()
        cls.branch_project = cls._create_project(
            "Of the branch", order=cls._create_order_in(cls.branch)
        )
        cls._log_time(cls.branch_project, JANUARY, 2.0)
        cls.branch_period = cls._period(cls.branch_project, JANUARY)

    def _generate_branch(self):
        self.rpc(self.accountant_branch, self.branch_period, "action_generate_invoices")
        return self.branch_period.invoice_line_ids.move_id

    def test_whole_way_by_somebody_of_the_branch(self):
        self.assertEqual(self.branch_period.company_id, self.branch)
        self.assertEqual(self.branch_period.state, "ready")
        invoice = self._generate_branch()
        self.assertEqual(invoice.company_id, self.branch)
        self.assertEqual(invoice.journal_id.company_id, self.company)
        self.rpc(self.accountant_branch, invoice, "action_confirm_invoices")
        self.assertEqual(invoice.state, "posted")
        self.rpc(self.accountant_branch, invoice, "action_mark_as_sent", "post")
        self.assertEqual(invoice.sent_by_id, self.accountant_branch)
        self.assertEqual(self.branch_period.state, "sent")

    def test_rows_of_the_branch_are_not_the_parents(self):
        both = self.period | self.branch_period
        for user, companies, visible in (
            (self.accountant_branch, self.branch, self.branch_period),
            (self.user_accountant, self.company, self.period),
        ):
            found = self.ids_of(
                user,
                "project.billing.period",
                [("id", "in", both.ids)],
                allowed_company_ids=companies.ids,
            )
            self.assertEqual(found, set(visible.ids), user.login)

    def test_branch_and_parent_share_no_invoice(self):
        (self.project | self.branch_project).billing_grouping = "customer"
        self.user_accountant.company_ids |= self.branch
        self.rpc(
            self.user_accountant,
            self.period | self.branch_period,
            "action_generate_invoices",
            context={"allowed_company_ids": (self.company | self.branch).ids},
        )
        moves = (self.period | self.branch_period).invoice_line_ids.move_id
        self.assertEqual(set(moves.company_id), {*self.company, *self.branch})

    def test_lock_date_of_the_parent_holds(self):
        self.branch.billing_invoice_date_scheduled = True
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        invoice = self._generate_branch()
        self.assertEqual(invoice.invoice_date, date(2026, 3, 1))
        invoice.unlink()
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        invoice = self._generate_branch()
        with self.assertRaises(UserError) as caught:
            self.rpc(self.accountant_branch, invoice, "action_confirm_invoices")
        self.assertIn("Global Lock Date", str(caught.exception))

    def test_settings_of_the_branch_are_its_own(self):
        self.company.billing_invoice_date_scheduled = True
        self.assertFalse(self._generate_branch().invoice_date)
