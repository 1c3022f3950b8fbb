from itertools import groupby

from odoo import api, fields, models
from odoo.tools import format_date

from ..entries.row_set import Rows


class ProjectBillingPeriod(models.Model):
    """The lines of an invoice, with their texts in the customer's language.

    ::

        Project (only where an invoice has several)
            line per item, each with the span of days that it bills
            Earlier periods
                line per item of late time, with the days of its entries
    """

    _inherit = "project.billing.period"

    @api.model
    def _prepare_lines(self, items, sign):
        """Values of the lines of one invoice, sections included, in their order.

        :param list items: ``BillingItem``, in the order of ``_get_line_order``
        :param int sign: -1 on a credit note
        """
        projects = {item.period.project_id for item in items}
        lines = []
        for project, project_items in groupby(
            items, key=lambda item: item.period.project_id
        ):
            display_type = "line_section"
            if len(projects) > 1:
                lines.append(self._prepare_section(project.name, display_type))
                display_type = "line_subsection"
            for late, late_items in groupby(project_items, key=lambda item: item.late):
                rows = list(late_items)
                if late:
                    customer = self._localize(rows[0])
                    lines.append(
                        self._prepare_section(
                            customer.env._("Earlier periods"), display_type
                        )
                    )
                lines += [self._prepare_line(item, sign) for item in rows]
        return lines

    @api.model
    def _prepare_section(self, name, display_type):
        return {
            "display_type": display_type,
            "name": name,
            "billing_kind": "section",
            "made_with": {"key": f"{display_type}:{name}", "name": name},
        }

    @api.model
    def _prepare_line(self, item, sign):
        """Values of the invoice line of one item, through the sale order line."""
        sale_line = self._localize(item)
        vals = sale_line._prepare_invoice_line(
            quantity=sign * item.quantity,
            product_uom_id=item.uom.id,
            price_unit=item.price_unit,
            discount=item.discount,
            billing_kind=item.kind,
            billing_period_id=item.period.id,
            quantity_made=sign * item.made,
            is_supplementary=item.supplementary,
            price_made=item.price_unit,
            discount_made=item.discount,
        )
        vals["name"] = self._get_line_text(item, vals["name"])
        vals["made_with"] = self._get_made_with(item, vals)
        return vals

    @api.model
    def _get_made_with(self, item, vals):
        """What a line keeps of how it was made.

        By it a refresh of the draft finds the line again, and tells what a person
        changed on it from what has changed in its sources.

        :param item: ``BillingItem``
        :param dict vals: of the invoice line
        :return: dict that can be stored as JSON
        """
        sale_line = item.sale_line
        return {
            "key": self._get_line_key(item),
            "name": vals["name"],
            "quantity": vals["quantity"],
            "uom_id": item.uom.id,
            "amount": item.amount,
            "tax_ids": sale_line.tax_ids.ids,
            "hours": item.hours,
            "last_day": fields.Date.to_string(self._get_last_day(item)),
            "entries": item.entries,
            "limit": item.limit,
            "supplementary": item.supplementary,
            "source": {
                "product_id": sale_line.product_id.id,
                "price": sale_line.price_unit,
                "discount": sale_line.discount,
                "ordered": sale_line.product_uom_qty,
                "tax_ids": sale_line.tax_ids.ids,
                "fiscal_position_id": sale_line.order_id.fiscal_position_id.id,
            },
        }

    @api.model
    def _get_line_key(self, item):
        """The same for items that are billed on the same line of a draft."""
        by_entry = item.period.project_id.billing_line_detail == "entry"
        parts = (
            item.kind,
            item.period.id,
            item.sale_line.id,
            "late" if item.late else "",
            item.task_id or "",
            item.employee_id or "",
            item.rows[0] if by_entry and item.rows else "",
            item.milestone_id or "",
        )
        return ":".join(map(str, parts))

    @api.model
    def _localize(self, item):
        """The sale order line of an item, in the customer's language."""
        lang = item.sale_line.order_id.partner_invoice_id.lang
        return item.sale_line.with_context(lang=lang) if lang else item.sale_line

    @api.model
    def _get_line_text(self, item, name):
        """What a line says: the item sold, what it is for, and which days it bills.

        :param item: ``BillingItem``
        :param str name: the text of the sale order line
        """
        if item.kind == "expense":
            return name
        env = self._localize(item).env
        if item.period.project_id.billing_line_detail == "entry" and item.rows:
            # sudo: whoever bills the project shows its tasks and people to the
            # customer, who asked for this line detail
            [entry] = Rows.browse(env(su=True), item.rows[:1])
            parts = [format_date(env, entry.date), entry.employee_id.name]
            if entry.name and entry.name != "/":
                parts.append(entry.name)
            elif entry.task_id:
                parts.append(entry.task_id.name)
            return f"{name}\n{' · '.join(filter(None, parts))}"
        # sudo: as above, the names alone
        detail = [
            env["project.task"].sudo().browse(item.task_id).name,
            env["hr.employee"].sudo().browse(item.employee_id).name,
        ]
        span = self._get_item_span(item, env)
        return "\n".join(filter(None, [name, " · ".join(filter(None, detail)), span]))

    @api.model
    def _get_item_span(self, item, env):
        """The days in words: those of the period; of late time, also where it is
        invoiced on its own, those of its entries."""
        period = item.period.with_env(env)
        if item.late or item.supplementary:
            return period._format_span(item.date_from, item.date_to, env.lang)
        return period._format_period(env.lang)

    @api.model
    def _get_last_day(self, item):
        """The last day of the work of an item: that of its time, else of its period."""
        if item.kind == "down_payment":
            return False
        return item.date_to or item.period.date_to

    @api.model
    def _get_delivery_date(self, items):
        """The last day of the work that an invoice bills, False where it bills none."""
        return max(filter(None, map(self._get_last_day, items)), default=False)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_paper_project(self):
        """Name of the project of this document, which its lines do not tell.

        :return: empty where there is none, or several: those have sections
        """
        self.ensure_one()
        # sudo: the name, for whoever reads the invoice, its customer as well
        projects = self.sudo().billing_project_ids
        return projects.name if len(projects) == 1 else ""

    def _compute_delivery_date(self):
        # EXTENDS account
        # What was billed has its day. Goods of the same order may have another.
        billed = self.filtered(lambda move: move.billing_origin == "schedule")
        days = {move: move.delivery_date for move in billed}
        result = super()._compute_delivery_date()
        for move, day in days.items():
            if day:
                move.delivery_date = day
        return result

    def _get_made_delivery_date(self):
        """The delivery date that the lines of this invoice were made with."""
        self.ensure_one()
        days = [
            (line.made_with or {}).get("last_day") for line in self.invoice_line_ids
        ]
        return fields.Date.to_date(max(filter(None, days), default=False))


class AccountMoveLine(models.Model):
    """When the work was done that a line bills."""

    _inherit = "account.move.line"

    def _get_billed_spans(self):
        """First and last day of what each of these lines bills.

        That is its billing period; where all that it bills is dated outside of it (late
        time), or was late for it (invoiced on its own), those days instead. Lines that
        bill no period are left out.

        :return: dict, line to (date, date)
        """
        # sudo: days alone, which the text of a line says as well, of entries and
        # expenses that whoever sends the invoice need not be able to read
        lines = self.sudo()
        days = (lines | lines.credited_line_id)._get_billed_days()
        spans = {}
        for line in lines:
            origin = line.credited_line_id or line
            period = origin.billing_period_id
            if not (period and period.date_to):
                continue
            span = [period.date_from, period.date_to]
            billed = days[origin]
            if billed and (
                origin.is_supplementary
                or not any(span[0] <= day <= span[1] for day in billed)
            ):
                span = billed
            # A line with both leaves no day out.
            spans[line] = (min(span + billed), max(span + billed))
        return spans

    def _get_billed_days(self):
        """Dates of the entries, expenses and milestones of each line, also of those
        that a credit has freed.

        :return: dict, line to list of dates
        """
        # Read for all lines at once.
        self.timesheet_entry_ids.fetch(["date"])
        self.billed_part_ids.fetch(["date"])
        self.sale_line_ids.expense_ids.fetch(["date"])
        return {
            line: [
                *line._get_billed_rows().mapped("date"),
                *(
                    fields.Date.to_date(row["day"])
                    for row in (line.released_as or {}).values()
                ),
                *line.sale_line_ids.expense_ids.mapped("date"),
                *filter(None, line.milestone_ids.mapped("reached_date")),
            ]
            for line in self
        }
