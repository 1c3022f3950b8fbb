from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...models.common.call_arguments import ensure_one, get_active_ids
from ...models.rates.history import Pointer
from ...models.rates.item_change import holding_from


class ProjectBillingRateChange(models.TransientModel):
    """Another item, or another price of the same, from a day on."""

    _name = "project.billing.rate.change"
    _description = "Change Rate"
    _inherit = ["billing.bounds.mixin", "billing.dialog"]

    project_id = fields.Many2one("project.project", required=True)
    rate_id = fields.Many2one(
        "project.sale.line.employee.map",
        string="Person",
        domain="[('project_id', '=', project_id)]",
        help="The rate of a person; that of the project if empty.",
    )
    task_id = fields.Many2one(
        "project.task",
        domain="[('project_id', '=', project_id), ('sale_line_id', '!=', False)]",
        help="The rate of a task; that of the project if empty.",
    )
    current_line_id = fields.Many2one(
        "sale.order.line", string="Holds Now", compute="_compute_current_line_id"
    )
    change = fields.Selection(
        [("price", "Another price"), ("item", "Another sales order item")],
        required=True,
        default="price",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Item",
        domain="[('is_service', '=', True), ('is_expense', '=', False),"
        " ('state', '=', 'sale'), ('order_partner_id', 'child_of', partner_id)]",
    )
    partner_id = fields.Many2one(related="project_id.partner_id", related_sudo=False)
    currency_id = fields.Many2one(
        related="current_line_id.currency_id", related_sudo=False
    )
    price_unit = fields.Float(
        "Unit Price",
        digits="Product Price",
        compute="_compute_price",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    discount = fields.Float(
        "Disc.%",
        digits="Discount",
        compute="_compute_price",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        compute="_compute_price",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('type_tax_use', '=', 'sale')]",
    )
    scope = fields.Selection(
        [
            ("day", "Time from a day on"),
            ("open", "All time on no confirmed invoice"),
        ],
        required=True,
        default="day",
    )
    date_from = fields.Date(
        "From",
        compute="_compute_date_from",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="By default the day after the last time that is locked or invoiced.",
    )
    effect = fields.Text(compute="_compute_effect")

    @api.model
    def _get_opening_values(self, names):
        if "project_id" not in names or not (ids := get_active_ids(self.env)):
            return {}
        return {"project_id": ids[0]}

    # -------------------------------------------------------------------- fields

    def _may_tell(self):
        """Whether the user may know what time of this project is worth."""
        return bool(
            self.project_id
            and (
                self.project_id.has_access("write")
                or self.project_id._filtered_own_billing()
            )
        )

    def _get_subject(self):
        """What points to the item: a task, a person's rate, or the project."""
        return self.task_id or self.rate_id or self.project_id

    @api.depends("project_id", "rate_id", "task_id")
    def _compute_current_line_id(self):
        for dialog in self:
            dialog.current_line_id = dialog._get_subject().sale_line_id

    @api.depends("current_line_id")
    def _compute_price(self):
        for dialog in self:
            item = dialog.current_line_id
            dialog.price_unit = item.price_unit
            dialog.discount = item.discount
            dialog.tax_ids = item.tax_ids

    @api.depends("current_line_id", "change")
    def _compute_date_from(self):
        for dialog in self:
            if not dialog._may_tell():
                dialog.date_from = False
                continue
            item = dialog.current_line_id
            if dialog.change == "price":
                # sudo: the last day alone, of all time on the item
                day = item.sudo()._get_settled_days().get(item.id)
            else:
                pointer = dialog._get_pointer()
                # sudo: as above
                day = (
                    self.env["project.billing.rate"]
                    .sudo()
                    ._get_settled_days({pointer: item.id or 0})
                    .get(pointer)
                )
            dialog.date_from = day and day + date.resolution

    def _get_pointer(self):
        return Pointer(
            self.project_id.id,
            task=self.task_id.id or 0,
            employee=self.rate_id.employee_id.id or 0,
        )

    @api.depends(
        "change",
        "current_line_id",
        "date_from",
        "discount",
        "price_unit",
        "sale_line_id",
        "scope",
    )
    def _compute_effect(self):
        for dialog in self:
            dialog.effect = dialog._format_effect()

    def _format_effect(self):
        self.ensure_one()
        item = self.current_line_id
        if not item or not self._may_tell():
            return ""
        if self.change == "item" and not self.sale_line_id:
            return ""
        entries = self._get_moved_entries()
        hours = sum(
            uom._to_hours(sum(rows.mapped("billing_hours")))
            for uom, rows in entries.grouped("product_uom_id").items()
        )
        # sudo: what either item is worth, to whoever is about to change it
        quantity = item.sudo()._convert_time(hours, None)
        first = min(entries.mapped("date"), default=None)
        if not entries:
            return self.env._("No time moves: it holds for what is still to come.")
        return self.env._(
            "%(hours).2f h since %(day)s move: %(before)s become %(after)s.",
            hours=hours,
            day=format_date(self.env, first),
            # sudo: as above
            before=item.currency_id.format(item.sudo()._get_untaxed_amount(quantity)),
            after=item.currency_id.format(self._get_new_amount(quantity, hours)),
        )

    def _get_new_amount(self, quantity, hours):
        """What time is worth then, untaxed.

        :param float quantity: in the unit of the item that holds now
        :param float hours: the same in hours
        """
        # sudo: as in _format_effect
        item = self.current_line_id.sudo()
        if self.change == "item":
            # sudo: as above
            other = self.sudo().sale_line_id
            if not other:
                return 0.0
            return other._get_untaxed_amount(other._convert_time(hours, None))
        return self.tax_ids.compute_all(
            self.price_unit * (1 - self.discount / 100),
            currency=item.currency_id,
            quantity=quantity,
            product=item.product_id,
            partner=item.order_id.partner_shipping_id,
        )["total_excluded"]

    def _get_moved_entries(self):
        """Time that is not invoiced and dated in what the change is for (superuser
        records)."""
        domain = [
            ("so_line", "=", self.current_line_id.id),
            ("project_id", "!=", False),
        ]
        # sudo: as below; a draft follows the price of its item
        item = self.current_line_id.sudo()
        if (
            self.scope == "day"
            or self.change == "item"
            or item._get_days_to_keep(date.min)
        ):
            domain += [
                ("invoice_line_id", "=", False),
                ("timesheet_invoice_id", "=", False),
            ]
        if self.scope == "day" and self.date_from:
            domain.append(("date", ">=", self.date_from))
        if self.change == "item":
            domain += [
                ("project_id", "=", self.project_id.id),
                ("is_so_line_edited", "=", False),
            ]
            if self.task_id:
                domain.append(("task_id", "=", self.task_id.id))
            if self.rate_id:
                domain.append(("employee_id", "=", self.rate_id.employee_id.id))
        # sudo: how much time moves is what the dialog is for
        return self.env["account.analytic.line"].sudo().search(domain)

    # ------------------------------------------------------------------- actions

    def action_apply(self):
        """Change the item or the price, with the rights of the user."""
        ensure_one(self)
        for record in (self.rate_id, self.task_id):
            if record and record.project_id != self.project_id:
                raise UserError(
                    self.env._(
                        "%(record)s is of another project than %(project)s.",
                        record=record.display_name,
                        project=self.project_id.display_name,
                    )
                )
        day = date.min if self.scope == "open" else self.date_from
        with self._get_moved_entries()._remembering_prices(), holding_from(day):
            self._change()
        return {"type": "ir.actions.act_window_close"}

    def _change(self):
        subject, item = self._get_subject(), self.current_line_id
        if self.change == "item":
            if not self.sale_line_id:
                raise UserError(self.env._("Choose the sales order item."))
            subject.write({"sale_line_id": self.sale_line_id.id})
            return
        if not item:
            raise UserError(
                self.env._(
                    "%(subject)s has no sales order item whose price could change.",
                    subject=subject.display_name,
                )
            )
        item.write(
            {
                "price_unit": self.price_unit,
                "discount": self.discount,
                "tax_ids": [Command.set(self.tax_ids.ids)],
            }
        )
