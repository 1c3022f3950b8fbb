from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ...models.common.call_arguments import ensure_one


class ProjectBillingPreviewLine(models.TransientModel):
    """One invoice that would be made, or one period that makes none and why."""

    _name = "project.billing.preview.line"
    _description = "Previewed Invoice"
    _inherit = ["billing.dialog"]
    _order = "sequence, id"

    preview_id = fields.Many2one(
        "project.billing.preview", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    document_key = fields.Char()
    figures = fields.Json(help="What is billed, to tell later whether it changed.")
    period_ids = fields.Many2many("project.billing.period", string="Billing Periods")
    company_id = fields.Many2one("res.company")
    partner_id = fields.Many2one("res.partner", string="Customer")
    project_text = fields.Char("Projects")
    period_text = fields.Char("Periods")
    item_ids = fields.One2many("project.billing.preview.item", "line_id")
    hours = fields.Float()
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary(help="Untaxed")
    deducted = fields.Monetary(
        "Deducted", help="Down payments that the invoice deducts, untaxed."
    )
    amount_total = fields.Monetary("With Taxes")
    company_currency_id = fields.Many2one(
        related="preview_id.currency_id", related_sudo=False, string="Company Currency"
    )
    amount_company = fields.Monetary(
        "In Company Currency",
        currency_field="company_currency_id",
        help="Untaxed, at today's rate.",
    )
    has_last = fields.Boolean()
    last_amount = fields.Monetary(
        "Last Period",
        help="What the last invoiced period of the same projects billed.",
    )
    change_amount = fields.Monetary("Change")
    change = fields.Float("Change (%)", help="Against the last period.")
    is_unusual = fields.Boolean(help="So far off the last period that it is a warning.")
    warnings = fields.Json()
    obstacle = fields.Char("Why Not")
    is_left_out = fields.Boolean()
    several_projects = fields.Boolean(compute="_compute_several")
    several_periods = fields.Boolean(compute="_compute_several")

    @api.depends("item_ids")
    def _compute_several(self):
        for line in self:
            line.several_projects = len(set(line.item_ids.mapped("project_text"))) > 1
            line.several_periods = len(set(line.item_ids.mapped("period_text"))) > 1

    @api.depends("partner_id", "project_text", "period_text")
    def _compute_display_name(self):
        for line in self:
            names = [line.partner_id.display_name, line.project_text, line.period_text]
            line.display_name = " · ".join(name for name in names if name)

    # --------------------------------------------------------------- actions

    def action_leave_out(self):
        """Leave the periods of this document out of what is created."""
        self._move_out(lambda preview: preview.left_out_ids | self.period_ids)

    def action_take_in(self):
        """Take what was left out in again."""
        self._move_out(lambda preview: preview.left_out_ids - self.period_ids)

    def _move_out(self, get_left_out):
        self.check_access("read")
        ensure_one(self)
        preview = self.preview_id._as_own_writer()
        if preview.is_done:
            raise UserError(self.env._("The invoices of this preview are created."))
        left_out = get_left_out(preview)
        # What has changed meanwhile is told first: it would pass for an effect of this.
        if preview._renew():
            preview._tell_change(self.env._("What would be invoiced has changed."))
        else:
            preview.left_out_ids = left_out
            preview._fill(preview._get_lines())

    def action_view_entries(self):
        """Show the time entries that this document would bill."""
        self.check_access("read")
        ensure_one(self)
        action = self.period_ids.action_view_timesheets()
        # sudo: the ids of items that the row bills, for a filter; the entries that it
        # finds are read with the user's rights
        action["domain"] &= (
            Domain("invoice_line_id", "=", False)
            & Domain("billing_hold", "=", "bill")
            & Domain("so_line", "in", self.sudo().item_ids.sale_line_id.ids)
        )
        return action

    # ----------------------------------------------------------------- values

    @api.model
    def _prepare_document(self, document, company_currency, warnings):
        """Values of the line of one document.

        :param BillingDocument document: what would be made
        :param company_currency: ``res.currency`` in which documents are summed
        :param list warnings: what is odd about it
        """
        periods, currency = document.periods, document.currency
        items = self._prepare_items(document)
        vals = {
            **self._prepare_periods(periods),
            "document_key": repr(document.key),
            "figures": [
                *(
                    [vals[name] for name in self._get_compared_fields()]
                    for vals in items
                ),
                document.total,
            ],
            "partner_id": document.partner.id,
            "items": items,
            "hours": document.hours,
            "currency_id": currency.id,
            "amount": document.amount,
            "deducted": document.deducted,
            "amount_total": document.total,
            "amount_company": currency._convert(
                document.amount,
                company_currency,
                document.company,
                fields.Date.context_today(self),
            ),
            "warnings": warnings or False,
        }
        if last := document.last:
            vals.update(
                has_last=True,
                last_amount=last.amount,
                change_amount=last.change,
                change=last.share,
                is_unusual=any(warning["code"] == "deviation" for warning in warnings),
            )
        return vals

    @api.model
    def _prepare_refused(self, period, obstacle, is_left_out=False):
        """Values of the line of a period that makes no invoice."""
        return {
            **self._prepare_periods(period),
            "document_key": f"{'left out' if is_left_out else 'refused'} {period.id}",
            "figures": False,
            "partner_id": period.partner_id.id,
            "hours": period.hours,
            "currency_id": period.currency_id.id,
            "amount": period.amount_to_invoice,
            "warnings": False,
            "obstacle": obstacle,
            "is_left_out": is_left_out,
        }

    @api.model
    def _prepare_periods(self, periods):
        labels = dict.fromkeys(period.period_label for period in periods)
        return {
            "company_id": periods[:1].company_id.id,
            "period_ids": [fields.Command.set(periods.ids)],
            "project_text": ", ".join(periods.project_id.mapped("display_name")),
            "period_text": ", ".join(labels),
        }

    @api.model
    def _get_compared_fields(self):
        """What of its items makes a document another than the one that was shown."""
        return (
            "period_id",
            "sale_line_id",
            "kind",
            "is_late",
            "quantity",
            "amount",
            "tax_ids",
            "hours",
            "entries",
        )

    @api.model
    def _prepare_items(self, document):
        """What a document bills, by period, sales order item, kind and lateness."""
        groups = defaultdict(list)
        for item in document.items:
            groups[item.period, item.sale_line, item.kind, item.late].append(item)
        return [
            {
                "period_id": period.id,
                "sale_line_id": sale_line.id,
                "kind": kind,
                "is_late": late,
                "name": sale_line.name.split("\n", 1)[0],
                "project_text": period.project_id.display_name,
                "period_text": self.env._("Earlier periods")
                if late
                else period.period_label,
                "quantity": round(sum(item.quantity for item in items), 6),
                "uom_text": items[0].uom.name,
                "amount": round(sum(item.amount for item in items), 6),
                "tax_ids": sale_line.tax_ids.ids,
                "hours": round(sum(item.hours for item in items), 6),
                "entries": sum(item.entries for item in items),
            }
            for (period, sale_line, kind, late), items in groups.items()
        ]

    def _get_warning_codes(self):
        return {warning["code"] for warning in self.warnings or ()}

    def _format_figures(self):
        """Hours and amount in words."""
        self.ensure_one()
        return self.env._(
            "%(amount)s for %(hours).2f h, with taxes %(total)s",
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            total=formatLang(
                self.env, self.amount_total, currency_obj=self.currency_id
            ),
            hours=self.hours,
        )


class ProjectBillingPreviewItem(models.TransientModel):
    """What one document would bill of one period on one sales order item."""

    _name = "project.billing.preview.item"
    _description = "Previewed Invoice Line"
    _inherit = ["billing.dialog"]

    line_id = fields.Many2one(
        "project.billing.preview.line", required=True, index=True, ondelete="cascade"
    )
    period_id = fields.Many2one(
        "project.billing.period", string="Billing Period", ondelete="cascade"
    )
    sale_line_id = fields.Many2one("sale.order.line", ondelete="cascade")
    kind = fields.Char()
    is_late = fields.Boolean()
    name = fields.Char("Sales Order Item")
    project_text = fields.Char("Project")
    period_text = fields.Char("Period")
    quantity = fields.Float(digits="Product Unit")
    uom_text = fields.Char("Unit")
    currency_id = fields.Many2one(related="line_id.currency_id", related_sudo=False)
    amount = fields.Monetary()
    tax_ids = fields.Many2many("account.tax", string="Taxes")
    hours = fields.Float()
    entries = fields.Integer("Time Entries")
