from odoo import fields, models


class AccountMoveLine(models.Model):
    """What a line bills beside time, as the ledger asks for it.

    A line has a claim on what it was made from: a milestone, an expense, the amount of
    a period. The claim holds while the line is live, and nothing has two that hold.
    Each kind of billing item extends these hooks in its own file, and a new one adds
    its name there, so that the ledger knows no kind by its name. CONTRIBUTING.md tells
    how to add one.
    """

    _inherit = "account.move.line"

    billing_kind = fields.Selection(
        [
            # In the order in which an invoice names them.
            ("time", "Time"),
            ("fixed", "Fixed amount"),
            ("milestone", "Milestone"),
            ("expense", "Expense"),
            ("down_payment", "Down payment"),
            ("section", "Section"),
        ],
        readonly=True,
        copy=False,
        help="What the invoicing cycle made this line from; empty on lines that a "
        "person added.",
        groups="base.group_user",
    )

    def _filtered_live(self):
        """Those on invoices that are not cancelled, and not credited in full."""
        return self.filtered(
            lambda line: line.parent_state != "cancel" and not line._is_taken_back()
        )

    def _has_claims(self):
        """Whether this line keeps what it was made from, beside time."""
        self.ensure_one()
        return False

    def _get_claimed_periods(self):
        """The periods in which waited what these lines bill beside time."""
        # sudo: the links of a line to its periods, not the periods' data
        return self.env["project.billing.period"].sudo()

    def _settle_claims(self):
        """Let these lines bill what they were made from or give it back, as their state
        asks.

        :raises UserError: where it is billed elsewhere by now
        """

    def _free_claims(self):
        """Free what these lines were made from: they are deleted next.

        :return: the projects whose periods follow then
        """
        return self.env["project.project"]

    def _take_over_claims(self):
        """Credit and re-create: this line bills what the credited one did."""

    def _link_stock_claims(self):
        """Set our links for what Odoo's own wizard bills on these lines."""

    def _check_claimed_once(self):
        """
        :raises UserError: where what this line bills again is billed elsewhere by now
        """
        self.ensure_one()

    def _check_covered(self, gone):
        """What these lines deduct, or give back, leaves nothing that is below zero.

        :param gone: lines that were cancelled, and credit notes that were posted, at
            the same time
        :raises UserError: where more is deducted than there was
        """
