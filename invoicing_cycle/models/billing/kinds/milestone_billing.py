from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ....tools.shares import share_amount
from ...common.supposed import get_supposition
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
    def _compute_live(self):
        return super()._compute_live()

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
        return super()._compute_readiness()

    def _get_readiness_details(self, closed):
        details = super()._get_readiness_details(closed)
        for period in self:
            details[period]["milestones"] = [
                {"id": milestone.id, "name": milestone.name}
                for milestone in period._get_milestones_in_order()
            ]
        return details

    @api.model
    def _get_billable_sources(self):
        return [*super()._get_billable_sources(), self._milestones_sql()]

    @api.model
    def _holding_sql(self, alias):
        return SQL(
            "(%s OR %s IN (%s))",
            super()._holding_sql(alias),
            SQL.identifier(alias, "id"),
            self._milestones_sql(),
        )

    @api.model
    def _milestones_sql(self):
        """Periods in which a milestone waits."""
        Milestone = "project.milestone"
        return SQL(
            "SELECT %s AS period_id FROM project_milestone milestone WHERE %s IS NULL",
            self._column("milestone", "billing_period_id", Milestone),
            self._column("milestone", "invoice_line_id", Milestone),
        )

    def _is_billed_completely(self):
        return super()._is_billed_completely() and all(
            milestone.invoice_line_id for milestone in self.milestone_ids
        )

    # ----------------------------------------------------------------- items

    def _get_milestones_in_order(self):
        """The milestones of this period, in the order in which they were reached."""
        return self._get_waiting("milestone_ids").sorted(
            lambda milestone: (
                milestone.reached_date,
                milestone.sequence,
                milestone.id,
            )
        )

    def _get_counted_lines(self, time):
        return super()._get_counted_lines(time) | self.milestone_ids.sale_line_id

    def _get_counters(self, time):
        counters = super()._get_counters(time)
        counters.kinds["milestone"] = self._get_billed_shares(
            self.milestone_ids.sale_line_id
        )
        return counters

    def _prepare_items_beside_time(self, counters):
        items = super()._prepare_items_beside_time(counters)
        absent = get_supposition().line_ids
        for milestone in self._get_milestones_in_order():
            if milestone.invoice_line_id and milestone.invoice_line_id.id not in absent:
                continue
            sale_line = milestone.sale_line_id
            amount, made = self._bill_share(
                counters, sale_line, milestone.quantity_percentage
            )
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
    def _bill_share(self, counters, sale_line, share):
        """
        :return: the untaxed amount of a share of the sale order line, and the quantity
            that it makes
        """
        billed_share, billed = counters.kinds["milestone"][sale_line]
        amount = share_amount(
            share,
            billed_share,
            sale_line._get_untaxed_amount(sale_line.product_uom_qty),
            billed,
            sale_line.currency_id.decimal_places,
        )
        counters.kinds["milestone"][sale_line] = (
            billed_share + share,
            billed + amount,
        )
        _before, _after, made = counters.bill_time(
            sale_line, share * sale_line.product_uom_qty
        )
        return amount, made

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
                        ("invoice_line_id", "not in", get_supposition().line_ids),
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

    def _link_pairs(self, pairs, taken_from=()):
        result = super()._link_pairs(pairs, taken_from)
        self._link_milestones(
            [(item, line) for item, line in pairs if item.milestone_id], taken_from
        )
        return result

    def _link_milestones(self, pairs, taken_from):
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
                   SET invoice_line_id = bill.line_id, billed_amount = bill.amount,
                       write_uid = %s, write_date = %s
                  FROM UNNEST(%s::int[], %s::int[], %s::int[], %s::int[], %s::float[])
                       AS bill (milestone_id, period_id, sale_line_id, line_id, amount)
                 WHERE milestone.id = bill.milestone_id
                   AND milestone.billing_period_id = bill.period_id
                   AND milestone.sale_line_id = bill.sale_line_id
                   AND milestone.is_reached
                   AND (milestone.invoice_line_id IS NULL
                        OR milestone.invoice_line_id = ANY(%s))
             RETURNING milestone.id
                """,
                self.env.uid,
                self.env.cr.now(),
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
                [line.id for line in taken_from],
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
        milestones.invalidate_recordset(
            [*names, "write_date", "write_uid"], flush=False
        )
        milestones.modified(names)
        # The remainder of the next milestone follows from all that was billed.
        # sudo: the amounts of a period do not depend on who bills another one
        waiting = Milestone.search(
            [
                ("sale_line_id", "in", milestones.sale_line_id.ids),
                ("invoice_line_id", "=", False),
                ("billing_period_id", "!=", False),
            ]
        ).billing_period_id
        self.env.add_to_compute(self._fields["amount_beside_time"], waiting)
        waiting.modified(["amount_beside_time"])
