from collections import defaultdict

from odoo import api, models

from ...models.proof.places import NOT_BILLABLE, PLACES


class ProjectBillingProof(models.TransientModel):
    """What a proof found as tables: the same on the screen and in the report."""

    _inherit = "project.billing.proof"

    @api.model
    def _get_place_labels(self):
        _ = self.env._
        return {
            "open": _("Open"),
            "pending": _("Pending approval"),
            "ready": _("Ready"),
            "held": _("Held"),
            "written_off": _("Written off"),
            "billed": _("Billed"),
        }

    @api.model
    def _get_rows(self, proof):
        """One row per project and currency.

        :return: list of {"name", "currency", "places": {place: (hours, amount)},
            "entries", "hours", "amount", "other_hours"}
        """
        rows = defaultdict(self._prepare_row)
        for total in proof.totals:
            row = rows[total.project, total.currency]
            row["name"], row["currency"] = total.project.display_name, total.currency
            self._add_total(row, total)
        return sorted(rows.values(), key=lambda row: row["name"] or "")

    @api.model
    def _get_sums(self, proof):
        """One row per currency, as :meth:`_get_rows` has them."""
        sums = defaultdict(self._prepare_row)
        for total in proof.totals:
            row = sums[total.currency]
            row["name"], row["currency"] = self.env._("Total"), total.currency
            self._add_total(row, total)
        return list(sums.values())

    @api.model
    def _prepare_row(self):
        return {
            "places": dict.fromkeys(PLACES, (0.0, 0.0)),
            "entries": 0,
            "hours": 0.0,
            "amount": 0.0,
            "other_hours": 0.0,
        }

    @api.model
    def _add_total(self, row, total):
        if total.place == NOT_BILLABLE:
            row["other_hours"] += total.hours
            return
        hours, amount = row["places"][total.place]
        row["places"][total.place] = (hours + total.hours, amount + total.amount)
        row["entries"] += total.entries
        row["hours"] += total.hours
        row["amount"] += total.amount

    def _get_tables(self, proof):
        return {
            "labels": self._get_place_labels(),
            "rows": self._get_rows(proof),
            "sums": self._get_sums(proof),
        }

    def _render_summary(self, proof):
        return self.env["ir.qweb"]._render(
            "invoicing_cycle.project_billing_proof_totals",
            self._get_tables(proof),
        )
