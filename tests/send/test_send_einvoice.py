from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.invoicing_cycle.models.send import einvoice

from ..common.send import SendCommon


@tagged("post_install", "-at_install")
class TestSendEinvoice(SendCommon):
    """The networks are add-ons that may be missing: a text field stands for theirs."""

    def test_state_field_is_followed(self):
        with patch.dict(einvoice.EINVOICE_STATES, {"ref": {"done"}}):
            self.invoice.ref = "to_send"
            self.assertNotSent(self.invoice)
            self.invoice.with_user(self.user_accountant).ref = "done"
            self.assertSent(self.invoice, "einvoice", self.user_accountant)
            self.invoice.ref = "error"
            self.assertNotSent(self.invoice)

    def test_accepted_document_records(self):
        self.invoice._follow_einvoice_state("processing", {"processing", "done"})
        self.assertSent(self.invoice, "einvoice", self.env.user)

    def test_person_who_sent_many_is_recorded(self):
        self.invoice.sending_data = {"author_user_id": self.user_accountant.id}
        self.invoice._follow_einvoice_state("done", {"processing", "done"})
        self.assertSent(self.invoice, "einvoice", self.user_accountant)

    def test_queued_document_records_nothing(self):
        self.invoice._follow_einvoice_state("to_send", {"processing", "done"})
        self.assertNotSent(self.invoice)

    def test_refused_document_clears_the_record(self):
        self.invoice._follow_einvoice_state("processing", {"processing", "done"})
        self.invoice._follow_einvoice_state("error", {"processing", "done"})
        self.assertNotSent(self.invoice)
        self.assertIn("refused", self.invoice.message_ids[0].body)

    def test_refusal_changes_no_other_record(self):
        self.invoice.action_mark_as_sent("post")
        self.invoice._follow_einvoice_state("error", {"processing", "done"})
        self.assertSent(self.invoice, "post")

    def test_nobody_sends_in_another_name(self):
        mine = self.invoice.with_user(self.user_accountant)
        for author in (self.user_manager, self.user_timesheet_admin):
            for su in (False, True):
                with (
                    self.subTest(author=author.login, su=su),
                    self.assertRaises(AccessError),
                ):
                    mine.sudo(su).sending_data = {"author_user_id": author.id}
        mine.sending_data = {"author_user_id": self.user_accountant.id}
        self.assertTrue(self.invoice.sending_data)
