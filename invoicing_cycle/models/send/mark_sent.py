from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..common.call_arguments import get_text, is_one_of
from ..common.recorded import is_recording, with_user_rights
from ..common.refusal import refusal

SENT_FIELDS = {"sent_on", "sent_by_id", "sent_channel", "sent_reference"}


class AccountMoveSent(models.Model):
    """The sent record: when an invoice went to its customer, by whom, by which channel.

    Odoo's own ``is_move_sent`` turns true as soon as a PDF is rendered and survives a
    reset to draft, so it is set from here and never asked.

    Who may record, and take a record back:

    ============================  =====================================================
    accounting (billing)          every customer invoice that they may write
    Invoicing Cycle / User        the invoices of the billing periods they may write
    anybody else                  none
    ============================  =====================================================
    """

    _name = "account.move"
    _inherit = ["account.move", "billing.recorded.mixin"]

    sent_on = fields.Datetime(
        string="Sent On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the document went to the customer, as far as anybody or the system "
        "recorded it.",
        groups="base.group_user",
    )
    sent_by_id = fields.Many2one(
        "res.users",
        string="Sent By",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    sent_channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("einvoice", "E-invoice"),
            ("portal", "Customer Portal"),
            ("post", "Post"),
            ("other", "Other"),
        ],
        string="Sent Through",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    _to_send_idx = models.Index(
        "(company_id, invoice_date) "
        "WHERE sent_on IS NULL AND billing_origin IS NOT NULL"
    )

    # ---------------------------------------------------------------- guard

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | SENT_FIELDS

    def _follow_reset(self, vals):
        """What was reset to draft or cancelled is not sent any more."""
        if vals.get("state", "posted") != "posted":
            self._clear_sent_record(
                self.env._("The invoice was reset to draft or cancelled.")
            )

    def _check_sender(self, vals):
        """Whom Odoo's job records as the sender is who gave it the invoice.

        :raises AccessError: where values name somebody else
        """
        data = vals.get("sending_data")
        sender = data.get("author_user_id") if isinstance(data, dict) else None
        if sender and sender != self.env.uid and self.env.uid != SUPERUSER_ID:
            raise AccessError(
                self.env._("Invoices are sent in your own name. Send them yourself.")
            )

    @api.model
    def _format_recorded(self, names):
        return self.env._(
            "The sent record of an invoice is written by “Mark as sent” and by sending "
            "only. Use these actions."
        )

    # ---------------------------------------------------------------- actions

    def action_mark_as_sent(self, channel="other", sent_on=None, reference=None):
        """Record that confirmed invoices went to their customers.

        Those that are recorded already are left as they are, so the same call with the
        same reference may be sent again.

        :param str channel: mail, einvoice, portal, post or other
        :param sent_on: when (ISO day or moment), now by default
        :param str reference: what the system that sent them calls the sending
        :return: True; of more than one request can do, window action on the run
            (``billing.run``) that marks them
        :raises UserError: where one of them is no confirmed invoice, or was sent by
            another reference
        """
        self._check_sent_access()
        self._check_channel(channel)
        options = {
            "channel": channel,
            "sent_on": fields.Datetime.to_string(self._get_sent_moment(sent_on)),
            "reference": self._get_sending_reference(reference),
        }
        return self._start_run_where_big("mark_sent", **options) or self._mark_as_sent(
            **options
        )

    @api.model
    def _check_channel(self, channel):
        channels = dict(self._fields["sent_channel"].selection)
        if not is_one_of(channel, channels):
            raise refusal(
                self.env._(
                    "“%(channel)s” is no way of sending: %(channels)s.",
                    channel=channel,
                    channels=", ".join(channels),
                ),
                "invalid_value",
            )

    def _mark_as_sent(self, channel, sent_on, reference):
        """The same at once, whatever the number."""
        self._check_sent_access()
        self._check_channel(channel)
        sent_on = self._get_sent_moment(sent_on)
        reference = self._get_sending_reference(reference)
        # sudo: whether these may be recorded was decided above; a person with rows of
        # their own may record without reading invoices.
        moves = self.sudo()
        others = moves.filtered(
            lambda move: move.move_type not in ("out_invoice", "out_refund")
        )
        if others:
            raise refusal(
                self.env._(
                    "Only customer invoices and credit notes can be marked as sent, "
                    "unlike: %(moves)s",
                    moves=others._get_sent_names(),
                ),
                "not_an_invoice",
            )
        unposted = moves.filtered(lambda move: move.state != "posted")
        if unposted:
            raise refusal(
                self.env._(
                    "Only confirmed invoices can be marked as sent. Confirm these "
                    "first, or leave them out: %(moves)s",
                    moves=unposted._get_sent_names(),
                ),
                "not_confirmed",
            )
        moves._check_sent_by(reference)
        unsent = moves.filtered(lambda move: not move.sent_on)
        unsent._set_sent_record(channel, self.env.user, sent_on, reference)
        label = unsent._get_sending_label(channel, reference)
        unsent._message_log_batch(
            {
                move.id: self.env._("Marked as sent (%(channel)s).", channel=label)
                for move in unsent
            }
        )
        return True

    def action_undo_mark_as_sent(self, reason):
        """Take the sent record back; those without one are left as they are.

        :param str reason: why; it is logged on the invoice
        """
        self._check_sent_access()
        reason = get_text(self.env, reason)
        if not reason:
            raise UserError(
                self.env._("Give a reason for taking “sent” back; it is logged.")
            )
        # sudo: as in action_mark_as_sent
        sent = self.sudo().filtered("sent_on")
        if not sent:
            # sudo: as in action_mark_as_sent, the names of what the user may record
            raise UserError(
                self.env._(
                    "None of these is marked as sent: %(moves)s",
                    moves=self.sudo()._get_sent_names(),
                )
            )
        sent._clear_sent_record(reason)
        return True

    def action_open_mark_as_sent(self):
        """Open the dialog that asks how and when these were sent."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark as sent"),
            "res_model": "account.move.mark.sent",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_move_ids": self.ids},
        }

    def action_open_unsend(self):
        """Open the dialog that asks for the reason of an undo."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo “sent”"),
            "res_model": "account.move.unsend",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_ids": self.ids},
        }

    # ---------------------------------------------------------------- rights

    def _check_sent_access(self):
        """Raise unless the user may write the sent record of all these invoices."""
        refused = self - self._filtered_sent_access()
        if refused:
            raise AccessError(
                self.env._(
                    "You may not change whether these invoices count as sent, because "
                    "they bill none of your projects: %(moves)s\n"
                    "Ask somebody in accounting.",
                    # only names that the user may read anyway
                    moves=refused._filtered_access("read")._get_sent_names()
                    or self.env._("%(count)s invoices", count=len(refused)),
                )
            )

    def _filtered_sent_access(self):
        """Invoices whose sent record the user may write."""
        if is_recording(self):
            return self
        user = self.env.user
        allowed = self.browse()
        if user.has_group("account.group_account_invoice"):
            allowed = (
                with_user_rights(self)._filtered_access("write").with_env(self.env)
            )
        rest = self - allowed
        if rest and user.has_group("invoicing_cycle.group_invoicing_cycle_user"):
            # sudo: which periods an invoice bills; what of them is the user's own is
            # asked without it.
            periods = rest.sudo().billing_period_ids.sudo(False)
            own = set(periods._filtered_access("write").ids)
            allowed |= rest.filtered(
                # sudo: as above
                lambda move: own.intersection(move.sudo().billing_period_ids.ids)
            )
        return allowed

    # ---------------------------------------------------------------- record

    def _get_sent_names(self):
        """Names of the invoices for a message, not more than a message can hold."""
        names = ", ".join(self[:20].mapped("display_name"))
        return f"{names}, …" if len(self) > 20 else names

    def _get_sending_label(self, channel, reference):
        """By which way something was sent, for a message."""
        selection = self._fields["sent_channel"]._description_selection(self.env)
        parts = [dict(selection).get(channel, channel), reference]
        return ", ".join(filter(None, parts))

    def _set_sent_record(self, channel, user, sent_on=None, reference=None):
        """Write the record on invoices that have none.

        :param str channel: see ``sent_channel``
        :param user: the res.users who sent them
        :param datetime sent_on: when, now by default
        :param str reference: see ``sent_reference``
        """
        unsent = self.filtered(lambda move: not move.sent_on)
        if unsent:
            unsent._write_sent_record(
                {
                    "sent_on": sent_on or fields.Datetime.now(),
                    "sent_by_id": user.id,
                    "sent_channel": channel,
                    "sent_reference": reference or False,
                    "is_move_sent": True,
                }
            )

    def _write_sent_record(self, vals):
        """The one write of the sent fields.

        Odoo's own keys say that neither a person changed the invoice nor its journal
        items need to be worked out again, which would cost queries for each invoice.

        :param dict vals: as in ``write``
        """
        self.with_context(
            skip_is_manually_modified=True, skip_invoice_sync=True
        )._record(vals)

    def _clear_sent_record(self, reason, keep_messages=False):
        """Take the record back and log what it was.

        :param str reason: why, for the log
        :param bool keep_messages: whether mails that are under way, or tried again, may
            set the record once more
        """
        # sudo: the callers decide who may; here are the writes that follow from it.
        moves = self.sudo()
        if not keep_messages:
            moves._get_sending_messages()._record({"sends_invoice": False})
        moves = moves.filtered("sent_on")
        if not moves:
            return
        bodies = {
            move.id: self.env._(
                "No longer counts as sent: %(reason)s (It was sent on %(date)s by "
                "%(user)s, %(channel)s.)",
                reason=reason,
                date=format_datetime(self.env, move.sent_on),
                user=move.sent_by_id.name or "",
                channel=move._get_sending_label(move.sent_channel, move.sent_reference),
            )
            for move in moves
        }
        # is_move_sent goes as well: it is what Odoo's own lists show as sent.
        moves._write_sent_record(
            {**dict.fromkeys(SENT_FIELDS, False), "is_move_sent": False}
        )
        moves._message_log_batch(bodies)

    def _get_sending_messages(self):
        """Messages by which these invoices left, or were meant to."""
        # sudo: a flag of messages, of no interest to anybody but the record
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", "account.move"),
                    ("res_id", "in", self.ids),
                    ("sends_invoice", "=", True),
                ]
            )
        )

    # What the lists of the Invoicing screen say about an invoice.

    sent_status = fields.Selection(
        [
            ("review", "Draft to review"),
            ("confirmed", "Confirmed"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        string="Sending Status",
        compute="_compute_sent_status",
        groups="base.group_user",
    )
    billing_period_label = fields.Char(
        "Billed Periods",
        compute="_compute_billing_period_label",
        # The spans stand in the text of the lines anyway; whoever reads an invoice need
        # not be allowed to read the rows of its periods.
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("state", "is_being_sent", "sent_on")
    def _compute_sent_status(self):
        for move in self:
            if move.state == "draft":
                move.sent_status = "review"
            elif move.state == "cancel":
                move.sent_status = "cancelled"
            elif move.sent_on:
                move.sent_status = "sent"
            else:
                move.sent_status = "sending" if move.is_being_sent else "confirmed"

    @api.depends("billing_period_ids.period_label")
    def _compute_billing_period_label(self):
        for move in self:
            # Several projects of one invoice often share their span of days.
            labels = move.billing_period_ids.sorted("date_from").mapped("period_label")
            move.billing_period_label = ", ".join(dict.fromkeys(filter(None, labels)))
