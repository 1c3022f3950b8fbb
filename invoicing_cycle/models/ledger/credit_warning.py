from odoo import api, fields, models
from odoo.tools import format_amount


class AccountMove(models.Model):
    """What all credits of an invoice come to: its reversals, and what corrects it."""

    _inherit = "account.move"

    credit_warning = fields.Char(
        compute="_compute_credit_warning",
        compute_sudo=True,
        groups="base.group_user",
        help="More is credited than was invoiced.",
    )

    @api.depends(
        "amount_total",
        "corrected_invoice_id",
        "move_type",
        "reversed_entry_id",
        "state",
    )
    def _compute_credit_warning(self):
        for move in self:
            invoice = move._get_corrected_invoice()
            move.credit_warning = (
                invoice._get_credit_warning(
                    move.amount_total, move.currency_id, move._origin
                )
                if invoice and move.state != "cancel"
                else False
            )

    def _get_credits(self):
        """Credit notes of this invoice: its reversals and corrections, drafts too."""
        self.ensure_one()
        return self.search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "!=", "cancel"),
                "|",
                ("reversed_entry_id", "in", self.ids),
                ("corrected_invoice_id", "in", self.ids),
            ],
            order="id",
        )

    def _get_credit_warning(self, amount, currency, credit=None):
        """Say that a credit is more than what is left of this invoice.

        :param float amount: what is credited, with taxes
        :param currency: ``res.currency`` of the amount
        :param credit: the credit note itself, where there is one
        :return: the text, or False
        """
        self.ensure_one()
        others = self._get_credits() - (credit or self.browse())
        own = self.currency_id

        def convert(value, other):
            day = self.invoice_date or self.company_id._get_today()
            return other._convert(value, own, self.company_id, day)

        credited = sum(convert(move.amount_total, move.currency_id) for move in others)
        total = convert(amount, currency)
        if own.compare_amounts(credited + total, self.amount_total) <= 0:
            return False
        texts = {
            "amount": format_amount(self.env, total, own),
            "invoice": self.name,
            "total": format_amount(self.env, self.amount_total, own),
        }
        if not others:
            return self.env._(
                "This credits %(amount)s of %(invoice)s, which is over %(total)s only.",
                **texts,
            )
        return self.env._(
            "This credits %(amount)s of %(invoice)s, which is over %(total)s. "
            "%(others)s already credits %(credited)s of it.",
            **texts,
            others=", ".join(others.mapped("display_name")),
            credited=format_amount(self.env, credited, own),
        )
