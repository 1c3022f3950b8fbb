from odoo import models
from odoo.exceptions import UserError

from ..common.changes import get_labels, get_linked_ids, is_change
from ..common.recorded import filter_closed

#: What ties a line to what it bills, and to the document that it bills it on.
LINK_FIELDS = frozenset(
    {
        "company_id",
        "currency_id",
        "display_type",
        "move_id",
        "parent_state",
        "sale_line_ids",
    }
)
#: Lines that an order may have items of.
ITEM_TYPES = frozenset({"product", "line_section", "line_subsection", "line_note"})
#: What decides how the lines of a document count.
DOCUMENT_FIELDS = frozenset(
    {"billing_origin", "company_id", "currency_id", "move_type"}
)
#: Of a cancelled invoice with this state Odoo counts the lines all the same.
LEGACY = "invoicing_legacy"


class AccountMoveLine(models.Model):
    """The links of lines that bill something stay as they were made.

    Odoo counts what is invoiced by these links, and its own dialog bills what they
    leave: a line that loses its sales order item is billed again. Whoever does not want
    the line deletes it. The guard asks the user, not the rights of the code; quantity,
    price, discount, taxes, text and accounts stay free on drafts.
    """

    _inherit = "account.move.line"

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would change a link
        """
        names = filter_closed(self, LINK_FIELDS & vals.keys())
        if not names:
            return
        # sudo: what a line bills does not depend on who changes it
        changed = self.sudo().filtered(
            lambda line: any(is_change(line, name, vals[name]) for name in names)
        )
        changed._filtered_on_ledger()._refuse_ledger_links(names)
        if "sale_line_ids" in names:
            changed._check_items_beside(vals["sale_line_ids"])

    def _check_items_beside(self, value):
        """A line that bills nothing is not put beside those that bill an item."""
        for line in self:
            field = line._fields["sale_line_ids"]
            ids = get_linked_ids(set(line.sale_line_ids.ids), value) - {False}
            # sudo: what bills an item does not depend on who names it
            items = self.env[field.comodel_name].sudo().browse(ids)
            (items - line.sale_line_ids)._refuse_lines_beside(line)

    def _check_made_beside(self):
        """New lines that bill nothing, and yet name what others bill.

        Those of a period, a reversal or Odoo's own invoice of an order are no such.
        """
        if not filter_closed(self, {"sale_line_ids"}):
            return
        # sudo: what a line bills does not depend on who makes it
        beside = self.sudo().filtered(
            lambda line: (
                line.sale_line_ids
                and not line.credited_line_id
                and not line._is_kept_by_ledger()
            )
        )
        beside.sale_line_ids._refuse_lines_beside(beside)

    def _filtered_known(self):
        """Those that may bill something, credit what does, or re-create it: the ledger
        looks at no other line.

        Of a document that bills nothing this reads but columns that come with its
        lines, and their items, which Odoo asks for as well.
        """
        # sudo: whether a line bills something does not depend on who asks
        known = self.sudo().filtered(
            lambda line: (
                line._is_known()
                or any(origin._is_known() for origin in line.credited_line_id)
                or any(origin._is_known() for origin in line.recreated_line_id)
            )
        )
        return known.with_env(self.env)

    def _is_known(self):
        """Whether the ledger keeps something on this line, or it has an item."""
        return bool(
            self.billing_kind
            or self.billing_period_id
            or self.quantity_made
            or self.billed_count
            or self.released_as
            or self.milestone_count
            # Taxes and payment terms have no items.
            or (self.display_type in ITEM_TYPES and self.sale_line_ids)
        )

    def _filtered_on_ledger(self):
        """Those that bill what the ledger follows, or credit it (superuser records)."""
        lines = self._filtered_known().filtered(
            lambda line: line.move_id.is_sale_document()
        )
        if not lines:
            return lines
        items = lines.sale_line_ids | lines.credited_line_id.sale_line_ids
        followed = items._get_fixed_periods().sale_line_id | items.filtered(
            lambda item: item.billing_period_id or item.is_downpayment
        )
        return lines.filtered(
            lambda line: any(
                origin._is_kept_by_ledger() or origin.sale_line_ids & followed
                for origin in line | line.credited_line_id
            )
        )

    def _is_kept_by_ledger(self):
        """Whether the ledger keeps something on this line itself."""
        self.ensure_one()
        return bool(
            self.billing_kind
            or self.billing_period_id
            or self.quantity_made
            or self._get_known_rows()
            or self._has_claims()
        )

    def _refuse_ledger_links(self, names):
        """
        :param names: of fields of these lines that would change
        :raises UserError: where there is one
        """
        if self:
            raise UserError(
                self.env._(
                    "“%(line)s” of %(document)s bills work: its %(fields)s cannot be "
                    "changed by hand. %(way_out)s",
                    line=(self[0].name or "").split("\n")[0],
                    document=", ".join(self.move_id.mapped("display_name")),
                    fields=get_labels(self, names),
                    way_out=self.move_id._get_ledger_way_out(),
                )
            )

    def _refuse_document_links(self, names):
        """
        :param names: of fields of the documents of these lines that would change
        :raises UserError: where there is one
        """
        if self:
            moves = self.move_id
            raise UserError(
                self.env._(
                    "%(document)s bills work: its %(fields)s cannot be changed by "
                    "hand. %(way_out)s",
                    document=", ".join(moves.mapped("display_name")),
                    fields=get_labels(moves, names),
                    way_out=moves._get_ledger_way_out(),
                )
            )


class AccountMove(models.Model):
    """A document whose lines bill something stays of its type, company and currency.

    A credit note stays that of its invoice. See ``ledger/links.py``.
    """

    _inherit = "account.move"

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would change a link
        """
        known = DOCUMENT_FIELDS | {"payment_state", "reversed_entry_id"}
        names = filter_closed(self, known & vals.keys())

        def changes(move, names_):
            return any(is_change(move, name, vals[name]) for name in names_)

        if not names:
            return
        # sudo: what a document bills does not depend on who changes it
        moves = self.sudo()
        kept = names & DOCUMENT_FIELDS
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
        if not books:
            return
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
