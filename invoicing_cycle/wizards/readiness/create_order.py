from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.common.call_arguments import ensure_one


class ProjectBillingSaleOrder(models.TransientModel):
    """Creates and confirms the sales order that a project needs to be billed."""

    _name = "project.billing.sale.order"
    _description = "Create a Project's Sales Order"
    _inherit = ["billing.dialog"]

    project_id = fields.Many2one("project.project", required=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        compute="_compute_product_id",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        domain="[('type', '=', 'service'), ('sale_ok', '=', True),"
        " ('invoice_policy', '=', 'delivery'), ('service_type', '=', 'timesheet'),"
        " '|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    price_unit = fields.Monetary(
        "Rate",
        compute="_compute_price_unit",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        help="Price per unit of the service, without discount.",
    )

    @api.depends("project_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.project_id.partner_id

    @api.depends("project_id")
    def _compute_company_id(self):
        for wizard in self:
            project = wizard.project_id
            wizard.company_id = project.billing_company_id or self.env.company

    @api.depends("project_id")
    def _compute_product_id(self):
        for wizard in self:
            wizard.product_id = wizard.project_id.timesheet_product_id

    @api.depends("partner_id", "company_id")
    def _compute_currency_id(self):
        for wizard in self:
            pricelist = wizard.partner_id.property_product_pricelist
            wizard.currency_id = pricelist.currency_id or wizard.company_id.currency_id

    @api.depends("product_id", "currency_id")
    def _compute_price_unit(self):
        for wizard in self:
            product = wizard.product_id
            wizard.price_unit = product.currency_id._convert(
                product.lst_price,
                wizard.currency_id or wizard.company_id.currency_id,
                wizard.company_id,
                fields.Date.context_today(wizard),
            )

    def action_create_order(self):
        """Create and confirm the order and bill the project on it."""
        ensure_one(self)
        project = self.project_id
        if project.sale_line_id:
            raise UserError(
                self.env._(
                    "%(project)s is billed on %(order)s already.",
                    project=project.display_name,
                    order=project.sale_line_id.order_id.display_name,
                )
            )
        if self.price_unit <= 0:
            raise UserError(self.env._("Give the service a rate above zero."))
        # The project exists: confirming must not make another one from the service.
        orders = self.env["sale.order"].with_context(
            disable_project_task_generation=True
        )
        order = orders.create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "project_id": project.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_id.id,
                            "product_uom_qty": 0.0,
                            "price_unit": self.price_unit,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        project.partner_id = self.partner_id
        self._set_customer_of_tasks()
        project.sale_line_id = order.order_line[:1]
        return {"type": "ir.actions.act_window_close"}

    def _set_customer_of_tasks(self):
        """Tasks follow their project's sales order item only for the same customer."""
        # sudo: whoever sells the project's time need not be able to change its tasks
        tasks = self.project_id.sudo().with_context(active_test=False).tasks
        tasks.filtered(lambda task: not task.partner_id).partner_id = self.partner_id
