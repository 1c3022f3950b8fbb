from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.recorded import check_user_rights
from ...rights.named import hide_unreadable

#: What the invoice of a milestone was made from.
BILLED_FIELDS = frozenset(
    {
        "is_reached",
        "product_uom_qty",
        "project_id",
        "quantity_percentage",
        "reached_date",
        "sale_line_id",
    }
)


class ProjectMilestone(models.Model):
    """The billing ledger of a milestone.

    A reached milestone of a sales order item that is delivered by milestones waits in
    exactly one billing period, or one invoice line bills it. Which line that is follows
    from the lines, see ``billing/kinds/milestone_ledger.py``.
    """

    _name = "project.milestone"
    _inherit = ["project.milestone", "billing.recorded.mixin"]

    billing_period_id = fields.Many2one(
        "project.billing.period",
        string="Billing Period",
        compute="_compute_billing_period_id",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The period that bills this milestone: the one that covers the day on "
        "which it was reached or, where that one is closed, the next open one.",
        groups="base.group_user",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice line that bills this milestone.",
        groups="base.group_user",
    )
    billed_amount = fields.Float(
        readonly=True,
        copy=False,
        help="Untaxed amount that the milestone was billed with, in the currency of "
        "its sales order: the last milestone of an item takes the remainder.",
        groups="invoicing_cycle.group_invoicing_cycle_user",
    )

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {
            "billed_amount",
            "billing_period_id",
            "invoice_line_id",
        }

    # ------------------------------------------------------------------ period

    def _is_waiting_for_billing(self):
        """Reached, of a confirmed order, and not billed yet."""
        self.ensure_one()
        return bool(
            self.is_reached
            and self.reached_date
            and self.quantity_percentage
            and self.sale_line_id.qty_delivered_method == "milestones"
            and self.sale_line_id.state == "sale"
            and not self.invoice_line_id
            and not self.project_id._is_before_cutover(self.reached_date)
        )

    @api.depends(
        "invoice_line_id",
        "is_reached",
        "project_id",
        "quantity_percentage",
        "reached_date",
        "sale_line_id.qty_delivered_method",
        "sale_line_id.state",
    )
    def _compute_billing_period_id(self):
        waiting = self.filtered(lambda milestone: milestone._is_waiting_for_billing())
        for milestone in self - waiting:
            if line := milestone.invoice_line_id:
                # Billed through a period, or the stock way while waiting in one.
                milestone.billing_period_id = (
                    line.billing_period_id or milestone.billing_period_id
                )
            else:
                milestone.billing_period_id = False
        scheduled = waiting.filtered("project_id.has_billing_periods")
        (waiting - scheduled).billing_period_id = False
        if not scheduled:
            return
        allocators = self.env["project.billing.period"]._get_allocators(
            scheduled.project_id.ids
        )
        for milestone in scheduled:
            allocator = allocators.get(milestone.project_id.id)
            milestone.billing_period_id = allocator and allocator.period_of(
                milestone.reached_date
            )

    def _find_period_anew(self):
        """Periods were opened, closed or moved: find the period of these milestones."""
        self.env.add_to_compute(self._fields["billing_period_id"], self)
        self._recompute_recordset(["billing_period_id"])

    def _find_late_period(self):
        """Open a period for milestones of schedules that have ended."""
        # sudo: where a milestone is billed does not depend on who reaches it
        homeless = self.sudo().filtered(
            lambda milestone: (
                not milestone.billing_period_id
                and milestone.project_id.has_billing_periods
                and milestone._is_waiting_for_billing()
            )
        )
        homeless.project_id._open_supplementary_periods()

    # ------------------------------------------------------------------ ledger

    def _set_invoice_line(self, invoice_line):
        """Bill these milestones on one invoice line, or on none.

        :param invoice_line: ``account.move.line``, may be empty
        """
        periods = self.billing_period_id
        self._record({"invoice_line_id": invoice_line.id})
        # A link that is computed on demand does not tell what depends on it.
        (periods | self.billing_period_id).modified(["milestone_ids"])

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self.env["account.move"]._forget_outdated()
        milestones = super().create(vals_list)
        milestones._find_late_period()
        return milestones

    def write(self, vals):
        self._check_not_billed(vals)
        result = super().write(vals)
        if not BILLED_FIELDS.isdisjoint(vals):
            self.env["account.move"]._forget_outdated()
            self._find_late_period()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_except_billed(self):
        # sudo: what bills it is the way out, also for those who cannot see invoices
        self._refuse_billed(self.sudo().filtered("invoice_line_id"))

    def _check_not_billed(self, vals):
        """What is billed stays as it was billed."""
        names = BILLED_FIELDS & vals.keys()
        if not names:
            return
        # sudo: whether an invoice bills it does not depend on who asks
        billed = self.sudo().filtered("invoice_line_id")
        changed = billed.filtered(
            lambda milestone: any(
                milestone._fields[name].convert_to_cache(vals[name], milestone)
                != milestone._fields[name].convert_to_cache(milestone[name], milestone)
                for name in names
            )
        )
        if changed:
            # The refusal names them and invoices: not to those who may not even write
            # milestones. Odoo's own check comes later.
            check_user_rights(self, "write")
            self._refuse_billed(changed)

    def _refuse_billed(self, billed):
        if billed:
            raise UserError(
                self.env._(
                    "%(milestones)s: billed on %(invoices)s. Delete its line there, or "
                    "cancel or credit the invoice, before you change the milestone.",
                    milestones=", ".join(billed.mapped("display_name")),
                    invoices=", ".join(
                        billed.invoice_line_id.move_id.mapped("display_name")
                    ),
                )
            )

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        result = super().onchange(values, field_names, fields_spec)
        return hide_unreadable(self, result, ("billing_period_id",))


class ProjectProject(models.Model):
    """Reached milestones find their period, as time does."""

    _inherit = "project.project"

    def _get_waiting_records(self):
        # sudo: where a milestone is billed does not depend on who may read it
        milestones = (
            self.env["project.milestone"]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("is_reached", "=", True),
                    ("sale_line_id", "!=", False),
                    ("invoice_line_id", "=", False),
                ]
            )
        )
        return [*super()._get_waiting_records(), (milestones, "milestone_ids")]

    def _get_homeless_time(self):
        """EXTENDS: also milestones that no period takes."""
        days = dict(super()._get_homeless_time())
        # sudo: as in _get_waiting_records
        groups = (
            self.env["project.milestone"]
            .sudo()
            ._read_group(
                Domain(
                    [
                        ("project_id", "in", self.ids),
                        ("project_id.has_billing_periods", "=", True),
                        ("billing_period_id", "=", False),
                        ("invoice_line_id", "=", False),
                        ("is_reached", "=", True),
                        ("quantity_percentage", "!=", 0),
                        ("sale_line_id.qty_delivered_method", "=", "milestones"),
                        ("sale_line_id.state", "=", "sale"),
                    ]
                )
                & ~Domain.custom(
                    to_sql=lambda model, alias, query: (
                        model.project_id._before_cutover_sql(
                            SQL.identifier(alias, "project_id"),
                            SQL.identifier(alias, "reached_date"),
                        )
                    )
                ),
                ["project_id"],
                ["reached_date:max"],
            )
        )
        for project, day in groups:
            days[project] = max(day, days.get(project, day))
        return list(days.items())

    @api.model
    def _homeless_milestone_sql(self, alias):
        """A reached milestone that no period takes."""
        column, Milestone = self._column, "project.milestone"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_milestone milestone
                  JOIN sale_order_line line ON line.id = %(sale_line)s
                 WHERE %(milestone_project)s = %(project)s
                   AND %(is_reached)s
                   AND %(share)s <> 0
                   AND %(method)s = 'milestones'
                   AND %(line_state)s = 'sale'
                   AND %(invoice_line)s IS NULL
                   AND %(period)s IS NULL
                   AND NOT %(before)s)
            """,
            before=self._before_cutover_sql(
                column("milestone", "project_id", Milestone),
                column("milestone", "reached_date", Milestone),
            ),
            sale_line=column("milestone", "sale_line_id", Milestone),
            milestone_project=column("milestone", "project_id", Milestone),
            project=SQL.identifier(alias, "id"),
            is_reached=column("milestone", "is_reached", Milestone),
            share=column("milestone", "quantity_percentage", Milestone),
            method=column("line", "qty_delivered_method", "sale.order.line"),
            line_state=column("line", "state", "sale.order.line"),
            invoice_line=column("milestone", "invoice_line_id", Milestone),
            period=column("milestone", "billing_period_id", Milestone),
        )
