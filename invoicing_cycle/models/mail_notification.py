from odoo import models

#: Statuses of a delivery that is under way or done.
UNDER_WAY = {"ready", "process", "pending", "sent"}


class MailNotification(models.Model):
    """Deliveries of messages, among them those that carry invoices."""

    _inherit = "mail.notification"

    def write(self, vals):
        # EXTENDS mail
        result = super().write(vals)
        if "notification_status" in vals:
            followed = self
            if vals["notification_status"] == "exception":
                # Odoo notes every mail as failed while it is being sent: mail.mail
                # tells when one really failed.
                followed = self.filtered(lambda one: one.notification_type != "email")
            followed.mail_message_id._follow_delivery()
        return result

    def _is_addressed(self):
        """Whether this is a delivery to whom the message was written, by a way that
        leaves the house; a follower who gets a copy is not meant."""
        self.ensure_one()
        if self.notification_type == "email":
            return self.res_partner_id in self.mail_message_id.partner_ids
        return self._get_sent_channel() == "post"

    def _is_under_way(self):
        """Whether it went off, as far as is known, and to an address."""
        self.ensure_one()
        return self.notification_status in UNDER_WAY and (
            self.notification_type != "email" or bool(self.res_partner_id.email)
        )

    def _get_sent_channel(self):
        """Channel of the sent record for this delivery; ``snail`` is a letter."""
        return "post" if self.notification_type == "snail" else "mail"
