import base64
import re
from datetime import date

from lxml import etree, html

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common.send import SendCommon
from .test_annex import AnnexCommon


@tagged("post_install", "-at_install")
class TestAnnexSending(AnnexCommon, SendCommon):
    """The timesheet goes with the invoice, where the project asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.billing_attach_annex = True

    def _get_files(self, invoice):
        files = invoice.message_ids.filtered("partner_ids")[:1].attachment_ids
        self.assertTrue(files, "no mail")
        return files

    def _get_annex_file(self, invoice):
        return self._get_files(invoice).filtered(
            lambda file: file.name.endswith(" - Timesheet.pdf")
        )

    def test_mail_carries_it(self):
        invoice = self._bill()
        self._send(invoice)
        self.assertSent(invoice, "mail", self.user_accountant)
        annex = self._get_annex_file(invoice)
        self.assertEqual(len(annex), 1)
        self.assertIn("Interviews", annex.raw.decode())
        self.assertIn("7:00", annex.raw.decode())

    def test_dialog_shows_it_and_it_can_be_taken_off(self):
        invoice = self._bill()
        dialog = self._dialog(invoice)
        [shown] = [
            data
            for data in dialog.mail_attachments_widget
            if data["name"].endswith(" - Timesheet.pdf")
        ]
        self.assertTrue(shown["placeholder"])
        dialog.mail_attachments_widget = [
            {**data, "skip": data == shown} for data in dialog.mail_attachments_widget
        ]
        dialog.action_send_and_print()
        self.assertFalse(self._get_annex_file(invoice))

    def test_many_at_once(self):
        invoice = self._bill()
        self._send_batch(invoice | self.invoice)
        self.assertEqual(len(self._get_annex_file(invoice)), 1)
        self.assertFalse(self._get_annex_file(self.invoice))

    def test_sent_again(self):
        invoice = self._bill()
        self._send(invoice)
        self._send(invoice)
        self.assertEqual(len(self._get_annex_file(invoice)), 1)

    def test_not_asked_for(self):
        self.project.billing_attach_annex = False
        invoice = self._bill()
        self._send(invoice)
        self.assertFalse(self._get_annex_file(invoice))

    def test_only_of_projects_that_ask(self):
        """The client may send the mark back for any invoice; projects decide."""
        self.project.write(
            {"billing_attach_annex": False, "privacy_visibility": "followers"}
        )
        other = self._create_project("Other", billing_attach_annex=True)
        (self.project | other).billing_grouping = "customer"
        self._log_time(other, date(2026, 2, 5), 2.0, name="Shared work")
        periods = self.period | self._period(other, date(2026, 2, 5))
        periods.action_generate_invoices(reason="To be tested")
        invoice = periods.invoice_ids
        invoice.with_user(self.user_accountant).action_post()
        self._send(invoice)
        text = self._get_annex_file(invoice).raw.decode()
        self.assertIn("Shared work", text)
        self.assertNotIn("Interviews", text)

    def test_einvoice_embeds_it(self):
        belgium = {"country_id": self.env.ref("base.be").id}
        self.company.write({**belgium, "vat": "BE0477472701"})
        self.partner.write(
            {**belgium, "vat": "BE0246697724", "invoice_edi_format": "ubl_bis3"}
        )
        invoice = self._bill()
        self._send(invoice)
        self.assertEqual(len(self._get_annex_file(invoice)), 1)
        tree = etree.fromstring(invoice.ubl_cii_xml_id.raw)
        path = "//*[local-name()='EmbeddedDocumentBinaryObject']"
        embedded = {node.get("filename"): node.text for node in tree.xpath(path)}
        [name] = [name for name in embedded if name.endswith(" - Timesheet.pdf")]
        self.assertIn("Interviews", base64.b64decode(embedded[name]).decode())

    def test_billing_people_choose_it(self):
        project = self.project.with_user(self.user_manager)
        project.write({"billing_attach_annex": False, "billing_annex_grouping": "day"})
        self.assertEqual(self.project.billing_annex_grouping, "day")


@tagged("post_install", "-at_install")
class TestAnnexPortal(AnnexCommon, HttpCase):
    """Customers read the timesheets of their own invoices, as billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("customer_portal", cls.partner)
        cls.stranger = cls._new_customer(
            "stranger", cls.env["res.partner"].create({"name": "Stranger"})
        )
        cls.user_accountant.password = cls.user_accountant.login

    def setUp(self):
        super().setUp()
        self.invoice = self._bill()
        self.env.flush_all()

    @classmethod
    def _new_customer(cls, login, partner):
        user = new_test_user(
            cls.env, login=login, password=login, groups="base.group_portal"
        )
        user.partner_id.parent_id = partner
        return user

    def _open(self, user, path, **options):
        if user:
            self.authenticate(user.login, user.login)
        else:
            self.authenticate(None, None)
        return self.url_open(path, **options)

    def _get_path(self, file_format):
        return f"/my/invoices/{self.invoice.id}/timesheet/{file_format}"

    def test_page_of_the_invoice(self):
        text = self._open(self.customer, f"/my/invoices/{self.invoice.id}").text
        page = html.fromstring(text)
        self.assertTrue(page.xpath("//a[@href='#billing_annex']"))
        self.assertFalse(page.xpath("//a[contains(@href, 'search_in=invoice')]"))
        table = page.xpath("//div[@id='billing_annex']")[0].text_content()
        self.assertEqual(
            re.findall(r"\d\d:\d\d", table),
            ["03:00", "03:00", "04:00", "04:00", "07:00"],
        )
        for word in ("Held work", "Written off work", "Secret"):
            self.assertNotIn(word, text)

    def test_odoos_search_for_an_invoice_leads_there(self):
        response = self._open(
            self.customer,
            f"/my/timesheets?search_in=invoice&search={self.invoice.name}",
        )
        self.assertIn(f"/my/invoices/{self.invoice.id}", response.url)
        self.assertNotIn("Written off work", response.text)

    def test_files(self):
        for file_format, start in (("pdf", b"<"), ("xlsx", b"PK")):
            response = self._open(self.customer, self._get_path(file_format))
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.content.lstrip().startswith(start))
            self.assertIn("Timesheet", response.headers["Content-Disposition"])

    def test_file_of_another_format(self):
        response = self._open(self.customer, self._get_path("docx"))
        self.assertEqual(response.status_code, 404)

    def test_only_their_own(self):
        for user in (self.stranger, None):
            for path in (
                self._get_path("xlsx"),
                f"/my/timesheets?search_in=invoice&search={self.invoice.name}",
                f"/my/invoices/{self.invoice.id}",
                f"/report/html/invoicing_cycle.report_billing_annex/{self.invoice.id}",
            ):
                with self.subTest(user=user, path=path), mute_logger("odoo.http"):
                    response = self._open(user, path)
                    self.assertNotIn("Interviews", response.text)
                    self.assertNotIn("PK", response.text[:2])

    def test_link_of_the_mail(self):
        token = self.invoice._portal_ensure_token()
        self.env.flush_all()
        path = self._get_path("xlsx")
        self.assertTrue(
            self._open(None, f"{path}?access_token={token}").content.startswith(b"PK")
        )
        response = self._open(None, f"{path}?access_token=wrong")
        self.assertFalse(response.content.startswith(b"PK"))

    def test_project_that_is_not_shared(self):
        self.project.privacy_visibility = "followers"
        self.env.flush_all()
        response = self._open(self.customer, f"/my/invoices/{self.invoice.id}")
        self.assertNotIn("Interviews", response.text)
        with mute_logger("odoo.http"):
            response = self._open(self.customer, self._get_path("xlsx"))
            self.assertEqual(response.status_code, 404)
            path = (
                f"/report/html/invoicing_cycle.report_billing_annex/{self.invoice.id}"
            )
            self.assertNotIn("Interviews", self._open(self.customer, path).text)
        # The accountant has it for the house.
        response = self._open(self.user_accountant, self._get_path("xlsx"))
        self.assertTrue(response.content.startswith(b"PK"))
        # The customer gets it where the project gives it away.
        self.project.billing_attach_annex = True
        self.env.flush_all()
        response = self._open(self.customer, f"/my/invoices/{self.invoice.id}")
        self.assertIn("Interviews", response.text)
