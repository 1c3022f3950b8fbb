from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """The invoice side of milestones: which ones a line was made from.

    That stays on the line. Whether it bills them now follows from its state: not while
    its invoice is cancelled, nor while it is credited in full.
    """

    _inherit = "account.move.line"

    milestone_ids = fields.Many2many(
        "project.milestone",
        "invoicing_cycle_line_milestone_rel",
        "move_line_id",
        "milestone_id",
        string="Billed Milestones",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    milestone_count = fields.Integer(
        readonly=True,
        copy=False,
        help="The number of milestones that this line was made from, also of those "
        "that were deleted since.",
        groups="base.group_user",
    )

    def _has_claims(self):
        return bool(super()._has_claims() or self.milestone_ids)

    def _get_claimed_periods(self):
        return super()._get_claimed_periods() | self.milestone_ids.billing_period_id

    def _free_claims(self):
        projects = super()._free_claims()
        # sudo: whoever may delete the line gives its milestones back
        milestones = (
            self.env["project.milestone"]
            .sudo()
            .search([("invoice_line_id", "in", self.ids)])
        )
        if milestones:
            milestones._set_invoice_line(self.browse())
        return projects | milestones.project_id

    def _settle_claims(self):
        super()._settle_claims()
        # sudo: whoever may cancel, credit or re-open the invoice
        lines = self.sudo().filtered(
            lambda line: line.milestone_count or line.milestone_ids
        )
        if not lines:
            return
        live = lines._filtered_live()
        given_back = lines.milestone_ids.filtered(
            lambda milestone: milestone.invoice_line_id in lines - live
        )
        if given_back:
            given_back._set_invoice_line(self.browse())
            given_back.project_id._reassign_entries()
        for line in live:
            if line.milestone_ids.invoice_line_id != line:
                line._check_milestones_kept()
            line._bill_milestones(line.milestone_ids)

    def _remember_milestones(self, milestones):
        """This line is made from these milestones."""
        self._record(
            {
                "milestone_ids": [Command.set(milestones.ids)],
                "milestone_count": len(milestones),
            }
        )

    def _check_milestones_kept(self):
        """What this line bills, now or again, must still be there, and of its item.

        Another milestone may stand for the same work by now.
        """
        self.ensure_one()
        if len(self.milestone_ids) < self.milestone_count:
            raise UserError(
                self.env._(
                    "%(document)s bills a milestone of %(item)s that was deleted "
                    "since. Leave the document as it is, and create a new invoice.",
                    document=self.move_id.display_name,
                    item=self.sale_line_ids[:1].display_name,
                )
            )
        project = self.billing_period_id.project_id
        if moved := self.milestone_ids.filtered(
            lambda milestone: (
                milestone.sale_line_id not in self.sale_line_ids
                or (project and milestone.project_id != project)
            )
        ):
            raise UserError(
                self.env._(
                    "%(document)s bills %(milestones)s, which was moved to another "
                    "project or sales order item since. Move it back first, or leave "
                    "the document as it is and create a new invoice.",
                    milestones=", ".join(moved.mapped("display_name")),
                    document=self.move_id.display_name,
                )
            )

    def _bill_milestones(self, milestones):
        """Bill these milestones on this line, again or for the first time."""
        self.ensure_one()
        elsewhere = milestones.invoice_line_id - self
        if elsewhere:
            raise UserError(
                self.env._(
                    "%(milestones)s of %(document)s is billed on %(invoices)s by now. "
                    "Cancel or credit that first.",
                    milestones=", ".join(milestones.mapped("display_name")),
                    document=self.move_id.display_name,
                    invoices=", ".join(elsewhere.move_id.mapped("display_name")),
                )
            )
        if undone := milestones.filtered(lambda milestone: not milestone.is_reached):
            raise UserError(
                self.env._(
                    "%(document)s bills %(milestones)s, which is not reached any more. "
                    "Mark it as reached first.",
                    document=self.move_id.display_name,
                    milestones=", ".join(undone.mapped("display_name")),
                )
            )
        free = milestones.filtered(lambda milestone: milestone.invoice_line_id != self)
        if free:
            free._set_invoice_line(self)

    def _take_over_claims(self):
        result = super()._take_over_claims()
        # sudo: as in _settle_claims
        line = self.sudo()
        if milestones := line.recreated_line_id.milestone_ids:
            line._remember_milestones(milestones)
            (line.recreated_line_id | line)._settle_claims()
        return result

    def _link_stock_claims(self):
        result = super()._link_stock_claims()
        # sudo: the links say nothing that the invoice does not
        lines = self.sudo().filtered(
            lambda line: (
                line.move_id.move_type == "out_invoice"
                and line.quantity > 0
                and line.sale_line_ids.filtered(
                    lambda item: item.qty_delivered_method == "milestones"
                )
            )
        )
        for line in lines:
            item = line.sale_line_ids[:1]
            milestones = item.reached_milestones_ids.filtered(
                lambda milestone: not milestone.invoice_line_id
            )
            line._adopt_milestones(milestones)
        return result

    def _adopt_milestones(self, milestones):
        """Bill these milestones on this line, which was made another way."""
        if not milestones:
            return
        item = self.sale_line_ids[:1]
        total = item._get_untaxed_amount(item.product_uom_qty)
        for milestone in milestones:
            amount = item.currency_id.round(total * milestone.quantity_percentage)
            milestone._record({"billed_amount": amount})
        self._remember_milestones(self.milestone_ids | milestones)
        self._bill_milestones(milestones)
        if not self.quantity_made:
            made = self.product_uom_id._compute_quantity(
                self.quantity, item.product_uom_id, round=False
            )
            self._record({"quantity_made": made})


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_cycle_item_conditions(self, alias):
        conditions = super()._get_cycle_item_conditions(alias)
        method = self._column(alias, "qty_delivered_method")
        return [*conditions, SQL("%s = 'milestones'", method)]

    def _link_billed_milestones(self):
        """Milestones that were invoiced before the add-on came get their line.

        Odoo keeps no such link: the first ones that were reached are those that the
        invoiced quantity covers.
        """
        self.ensure_one()
        lines = self.invoice_lines.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and line.move_id.move_type == "out_invoice"
                and line.quantity > 0
            )
        )
        left = self.qty_invoiced
        for milestone in self.reached_milestones_ids.sorted("reached_date"):
            left -= milestone.quantity_percentage * self.product_uom_qty
            if not lines or self.product_uom_id.compare(left, 0) < 0:
                return
            lines[-1:]._adopt_milestones(milestone)
