from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ProjectBillingPeriod(models.Model):
    """Time of the days of a period that somebody took out of it."""

    _inherit = "project.billing.period"

    held_hours = fields.Float(
        compute="_compute_held_hours",
        compute_sudo=True,
        help="Hours of these days that are held: no period bills them until they are "
        "released.",
    )
    written_off_hours = fields.Float(
        compute="_compute_held_hours",
        compute_sudo=True,
        help="Hours of these days that are written off: they are never billed.",
    )

    # Time is no dependency: held time is in no period.
    @api.depends("project_id", "date_from", "date_to")
    def _compute_held_hours(self):
        """In one query; numbers only, as those of the readiness."""
        hours = {}
        if ids := tuple(self._origin.ids):
            Entry = "account.analytic.line"
            query = SQL(
                """
                SELECT p.id,
                       COALESCE(SUM(%(hours)s) FILTER (WHERE %(hold)s = 'hold'), 0),
                       COALESCE(
                           SUM(%(hours)s) FILTER (WHERE %(hold)s = 'write_off'), 0)
                  FROM project_billing_period p
                  JOIN %(rows)s
                    ON %(project)s = p.project_id
                   AND %(date)s >= p.date_from
                   AND (p.date_to IS NULL OR %(date)s <= p.date_to)
                 WHERE p.id IN %(ids)s
                   -- As the index has it: such time stands in no period.
                   AND %(place)s IS NULL
                   AND %(hold)s <> 'bill'
                   AND %(invoice_line)s IS NULL
              GROUP BY p.id
                """,
                rows=self.env[Entry]._all_rows_sql("entry"),
                hours=self.env[Entry]._hours_to_bill_sql("entry"),
                place=self._column("entry", "billing_period_id", Entry),
                hold=self._column("entry", "billing_hold", Entry),
                project=self._column("entry", "project_id", Entry),
                date=self._column("entry", "date", Entry),
                invoice_line=self._column("entry", "invoice_line_id", Entry),
                ids=ids,
            )
            hours = {row[0]: row[1:] for row in self.env.execute_query(query)}
        for period in self:
            period.held_hours, period.written_off_hours = hours.get(
                period._origin.id, (0.0, 0.0)
            )

    @api.depends("held_hours", "written_off_hours")
    def _compute_readiness(self):
        return super()._compute_readiness()

    def _get_readiness_details(self, closed):
        details = super()._get_readiness_details(closed)
        for period in self:
            details[period]["held"] = {
                "hours": period.held_hours,
                "written_off": period.written_off_hours,
            }
        return details

    def action_view_timesheets(self):
        """Open the time entries of these periods, as far as the user may read them."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "invoicing_cycle.account_analytic_line_action_billing"
        )
        action["domain"] = Domain.OR(
            (
                Domain("billing_period_id", "in", self.ids),
                Domain("part_ids.billing_period_id", "in", self.ids),
                *(period._get_held_domain() for period in self),
            )
        )
        action["context"] = {"create": False}
        return action

    def _get_held_domain(self):
        """Time of the days of this period that is held or written off."""
        self.ensure_one()
        domain = (
            Domain("project_id", "=", self.project_id.id)
            & Domain("date", ">=", self.date_from)
            & (
                Domain("billing_hold", "!=", "bill")
                | Domain("part_ids.billing_hold", "!=", "bill")
            )
        )
        return domain & Domain("date", "<=", self.date_to) if self.date_to else domain
