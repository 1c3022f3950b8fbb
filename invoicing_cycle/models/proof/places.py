from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: The places of a billable entry, each in exactly one.
PLACES = ("open", "pending", "ready", "held", "written_off", "billed")


#: Time that is worked but not billable by the hour, told beside them.
NOT_BILLABLE = "not_billable"


class Total(NamedTuple):
    """The time of one project in one place."""

    project: models.BaseModel
    currency: models.BaseModel  # of the sales order items
    place: str
    entries: int
    hours: float
    amount: float  # untaxed, at the agreed price


class BillingProof(models.AbstractModel):
    """Where all time is, and that nothing is left out of that."""

    _inherit = "billing.proof"

    @api.model
    def _get_totals(self, scope):
        """Hours and value by project, currency and place, in one grouped query.

        :return: list of :class:`Total`
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.project_id, entry.so_line, location.place, COUNT(*),
                       SUM(%(hours)s), SUM(%(quantity)s)
                  FROM %(rows)s
             LEFT JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
            CROSS JOIN LATERAL (
                       SELECT CASE
                              WHEN entry.invoice_line_id IS NOT NULL THEN 'billed'
                              WHEN NOT %(delivered)s THEN %(not_billable)s
                              WHEN entry.billing_hold = 'write_off' THEN 'written_off'
                              WHEN entry.billing_hold = 'hold' THEN 'held'
                              WHEN %(state)s IN ('open', 'pending') THEN %(state)s
                              ELSE 'ready' END AS place OFFSET 0) location
                 WHERE %(scope)s
              GROUP BY 1, 2, 3
                """,
                not_billable=NOT_BILLABLE,
                state=self.env["account.analytic.line"]._approval_state_sql("entry"),
                **self._get_terms(scope),
            )
        )
        SaleLine = self.env["sale.order.line"]
        items = SaleLine.browse({row[1] for row in rows if row[1]})
        sale_lines = {False: SaleLine, **{item.id: item for item in items}}
        projects = {project.id: project for project in scope.projects}
        totals = defaultdict(lambda: [0, 0.0, 0.0])
        for project_id, sale_line_id, place, count, hours, quantity in rows:
            project, sale_line = projects[project_id], sale_lines[sale_line_id or False]
            currency = sale_line.currency_id or project.billing_company_id.currency_id
            amount = 0.0
            if sale_line and place != NOT_BILLABLE:
                amount = sale_line._get_untaxed_amount(quantity)
            total = totals[project, currency or self.env.company.currency_id, place]
            for index, value in enumerate((count, hours, amount)):
                total[index] += value
        return [Total(*key, *values) for key, values in totals.items()]

    @api.model
    def _get_checks(self, proof):
        """The places add up to all billable time, which is counted another way."""
        texts = {
            "total": self.env._(
                "%(project)s has %(hours)s h of billable time; its places add up to "
                "%(placed)s h."
            )
        }
        expected = self._get_expected(proof.scope)
        placed = defaultdict(lambda: [0, 0.0])
        for total in proof.totals:
            if total.place in PLACES:
                placed[total.project][0] += total.entries
                placed[total.project][1] += total.hours
        found = [
            {
                "id": project.id,
                "kind": "total",
                "hours": expected[project][1],
                "placed": placed[project][1],
            }
            for project in proof.scope.projects
            if placed[project][0] != expected[project][0]
            or abs(placed[project][1] - expected[project][1]) > 1e-6
        ]
        yield from super()._get_checks(proof)
        yield "project.project", texts, found

    @api.model
    def _get_expected(self, scope):
        """
        :return: dict, project to [number, hours] of its billable entries and parts
        """
        domain = Domain("project_id", "in", scope.projects.ids)
        if scope.date_from:
            domain &= Domain("date", ">=", scope.date_from)
        if scope.date_to:
            domain &= Domain("date", "<=", scope.date_to)
        domain &= Domain("invoice_line_id", "!=", False) | (
            Domain("timesheet_invoice_type", "=", "billable_time")
            & Domain("so_line.state", "=", "sale")
            & self.env["account.analytic.line"]._get_delivered_domain()
        )
        expected = defaultdict(lambda: [0, 0.0])
        for model in ("account.analytic.line", "project.billing.part"):
            for project, uom, count, time in self.env[model]._read_group(
                domain,
                ["project_id", "product_uom_id"],
                ["__count", "billing_hours:sum"],
            ):
                expected[project][0] += count
                expected[project][1] += uom._to_hours(time)
        return expected
