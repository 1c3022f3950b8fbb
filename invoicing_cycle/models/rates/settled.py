from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL


class AccountAnalyticLine(models.Model):
    """Time that keeps its item, unless somebody decides otherwise."""

    _inherit = "account.analytic.line"

    repriced_from = fields.Char(
        string="Price When Locked",
        readonly=True,
        copy=False,
        help="The price that held when this time was locked, where somebody chose "
        "another one since.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )

    @contextmanager
    def _remembering_prices(self):
        """The price of these entries changes in this block: locked ones remember at
        which they were locked, for whoever bills them."""
        # sudo: prices of time that whoever changes them need not be able to read
        locked = self.sudo().browse(line.id for line in self.sudo()._get_closings())
        locked = locked.filtered(lambda line: not line.repriced_from)
        before = {line: line._get_rate() for line in locked if line.so_line}
        yield
        changed = locked.filtered(
            lambda line: (
                line in before and line.so_line and line._get_rate() != before[line]
            )
        )
        for rate, lines in changed.grouped(before.get).items():
            lines._record({"repriced_from": rate})

    def _get_rate(self):
        """The price of an entry in words that are the same for everybody."""
        return self.so_line.with_context(lang="en_US")._format_rate()

    @api.model
    def _posted_sql(self, alias):
        """Whether a confirmed invoice bills a row, in SQL.

        :param str alias: of the table of entries, or of all rows
        """
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM account_move invoice
                 WHERE invoice.id = %s AND %s = 'posted')
            """,
            self._column(alias, "timesheet_invoice_id"),
            self._column("invoice", "state", "account.move"),
        )

    @api.model
    def _settled_sql(self, alias):
        """Whether a row is locked or billed, in SQL.

        :param str alias: as above
        """
        return SQL(
            """
            (%(invoice_line)s IS NOT NULL
             OR %(invoice)s IS NOT NULL
             OR %(sent_back)s IS NOT TRUE AND EXISTS (
                SELECT 1
                  FROM hr_employee person
                 WHERE person.id = %(employee)s AND %(date)s <= %(locked)s))
            """,
            invoice_line=self._column(alias, "invoice_line_id"),
            invoice=self._column(alias, "timesheet_invoice_id"),
            sent_back=self._column(alias, "sent_back"),
            employee=self._column(alias, "employee_id"),
            date=self._column(alias, "date"),
            locked=self.env["hr.employee"]._timesheet_locked_until_sql("person"),
        )
