from odoo import api, fields, models
from odoo.exceptions import ValidationError

RETAINER_FIELDS = frozenset(
    {
        "billing_proration",
        "billing_retainer_amount",
        "billing_retainer_hours",
        "billing_retainer_line_id",
    }
)


class ProjectProject(models.Model):
    """A retainer: a fixed amount each period, with hours drawn against it.

    Sold by an item at a fixed price. Time on that item is never priced; it draws on
    the hours that the period includes, see ``billing/kinds/retainer.py``.
    """

    _inherit = "project.project"

    billing_retainer_line_id = fields.Many2one(
        "sale.order.line",
        string="Retainer",
        copy=False,
        domain="[('is_service', '=', True), ('is_expense', '=', False),"
        " ('state', '=', 'sale'), ('order_partner_id', 'child_of', partner_id),"
        " ('product_id.invoice_policy', '=', 'order')]",
        help="The prepaid sales order item that each billing period bills an amount "
        "of. Time on this item draws on the hours of the period.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_retainer_currency_id = fields.Many2one(
        related="billing_retainer_line_id.currency_id",
        string="Retainer Currency",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_retainer_amount = fields.Monetary(
        string="Retainer per Period",
        compute="_compute_billing_retainer_amount",
        store=True,
        readonly=False,
        copy=False,
        currency_field="billing_retainer_currency_id",
        help="Untaxed amount that each period bills; the price of the item by default.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_retainer_hours = fields.Float(
        string="Included Hours",
        copy=False,
        help="Hours that each period includes.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_retainer_carry_over = fields.Boolean(
        string="Carry Over",
        copy=False,
        help="Hours that are left go to the next period; else they are lost.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_proration = fields.Selection(
        [("share", "By its share of days"), ("full", "In full")],
        string="Short Periods",
        default="share",
        required=True,
        help="What a retainer bills, and includes, in a period that a start, an end or "
        "another schedule has cut short.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )
    billing_retainer_overrun_line_id = fields.Many2one(
        "sale.order.line",
        string="Overrun Billed On",
        copy=False,
        domain="[('is_service', '=', True), ('is_expense', '=', False),"
        " ('state', '=', 'sale'), ('order_partner_id', 'child_of', partner_id),"
        " ('product_id.invoice_policy', '=', 'delivery'),"
        " ('product_id.service_type', '=', 'timesheet')]",
        help="The sales order item by delivered time on which hours beyond the "
        "retainer can be billed.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )

    @api.model
    def _get_retainer_fields(self):
        """Fields that decide what a retainer bills."""
        return RETAINER_FIELDS

    @api.depends("billing_retainer_line_id")
    def _compute_billing_retainer_amount(self):
        for project in self:
            line = project.billing_retainer_line_id
            # sudo: what an item is worth, for whoever chooses it
            project.billing_retainer_amount = (
                line and line.sudo()._get_untaxed_amount(1.0)
            ) or 0.0

    @api.constrains(
        "billing_retainer_amount",
        "billing_retainer_hours",
        "billing_retainer_line_id",
        "billing_retainer_overrun_line_id",
    )
    def _check_retainer(self):
        # sudo: items and customers are compared only
        for project in self.sudo():
            for line in (
                project.billing_retainer_line_id
                | project.billing_retainer_overrun_line_id
            ):
                customer = project.partner_id.commercial_partner_id
                by_time = line.product_id._is_delivered_timesheet()
                if (
                    customer and line.order_partner_id.commercial_partner_id != customer
                ) or by_time != (line == project.billing_retainer_overrun_line_id):
                    raise ValidationError(
                        self.env._(
                            "%(line)s does not fit %(project)s: a retainer is a "
                            "prepaid item, and its overrun an item by delivered time, "
                            "both of orders of the project's customer.",
                            line=line.display_name,
                            project=project.display_name,
                        )
                    )
            if min(project.billing_retainer_amount, project.billing_retainer_hours) < 0:
                raise ValidationError(
                    self.env._(
                        "The retainer of %(project)s cannot be negative.",
                        project=project.display_name,
                    )
                )
