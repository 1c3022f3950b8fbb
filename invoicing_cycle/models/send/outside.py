from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...tools import bounds
from ..common.call_arguments import get_moment, get_text
from ..common.refusal import refusal

#: How far the clock of another system may be ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=5)
#: Longer is no reference, but a text.
LONGEST_REFERENCE = 200


class AccountMoveSentOutside(models.Model):
    """What another system says of its sending: when it was, and what it is called."""

    _inherit = "account.move"

    sent_reference = fields.Char(
        string="Sending Reference",
        readonly=True,
        copy=False,
        help="What the system that sent the document calls the sending.",
        groups="base.group_user",
    )

    @api.model
    def _get_sent_moment(self, value):
        """When something was sent, as a client says it; None for now."""
        moment, now = get_moment(self.env, value), fields.Datetime.now()
        if not moment:
            return None
        first = bounds.years_from(now.date(), -bounds.YEARS_BACK)
        if moment > now + CLOCKS_DIFFER or moment.date() < first:
            raise refusal(
                self.env._(
                    "Nothing was sent on %(moment)s: choose a day from %(first)s to "
                    "today.",
                    moment=format_datetime(self.env, moment),
                    first=first.isoformat(),
                ),
                "invalid_value",
            )
        return moment

    @api.model
    def _get_sending_reference(self, value):
        reference = get_text(self.env, value)
        if len(reference) > LONGEST_REFERENCE:
            raise refusal(
                self.env._(
                    "A reference has at most %(limit)s characters: shorten it.",
                    limit=LONGEST_REFERENCE,
                ),
                "invalid_value",
            )
        return reference

    def _check_sent_by(self, reference):
        """Raise where one of these was sent, but not by this reference.

        :param str reference: empty where the caller gives none, who asks no more than
            that they count as sent
        """
        others = self.filtered(
            lambda move: move.sent_on and move.sent_reference != reference
        )
        if reference and others:
            raise refusal(
                self.env._(
                    "These were sent before, not as “%(reference)s”: %(moves)s. Leave "
                    "them out, or take the other sending back first.",
                    reference=reference,
                    moves=", ".join(move._format_sending() for move in others[:20]),
                ),
                "already_sent",
            )

    def _format_sending(self):
        self.ensure_one()
        label = self._get_sending_label(self.sent_channel, self.sent_reference)
        sent_on = format_datetime(self.env, self.sent_on)
        return f"{self.display_name} ({sent_on}, {label})"
