from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_duration

from ..common.call_arguments import ensure_one, get_number, is_one_of
from .hours import NOISE

#: What a decision is called in the log.
EVENTS = {"bill": "released", "hold": "held", "write_off": "written_off"}


class AccountAnalyticLine(models.Model):
    """Bill, hold or write off: what billing people decide on time, in full or in part.

    What is worked stays as it is. A part is a row of its own, see ``entries/part.py``;
    who may decide, see ``entries/protected.py``.
    """

    _inherit = "account.analytic.line"

    billing_note = fields.Char(
        compute="_compute_billing_note",
        compute_sudo=True,
        help="What is not billed of this time, and why.",
        groups="base.group_user",
    )

    @api.depends(
        "billing_hold",
        "hold_reason",
        "billing_hours",
        "invoice_line_id",
        "part_ids.billing_hold",
        "part_ids.hold_reason",
        "part_ids.billing_hours",
        "part_ids.invoice_line_id",
    )
    @api.depends_context("lang")
    def _compute_billing_note(self):
        for line in self:
            rows = line._get_rows()
            if line.billing_hold == "bill" and not rows.parts:
                line.billing_note = False
                continue
            line.billing_note = "; ".join(
                row._describe_decision() for row in rows if row.billing_hours
            )

    def _get_kept_parts(self):
        return self._get_parts().filtered(lambda part: part.billing_hold != "bill")

    def _rejoin(self):
        """Take parts back that are to be billed like the rest of their entry.

        Where the entry is invoiced, held or written off, the part stays on its own, as
        do hours beyond a retainer, which are billed on an item of their own.
        """
        # As OdooBot: see _split_off.
        self._get_parts().filtered(
            lambda part: (
                not part.own_sale_line_id
                and all(
                    row.billing_hold == "bill" and row._is_not_billed()
                    for row in (part, part.entry_id)
                )
            )
        ).with_user(SUPERUSER_ID).unlink()


class ProjectBillingPart(models.Model):
    _inherit = "project.billing.part"

    def _leave_own_item(self):
        parts = self.filtered(
            lambda part: part.own_sale_line_id and part.billing_hold == "bill"
        )
        if parts:
            parts._record({"own_sale_line_id": False})
        return super()._leave_own_item()


class BillingRowMixin(models.AbstractModel):
    _inherit = "billing.row.mixin"

    def _describe_decision(self):
        """What became of this row of the ledger, as a text."""
        self.ensure_one()
        _ = self.env._
        hours = format_duration(self.billing_hours)
        if self.invoice_line_id:
            return _("%(hours)s h invoiced", hours=hours)
        if self.billing_hold == "bill":
            return _("%(hours)s h to bill", hours=hours)
        text = (
            _("%(hours)s h held", hours=hours)
            if self.billing_hold == "hold"
            else _("%(hours)s h written off", hours=hours)
        )
        return f"{text} ({self.hold_reason})" if self.hold_reason else text

    def action_set_billing(self, decision, reason=None, hours=None):
        """Bill, hold or write off these unbilled entries or parts, or a part of one.

        What is billed of an entry again is all of it: its parts go back into it. A part
        that is billed on an item of its own goes back when it is billed again.

        :param str decision: "bill", "hold" or "write_off"
        :param str reason: why, needed to hold and to write off
        :param float hours: how much of the one entry, in its unit; all by default.
            The worked time stays as it is.
        :return: what the decision is about: these, or the part that was split off
        """
        self._check_may_hold()
        if not is_one_of(decision, EVENTS):
            raise UserError(
                self.env._("Choose one: bill, hold, write off (%s).", decision)
            )
        if decision == "bill":
            reason = False
        else:
            reason = self.env["account.analytic.line"]._get_given_reason(
                reason,
                self.env._("Say why the time is held.")
                if decision == "hold"
                else self.env._("Say why the time is written off."),
            )
        rows = self
        whole = hours is None
        if hours is not None:
            ensure_one(self)
            hours = get_number(self.env, hours)
            # Written so that a "not a number" does not pass for all of it.
            whole = abs(hours - self.billing_hours) <= NOISE
            if not whole:
                rows = self._split_off(
                    hours, {"billing_hold": decision, "hold_reason": reason}
                )
        if decision == "bill" and hours is None:
            rows._get_kept_parts()._set_billing(decision, reason)
        if decision == "bill" and whole:
            rows._leave_own_item()
        # sudo: billing people need no right to change what they decide on
        decided = rows.sudo()
        decided._set_billing(decision, reason)
        decided._get_entries()._rejoin()
        return rows.exists()

    def _set_billing(self, decision, reason):
        """Write a decision on these unbilled rows (superuser), and log it."""
        self.env["timesheet.approval.log"]._log(
            self,
            EVENTS[decision],
            reason,
            hours={row.id: row.billing_hours for row in self},
        )
        self._record({"billing_hold": decision, "hold_reason": reason})

    def _get_kept_parts(self):
        """Parts of these rows that are held or written off (superuser records)."""
        return self.env["project.billing.part"]

    def _leave_own_item(self):
        """Those of these rows that are billed on an item of their own, and are to be
        billed once more, are billed as their entry is."""
