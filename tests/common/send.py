from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .invoice import InvoiceCommon

MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"


class SendCommon(InvoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Mails are not sent while a registry is being loaded, as Odoo's test runner
        # does around these tests.
        cls.startClassPatcher(patch.object(cls.registry, "ready", True))
        cls.silent = cls.env["res.partner"].create({"name": "No address"})

    @contextmanager
    def mail_server(self, working=True):
        """Let mails be sent for real, up to the server that would take them."""
        servers = type(self.env["ir.mail_server"])
        refusal = MailDeliveryException("The mail server is down")
        with (
            patch.object(servers, "_disable_send", lambda _server: False),
            patch.object(servers, "_connect__", lambda _server, **_options: None),
            patch.object(
                servers,
                "send_email",
                side_effect=None if working else refusal,
                return_value="<message@example.com>",
            ) as send_email,
            mute_logger(MAIL_LOGGER),
        ):
            yield send_email

    def _dialog(self, invoice, user=None, **values):
        """Odoo's send dialog of one invoice, as a person opens it."""
        invoice = invoice.with_user(user or self.user_accountant)
        action = invoice.action_invoice_sent()
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        return (
            self.env[action["res_model"]]
            .with_user(user or self.user_accountant)
            .with_context(**action["context"])
            .create(values)
        )

    def _send(self, invoice, **values):
        return self._dialog(invoice, **values).action_send_and_print()

    def _send_batch(self, invoices, user=None):
        """Odoo's send dialog of many invoices, up to what the cron does."""
        invoices = invoices.with_user(user or self.user_accountant)
        action = invoices.action_send_and_print()
        self.assertEqual(action["res_model"], "account.move.send.batch.wizard")
        dialog = (
            self.env[action["res_model"]]
            .with_user(user or self.user_accountant)
            .with_context(**action["context"])
            .create({})
        )
        dialog.action_send_and_print()
        self.assertNotSent(invoices)
        self.assertEqual(set(invoices.mapped("sent_status")), {"sending"})
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
