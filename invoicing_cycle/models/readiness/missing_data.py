from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .missing_data_reasons import MISSING_CODES


class ProjectProject(models.Model):
    """What keeps a billable project from being invoiced, each by its name."""

    _inherit = "project.project"

    billing_missing = fields.Char(
        string="Missing Data Codes",
        compute="_compute_billing_missing",
        search="_search_billing_missing",
        compute_sudo=True,
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Comma-separated codes of what the project lacks; empty when complete.",
    )
    billing_missing_text = fields.Char(
        string="Missing",
        compute="_compute_billing_missing",
        compute_sudo=True,
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )

    # Of the project alone: each field of time, items or invoices here would be followed
    # whenever one of those is written, on whatever project. See _ask_missing_anew().
    @api.depends(
        "active",
        "allow_billable",
        "billing_cutover",
        "billing_frequency",
        "billing_period_ids",
        "billing_unmapped_intended",
        "is_template",
        "partner_id",
        "sale_line_id",
    )
    @api.depends_context("lang")
    def _compute_billing_missing(self):
        codes = {}
        if ids := self._origin.ids:
            query = SQL(
                "SELECT project.id, %s FROM project_project project"
                " WHERE project.id IN %s",
                SQL(", ").join(
                    self._missing_sql("project", (code,)) for code in MISSING_CODES
                ),
                tuple(ids),
            )
            for project_id, *flags in self.env.execute_query(query):
                codes[project_id] = [
                    code
                    for code, flag in zip(MISSING_CODES, flags, strict=True)
                    if flag
                ]
        labels = self._get_missing_labels()
        for project in self:
            missing = codes.get(project._origin.id, [])
            project.billing_missing = ",".join(missing) or False
            project.billing_missing_text = (
                " ".join(labels[code] for code in missing) or False
            )

    def _ask_missing_anew(self):
        """Have what is missing asked again, where it may have changed since it was read
        in this transaction."""
        self.invalidate_recordset(
            ["billing_missing", "billing_missing_text"], flush=False
        )

    # ----------------------------------------------------------------- search

    def _search_billing_missing(self, operator, value):
        """Search as if the codes were stored: equal, or containing a text.

        ``= False`` finds what is complete, and ``ilike`` projects that lack one code,
        or several that are separated by commas. A text that is no code stands for all
        codes that contain it; a code stands for itself alone.
        """
        # The ORM asks that for columns only.
        self._check_field_access(self._fields["billing_missing"], "read")
        if operator == "in":
            return Domain.OR(self._get_exactly_missing_domain(item) for item in value)
        if operator in ("like", "ilike"):
            return Domain.AND(
                self._get_missing_domain(self._get_codes_like(text.strip().lower()))
                for text in str(value).split(",")
            )
        return NotImplemented

    @api.model
    def _get_codes_like(self, text):
        if text in MISSING_CODES:
            return [text]
        return [code for code in MISSING_CODES if text in code]

    def _get_missing_domain(self, codes):
        """Projects that lack any of some codes."""
        codes = tuple(codes)
        if not codes:
            return Domain.FALSE
        return Domain.custom(
            to_sql=lambda model, alias, query: model._missing_sql(alias, codes)
        )

    def _get_exactly_missing_domain(self, value):
        """Projects whose codes are these and no others."""
        codes = set(str(value).split(",")) if value else set()
        if not codes <= set(MISSING_CODES):
            return Domain.FALSE
        others = [code for code in MISSING_CODES if code not in codes]
        return Domain.AND(
            [self._get_missing_domain((code,)) for code in codes]
            + [~self._get_missing_domain(others)]
        )

    # How much time of a project is not invoiced yet.

    uninvoiced_hours = fields.Float(
        compute="_compute_uninvoiced_hours",
        compute_sudo=True,
        groups="invoicing_cycle.group_invoicing_cycle_user",
        help="Hours worked that no invoice bills yet, whatever their period.",
    )

    @api.depends(
        "allow_billable",
        "billing_cutover",
        "billing_unmapped_intended",
        "timesheet_ids.counted_in",
    )
    def _compute_uninvoiced_hours(self):
        """One total per project, in one query.

        Delivered time with or without a sales order item; not what was written off,
        nor time under a fixed or prepaid item, which is never billed by the hour.
        """
        hours = {}
        if ids := self._origin.ids:
            query = SQL(
                """
                SELECT time.project_id, SUM(time.uninvoiced_hours)
                  FROM %(time)s time
                  JOIN project_project project ON project.id = time.project_id
                 WHERE time.project_id IN %(ids)s
                   AND (time.so_line_id IS NOT NULL
                        OR (%(allow_billable)s AND %(intended)s IS NOT TRUE))
              GROUP BY 1
                """,
                time=self.env["project.billing.time"]._rows_sql(),
                ids=tuple(ids),
                allow_billable=self._column("project", "allow_billable"),
                intended=self._column("project", "billing_unmapped_intended"),
            )
            hours = dict(self.env.execute_query(query))
        for project in self:
            project.uninvoiced_hours = hours.get(project._origin.id, 0.0)
