from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_is_zero

from ...models.billing.line_amounts import ROUNDED


class AccountMoveFreeformLine(models.TransientModel):
    _name = "account.move.freeform.line"
    _description = "Line of a Freeform Invoice or Credit Note"
    _inherit = ["billing.dialog"]

    freeform_id = fields.Many2one(
        "account.move.freeform", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="freeform_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="freeform_id.currency_id", related_sudo=False)
    corrects_line_id = fields.Many2one(
        "account.move.line",
        export_string_translation=False,
        help="The line of the corrected invoice that this one was taken from.",
    )
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True),"
        " '|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
    )
    name = fields.Text(
        "Description",
        compute="_compute_name",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    quantity = fields.Float(digits="Product Unit", default=1.0)
    price_unit = fields.Float(
        compute="_compute_price_unit",
        compute_sudo=False,
        store=True,
        readonly=False,
        min_display_digits="Product Price",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        compute="_compute_tax_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('type_tax_use', '=', 'sale'),"
        " ('company_id', 'parent_of', company_id)]",
        context={"active_test": False},
    )
    price_subtotal = fields.Monetary(compute="_compute_amounts")
    price_total = fields.Monetary(compute="_compute_amounts")

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            product = line.product_id
            if not product or line._is_as_taken():
                line.name = line.name
                continue
            lang = line.freeform_id.partner_id.lang
            product = product.with_context(lang=lang) if lang else product
            line.name = product.get_product_multiline_description_sale()

    @api.depends("product_id", "freeform_id.partner_id", "freeform_id.currency_id")
    def _compute_price_unit(self):
        for line in self:
            freeform, product = line.freeform_id, line.product_id
            if not product or not freeform.currency_id or line._is_as_taken():
                line.price_unit = line.price_unit
                continue
            # The price of the customer's pricelist, as on an order, …
            price = freeform._get_pricelist()._get_product_price(
                product.with_company(freeform.company_id),
                quantity=line.quantity or 1.0,
                currency=freeform.currency_id,
                date=freeform.invoice_date or fields.Date.context_today(line),
            )
            # … which contains other taxes where the fiscal position replaces them.
            line.price_unit = product._get_tax_included_unit_price_from_price(
                price,
                line._get_product_taxes(),
                fiscal_position=freeform._get_fiscal_position(),
            )

    @api.depends("product_id", "freeform_id.partner_id", "freeform_id.company_id")
    def _compute_tax_ids(self):
        for line in self:
            if line._is_as_taken():
                line.tax_ids = line.tax_ids
                continue
            taxes = line._get_product_taxes()
            line.tax_ids = line.freeform_id._get_fiscal_position().map_tax(taxes)

    @api.depends("quantity", "price_unit", "tax_ids", "currency_id", "product_id")
    def _compute_amounts(self):
        for line in self:
            [base_line] = line._get_base_lines(line.company_id)
            details = base_line["tax_details"]
            line.price_subtotal = details["total_excluded_currency"]
            line.price_total = details["total_included_currency"]

    def _get_base_lines(self, company):
        """What Odoo's taxes make of the lines of the document, one document at a time.

        :return: list of base lines
        """
        Tax = self.env["account.tax"]
        base_lines = [
            Tax._prepare_base_line_for_taxes_computation(
                line, partner_id=line.freeform_id.partner_id, **{ROUNDED: True}
            )
            for line in self
        ]
        Tax._add_tax_details_in_base_lines(base_lines, company)
        Tax._round_base_lines_tax_details(base_lines, company)
        return base_lines

    def _get_product_taxes(self):
        """Taxes before the fiscal position: the product's, else the company's."""
        company = self.freeform_id.company_id
        taxes = self.product_id.taxes_id._filter_taxes_by_company(company)
        if self.product_id:
            return taxes
        return company.account_sale_tax_id

    def _get_problems(self, number):
        """What is wrong with this line, as texts.

        :param int number: which line it is, for the texts
        """
        self.ensure_one()
        problems = []
        if not self.product_id and not (self.name or "").strip():
            problems.append(
                self.env._(
                    "Line %(number)s: choose a product or write a text.", number=number
                )
            )
        # As it is written to the invoice: what rounds to zero there is zero.
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_is_zero(self.quantity, precision_digits=digits):
            problems.append(
                self.env._(
                    "Line %(number)s: the quantity is zero. Set one, or remove the "
                    "line.",
                    number=number,
                )
            )
        elif self.quantity < 0 and not self._is_taken():
            problems.append(
                self.env._(
                    "Line %(number)s: the quantity is negative. To give money back, "
                    "create a credit note.",
                    number=number,
                )
            )
        if self.price_unit < 0 and not self._is_taken():
            problems.append(
                self.env._(
                    "Line %(number)s: the price is negative. To give money back, "
                    "create a credit note.",
                    number=number,
                )
            )
        return problems

    def _is_taken(self):
        """Whether it is a line of the invoice that is corrected."""
        self.ensure_one()
        line = self.corrects_line_id
        return bool(line) and line.move_id == self.freeform_id.corrects_move_id

    def _is_as_taken(self):
        """Whether it credits the product of the invoice's line, at its price."""
        self.ensure_one()
        line = self.corrects_line_id
        return bool(line) and line.product_id._origin == self.product_id._origin

    @api.model
    def _prepare_corrected(self, line):
        """Values of a line that credits one of an invoice, after its discount."""
        return {
            "corrects_line_id": line.id,
            "product_id": line.product_id.id,
            "name": line.name,
            "quantity": line.quantity,
            "price_unit": line.price_unit * (1 - line.discount / 100),
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    def _prepare_move_line_vals(self, distribution):
        """Values of the invoice line.

        :param dict distribution: analytic distribution of the project
        """
        self.ensure_one()
        vals = {
            "product_id": self.product_id.id,
            "name": self.name,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "tax_ids": [Command.set(self.tax_ids.ids)],
        }
        if self._is_taken():
            distribution = self.corrects_line_id.analytic_distribution
            vals["account_id"] = self.corrects_line_id.account_id.id
            vals["product_uom_id"] = self.corrects_line_id.product_uom_id.id
        if distribution:
            vals["analytic_distribution"] = distribution
        return vals
