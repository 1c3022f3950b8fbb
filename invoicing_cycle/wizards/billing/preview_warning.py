from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang


class ProjectBillingPreview(models.TransientModel):
    """What of the invoices to come a controller should look at twice."""

    _inherit = "project.billing.preview"

    @api.model
    def _get_warnings(self, documents):
        """What is odd about each document, in a fixed number of queries.

        :param documents: list of ``BillingDocument``
        :return: dict, document key to list of {"code", "label", "text"}
        """
        result = {document.key: [] for document in documents}
        for code, label, find in self._get_checks():
            for document, text in find(documents):
                result[document.key].append(
                    {"code": code, "label": label, "text": text}
                )
        return result

    @api.model
    def _get_checks(self):
        """(code, label, method that yields documents with what is odd there)."""
        _ = self.env._
        return [
            (
                "order_not_confirmed",
                _("Order not confirmed"),
                self._find_unconfirmed_orders,
            ),
            ("no_price", _("No price"), self._find_no_price),
            ("no_tax", _("No tax"), self._find_no_tax),
            ("repriced", _("Another price"), self._find_repriced),
            ("short_period", _("Short period"), self._find_short_periods),
            ("closed_date", _("Closed date"), self._find_closed_date),
            ("deviation", _("Unusual amount"), self._find_deviation),
            ("unmapped_time", _("Time not mapped"), self._find_unmapped_time),
            (
                "unmapped_expense",
                _("Expense not mapped"),
                self._find_unmapped_expenses,
            ),
            ("no_receipt", _("No receipt"), self._find_no_receipt),
            ("more_due", _("More is due"), self._find_sold_beside),
        ]

    # ------------------------------------------------------------------ items

    @api.model
    def _find_unconfirmed_orders(self, documents):
        for document in documents:
            orders = document.orders.filtered(lambda order: order.state != "sale")
            if orders:
                yield (
                    document,
                    self.env._(
                        "Not confirmed: %(orders)s.",
                        orders=", ".join(orders.mapped("name")),
                    ),
                )

    @api.model
    def _find_no_price(self, documents):
        for document in documents:
            names = self._name_items(
                document, lambda item: item.quantity and not item.amount
            )
            if names:
                yield document, self.env._("Billed at 0: %(items)s.", items=names)

    @api.model
    def _find_no_tax(self, documents):
        for document in documents:
            names = self._name_items(document, lambda item: not item.sale_line.tax_ids)
            if names:
                yield document, self.env._("Without tax: %(items)s.", items=names)

    @api.model
    def _find_repriced(self, documents):
        """Time that was locked at another price than it is billed at, in one query."""
        Entry = self.env["account.analytic.line"]
        keys = [
            key
            for document in documents
            for item in document.items
            for key in item.rows
            if key > 0
        ]
        # sudo: what is billed, of time that the biller need not be able to read
        entries = Entry.sudo().search(
            [("id", "in", keys), ("repriced_from", "!=", False)]
        )
        repriced = {entry.id: entry for entry in entries}
        for document in documents:
            found = defaultdict(Entry.browse)
            for item in document.items:
                for key in repriced.keys() & set(item.rows):
                    entry = repriced[key]
                    found[item.sale_line, entry.repriced_from] |= entry
            for (item, before), rows in found.items():
                now = item.with_context(lang="en_US")._format_rate()
                if before != now:
                    yield (
                        document,
                        self.env._(
                            "%(hours).2f h of %(item)s were locked at %(before)s and "
                            "are billed at %(now)s.",
                            hours=rows._get_billed_hours(),
                            item=item.name.split("\n", 1)[0],
                            before=before,
                            now=now,
                        ),
                    )

    @api.model
    def _find_short_periods(self, documents):
        """Fixed amounts of periods that are cut short: by their share, or in full."""
        for document in documents:
            for item in document.items:
                if item.kind != "fixed":
                    continue
                days, full = item.period._get_days_of()
                if days < full:
                    yield (
                        document,
                        self.env._(
                            "%(period)s has %(days)s of %(full)s days and bills "
                            "%(amount)s; the retainer is %(whole)s.",
                            period=item.period.display_name,
                            days=days,
                            full=full,
                            amount=document.currency.format(item.amount),
                            whole=document.currency.format(
                                item.period.project_id.billing_retainer_amount
                            ),
                        )
                        if item.period.is_retainer
                        else self.env._(
                            "%(period)s has %(days)s of %(full)s days and bills "
                            "%(amount)s in full.",
                            period=item.period.display_name,
                            days=days,
                            full=full,
                            amount=document.currency.format(item.amount),
                        ),
                    )

    @api.model
    def _find_no_receipt(self, documents):
        for document in documents:
            expenses = self.env["hr.expense"].union(
                *(
                    item.sale_line.expense_ids
                    for item in document.items
                    if item.kind == "expense"
                )
            )
            bare = expenses.filtered(lambda expense: not expense.nb_attachment)
            if bare:
                yield (
                    document,
                    self.env._(
                        "Re-invoiced without a receipt: %(expenses)s.",
                        expenses=", ".join(bare.mapped("name")),
                    ),
                )

    @api.model
    def _name_items(self, document, is_odd):
        lines = document.items[0].sale_line.browse(
            dict.fromkeys(item.sale_line.id for item in document.items if is_odd(item))
        )
        return ", ".join(line.name.split("\n", 1)[0] for line in lines)

    # --------------------------------------------------------------- document

    @api.model
    def _find_closed_date(self, documents):
        today = fields.Date.context_today(self)
        locks = {}
        for document in documents:
            company, periods, date = document.company, document.periods, today
            if company.billing_invoice_date_scheduled:
                date = periods._get_scheduled_date()
            if (company, date) not in locks:
                locks[company, date] = periods._get_lock_dates(date)
            if closed := locks[company, date]:
                yield (
                    document,
                    self.env._(
                        "The invoice cannot be dated %(date)s: accounting is closed "
                        "by %(locks)s.",
                        date=format_date(self.env, date),
                        locks=company._format_lock_dates(closed),
                    ),
                )

    @api.model
    def _find_deviation(self, documents):
        for document in documents:
            last, threshold = document.last, document.company.billing_preview_deviation
            if (
                last
                and last.amount
                and threshold
                and abs(last.share) >= threshold / 100
            ):
                yield (
                    document,
                    self.env._(
                        "%(change)+d %% against the last period (%(amount)s).",
                        change=round(100 * last.share),
                        amount=formatLang(
                            self.env, last.amount, currency_obj=document.currency
                        ),
                    ),
                )

    # ---------------------------------------------------------------- project

    @api.model
    def _find_unmapped_time(self, documents):
        """Time of the projects that is on no invoice, because nothing prices it."""
        projects = self._get_lacking_projects(documents, "unmapped_time")
        days = {}
        for document in documents:
            for period in document.periods:
                if period.project_id in projects:
                    day = days.get(period.project_id.id, period.date_to)
                    days[period.project_id.id] = max(day, period.date_to)
        unmapped = self._get_unmapped_time(days)
        for document in documents:
            texts = [
                text
                for project in document.periods.project_id
                for text in unmapped.get(project.id, ())
            ]
            if texts:
                yield (
                    document,
                    self.env._(
                        "Without a sales order item, so not on this invoice: %(time)s.",
                        time=", ".join(texts),
                    ),
                )

    @api.model
    def _find_unmapped_expenses(self, documents):
        projects = self._get_lacking_projects(documents, "unmapped_expense")
        text = projects._get_missing_labels()["unmapped_expense"]
        for document in documents:
            if document.periods.project_id & projects:
                yield document, text

    @api.model
    def _get_lacking_projects(self, documents, code):
        projects = self.env["project.project"].union(
            *(document.periods.project_id for document in documents)
        )
        return projects.filtered(
            lambda project: code in (project.billing_missing or "").split(",")
        )

    @api.model
    def _get_unmapped_time(self, days):
        """Hours of persons without a sales order item, as texts by project id.

        :param dict days: project id to the last day that is asked for
        """
        if not days:
            return {}
        Entry = "account.analytic.line"
        column = self.env["project.project"]._column
        query = SQL(
            """
            SELECT %(project)s, %(employee)s, SUM(%(hours)s)
              FROM account_analytic_line entry
              JOIN (VALUES %(days)s) AS until (project_id, day)
                ON until.project_id = %(project)s AND %(date)s <= until.day::date
             WHERE %(sale_line)s IS NULL AND %(hours)s <> 0 AND %(hold)s <> 'write_off'
          GROUP BY 1, 2
          ORDER BY 1, 2
            """,
            project=column("entry", "project_id", Entry),
            employee=column("entry", "employee_id", Entry),
            hours=column("entry", "unit_amount", Entry),
            date=column("entry", "date", Entry),
            sale_line=column("entry", "so_line", Entry),
            hold=column("entry", "billing_hold", Entry),
            days=SQL(", ").join(SQL("(%s, %s)", *item) for item in days.items()),
        )
        rows = self.env.execute_query(query)
        Period = self.env["project.billing.period"]
        companies = Period._get_visible_companies()
        employees = {
            employee.id: employee
            for employee in self.env["hr.employee"].browse(
                {row[1] for row in rows if row[1]}
            )
        }
        result = {}
        for project_id, employee_id, hours in rows:
            employee = employees.get(employee_id) or self.env["hr.employee"]
            name = Period._get_visible_name(employee, employee.company_id, companies)
            result.setdefault(project_id, []).append(
                self.env._("%(hours).2f h of %(person)s", hours=hours, person=name)
            )
        return result

    @api.model
    def _find_sold_beside(self, documents):
        """What is due of the orders of a project, and on no invoice of its periods, in
        one query."""
        Period = self.env["project.billing.period"]
        projects = Period.union(*(document.periods for document in documents))
        sold = Period._get_sold_beside(projects.project_id)
        for document in documents:
            items = {
                item.id: f"{item.name} ({item.order})"
                for project in document.periods.project_id
                for item in sold.get(project.id, ())
            }
            if items:
                yield (
                    document,
                    self.env._(
                        "Due as well, and billed by no period: %(items)s. Invoice it "
                        "from the sales order.",
                        items=", ".join(items.values()),
                    ),
                )
