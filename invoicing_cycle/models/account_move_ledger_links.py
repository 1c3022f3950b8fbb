from odoo import models

from .billing_recorded_mixin import filter_closed, recording
from .changes import is_change

#: What decides how the lines of a document count.
LINK_FIELDS = frozenset({"billing_origin", "company_id", "currency_id", "move_type"})
#: Of a cancelled invoice with this state Odoo counts the lines all the same.
LEGACY = "invoicing_legacy"


class AccountMove(models.Model):
    """A document whose lines bill something stays of its type, company and currency.

    A credit note stays that of its invoice. See ``account_move_line_ledger_links.py``.
    """

    _inherit = "account.move"

    def write(self, vals):
        known = LINK_FIELDS | {"journal_id", "payment_state", "reversed_entry_id"}
        names = filter_closed(self, known & vals.keys())
        if not names:
            return super().write(vals)
        self._check_ledger_links(names, vals)
        # sudo: as in _check_ledger_links
        moves = self.sudo() if "journal_id" in names else self.browse()
        before = {move: (move.company_id, move.currency_id) for move in moves}
        result = super().write(vals)
        # A journal brings its company and currency along.
        moves.filtered(
            lambda move: before[move] != (move.company_id, move.currency_id)
        ).line_ids._filtered_on_ledger()._refuse_document_links({"journal_id"})
        return result

    def _check_ledger_links(self, names, vals):
        """
        :param names: of links that are to be written
        :raises UserError: where one of them would change
        """

        def changes(move, names_):
            return any(is_change(move, name, vals[name]) for name in names_)

        # sudo: what a document bills does not depend on who changes it
        moves = self.sudo()
        kept = names & LINK_FIELDS
        moves.filtered(
            lambda move: changes(move, kept)
        ).line_ids._filtered_on_ledger()._refuse_document_links(kept)
        if "reversed_entry_id" in names:
            credits = moves.filtered(
                lambda move: changes(move, {"reversed_entry_id"})
            ).line_ids.filtered("credited_line_id")
            credits._filtered_on_ledger()._refuse_document_links({"reversed_entry_id"})
        if "payment_state" in names:
            moves.filtered(
                lambda move: (
                    changes(move, {"payment_state"})
                    and LEGACY in (move.payment_state, vals["payment_state"])
                )
            ).line_ids._filtered_on_ledger()._refuse_document_links({"payment_state"})

    def action_switch_move_type(self):
        # EXTENDS account
        # Which documents may be switched is asked in account_move_switch.py.
        with recording("account.move", {"move_type"}):
            return super().action_switch_move_type()

    def _get_ledger_way_out(self):
        """What to do instead with these documents, as a text."""
        drafts = self.filtered(lambda move: move.state == "draft")
        ways = []
        if drafts:
            ways.append(
                self.env._(
                    "Delete the line to give back what it bills, or refresh the draft."
                )
            )
        if self - drafts:
            ways.append(self.env._("Credit the invoice instead."))
        return " ".join(ways)
