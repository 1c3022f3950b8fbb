from odoo import models

from ..common.refusal import get_code

#: Refusals of a period that has changed since it was found: nobody is needed for it.
NOT_READY = {"already_invoiced", "busy", "empty", "pending", "skipped", "upcoming"}


class ProjectBillingPeriod(models.Model):
    """What is odd about a period, so that a person looks at it.

    The autopilot has no opinion of its own: it asks the preview.
    """

    _inherit = "project.billing.period"

    def _get_autopilot_doubts(self):
        """Why these are not to be invoiced by themselves, in a fixed number of queries.

        Periods that share an invoice go together, or stay together.

        :return: dict, period to a text of those with a doubt
        """
        self.check_access("write")
        # sudo: as the preview does for those who may write these rows
        periods = self.sudo()._without_caller_context()
        documents, doubts = periods._get_preview_documents()
        Preview = periods.env["project.billing.preview"]
        warnings = Preview._get_warnings(documents)
        doubts = {**self._get_invoiced_before(), **self._get_by_hand(), **doubts}
        for document in documents:
            if odd := warnings[document.key]:
                text = "\n".join(f"{item['label']}: {item['text']}" for item in odd)
                for period in document.periods:
                    doubts.setdefault(period, text)
        for unit in self._get_units():
            if odd := [doubts[period] for period in unit if period in doubts]:
                for period in unit:
                    doubts.setdefault(period, odd[0])
        return doubts

    def _get_invoiced_before(self):
        """Periods whose invoice was cancelled or credited: a person took it back."""
        # sudo: names of the invoices of periods that are the user's to bill
        groups = self.env["account.move.line"].sudo()
        groups = groups._read_group(
            [("billing_period_id", "in", self.ids)],
            ["billing_period_id", "move_id"],
        )
        moves = {}
        for period, move in groups:
            moves.setdefault(self.browse(period.id), []).append(move.display_name)
        return {
            period: self.env._(
                "It was invoiced before: %(invoices)s.", invoices=", ".join(names)
            )
            for period, names in moves.items()
        }

    def _get_by_hand(self):
        """Periods for which nothing is to be done by itself: they share an invoice with
        others here, or somebody has switched it off since."""
        return {
            period: self.env._(
                "%(project)s shares the invoice and is not on autopilot.",
                project=period.project_id.display_name,
            )
            for period in self
            if period.project_id._get_autopilot() == "nothing"
        }

    def _with_those_that_share(self):
        """These and what goes on the same invoices; nothing for a customer some of
        whose periods are not ready yet."""
        sharing = self.filtered(
            lambda period: period.project_id.billing_grouping == "customer"
        )
        if not sharing:
            return self
        due = self.search(
            [
                ("state", "in", ("pending", "ready")),
                ("company_id", "in", sharing.company_id.ids),
                ("project_id.billing_grouping", "=", "customer"),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    sharing.partner_id.commercial_partner_id.ids,
                ),
            ]
        )
        pending = due.filtered(lambda period: period.state == "pending")
        waiting = pending.partner_id.commercial_partner_id
        together = (sharing | due).filtered(
            lambda period: period.partner_id.commercial_partner_id not in waiting
        )
        return self - sharing | together


def is_ready(doubt):
    """Whether a doubt is about a period that is still Ready."""
    return get_code(doubt) not in NOT_READY
