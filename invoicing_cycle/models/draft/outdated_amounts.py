from odoo import models


class AccountMove(models.Model):
    """Fixed amounts of the periods of a draft that are others by now."""

    _inherit = "account.move"

    def _get_outdated_reasons(self, arrived):
        reasons = super()._get_outdated_reasons(arrived)
        lines = self._get_generated_lines()
        for draft, sentence in self._get_changed_amounts(lines.browse(lines.ids)):
            reasons[draft.id].append(sentence)
        return reasons

    def _get_changed_amounts(self, lines):
        """Fixed amounts of the periods of these drafts that are others by now.

        :param lines: all generated lines of these drafts
        :return: list of (draft, sentence)
        """
        lines = lines.filtered(
            lambda line: line.billing_period_id and not line.is_supplementary
        )
        amounts = {
            (draft, period): (
                period.fixed_amount
                if period.sale_line_id.order_id in own.sale_line_ids.order_id
                else 0.0,
                sum(
                    line._get_made_amount()
                    for line in own
                    if line.billing_kind == "fixed"
                ),
            )
            for (draft, period), own in lines.grouped(
                lambda line: (line.move_id, line.billing_period_id)
            ).items()
        }
        left = lines.billing_period_id.browse(
            period.id
            for (_draft, period), (now, made) in amounts.items()
            if now and not made
        )._filtered_fixed_amount_left()
        return [
            (draft, draft._format_changed_amount(period, now, made))
            for (draft, period), (now, made) in amounts.items()
            if draft.currency_id.compare_amounts(now, made) and (made or period in left)
        ]

    def _format_changed_amount(self, period, amount, made):
        texts = {
            "period": period.display_name,
            "now": self._format_money(amount),
            "made": self._format_money(made),
        }
        if not made:
            return self.env._(
                "The fixed amount of %(period)s, %(now)s, is not on it.", **texts
            )
        return self.env._(
            "The fixed amount of %(period)s is %(now)s now, the line was made with "
            "%(made)s.",
            **texts,
        )
