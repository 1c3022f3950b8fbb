from collections import defaultdict

from odoo import api, models

from ..items import BillingItem


class ProjectBillingPeriod(models.Model):
    """Invoices deduct what the customer has paid in advance on the same order.

    At most what they bill of that order, by tax. The amounts of a period are the value
    of the work: what was paid before settles a part of it and makes it no smaller.
    """

    _inherit = "project.billing.period"

    def _get_documents(self, rows=None):
        documents = super()._get_documents(rows)
        orders = self.env["sale.order"].union(
            *(item.sale_line.order_id for items in documents for item in items)
        )
        payments = orders._get_down_payments()
        if not payments:
            return documents
        return [
            items + self._prepare_down_payment_items(items, payments)
            for items in documents
        ]

    @api.model
    def _prepare_down_payment_items(self, items, payments):
        """What one document deducts.

        :param list items: ``BillingItem`` of the document
        :param dict payments: as of ``sale.order._get_down_payments``; what is deducted
            here is gone for the next document
        """
        if self._is_negative(items):
            return []
        billed, first = defaultdict(float), {}
        for item in items:
            if item.period.project_id.billing_deduct_down_payments:
                key = self._get_down_payment_key(item.sale_line)
                billed[key] += item.amount
                first.setdefault(key, item)
        digits = self.env["sale.order.line"]._get_quantity_digits()
        deductions = []
        for line, payment in payments.items():
            key = self._get_down_payment_key(line)
            amount = line.currency_id.round(min(payment.left, billed[key]))
            if amount <= 0:
                continue
            billed[key] -= amount
            deductions.append(
                BillingItem(
                    period=first[key].period,
                    supplementary=first[key].supplementary,
                    sale_line=line,
                    kind="down_payment",
                    quantity=-1.0,
                    made=payment.deduct(amount, digits),
                    amount=-amount,
                    uom=line.product_uom_id,
                    price_unit=line._get_price_of_untaxed(amount),
                )
            )
        return deductions

    @api.model
    def _get_down_payment_key(self, sale_line):
        """Down payments are deducted from items with the same key."""
        taxes = sale_line._get_proportional_taxes()
        return sale_line.order_id, frozenset(taxes.ids)

    # ----------------------------------------------------------------- lines

    @api.model
    def _prepare_lines(self, items, sign):
        deductions = [item for item in items if item.kind == "down_payment"]
        lines = super()._prepare_lines(
            [item for item in items if item.kind != "down_payment"], sign
        )
        if deductions:
            env = self._localize(deductions[0]).env
            lines.append(self._prepare_section(env._("Down payments"), "line_section"))
            lines += [self._prepare_line(item, sign) for item in deductions]
        return lines

    @api.model
    def _prepare_line(self, item, sign):
        vals = super()._prepare_line(item, sign)
        if item.kind == "down_payment":
            vals["extra_tax_data"] = self._get_extra_tax_data(item)
        return vals

    @api.model
    def _get_extra_tax_data(self, item):
        """The cents of the taxes of a down payment are those of the whole of it."""
        if item.kind != "down_payment" or item.sale_line.currency_id.compare_amounts(
            item.amount, -item.sale_line.price_unit
        ):
            return False
        return self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data(
            item.sale_line.extra_tax_data
        )

    @api.model
    def _get_line_text(self, item, name):
        if item.kind == "down_payment":
            return name
        return super()._get_line_text(item, name)


class SaleOrderLine(models.Model):
    """Odoo's own final invoice deducts what is left of a down payment, and no more."""

    _inherit = "sale.order.line"

    def _get_proportional_taxes(self):
        """The taxes of this line that a down payment carries as well: Odoo makes one
        down payment line for each set of them, and none for taxes per unit."""
        return self.tax_ids.flatten_taxes_hierarchy().filtered(
            lambda tax: tax.amount_type != "fixed"
        )

    def _prepare_invoice_line(self, **optional_values):
        # EXTENDS sale
        if (
            self.is_downpayment
            # Their section is none.
            and not self.display_type
            and optional_values.get("quantity") == -1.0
            and "billing_kind" not in optional_values
        ):
            optional_values.update(self._prepare_rest_of_down_payment())
        return super()._prepare_invoice_line(**optional_values)

    def _prepare_rest_of_down_payment(self):
        """Odoo deducts a down payment as a whole: after invoices of ours have deducted
        a part of it, only the rest."""
        payment = self.order_id._get_down_payments().get(self)
        if payment:
            whole, left = payment.is_whole, payment.left
        else:
            # Odoo deducts a draft, which may be one that is corrected.
            # sudo: what was deducted does not depend on who deducts the rest
            item = self.sudo()
            lines = item.invoice_lines._filtered_live()
            whole = all(line.price_subtotal > 0 for line in lines)
            left = item._get_undeducted()
        if whole:
            return {}
        return {
            "billing_kind": "down_payment",
            "extra_tax_data": False,
            "price_unit": self._get_price_of_untaxed(max(left, 0.0)),
            "quantity_made": -self.qty_invoiced,
        }
