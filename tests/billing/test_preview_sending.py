from datetime import date

from odoo.tests import tagged

from ..common.preview import JANUARY, PreviewCommon


@tagged("post_install", "-at_install")
class TestPreviewSending(PreviewCommon):
    """What keeps an invoice from its customer, or from being paid, is told before."""

    def test_no_email(self):
        period = self._create_period()
        self.partner.email = False
        self.assertWarns(period, "no_email", "Customer has no e-mail address")
        # A customer who is not sent mails needs no address.
        self.partner.invoice_sending_method = "manual"
        self.assertQuiet(period)
        self.partner.invoice_sending_method = "email"
        self.assertWarns(period, "no_email", "Customer has no e-mail address")

    def test_no_email_of_the_invoice_address(self):
        address = self.env["res.partner"].create(
            {
                "name": "Accounts payable",
                "type": "invoice",
                "parent_id": self.partner.id,
            }
        )
        order = self._create_order(partner_invoice_id=address.id)
        period = self._create_period(order=order)
        self.assertWarns(period, "no_email", "Accounts payable")
        address.email = "ap@example.com"
        self.assertQuiet(period)

    # ---------------------------------------------------------------- accounts

    def test_no_bank_account(self):
        period = self._create_period()
        self.bank.active = False
        self.assertWarns(period, "no_bank", f"{self.company.name} has no bank account")
        invoice = self.env["account.move"].browse(period._generate_invoices().made)
        self.assertFalse(invoice.partner_bank_id)

    def test_bank_account_of_another_company(self):
        period = self._create_period()
        other = self.env["res.company"].create({"name": "Other"})
        self.bank.company_id = other
        self.assertWarns(period, "no_bank", f"{self.company.name} has no bank account")

    def test_branch_without_a_bank_account(self):
        """A branch is paid to its own account, not to that of its parent."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        self.user_accountant.company_ids |= branch
        order = self._create_order(company_id=branch.id)
        employee = self.env["hr.employee"].create(
            {"name": "Of the branch", "company_id": branch.id}
        )
        project = self._create_project(
            "Of the branch", order=order, company_id=branch.id
        )
        self._log_time(project, JANUARY, 2.0, employee)
        self._lock(date(2026, 3, 8), employee)
        period = self._period(project, JANUARY).with_context(
            allowed_company_ids=[branch.id, self.company.id]
        )
        preview = self._preview(period)
        self.assertIn(
            "Branch has no bank account",
            self._warning(preview, "no_bank"),
        )
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": branch.partner_id.id}
        )
        self.assertFalse(self._warning(self._preview(period), "no_bank"))

    def test_journal_without_a_bank_account(self):
        """By the payment method of the customer another account is asked for."""
        journal = self.env["account.journal"].create(
            {"name": "Cash desk", "code": "DESK", "type": "bank"}
        )
        self.partner.property_inbound_payment_method_line_id = (
            journal.inbound_payment_method_line_ids[:1]
        )
        period = self._create_period()
        self.assertWarns(period, "no_bank", "the journal Cash desk")
        journal.bank_account_id = self.bank
        self.assertQuiet(period)

    def test_credit_note_needs_no_account(self):
        period = self._create_period(hours=-2.0)
        self.bank.active = False
        self.assertFalse(self._warning(self._preview(period), "no_bank"))

    # --------------------------------------------------------------- e-invoices

    def test_no_address_for_e_invoices(self):
        self.company.partner_id.write(
            {"peppol_eas": "0208", "peppol_endpoint": "0477472701"}
        )
        period = self._create_period()
        self.partner.invoice_edi_format = "ubl_bis3"
        self.assertWarns(
            period, "no_endpoint", "Customer has no address for e-invoices"
        )
        self.partner.write({"peppol_eas": "0208", "peppol_endpoint": "0246697724"})
        self.assertQuiet(period)

    def test_company_without_address_for_e_invoices(self):
        self.company.partner_id.write({"peppol_eas": False, "peppol_endpoint": False})
        period = self._create_period()
        self.partner.write(
            {
                "invoice_edi_format": "ubl_bis3",
                "peppol_eas": "0208",
                "peppol_endpoint": "0246697724",
            }
        )
        self.assertWarns(
            period,
            "no_endpoint",
            f"{self.company.name} has no address for e-invoices",
        )

    def test_formats_and_ways_that_need_no_address(self):
        period = self._create_period()
        for values in (
            {"invoice_edi_format": "facturx"},
            {"invoice_edi_format": False},
            {"invoice_edi_format": "ubl_bis3", "invoice_sending_method": "manual"},
        ):
            self.partner.write(values)
            self.assertQuiet(period)
