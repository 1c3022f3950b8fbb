from datetime import date

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.expense import ExpenseCommon
from ..common.send import SendCommon

PNG = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6"
    b"kgAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestExpenseReceipts(ExpenseCommon, SendCommon):
    """The customer gets the receipts of what the invoice bills, and nothing else.

    ``user_accountant`` sends; expenses and their files are out of reach for them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.train = cls._create_expense(name="Train to Berlin")
        cls.hotel = cls._create_expense(day=date(2026, 1, 10), name="Hotel")
        cls.receipts = cls._attach(cls.train, "ticket.png") | cls._attach(
            cls.hotel, "Hotel Adlon.png"
        )
        cls._post_expenses(cls.train | cls.hotel)

    @classmethod
    def _attach(cls, expense, name, **values):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "datas": PNG,
                "res_model": expense._name,
                "res_id": expense.id,
                **values,
            }
        )

    def _get_mail(self, invoice):
        """The message that left for the customer."""
        return invoice.message_ids.filtered("partner_ids")[:1]

    def assertLeft(self, invoice, *names):
        """These receipts left with the mail, besides the invoice itself."""
        files = self._get_mail(invoice).attachment_ids
        self.assertTrue(files, "no mail")
        images = files.filtered(lambda file: file.mimetype == "image/png")
        self.assertEqual(sorted(images.mapped("name")), sorted(names))
        return images

    # ----------------------------------------------------------------- mails

    def test_mail_carries_the_receipts(self):
        with self.assertRaises(AccessError):
            self.receipts.with_user(self.user_accountant).read(["name"])
        invoice = self._generate(self.january, post=True)
        self._send(invoice)
        self.assertSent(invoice, "mail", self.user_accountant)
        images = self.assertLeft(
            invoice, "Hotel Adlon.png", "Train to Berlin - ticket.png"
        )
        # A copy of the name, not of the file; the expense keeps its own.
        self.assertEqual(
            set(images.mapped("store_fname")), {self.receipts[0].store_fname}
        )
        self.assertEqual(set(self.receipts.mapped("res_model")), {"hr.expense"})

    def test_mail_reaches_the_server_with_them(self):
        invoice = self._generate(self.january, post=True)
        with self.mail_server() as send_email:
            self._send(invoice)
            self.env["mail.mail"].sudo().process_email_queue()
        message = send_email.call_args.args[0]
        names = [part.get_filename() for part in message.walk()]
        self.assertIn("Train to Berlin - ticket.png", names)

    def test_dialog_offers_them(self):
        invoice = self._generate(self.january, post=True)
        dialog = self._dialog(invoice)
        offered = [data["name"] for data in dialog.mail_attachments_widget]
        self.assertEqual(
            offered[-2:], ["Hotel Adlon.png", "Train to Berlin - ticket.png"]
        )
        # One taken off stays behind, and stays on its expense.
        dialog.mail_attachments_widget = [
            {**data, "skip": data["name"].startswith("Hotel")}
            for data in dialog.mail_attachments_widget
        ]
        dialog.action_send_and_print()
        self.assertLeft(invoice, "Train to Berlin - ticket.png")
        self.assertEqual(self.receipts.exists(), self.receipts)

    def test_many_at_once(self):
        invoice = self._generate(self.january, post=True)
        self._send_batch(invoice | self.invoice)
        self.assertSent(invoice | self.invoice, "mail", self.user_accountant)
        self.assertLeft(self.invoice)
        self.assertLeft(invoice, "Hotel Adlon.png", "Train to Berlin - ticket.png")

    def test_switched_off(self):
        self.project.billing_attach_receipts = False
        invoice = self._generate(self.january, post=True)
        self._send(invoice)
        self.assertLeft(invoice)

    def test_markup_makes_it_a_choice(self):
        self.project.billing_expense_markup = 10.0
        taxi = self._create_expense(name="Taxi")
        self._attach(taxi, "taxi.png")
        self._post_expenses(taxi)
        # What was posted before has none.
        self.project.billing_expense_markup = 0.0
        invoice = self._generate(self.january, post=True)
        names = {file.name for _expense, file in invoice._get_receipts()}
        self.assertEqual(names, {"ticket.png", "Hotel Adlon.png"})
        self.project.billing_attach_marked_receipts = True
        self.assertEqual(len(invoice._get_receipts()), 3)

    def test_names_are_told_apart(self):
        """Two pictures of one name: one may be taken off without the other."""
        self._attach(self.train, "ticket.png")
        invoice = self._generate(self.january, post=True)
        self._send(invoice)
        self.assertLeft(
            invoice,
            "Hotel Adlon.png",
            "Train to Berlin - ticket.png",
            "Train to Berlin - ticket (2).png",
        )

    # ------------------------------------------------------ nothing else goes

    def test_only_those_of_this_invoice(self):
        later = self._create_expense(day=date(2026, 2, 5), name="Later")
        self._attach(later, "later.png")
        self._attach(self._create_expense(name="Not posted"), "draft.png")
        link = {"type": "url", "url": "https://example.com", "datas": False}
        self._attach(self.train, "link", **link)
        self._post_expenses(later)
        invoice = self._generate(self.january, post=True)
        self.assertEqual(
            [attachment for _expense, attachment in invoice._get_receipts()],
            [self.receipts[1], self.receipts[0]],
        )

    def test_line_taken_off_takes_its_receipt_along(self):
        invoice = self._generate(self.january)
        invoice.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids == self.hotel.sale_order_line_id
        ).unlink()
        invoice.with_user(self.user_accountant).action_post()
        self._send(invoice)
        self.assertLeft(invoice, "Train to Berlin - ticket.png")

    def test_client_passes_no_other_file_for_a_receipt(self):
        secret = self._attach(self._create_expense(name="Doctor"), "secret.png")
        foreign = self.env["ir.attachment"].create(
            {"name": "foreign.png", "datas": PNG, "res_model": "res.partner"}
            | {"res_id": self.boss.work_contact_id.id or self.partner.id}
        )
        invoice = self._generate(self.january, post=True)
        dialog = self._dialog(invoice)
        dialog.mail_attachments_widget = [
            {"id": file.id, "name": file.name, "billing_receipt": True}
            for file in secret | foreign | self.receipts[0]
        ]
        dialog.action_send_and_print()
        self.assertLeft(invoice, "Train to Berlin - ticket.png")

    def test_other_attachments_ask_for_the_right_to_read(self):
        secret = self._attach(self._create_expense(name="Doctor"), "secret.png")
        invoice = self._generate(self.january, post=True)
        dialog = self._dialog(invoice)
        dialog.mail_attachments_widget = [
            {"id": secret.id, "name": "secret.png", "manual": True}
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            dialog.action_send_and_print()

    def test_credit_note_carries_none(self):
        invoice = self._generate(self.january, post=True)
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        credit.with_user(self.user_accountant).action_post()
        self._send(credit)
        self.assertLeft(credit)

    # -------------------------------------------------------------- e-invoice

    def test_einvoice_embeds_them(self):
        self.partner.invoice_edi_format = "ubl_bis3"
        belgium = {"country_id": self.env.ref("base.be").id}
        self.partner.write({**belgium, "vat": "BE0246697724"})
        self.company.write(
            {**belgium, "vat": "BE0477472701", "street": "1", "zip": "1", "city": "B"}
        )
        self.env["res.partner.bank"].create(
            {
                "acc_number": "BE15001559627230",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        text = self._attach(self.train, "note.xyz", mimetype="application/x-unknown")
        invoice = self._generate(self.january, post=True)
        dialog = self._dialog(invoice)
        # Odoo translates there in a way that finds its language in a request alone.
        with mute_logger("odoo.tools.translate"):
            self.assertEqual(list(dialog.attachments_not_supported), [str(text.id)])
        dialog.action_send_and_print()
        tree = etree.fromstring(invoice.ubl_cii_xml_id.raw)
        embedded = tree.xpath("//*[local-name()='EmbeddedDocumentBinaryObject']")
        names = {node.get("filename") for node in embedded}
        self.assertLessEqual({"ticket.png", "Hotel Adlon.png"}, names)
        self.assertNotIn("note.xyz", names)

    def test_einvoice_asks_for_the_right_to_read_others(self):
        attachments = [
            {"id": file.id, "name": file.name, "manual": True} for file in self.receipts
        ]
        with self.assertRaises(AccessError):
            self.env["account.move.send"].with_user(
                self.user_accountant
            )._get_ubl_available_attachments(attachments, "ubl_bis3")

    def test_setting_is_for_billing_people(self):
        project = self.project.with_user(self.user_accountant)
        project.billing_attach_receipts = False
        self.assertFalse(self.project.billing_attach_receipts)
        with self.assertRaises(AccessError):
            self.project.with_user(self.user_consultant).billing_attach_receipts = True
