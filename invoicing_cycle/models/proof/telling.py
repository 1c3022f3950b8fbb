import re
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, format_date, formatLang

from ..entries.row_set import Rows
from .proof import Difference


class Subject(NamedTuple):
    """What sentences about a model name beside the record itself."""

    links: dict  # name to path: records that belong to it
    projects: tuple = ("project_id",)  # paths to the project, the first that has one


NAMED = re.compile(r"%\((\w+)\)s")
ROW = Subject(
    {
        "invoice": "invoice_line_id.move_id",
        "stock_invoice": "timesheet_invoice_id",
        "sale_line": "so_line",
        "period": "billing_period_id",
        "line_period": "invoice_line_id.billing_period_id",
    },
)
SUBJECTS = {
    "account.analytic.line": ROW,
    "project.billing.part": ROW,
    "account.move": Subject(
        {"reversed": "reversed_entry_id"}, ("line_ids.billing_period_id.project_id",)
    ),
    "account.move.line": Subject(
        {
            "items": "sale_line_ids",
            "period": "billing_period_id",
            "credited": "credited_line_id.move_id",
        },
        (
            "billing_period_id.project_id",
            "timesheet_entry_ids.project_id",
            "billed_part_ids.project_id",
            "sale_line_ids.project_id",
        ),
    ),
    "project.billing.period": Subject({"item": "sale_line_id"}),
    "project.milestone": Subject(
        {"invoice": "invoice_line_id.move_id", "period": "billing_period_id"}
    ),
    "project.project": Subject({}, ("",)),
    "sale.order.line": Subject(
        {}, ("project_id", "expense_ids.billing_project_id", "order_id.project_ids")
    ),
}


class BillingProof(models.AbstractModel):
    """How differences are told: their sentences, and the names in them."""

    _inherit = "billing.proof"

    @api.model
    def _tell(self, scope, model, texts, found):
        """The differences of records of a model, in sentences.

        :param model: of the records; ``account.analytic.line`` for rows of the ledger
        :param dict texts: a translated sentence for each kind of difference, or a dict
            of several by ``variant``. They name what was found and what
            :data:`SUBJECTS` has, as in ``%(invoice)s``; all else is the record.
        :param found: a query of the ``id`` of each record, the ``kind`` and more to be
            named, or a list of such dicts
        """
        rows = self.env.execute_query_dict(found) if isinstance(found, SQL) else found
        records = self._browse(model, [row["id"] for row in rows])
        differences = []
        for row in rows:
            record = records[row["id"]]
            text = texts[row["kind"]]
            if isinstance(text, dict):
                text = text[row["variant"]]
            names = self._get_names(record, row, text)
            if model == "account.analytic.line":
                record = record._get_entries()
            project = self._get_project(scope, record)
            differences.append(Difference(row["kind"], text % names, record, project))
        return differences

    @api.model
    def _browse(self, model, ids):
        """
        :return: dict, id to record; those of entries are keys of :class:`Rows`
        """
        if model == "account.analytic.line":
            return {row._get_key(): row for row in Rows.browse(self.env, {*ids})}
        return {record.id: record for record in self.env[model].browse(ids)}

    @api.model
    def _get_project(self, scope, record):
        """The project that a difference is told of, one of those that are proven if
        the record is of any of them."""
        found = map(record.mapped, SUBJECTS[record._name].projects)
        projects = next(filter(None, found), scope.projects)
        return (projects & scope.projects or projects)[:1]

    @api.model
    def _get_names(self, record, row, text):
        """What a sentence names: what was found, records that belong to the one that it
        is about, or that one itself."""
        links, names = SUBJECTS[record._name].links, {}
        for name in NAMED.findall(text):
            if name in row:
                names[name] = self._format_value(row[name])
            elif name in links:
                found = record.mapped(f"{links[name]}.display_name")
                names[name] = ", ".join(filter(None, found)) or self.env._("none")
            else:
                names[name] = self._describe(record)
        return names

    @api.model
    def _describe(self, record):
        if record._name == "account.move.line":
            return self.env._(
                "The line %(line)s of %(invoice)s",
                line=(record.name or "").split("\n")[0],
                invoice=record.move_id.display_name,
            )
        if record._name == "project.milestone":
            return self.env._(
                "The milestone %(milestone)s (%(project)s)",
                milestone=record.name,
                project=record.project_id.display_name,
            )
        if SUBJECTS[record._name] is ROW:
            return self._describe_entry(record._get_entries())
        return record.display_name

    @api.model
    def _describe_entry(self, entry):
        """Such as "Consultant, 01/05/2026, 3.00 h (Project)"."""
        person = entry.employee_id
        # Names only of people in the reader's companies, as on the screen.
        known = person.company_id in self.env.companies
        return self.env._(
            "%(person)s, %(date)s, %(hours)s h (%(project)s)",
            person=person.name if known else self.env._("Somebody of another company"),
            date=format_date(self.env, entry.date),
            hours=self._format_number(entry.unit_amount or entry.billing_hours),
            project=entry.project_id.display_name,
        )

    @api.model
    def _format_value(self, value):
        """What a query found, quantities as people read them."""
        is_quantity = isinstance(value, float | Decimal)
        return self._format_number(value) if is_quantity else value

    @api.model
    def _format_number(self, value):
        digits = self.env["sale.order.line"]._get_quantity_digits()
        return formatLang(self.env, float(value), digits)
