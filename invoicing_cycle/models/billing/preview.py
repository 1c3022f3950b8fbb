from collections import Counter
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.call_arguments import get_domain


class LastBilled(NamedTuple):
    """What the last periods billed of what a document bills now."""

    amount: float  # in the currency of the document
    change: float  # of the periods that have a last one

    @property
    def share(self):
        return self.change / abs(self.amount) if self.amount else 0.0


class BillingDocument(NamedTuple):
    """One invoice that would be made: what shares a document key."""

    key: tuple
    items: list  # of BillingItem
    total: float  # with taxes
    last: LastBilled | None = None

    @property
    def periods(self):
        return self.items[0].period.union(*(item.period for item in self.items))

    @property
    def orders(self):
        return self.items[0].sale_line.order_id.union(
            *(item.sale_line.order_id for item in self.items)
        )

    @property
    def company(self):
        return self.items[0].period.company_id

    @property
    def currency(self):
        return self.items[0].sale_line.currency_id

    @property
    def partner(self):
        # Of the first item and not of a new set: so all partners are read at once.
        return self.items[0].sale_line.order_id.partner_invoice_id

    @property
    def hours(self):
        return sum(item.hours for item in self.items)

    @property
    def amount(self):
        return self.currency.round(sum(item.amount for item in self.items))

    @property
    def deducted(self):
        """What was paid in advance, positive."""
        return self.currency.round(
            -sum(item.amount for item in self.items if item.kind == "down_payment")
        )

    def amount_of(self, periods):
        """The value of the work of some periods, down payments not deducted, as that
        of a period is."""
        return self.currency.round(
            sum(
                item.amount
                for item in self.items
                if item.period in periods and item.kind != "down_payment"
            )
        )


class ProjectBillingPeriod(models.Model):
    """What "Create invoices" would make, and what these projects billed before.

    Reads only. It asks the generator itself, so that both cannot differ.
    """

    _inherit = "project.billing.period"

    def action_preview_invoices(self, domain=None):
        """Show what would be invoiced, before anything is created.

        :param list domain: where no period is chosen, the Ready ones among these
        :return: window action on the preview
        """
        self = self._without_caller_context()
        periods = self or self.search(
            Domain("state", "=", "ready") & get_domain(self.env, domain)
        )
        preview = self.env["project.billing.preview"]._create_preview(periods)
        return preview._get_action()

    def _get_preview_documents(self):
        """What an invoicing of these periods would make now, in which order.

        :return: list of :class:`BillingDocument`, and dict of the reasons why other
            periods are refused
        """
        documents, refused = [], {}
        for period in self:
            if obstacle := period._get_obstacle(False):
                refused[period] = obstacle
        allowed = self.filtered(lambda period: period not in refused)
        for company, periods in allowed.grouped("company_id").items():
            # In the order in which the generator counts what was billed before.
            periods = periods.with_company(company).sorted(
                lambda period: (period.date_from, period.id)
            )
            made = periods._get_documents()
            # What shares an invoice with a credit note fails with it; the rest is made.
            while negative := periods._get_negative_units(made):
                for period in negative:
                    refused[period] = self.env._(
                        "%(period)s is negative in total on one of its documents. "
                        "Confirm with a reason to create a credit note.",
                        period=period.display_name,
                    )
                periods -= negative
                made = periods._get_documents()
            documents += [periods._get_billing_document(items) for items in made]
        billed = self.browse().union(*(document.periods for document in documents))
        for period in allowed - billed:
            refused.setdefault(
                period,
                self.env._(
                    "%(period)s has nothing to invoice.", period=period.display_name
                ),
            )
        last = self._get_last_billed(documents)
        return [
            document._replace(last=last.get(document.key)) for document in documents
        ], refused

    def _get_negative_units(self, documents):
        """Those of these periods that fail because one of their documents does."""
        negative = self.browse().union(
            *(
                item.period
                for items in documents
                if self._is_negative(items)
                for item in items
            )
        )
        if not negative:
            return negative
        return self.browse().union(
            *(unit for unit in self._get_units() if unit & negative)
        )

    def _get_billing_document(self, items):
        """One document, with the amounts that Odoo's invoice will have.

        :param list items: ``BillingItem``
        :return: :class:`BillingDocument`
        """
        Tax = self.env["account.tax"]
        lines = [
            item.sale_line._prepare_billed_base_line(
                item.quantity,
                item.price_unit,
                item.discount,
                extra_tax_data=self._get_extra_tax_data(item),
            )
            for item in items
        ]
        Tax._add_tax_details_in_base_lines(lines, self.env.company)
        Tax._round_base_lines_tax_details(lines, self.env.company)
        totals = Tax._get_tax_totals_summary(
            lines, items[0].sale_line.currency_id, self.env.company
        )
        details = [line["tax_details"] for line in lines]
        return BillingDocument(
            self._get_document_key(items[0]),
            [
                item._replace(
                    amount=detail["total_excluded_currency"]
                    + detail["delta_total_excluded_currency"]
                )
                for item, detail in zip(items, details, strict=True)
            ],
            totals["total_amount_currency"],
        )

    # ----------------------------------------------------------- last period

    def _get_last_invoiced(self):
        """The invoiced period of the same project before each of these.

        Supplementary periods are as large as the time that was late: they are compared
        with nothing.

        :return: dict, period to period, of those that have one
        """
        if not self.ids:
            return {}
        query = SQL(
            """
            WITH known AS (
                SELECT earlier.id, earlier.project_id,
                       MAX(CASE WHEN %(extra)s IS NOT TRUE AND %(invoiced)s
                                THEN %(date_from)s
                            END) OVER before AS last_from
                  FROM project_billing_period earlier
                 WHERE %(project)s IN (
                       SELECT asked.project_id
                         FROM project_billing_period asked
                        WHERE asked.id IN %(ids)s)
                WINDOW before AS (
                       PARTITION BY earlier.project_id ORDER BY %(date_from)s
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
            SELECT known.id, last.id
              FROM known
              JOIN project_billing_period p ON p.id = known.id
              JOIN project_billing_period last
                ON last.project_id = known.project_id
               AND last.date_from = known.last_from
             WHERE known.id IN %(ids)s AND p.is_supplementary IS NOT TRUE
            """,
            project=self._column("earlier", "project_id"),
            date_from=self._column("earlier", "date_from"),
            extra=self._column("earlier", "is_supplementary"),
            invoiced=self._has_live_lines_sql("earlier", "closing_line_count"),
            ids=tuple(self.ids),
        )
        rows = self.env.execute_query(query)
        readable = self.browse(row[1] for row in rows).sudo(False)
        # sudo: figures of rows that the reader has, asked before; others stay hidden
        readable = readable._filtered_access("read").sudo()
        last = {period.id: period for period in readable}
        return {self.browse(row[0]): last[row[1]] for row in rows if row[1] in last}

    def _get_last_billed(self, documents):
        """Compare documents with what the same projects billed before.

        Where a period makes several invoices, each is compared with what its orders
        billed then.

        :param documents: list of :class:`BillingDocument`
        :return: dict, document key to :class:`LastBilled`
        """
        last = self._get_last_invoiced()
        made = Counter(period for document in documents for period in document.periods)
        result = {}
        for document in documents:
            compared = document.periods.filtered(lambda period: period in last)
            if compared:
                amount = sum(
                    self._get_last_amount(last[period], document, made[period] > 1)
                    for period in compared
                )
                change = document.amount_of(compared) - amount
                result[document.key] = LastBilled(
                    amount, document.currency.round(change)
                )
        return result

    @staticmethod
    def _get_last_amount(last, document, several):
        amount = last.amount_invoiced
        if several:
            amount = last._get_amount_invoiced(
                lambda line: line.sale_line_ids.order_id & document.orders
            )
        day = last.invoice_date or last.date_from
        return last.currency_id._convert(
            amount, document.currency, document.company, day
        )
