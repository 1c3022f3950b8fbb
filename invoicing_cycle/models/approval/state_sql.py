from odoo import api, models
from odoo.tools import SQL


class AccountAnalyticLine(models.Model):
    """The approval state of a time entry, as one SQL expression made of small ones.

    Lists, searches, groups and the state of billing periods all read this one. Another
    source of approvals overrides :meth:`_approval_given_sql`, one of locks
    ``hr.employee._timesheet_locked_until_sql``; both tell what they read anew by
    ``_invalidate_approval_state`` when it changes.
    """

    _inherit = "account.analytic.line"

    @api.model
    def _approval_state_sql(self, alias):
        """'open', 'pending' or 'approved' in SQL; NULL for what is no time entry.

        :param str alias: alias of the table account_analytic_line
        """
        column = self._column
        return SQL(
            """
            (CASE WHEN %(project)s IS NULL THEN NULL
                  WHEN %(billed)s THEN 'approved'
                  WHEN %(locked)s IS NOT TRUE THEN 'open'
                  WHEN %(approved)s THEN 'approved'
                  ELSE 'pending'
              END)
            """,
            project=column(alias, "project_id"),
            billed=self._billed_sql(alias),
            locked=self._locked_sql(alias),
            approved=self._approved_sql(alias),
        )

    @api.model
    def _billed_sql(self, alias):
        """Whether the entry is billed, with its parts.

        :param str alias: alias of the table account_analytic_line, or of rows
        """
        column = self._column
        move, part = "account.move", "project.billing.part"
        return SQL(
            """
            ((%(line)s IS NOT NULL
              OR %(invoice)s IS NOT NULL AND EXISTS (
                 SELECT 1
                   FROM account_move invoice
                  WHERE invoice.id = %(invoice)s
                    AND (%(state)s <> 'cancel'
                         OR %(payment_state)s = 'invoicing_legacy')))
             AND (COALESCE(%(split)s, 0) = 0 OR NOT EXISTS (
                 SELECT 1
                   FROM project_billing_part part
                  WHERE %(part_of)s = %(id)s
                    AND %(part_hold)s = 'bill'
                    AND %(part_line)s IS NULL)))
            """,
            split=column(alias, "split_hours"),
            part_of=column("part", "entry_id", part),
            id=SQL.identifier(alias, "id"),
            part_hold=column("part", "billing_hold", part),
            part_line=column("part", "invoice_line_id", part),
            line=column(alias, "invoice_line_id"),
            invoice=column(alias, "timesheet_invoice_id"),
            state=column("invoice", "state", move),
            payment_state=column("invoice", "payment_state", move),
        )

    @api.model
    def _locked_sql(self, alias):
        column = self._column
        return SQL(
            "(%(sent_back)s IS NOT TRUE AND %(date)s <= %(locked_until)s)",
            sent_back=column(alias, "sent_back"),
            date=column(alias, "date"),
            locked_until=self._locked_until_sql(alias),
        )

    @api.model
    def _locked_until_sql(self, alias):
        """The day up to which the entry's person has locked, in SQL.

        :param str alias: alias of the table account_analytic_line
        """
        return SQL(
            "(SELECT %(day)s FROM hr_employee person WHERE person.id = %(employee)s)",
            day=self.env["hr.employee"]._timesheet_locked_until_sql("person"),
            employee=self._column(alias, "employee_id"),
        )

    @api.model
    def _approved_sql(self, alias):
        """Whether nothing more is needed once the entry is locked, in SQL.

        :param str alias: alias of the table account_analytic_line
        """
        return SQL(
            "(%(given)s OR NOT %(needed)s OR %(automatic)s)",
            given=self._approval_given_sql(alias),
            needed=self._approval_needed_sql(alias),
            automatic=self._automatic_choice_sql(alias),
        )

    @api.model
    def _approval_given_sql(self, alias):
        """Whether somebody has approved the entry, in SQL.

        The seam of approvals. It is counted in ``project.billing.time``: another source
        of approvals calls ``_touch_counts`` of the entries when it changes.

        :param str alias: alias of the table account_analytic_line
        """
        return SQL("%s IS NOT NULL", self._column(alias, "approved_on"))

    @api.model
    def _approval_automatic_sql(self, alias):
        return SQL(
            """
            (%(project)s IS NOT NULL AND %(locked)s IS TRUE
             AND %(approved_on)s IS NULL AND %(needed)s AND %(automatic)s)
            """,
            project=self._column(alias, "project_id"),
            locked=self._locked_sql(alias),
            approved_on=self._column(alias, "approved_on"),
            needed=self._approval_needed_sql(alias),
            automatic=self._automatic_choice_sql(alias),
        )

    @api.model
    def _approval_company_sql(self, alias):
        """The company whose switches hold: that of the period, else the entry's own."""
        column = self._column
        return SQL(
            """
            COALESCE(
                (SELECT %(period_company)s
                   FROM project_billing_period period
                  WHERE period.id = %(period)s),
                %(company)s)
            """,
            period_company=column("period", "company_id", "project.billing.period"),
            period=column(alias, "billing_period_id"),
            company=column(alias, "company_id"),
        )

    @api.model
    def _approval_needed_sql(self, alias):
        return self.env["res.company"]._approval_needed_sql(
            self._approval_company_sql(alias), self._column(alias, "date")
        )

    @api.model
    def _automatic_choice_sql(self, alias):
        return self.env["res.company"]._automatic_approval_sql(
            self._approval_company_sql(alias),
            self._column(alias, "project_id"),
            self._flow_sql(alias),
        )


class ResCompany(models.Model):
    """What a company asks for before time is ready, in SQL."""

    _inherit = "res.company"

    @api.model
    def _approval_needed_sql(self, company, day):
        """The company has approval on, from a day that is not after this one.

        :param SQL company: id of the company
        :param SQL day: the day of the time
        """
        companies = self._get_all().filtered("timesheet_approval")
        if not companies:
            return SQL("FALSE")
        cases = SQL(" ").join(
            SQL(
                "WHEN %s THEN %s::date",
                record.id,
                record.timesheet_approval_from or "-infinity",
            )
            for record in companies
        )
        return SQL("(%s >= CASE %s %s END) IS TRUE", day, company, cases)

    @api.model
    def _automatic_approval_sql(self, company, project, flow):
        """No flow, no project manager, and the company approves such time itself.

        :param SQL company: id of the company
        :param SQL project: id of the project
        :param SQL flow: id of the flow that applies, NULL where none does
        """
        companies = self._get_all().filtered(
            lambda record: record.timesheet_approval_default == "automatic"
        )
        if not companies:
            return SQL("FALSE")
        return SQL(
            """
            (%(company)s IN %(companies)s
             AND EXISTS (
                SELECT 1
                  FROM project_project project
                 WHERE project.id = %(project)s AND %(manager)s IS NULL)
             AND %(flow)s IS NULL)
            """,
            company=company,
            companies=tuple(companies.ids),
            project=project,
            manager=self._column("project", "user_id", "project.project"),
            flow=flow,
        )
