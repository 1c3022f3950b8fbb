from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..items import BillingItem


class ProjectBillingPeriod(models.Model):
    """Reached milestones are billed with the period in which they were reached.

    Each makes one line: its share of the sales order item. The order counts the share
    of the ordered quantity, as Odoo counts what milestones deliver.
    """

    _inherit = "project.billing.period"

    milestone_ids = fields.One2many(
        "project.milestone",
        "billing_period_id",
        string="Reached Milestones",
        readonly=True,
        groups="base.group_user",
    )

    # ----------------------------------------------------------------- state

    @api.depends("milestone_ids.invoice_line_id")
    def _compute_state(self):
        return super()._compute_state()

    @api.depends(
        "milestone_ids.invoice_line_id",
        "milestone_ids.quantity_percentage",
        "milestone_ids.sale_line_id.discount",
        "milestone_ids.sale_line_id.price_unit",
        "milestone_ids.sale_line_id.product_uom_qty",
        "milestone_ids.sale_line_id.tax_ids",
    )
    def _compute_totals(self):
        return super()._compute_totals()

    @api.depends("milestone_ids.name", "milestone_ids.invoice_line_id")
    def _compute_readiness(self):
        result = super()._compute_readiness()
        for period in self:
            period.readiness = {
                **period.readiness,
                "milestones": [
                    {"id": milestone.id, "name": milestone.name}
                    for milestone in period._get_milestones_in_order()
                ],
            }
        return result

    @api.model
    def _billable_sql(self, alias):
        return SQL(
            "(%s OR %s)",
            super()._billable_sql(alias),
            self._has_milestone_sql(alias),
        )

    @api.model
    def _holding_sql(self, alias):
        return SQL(
            "(%s OR %s)",
            super()._holding_sql(alias),
            self._has_milestone_sql(alias),
        )

    @api.model
    def _has_milestone_sql(self, alias):
        """A milestone waits in the period."""
        Milestone = "project.milestone"
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM project_milestone milestone
                 WHERE %s = %s AND %s IS NULL)
            """,
            self._column("milestone", "billing_period_id", Milestone),
            SQL.identifier(alias, "id"),
            self._column("milestone", "invoice_line_id", Milestone),
        )

    def _is_billed_completely(self):
        return super()._is_billed_completely() and all(
            milestone.invoice_line_id for milestone in self.milestone_ids
        )

    # ----------------------------------------------------------------- items

    def _get_milestones_in_order(self):
        """The milestones of this period, in the order in which they were reached."""
        return self.milestone_ids.sorted(
            lambda milestone: (
                milestone.reached_date,
                milestone.sequence,
                milestone.id,
            )
        )

    def _prepare_milestone_items(self, counters):
        self.ensure_one()
        items = []
        for milestone in self._get_milestones_in_order():
            if milestone.invoice_line_id:
                continue
            sale_line = milestone.sale_line_id
            amount, made = counters.bill_share(sale_line, milestone.quantity_percentage)
            items.append(
                BillingItem(
                    period=self,
                    sale_line=sale_line,
                    kind="milestone",
                    quantity=1.0,
                    made=made,
                    amount=amount,
                    uom=sale_line.product_uom_id,
                    price_unit=sale_line._get_price_of_untaxed(amount),
                    milestone_id=milestone.id,
                    date_from=milestone.reached_date,
                    date_to=milestone.reached_date,
                )
            )
        return items

    @api.model
    def _get_billed_quantities(self, sale_lines):
        """EXTENDS: milestones are billed by their share of the ordered quantity."""
        result = super()._get_billed_quantities(sale_lines)
        for sale_line, (share, _amount) in self._get_billed_shares(sale_lines).items():
            exact, made = result[sale_line]
            result[sale_line] = (exact + share * sale_line.product_uom_qty, made)
        return result

    @api.model
    def _get_billed_shares(self, sale_lines):
        """What milestones have billed of sale order lines, in one query.

        :return: dict, sale order line to (share, untaxed amount)
        """
        result = defaultdict(lambda: (0.0, 0.0))
        by_milestones = sale_lines.filtered(
            lambda line: line.qty_delivered_method == "milestones"
        )
        if by_milestones:
            # sudo: what was billed does not depend on who bills the next one
            groups = (
                self.env["project.milestone"]
                .sudo()
                ._read_group(
                    [
                        ("sale_line_id", "in", by_milestones.ids),
                        ("invoice_line_id", "!=", False),
                    ],
                    ["sale_line_id"],
                    ["quantity_percentage:sum", "billed_amount:sum"],
                )
            )
            for sale_line, share, amount in groups:
                result[sale_lines.browse(sale_line.id)] = (share, amount)
        return result

    # ----------------------------------------------------------------- lines

    @api.model
    def _get_line_text(self, item, name):
        if item.kind != "milestone":
            return super()._get_line_text(item, name)
        env = self._localize(item).env
        # sudo: whoever bills the project names its milestones to the customer
        milestone = env["project.milestone"].sudo().browse(item.milestone_id)
        text = env._(
            "%(milestone)s, reached on %(date)s",
            milestone=milestone.name,
            date=format_date(env, milestone.reached_date),
        )
        return f"{name}\n{text}"

    def _link_pairs(self, pairs):
        result = super()._link_pairs(pairs)
        self._link_milestones(
            [(item, line) for item, line in pairs if item.milestone_id]
        )
        return result

    def _link_milestones(self, pairs):
        """Link every milestone to its line in one statement, and prove that it fits."""
        if not pairs:
            return
        # sudo: as for entries
        Milestone = self.env["project.milestone"].sudo()
        Milestone.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE project_milestone milestone
                   SET invoice_line_id = bill.line_id, billed_amount = bill.amount
                  FROM UNNEST(%s::int[], %s::int[], %s::int[], %s::int[], %s::float[])
                       AS bill (milestone_id, period_id, sale_line_id, line_id, amount)
                 WHERE milestone.id = bill.milestone_id
                   AND milestone.billing_period_id = bill.period_id
                   AND milestone.sale_line_id = bill.sale_line_id
                   AND milestone.is_reached
                   AND milestone.invoice_line_id IS NULL
             RETURNING milestone.id
                """,
                *map(
                    list,
                    zip(
                        *(
                            (
                                item.milestone_id,
                                item.period.id,
                                item.sale_line.id,
                                line.id,
                                item.amount,
                            )
                            for item, line in pairs
                        ),
                        strict=True,
                    ),
                ),
            )
        )
        milestones = Milestone.browse(row[0] for row in rows)
        if len(milestones) != len(pairs):
            raise UserError(
                self.env._(
                    "The milestones of %(periods)s changed while they were invoiced. "
                    "Nothing was created: try again.",
                    periods=", ".join(
                        self.union(*(item.period for item, _line in pairs)).mapped(
                            "display_name"
                        )
                    ),
                )
            )
        for item, line in pairs:
            line._remember_milestones(Milestone.browse(item.milestone_id))
        names = ["invoice_line_id", "billed_amount"]
        milestones.invalidate_recordset(names, flush=False)
        milestones.modified(names)
        self._refresh_totals_of_milestones(milestones.sale_line_id)

    @api.model
    def _refresh_totals_of_milestones(self, sale_lines):
        """The remainder of the next milestone follows from all that was billed."""
        # sudo: as in _refresh_totals_of
        waiting = (
            self.env["project.milestone"]
            .sudo()
            .search(
                [
                    ("sale_line_id", "in", sale_lines.ids),
                    ("invoice_line_id", "=", False),
                    ("billing_period_id", "!=", False),
                ]
            )
        )
        self.env.add_to_compute(
            self._fields["amount_to_invoice"], waiting.billing_period_id
        )
