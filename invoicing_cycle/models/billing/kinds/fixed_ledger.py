from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare


class ProjectBillingPeriod(models.Model):
    """Fixed amounts of items that Odoo's own dialog invoiced before it had periods.

    The two together never bill more than the item, unless a person says why.
    """

    _inherit = "project.billing.period"

    def _get_fixed_obstacle(self):
        """Why this period's fixed amount is not billed now: it was, beside periods.

        :return: text, empty where nothing stands in the way
        """
        if not self.fixed_amount:
            return ""
        # sudo: what is invoiced of the item does not depend on who bills the period
        period = self.sudo()
        item = period.sale_line_id
        lines = item._get_lines_beside_periods()
        if not lines:
            return ""
        earlier = item._get_fixed_periods().filtered(
            lambda other: other.date_from <= period.date_from
        )
        waiting = sum((earlier - earlier._filtered_closed()).mapped("fixed_amount"))
        left = item._get_fixed_amount_left(lines) - waiting
        if item.currency_id.compare_amounts(left, 0.0) >= 0:
            return ""
        return self.env._(
            "%(period)s: %(item)s is on %(invoices)s already. Skip the period, or give "
            "a reason to invoice its amount as well.",
            period=self.display_name,
            item=self.sale_line_id.display_name,
            invoices=", ".join(lines.move_id.mapped("display_name")),
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_cycle_item_conditions(self, alias):
        """EXTENDS: the rule of :meth:`_filtered_billed_by_periods` in SQL."""
        Period, Project = self.env["project.billing.period"], "project.project"
        return [
            *super()._get_cycle_item_conditions(alias),
            SQL(
                """
                EXISTS (
                    SELECT 1
                      FROM project_billing_period p
                     WHERE %(sale_line)s = %(item)s
                       AND %(left)s
                       AND %(skipped)s IS NULL)
                """,
                sale_line=Period._column("p", "sale_line_id"),
                skipped=Period._column("p", "skip_reason"),
                left=Period._fixed_amount_left_sql("p"),
                item=SQL.identifier(alias, "id"),
            ),
            SQL(
                """
                EXISTS (
                    SELECT 1
                      FROM project_project retained
                     WHERE %(retainer)s = %(item)s AND %(frequency)s IS NOT NULL)
                """,
                retainer=self._column("retained", "billing_retainer_line_id", Project),
                frequency=self._column("retained", "billing_frequency", Project),
                item=SQL.identifier(alias, "id"),
            ),
        ]

    def _get_fixed_periods(self):
        """The billing periods that bill these items by fixed amounts (superuser)."""
        # sudo: what bills an item does not depend on who asks
        Period = self.env["project.billing.period"].sudo()
        if not self:
            return Period
        return Period.search(
            [("sale_line_id", "in", self.ids), ("fixed_amount", ">", 0)]
        )

    def _filtered_billed_by_periods(self):
        """Those of which periods have an amount to bill, or a retainer goes on.

        Odoo's own dialog leaves them out.
        """
        left = self._get_fixed_periods()._filtered_fixed_amount_left()
        # sudo: as above
        retained = self.env["project.project"].sudo()
        retained = retained.search(
            [
                ("billing_retainer_line_id", "in", self.ids),
                ("billing_frequency", "!=", False),
            ]
        )
        return self & (left.sale_line_id | retained.billing_retainer_line_id)

    def _get_lines_beside_periods(self):
        """Invoice lines that bill this item, or credit it, and that no period made."""
        self.ensure_one()
        return self.invoice_lines.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and not (
                    # It may be deleted as well as posted.
                    line.parent_state == "draft"
                    and line.move_id.move_type == "out_refund"
                )
                and not any(
                    origin.billing_kind or origin.billing_period_id
                    for origin in line | line.credited_line_id
                )
            )
        )

    def _get_fixed_amount_left(self, lines):
        """What invoices leave of the untaxed value of this item, in its currency.

        :param lines: see :meth:`_get_lines_beside_periods`
        """
        self.ensure_one()
        quantity = sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            * (-1 if line.move_id.move_type == "out_refund" else 1)
            for line in lines
        )
        value = self._get_untaxed_amount(self.product_uom_qty - quantity)
        billed = self.env["project.billing.period"]._get_fixed_amounts(self)[self]
        return self.currency_id.round(value - billed)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_claimed_once(self):
        result = super()._check_claimed_once()
        if self.billing_kind == "fixed" and self.billing_period_id:
            self._check_fixed_once()
        if not self.billing_kind:
            self._check_item_once()
        return result

    def _check_fixed_once(self):
        """The fixed amount of a period is what it was, and on no other line."""
        self.ensure_one()
        period = self.billing_period_id
        names = {
            "document": self.move_id.display_name,
            "period": period.display_name,
        }
        others = (
            period.invoice_line_ids.filtered(lambda line: line.billing_kind == "fixed")
            - self
        )._filtered_live()
        if others:
            raise UserError(
                self.env._(
                    "The fixed amount of %(period)s, which %(document)s bills, is "
                    "billed on %(invoices)s by now. Cancel or credit that first.",
                    invoices=", ".join(others.move_id.mapped("display_name")),
                    **names,
                )
            )
        if not self._is_amount_of_period():
            raise UserError(
                self.env._(
                    "The fixed amount of %(period)s, which %(document)s bills, has "
                    "changed since. Leave the document as it is, and create a new "
                    "invoice of the period.",
                    **names,
                )
            )
        period._check_shares_billed()

    def _is_amount_of_period(self):
        """Whether this line was made with the fixed amount of its period."""
        self.ensure_one()
        item, period = self.sale_line_ids[:1], self.billing_period_id
        taxes = (self.made_with or {}).get("tax_ids", item.tax_ids.ids)
        if not item or set(taxes) != set(item.tax_ids.ids):
            # Nothing to compare with: an included tax is part of the price.
            return True
        price = item._get_price_of_untaxed(period.fixed_amount)
        # Prices may have fewer digits than the currency.
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return item == period.sale_line_id and not (
            item.currency_id.compare_amounts(self.price_made, price)
            and float_compare(self.price_made, price, precision_digits=digits)
        )

    def _check_item_once(self):
        """
        :raises UserError: where periods bill what this line of Odoo's own invoice does
        """
        self.ensure_one()
        for item in self.sale_line_ids:
            lines = item._get_lines_beside_periods()
            if self not in lines:
                continue
            periods = item._get_fixed_periods()._filtered_fixed_amount_billed()
            if periods and (
                item.currency_id.compare_amounts(
                    item._get_fixed_amount_left(lines), 0.0
                )
                < 0
            ):
                raise UserError(
                    self.env._(
                        "%(item)s, which %(document)s bills, is billed on %(invoices)s "
                        "by now. Cancel or credit that first.",
                        item=item.display_name,
                        document=self.move_id.display_name,
                        invoices=", ".join(
                            periods.invoice_line_ids.filtered(
                                lambda line: line.billing_kind == "fixed"
                            )
                            ._filtered_live()
                            .move_id.mapped("display_name")
                        ),
                    )
                )
