from odoo import api, models
from odoo.fields import Domain

from .calls import as_day, as_moment, as_named, call, get_error_code

TYPES = {"out_invoice": "invoice", "out_refund": "credit_note"}

#: Where a document stands, and what that is in Odoo. Each is in one place.
STATUSES = {
    "draft": Domain("state", "=", "draft"),
    "ready": Domain("state", "=", "posted")
    & Domain("sent_on", "=", False)
    & Domain("payment_state", "!=", "reversed"),
    "reversed": Domain("state", "=", "posted")
    & Domain("sent_on", "=", False)
    & Domain("payment_state", "=", "reversed"),
    "sent": Domain("state", "=", "posted") & Domain("sent_on", "!=", False),
    "cancelled": Domain("state", "=", "cancel"),
}


class InvoicingCycleApi(models.AbstractModel):
    """Invoices: which there are, confirming them, recording that they were sent."""

    _inherit = "invoicing.cycle.api"

    @api.model
    @api.readonly
    @call
    def list_invoices(
        self,
        statuses=None,
        invoice_ids=None,
        period_ids=None,
        project_ids=None,
        changed_since=None,
        after=None,
        limit=None,
    ):
        """Invoices and credit notes of the cycle.

        :param statuses: list of some of STATUSES, all by default
        :param changed_since: moment from which on something of them was written, their
            payment included
        """
        statuses = self._check_choices("statuses", statuses, list(STATUSES))
        domain = Domain("move_type", "in", list(TYPES))
        domain &= Domain("billing_origin", "!=", False)
        domain &= Domain.OR(STATUSES[status] for status in statuses)
        domain &= self._ids_domain("id", invoice_ids)
        domain &= self._ids_domain("billing_period_ids", period_ids)
        domain &= self._ids_domain("billing_project_ids", project_ids)
        domain &= self._changed_domain(changed_since)
        moves, following = self._get_page(
            self.env["account.move"], domain, after, limit
        )
        return self._get_answer(
            [self._prepare_invoice(move) for move in moves], following
        )

    def _prepare_invoice(self, move):
        """An invoice as plain values."""
        # sudo: the days and ids that an invoice bills, of one that the user reads
        periods = move.sudo().billing_period_ids
        return {
            "id": move.id,
            "number": move.name if move.state != "draft" else None,
            "type": TYPES[move.move_type],
            "status": self._get_status(move),
            "origin": move.billing_origin,
            "company": as_named(move.company_id),
            "customer": self._prepare_customer(move.partner_id),
            "endpoint": self._prepare_endpoint(move),
            "customer_reference": move.ref or None,
            "payment_reference": move.payment_reference or None,
            "invoice_date": as_day(move.invoice_date),
            "due_date": as_day(move.invoice_date_due),
            "currency": move.currency_id.name,
            "amount_untaxed": move.amount_untaxed,
            "amount_tax": move.amount_tax,
            "amount_total": move.amount_total,
            "amount_due": move.amount_residual,
            "payment_state": move.payment_state,
            "date_from": as_day(min(periods.mapped("date_from"), default=None)),
            "date_to": as_day(
                max(filter(None, periods.mapped("date_to")), default=None)
            ),
            "period_ids": periods.ids,
            # sudo: as above
            "project_ids": move.sudo().billing_project_ids.ids,
            "sent": self._prepare_sent(move),
            "changed_on": as_moment(move.write_date),
        }

    def _get_status(self, move):
        """The one of STATUSES that an invoice is in."""
        if move.state != "posted":
            return "draft" if move.state == "draft" else "cancelled"
        if move.sent_on:
            return "sent"
        return "reversed" if move.payment_state == "reversed" else "ready"

    def _prepare_customer(self, partner):
        """None of a draft whose customer somebody has taken away."""
        if not partner:
            return None
        return {
            **as_named(partner),
            "vat": partner.vat or None,
            "email": partner.email or None,
            "street": partner.street or None,
            "street2": partner.street2 or None,
            "zip": partner.zip or None,
            "city": partner.city or None,
            "country": partner.country_id.code or None,
        }

    def _prepare_endpoint(self, move):
        """Where an e-invoice goes to, as far as the customer's contact says it."""
        sender = self.env["account.move.send"]
        customer = move.commercial_partner_id.with_company(move.company_id)
        return {
            "format": sender._get_default_invoice_edi_format(move) or None,
            "scheme": customer.peppol_eas or None,
            "id": customer.peppol_endpoint or None,
        }

    def _prepare_sent(self, move):
        if not move.sent_on:
            return None
        return {
            "on": as_moment(move.sent_on),
            "by": as_named(move.sent_by_id),
            "channel": move.sent_channel,
            "reference": move.sent_reference or None,
        }

    # ---------------------------------------------------------------- actions

    @api.model
    @call
    def confirm(self, invoice_ids, outdated=False):
        """Confirm drafts; one that fails does not hold back the others.

        :param bool outdated: those that are out of date as well
        """
        moves = self._get_records("account.move", invoice_ids, "invoice_ids")
        moves.check_access("write")
        failed = []
        drafts = moves.filtered(lambda move: move.state == "draft")
        for move in moves - drafts:
            if move.state == "cancel":
                text = self.env._(
                    "%(invoice)s is cancelled. Reset it to draft first.",
                    invoice=move.display_name,
                )
                failed.append(self._prepare_failed(move, "cancelled", text))
        if outdated is not True:
            stale = drafts._filtered_outdated()
            failed += [self._prepare_outdated(move) for move in stale]
            drafts -= stale
        for draft, error in drafts._post_drafts():
            code = get_error_code(error)
            failed.append(self._prepare_failed(draft, code, str(error.args[0])))
        return {
            "confirmed_ids": moves.filtered(lambda move: move.state == "posted").ids,
            "failed": failed,
        }

    def _prepare_failed(self, move, code, text):
        return {"invoice_id": move.id, "code": code, "message": text}

    def _prepare_outdated(self, move):
        text = self.env._(
            "%(invoice)s is out of date: %(reasons)s Refresh it in Odoo, or confirm it "
            "as it is (outdated).",
            invoice=move.display_name,
            reasons=move.outdated_reasons,
        )
        return self._prepare_failed(move, "out_of_date", text)

    @api.model
    @call
    def mark_as_sent(self, invoice_ids, channel="other", sent_on=None, reference=None):
        """Record that confirmed invoices went to their customers.

        The same call may be sent again: what is recorded stays as it is.
        """
        moves = self._get_records("account.move", invoice_ids, "invoice_ids")
        # sudo: which of them are recorded already; the action asks who may know
        before = moves.sudo().filtered("sent_on")
        moves._mark_as_sent(channel, sent_on, reference)
        return {
            "recorded_ids": (moves - before.with_env(self.env)).ids,
            "unchanged_ids": before.ids,
        }

    @api.model
    @call
    def undo_mark_as_sent(self, invoice_ids, reason):
        """Take sent records back; it is logged with the reason."""
        moves = self._get_records("account.move", invoice_ids, "invoice_ids")
        # sudo: as in mark_as_sent
        sent = moves.sudo().filtered("sent_on")
        moves.action_undo_mark_as_sent(reason)
        return {"undone_ids": sent.ids}
