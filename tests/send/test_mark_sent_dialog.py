from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common.invoice import InvoiceCommon


@tagged("post_install", "-at_install")
class TestMarkSentDialog(InvoiceCommon):
    """*Mark as sent* asks how and when; one Enter takes what is usual."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Other"})
        cls.posted = cls.env["account.move"].union(
            *(
                cls._create_invoice(partner_id=partner.id)
                for partner in (cls.partner, cls.partner, cls.other)
            )
        )
        cls.posted.action_post()
        cls.first, cls.second, cls.third = cls.posted

    def _open(self, moves, user=None, **values):
        moves = moves.with_user(user or self.user_accountant)
        action = moves.action_open_mark_as_sent()
        self.assertEqual(action["target"], "new")
        Dialog = self.env[action["res_model"]].with_user(user or self.user_accountant)
        return Dialog.with_context(**action["context"]).create(values)

    def test_one_enter(self):
        self.first.action_mark_as_sent("post")
        dialog = self._open(self.posted)
        self.assertEqual(dialog.channel, "usual")
        self.assertEqual(dialog.sent_on, date(2026, 3, 10))
        self.assertEqual(dialog.usual, "Post 1, E-mail 1")
        dialog.action_mark()
        # As the customer got the last one; of who got none, as Odoo sends to them.
        self.assertEqual(self.second.sent_channel, "post")
        self.assertEqual(self.third.sent_channel, "mail")
        self.assertEqual(self.second.sent_by_id, self.user_accountant)
        self.assertEqual(self.second.sent_on.date(), date(2026, 3, 10))

    def test_the_last_of_several(self):
        self.first.action_mark_as_sent("mail", sent_on="2026-03-02")
        self.second.action_mark_as_sent("portal", sent_on="2026-03-01")
        invoice = self._create_invoice()
        invoice.action_post()
        self._open(invoice).action_mark()
        self.assertEqual(invoice.sent_channel, "mail")

    def test_odoos_own_way(self):
        for method, channel in (
            ("email", "mail"),
            ("manual", "other"),
            (False, "mail"),
        ):
            invoice = self._create_invoice(partner_id=self.other.id)
            invoice.action_post()
            self.other.invoice_sending_method = method
            self.assertEqual(self._open(invoice)._get_channels(), {invoice: channel})

    def test_channel_and_day_are_chosen(self):
        dialog = self._open(
            self.posted, channel="portal", sent_on="2026-03-05", reference="Tray 7"
        )
        dialog.action_mark()
        self.assertEqual(set(self.posted.mapped("sent_channel")), {"portal"})
        self.assertEqual(
            {sent_on.date() for sent_on in self.posted.mapped("sent_on")},
            {date(2026, 3, 5)},
        )
        self.assertEqual(set(self.posted.mapped("sent_reference")), {"Tray 7"})

    def test_a_day_to_come_is_refused(self):
        dialog = self._open(self.posted, sent_on="2026-03-12")
        with self.assertRaises(UserError):
            dialog.action_mark()
        self.assertFalse(any(self.posted.mapped("sent_on")))

    def test_it_is_told_and_undone(self):
        action = self._open(self.posted).action_mark()
        self.assertEqual(action["tag"], "billing_done")
        self.assertEqual(action["params"]["message"], "3 marked as sent")
        undo = action["params"]["undo"]
        ids, *args = undo["args"]
        moves = self.env[undo["model"]].with_user(self.user_accountant).browse(ids)
        getattr(moves, undo["method"])(*args)
        self.assertFalse(any(self.posted.mapped("sent_on")))

    def test_drafts_and_what_is_being_sent_are_left_alone(self):
        draft = self._create_invoice()
        self.first.sending_data = {"author_user_id": self.env.uid}
        dialog = self._open(self.posted | draft)
        self.assertIn("2 of 4 are left alone", dialog.note)
        dialog.action_mark()
        self.assertEqual(self.posted.filtered("sent_on"), self.second | self.third)
        self.assertFalse(draft.sent_on)
        with self.assertRaises(UserError):
            self._open(draft).action_mark()

    def test_rights_are_those_of_the_user(self):
        with self.assertRaises(AccessError):
            self._open(self.posted, self.user_consultant)
        dialog = self._open(self.posted)
        with self.assertRaises(AccessError):
            dialog.with_user(self.user_salesperson).action_mark()

    def test_form(self):
        action = self.posted.action_open_mark_as_sent()
        Dialog = self.env[action["res_model"]].with_context(**action["context"])
        with Form(Dialog.with_user(self.user_accountant)) as form:
            form.channel = "post"
        self.assertEqual(form.record.move_ids, self.posted)
