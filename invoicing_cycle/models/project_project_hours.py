from odoo import api, fields, models
from odoo.tools import SQL


class ProjectProject(models.Model):
    """How much time of a project is not invoiced yet."""

    _inherit = "project.project"

    uninvoiced_hours = fields.Float(
        compute="_compute_uninvoiced_hours",
        compute_sudo=True,
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Hours worked that no invoice bills yet, whatever their period.",
    )

    @api.depends(
        "allow_billable",
        "billing_unmapped_intended",
        "timesheet_ids.billing_hold",
        "timesheet_ids.invoice_line_id",
        "timesheet_ids.so_line",
        "timesheet_ids.timesheet_invoice_type",
        "timesheet_ids.billing_hours",
    )
    def _compute_uninvoiced_hours(self):
        """One total per project, in one query.

        Delivered time with or without a sales order item; not what was written off,
        nor time under a fixed or prepaid item, which is never billed by the hour.
        """
        hours = {}
        if ids := self._origin.ids:
            column, Entry = self._column_sql, "account.analytic.line"
            query = SQL(
                """
                SELECT entry.project_id, SUM(%(hours)s)
                  FROM account_analytic_line entry
                  JOIN project_project project ON project.id = %(entry_project)s
                 WHERE %(entry_project)s IN %(ids)s
                   AND %(invoice_line)s IS NULL
                   AND %(hold)s <> 'write_off'
                   AND (%(invoice_type)s = 'billable_time'
                        OR (%(allow_billable)s
                            AND %(intended)s IS NOT TRUE
                            AND %(unmapped)s))
              GROUP BY entry.project_id
                """,
                ids=tuple(ids),
                hours=self.env[Entry]._hours_to_bill_sql("entry"),
                entry_project=column("entry", "project_id", Entry),
                invoice_line=column("entry", "invoice_line_id", Entry),
                hold=column("entry", "billing_hold", Entry),
                invoice_type=column("entry", "timesheet_invoice_type", Entry),
                allow_billable=column("project", "allow_billable"),
                intended=column("project", "billing_unmapped_intended"),
                unmapped=self._unmapped_entry_sql(),
            )
            hours = dict(self.env.execute_query(query))
        for project in self:
            project.uninvoiced_hours = hours.get(project._origin.id, 0.0)
