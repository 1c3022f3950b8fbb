from odoo import models

from .billing_recorded_mixin import filter_closed
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

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would change a link
        """
        known = LINK_FIELDS | {"payment_state", "reversed_entry_id"}
        names = filter_closed(self, known & vals.keys())

        def changes(move, names_):
            return any(is_change(move, name, vals[name]) for name in names_)

        if not names:
            return
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

    def _get_books(self, vals):
        """Company and currency of these documents, where a journal is written, which
        brings its own along.

        :return: dict, ``account.move`` to (company, currency)
        """
        # sudo: as in _check_ledger_links
        moves = self.sudo() if filter_closed(self, {"journal_id"} & vals.keys()) else ()
        return {move: (move.company_id, move.currency_id) for move in moves}

    def _check_books(self, books):
        """
        :param dict books: as of :meth:`_get_books`, before
        :raises UserError: where those of documents that bill something changed
        """
        # sudo: as in _check_ledger_links
        changed = self.sudo().filtered(
            lambda move: (
                books.get(move) not in (None, (move.company_id, move.currency_id))
            )
        )
        changed.line_ids._filtered_on_ledger()._refuse_document_links({"journal_id"})

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
