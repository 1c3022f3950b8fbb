from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...common.changes import is_change
from ...common.recorded import filter_closed


class AccountMoveLine(models.Model):
    """Expenses that are re-invoiced at cost get the mark-up of their project."""

    _inherit = "account.move.line"

    def _sale_get_invoice_price(self, order):
        # EXTENDS sale
        price = super()._sale_get_invoice_price(order)
        if self._is_foreign_cost(order):
            price = self._get_price_of_day(order)
        return price * (1 + self._get_expense_markup() / 100)

    def _is_foreign_cost(self, order):
        """Billed at cost, on an order in another currency than the company's.

        Odoo converts by the rate of the day of the order, whenever the money was spent.
        """
        return (
            self.product_id.expense_policy == "cost"
            and self.quantity
            and order.currency_id != self.company_id.currency_id
        )

    def _get_price_of_day(self, order):
        """What one unit cost, in the order's currency.

        In that currency it is what was spent. In another one it is converted by the
        rate of the day of the expense, or of the supplier's bill.
        """
        # sudo: the price does not depend on who posts the expense
        expense, bill = self.expense_id.sudo(), self.move_id
        if (expense or bill).currency_id == order.currency_id:
            spent = expense.untaxed_amount_currency if expense else self.price_subtotal
            return order.currency_id.round(abs(spent / self.quantity))
        cost = abs(self.balance / self.quantity)
        return order.currency_id.round(cost * self._get_rate_of_day(order))

    def _get_rate_of_day(self, order):
        """The currency rate by which a cost is converted, as it is known now."""
        # sudo: as in _get_price_of_day
        expense, bill = self.expense_id.sudo(), self.move_id
        return self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id,
            order.currency_id,
            self.company_id,
            expense.date or bill.invoice_date or bill.date,
        )

    def _get_expense_markup(self):
        """Percent that is added to the cost of the expense of this line."""
        if self.product_id.expense_policy != "cost":
            return 0.0
        # sudo: the price does not depend on who posts the expense
        return self.expense_id.sudo().billing_project_id.billing_expense_markup

    def _take_over_claims(self):
        result = super()._take_over_claims()
        if self.billing_kind == "expense":
            # Free for a moment, it has gone to the next period.
            expenses = self.sale_line_ids.expense_ids
            expenses._find_period_anew()
            # A link that is computed on demand does not tell what depends on it.
            expenses.modified(["billing_period_id"])
        return result

    def _check_claimed_once(self):
        result = super()._check_claimed_once()
        if self.billing_kind in ("expense", False):
            self._check_expenses_once()
        return result

    def _check_expenses_once(self):
        for item in self.sale_line_ids.filtered("is_expense"):
            if (
                float_compare(
                    abs(item.qty_invoiced),
                    abs(item.qty_delivered),
                    precision_digits=item._get_quantity_digits(),
                )
                > 0
            ):
                others = (item.invoice_lines - self)._filtered_live()
                if not (self.billing_kind or others) and item.qty_delivered:
                    # On an invoice of Odoo's dialog a person has raised the quantity.
                    continue
                raise UserError(
                    self.env._(
                        "%(item)s, which %(document)s bills, was taken back or is "
                        "billed elsewhere by now (%(invoices)s).",
                        item=item.display_name,
                        document=self.move_id.display_name,
                        invoices=", ".join(others.move_id.mapped("display_name"))
                        or self.env._("none"),
                    )
                )

    def _sale_create_reinvoice_sale_line(self):
        # EXTENDS sale_expense
        result = super()._sale_create_reinvoice_sale_line()
        for line in self:
            item = result.get(line.id)
            # Any other price is not that of the expense.
            if item and line.expense_id and line.product_id.expense_policy == "cost":
                made = {
                    "price": line._sale_get_invoice_price(item.order_id),
                    "markup": line._get_expense_markup(),
                    "rate": line._get_rate_of_day(item.order_id),
                }
                item._record({"reinvoiced_with": made})
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    reinvoiced_with = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Price and mark-up that the expense was re-invoiced with when it was "
        "posted, and the currency rate of its day.",
        groups="base.group_user",
    )

    @api.model
    def _get_cycle_item_conditions(self, alias):
        conditions = super()._get_cycle_item_conditions(alias)
        return [*conditions, self._column(alias, "is_expense")]


class HrExpense(models.Model):
    """An expense that is billed stays on the sales order item that bills it."""

    _inherit = "hr.expense"

    def _check_ledger_links(self, vals):
        """
        :raises UserError: where these values would move what is billed
        """
        links = {"quantity", "sale_order_id", "sale_order_line_id"}
        names = filter_closed(self, links & vals.keys())
        if not names:
            return
        # sudo: what bills an expense does not depend on who changes it
        changed = self.sudo().filtered(
            lambda expense: any(is_change(expense, name, vals[name]) for name in names)
        )
        items = changed.sale_order_line_id
        if changed and vals.get("sale_order_line_id"):
            items |= items.browse(vals["sale_order_line_id"])
        items._refuse_items_on_ledger()
