from odoo import api, fields, models
from odoo.tools import float_compare, formatLang


class AccountMoveLine(models.Model):
    """What a person changed on a line that was made from time: write-ups, write-downs.

    Neither moves a time entry: the order counts the quantity *made*, so time that is
    written down is not offered again, and time that is written up is not missing later.
    Time that the project's rule rounds up per line is what the line was made with, and
    no write-up.
    """

    _inherit = "account.move.line"

    made_with = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What the generator put on the line besides its price: see "
        "project.billing.period._get_made_with.",
        groups="base.group_user",
    )
    write_up_quantity = fields.Float(
        "Written Up",
        digits="Product Unit",
        compute="_compute_write_up",
        store=True,
        copy=False,
        help="The quantity on the line less the one that it was made with, in the "
        "line's unit. Negative where it was written down.",
        groups="base.group_user",
    )
    write_up_amount = fields.Monetary(
        "Amount Written Up",
        compute="_compute_write_up",
        store=True,
        copy=False,
        currency_field="currency_id",
        help="The untaxed amount of the line less the one that it was made with. "
        "Negative where it was written down.",
        groups="base.group_user",
    )

    @api.depends(
        "made_with",
        "price_made",
        "discount_made",
        "price_subtotal",
        "price_unit",
        "discount",
        "quantity",
        "tax_ids",
    )
    def _compute_write_up(self):
        for line in self:
            changed = line.made_with and line._get_changes_by_hand()
            if not changed or changed <= {"name"}:
                line.write_up_quantity = line.write_up_amount = 0.0
                continue
            line.write_up_quantity = (
                line.quantity - line.made_with["quantity"]
                if "quantity" in changed
                else 0.0
            )
            line.write_up_amount = line.price_subtotal - line._get_made_subtotal()

    def _get_changes_by_hand(self):
        """What a person changed on this line since it was made.

        :return: set of field names
        """
        self.ensure_one()
        made = self.made_with
        if not made:
            return set()
        digits = self.env["decimal.precision"].precision_get
        changes = set()
        if self.name != made["name"]:
            changes.add("name")
        if self.display_type != "product":
            return changes
        for name, value, precision in (
            ("quantity", made["quantity"], "Product Unit"),
            ("price_unit", self.price_made, "Product Price"),
            ("discount", self.discount_made, "Discount"),
        ):
            if float_compare(self[name], value, precision_digits=digits(precision)):
                changes.add(name)
        if set(self.tax_ids.ids) != set(made["tax_ids"]):
            changes.add("tax_ids")
        return changes

    def _get_made_with_again(self, rows):
        """What this line is made with that bills time of a credited one again: the
        same, of as much as it bills.

        :param Rows rows: the time that it bills
        """
        self.ensure_one()
        original = self.recreated_line_id
        made = original.made_with
        if not made or "quantity" not in made:
            return made
        quantity, amount = made["quantity"], original._get_made_amount()
        if self.quantity_made != original.quantity_made:
            sign = -1 if quantity < 0 else 1
            quantity = sign * abs(
                self.sale_line_ids[:1]._convert_quantity(
                    self.quantity_made,
                    self.env["uom.uom"].browse(made["uom_id"]),
                    self.env["sale.order.line"]._get_quantity_digits(),
                )
            )
            amount *= quantity / (made["quantity"] or 1.0)
        return {
            **made,
            "quantity": quantity,
            "amount": amount,
            "hours": rows._get_billed_hours(),
            "entries": len(rows),
        }

    def _get_made_unit(self):
        return self.env["uom.uom"].browse(self.made_with["uom_id"])

    def _get_made_amount(self):
        """The untaxed amount that the line was made with, exact."""
        self.ensure_one()
        return self.made_with.get("amount", self.price_subtotal - self.write_up_amount)

    def _get_made_subtotal(self):
        """The untaxed amount of the line as it was made, rounded as Odoo does."""
        self.ensure_one()
        Tax = self.env["account.tax"]
        company = self.company_id or self.env.company
        base_line = self.move_id._prepare_product_base_line_for_taxes_computation(self)
        base_line.update(
            quantity=self.made_with["quantity"],
            price_unit=self.price_made,
            discount=self.discount_made,
            # A tax that was deleted since left nothing to compare with.
            tax_ids=self.env["account.tax"].browse(self.made_with["tax_ids"]).exists(),
        )
        Tax._add_tax_details_in_base_line(base_line, company)
        Tax._round_base_lines_tax_details([base_line], company)
        return base_line["tax_details"]["total_excluded_currency"]


class AccountMove(models.Model):
    """What was written up or down on an invoice: its sum, and a note once posted."""

    _inherit = "account.move"

    written_up = fields.Monetary(
        compute="_compute_written",
        help="What the invoice asks for beyond the time and prices that it was made "
        "with, untaxed.",
        groups="base.group_user",
    )
    written_down = fields.Monetary(
        compute="_compute_written",
        help="What the invoice gives up of the time and prices that it was made with, "
        "untaxed.",
        groups="base.group_user",
    )

    @api.depends("invoice_line_ids.write_up_amount", "move_type")
    def _compute_written(self):
        for move in self:
            # A credit note that gives back more asks for less.
            sign = -1 if move.move_type == "out_refund" else 1
            amount = sign * sum(move.invoice_line_ids.mapped("write_up_amount"))
            move.written_up = max(amount, 0.0)
            move.written_down = max(-amount, 0.0)

    def _log_write_ups(self):
        """One note per invoice that was changed by hand, line by line."""
        bodies = {}
        # sudo: what was billed and what it was made with, noted on the invoice that the
        # user has just posted
        for move in self.sudo().filtered("billing_origin"):
            lines = move.invoice_line_ids.filtered(
                lambda line: line.write_up_amount or line.write_up_quantity
            )
            if lines:
                bodies[move.id] = "\n".join(map(move._format_write_up, lines))
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _format_write_up(self, line):
        """What was changed on a line, in one sentence."""
        _ = self.env._
        texts = {
            "item": (line.name or "").split("\n")[0],
            "amount": formatLang(
                self.env, abs(line.write_up_amount), currency_obj=line.currency_id
            ),
            "made": formatLang(self.env, line.made_with["quantity"], dp="Product Unit"),
            "shown": formatLang(self.env, line.quantity, dp="Product Unit"),
        }
        sign = -1 if self.move_type == "out_refund" else 1
        if not line.write_up_amount:
            return _("Changed: %(item)s, %(made)s → %(shown)s.", **texts)
        if sign * line.write_up_amount > 0:
            return _(
                "Written up by %(amount)s: %(item)s, %(made)s → %(shown)s.", **texts
            )
        return _("Written down by %(amount)s: %(item)s, %(made)s → %(shown)s.", **texts)
