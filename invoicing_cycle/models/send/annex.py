from datetime import date
from itertools import groupby
from typing import NamedTuple

from odoo import fields, models

from ...tools.allocation import spread

#: Odoo shows the time of these projects to their customers.
SHARED = ("invited_users", "portal")

#: What the annex reads of entries and of parts.
ROW_FIELDS = (
    "billing_hours",
    "date",
    "employee_id",
    "product_uom_id",
    "project_id",
    "task_id",
)


class AnnexRow(NamedTuple):
    """Billed time as the customer reads it: no cost, no internal reason."""

    project_id: int
    #: None where a line bills more or less than its entries
    day: date | None
    person: str
    task: str
    text: str
    #: as billed, with the sign of the document
    hours: float
    #: untaxed, None where the project tells no prices
    amount: float | None


class AnnexPart(NamedTuple):
    """Rows with their sums: those of a project, or of a person, a task or a day."""

    #: text, or a date; empty for what belongs to none
    name: str | date
    #: parts of a project, rows of those
    content: list
    hours: float
    amount: float | None
    #: which column the parts of a project are by
    by: str = ""
    has_tasks: bool = False


class AccountMove(models.Model):
    """The annex of an invoice: the time that it bills, as a timesheet.

    It agrees with the invoice, line by line, also after time was credited. Where a line
    bills another quantity than its entries, a row of its own tells the difference.
    """

    _inherit = "account.move"

    def _get_annex(self, for_customer=False):
        """The timesheet of this invoice, in the language of the environment.

        Whoever reads the invoice reads it, also without the right to read timesheets.
        Who is no employee gets what the customer gets.

        :param bool for_customer: only of projects whose customers get it, see
            :meth:`_filter_annex_projects`
        :return: list of :class:`AnnexPart`, one for each project; empty where no time
            is billed
        :raises AccessError: for whoever may not read the invoice
        """
        self.ensure_one()
        self.check_access("read")
        rows = self._get_annex_rows()
        # sudo: whether a project shares its time, and how, nothing else of it
        projects = (
            self.env["project.project"]
            .sudo()
            .browse({row.project_id for row in rows} - {False})
            .exists()
            .sorted(lambda project: (project.sequence, project.id))
        )
        if for_customer or not self.env.user._is_internal():
            projects = projects._filter_annex_projects()
        return [
            self._get_annex_part(
                project, [row for row in rows if row.project_id == project.id]
            )
            for project in projects
        ]

    def _is_annex_attached(self):
        """Whether a timesheet goes with this invoice: a project that it bills time of
        asks for it."""
        self.ensure_one()
        # sudo: as in _get_annex
        lines = self.sudo()._origin.invoice_line_ids
        ids = {row["project_id"] for line in lines for row in line._get_told_time()}
        # sudo: as above
        projects = self.env["project.project"].sudo().browse(ids - {False}).exists()
        return any(projects.mapped("billing_attach_annex"))

    def _get_annex_rows(self):
        """
        :return: list of :class:`AnnexRow`, line by line
        """
        # sudo: of the time that the invoice bills, the words and hours that its
        # customer may read as well
        lines = self.sudo()._origin.invoice_line_ids
        # Read for all lines at once; those of a record's origin read one by one.
        lines = lines.browse(lines.ids)
        names = [*ROW_FIELDS, "name"]
        billed = lines._get_billed_rows()
        billed.entries.fetch(names)
        billed.parts.fetch([*ROW_FIELDS, "entry_id"])
        billed.parts.entry_id.fetch(["name"])
        billed.mapped("employee_id").fetch(["name"])
        billed.mapped("task_id").fetch(["name"])
        sign = -1 if self.move_type == "out_refund" else 1
        return [row for line in lines for row in line._get_annex_rows(sign)]

    def _get_annex_part(self, project, rows):
        """
        :param project: of all these rows
        """
        by = project.billing_annex_grouping or "employee"
        if not project.billing_annex_prices:
            rows = [row._replace(amount=None) for row in rows]
        getters = {
            "employee": lambda row: row.person,
            "task": lambda row: row.task,
            "day": lambda row: row.day or "",
        }

        def get_key(row):
            # What belongs to no day is the rest of a line, and stands last.
            return row.day is None, getters[by](row)

        rows = sorted(rows, key=lambda row: (get_key(row), row.day, row.person))
        parts = [
            self._sum_annex(key[1], list(group))
            for key, group in groupby(rows, key=get_key)
        ]
        return self._sum_annex(
            project.name, parts, by, has_tasks=any(row.task for row in rows)
        )

    def _sum_annex(self, name, content, by="", has_tasks=False):
        amounts = [part.amount for part in content if part.amount is not None]
        return AnnexPart(
            name,
            content,
            sum(part.hours for part in content),
            self.currency_id.round(sum(amounts)) if amounts else None,
            by,
            has_tasks,
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_annex_rows(self, sign):
        """What this line (superuser) bills, entry by entry.

        :param int sign: -1 on a credit note
        :return: list of :class:`AnnexRow`
        """
        self.ensure_one()
        billed = self._get_told_time()
        hours = [sign * row["hours"] for row in billed]
        rest = self._get_annex_rest(sum(hours)) if billed else 0.0
        weights = [*hours, rest] if rest else hours
        amounts = spread(self.price_subtotal, weights, self.currency_id.round)
        rows = [
            AnnexRow(
                row["project_id"],
                fields.Date.to_date(row["day"]),
                row["person"],
                row["task"],
                row["text"],
                *numbers,
            )
            for row, *numbers in zip(billed, hours, amounts, strict=False)
        ]
        if rest:
            text = (
                self.env._("Adjustment on the invoice")
                if self.write_up_quantity
                else self.env._("Rounding on the invoice")
            )
            project = billed[0]["project_id"]
            rows.append(AnnexRow(project, None, "", "", text, rest, amounts[-1]))
        return rows

    def _get_annex_rest(self, hours):
        """Hours that this line bills beside those of its entries.

        Less than the last digit of a quantity is none, as a quantity is rounded.
        """
        unit = self.product_uom_id
        if not unit or not self.env["uom.uom"]._get_time_unit(
            "hour"
        )._has_common_reference(unit):
            return 0.0
        digits = self.env["sale.order.line"]._get_quantity_digits()
        rest = unit._to_hours(self.quantity) - hours
        return rest if abs(rest) > unit._to_hours(10**-digits) + 1e-6 else 0.0


class ProjectProject(models.Model):
    _inherit = "project.project"

    def _filter_annex_projects(self):
        """Projects whose customers read the timesheets of their invoices: it goes with
        the invoice, or Odoo shows their time in the portal."""
        shown = self.env["account.analytic.line"]._show_portal_timesheets()
        return self.filtered(
            lambda project: (
                project.billing_attach_annex
                or (shown and project.privacy_visibility in SHARED)
            )
        )
