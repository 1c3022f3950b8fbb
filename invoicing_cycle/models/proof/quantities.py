from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, float_compare

from ...tools.allocation import round_quantity


class BillingProof(models.AbstractModel):
    """Sales order items count the time that was delivered and billed on them."""

    _inherit = "billing.proof"

    @api.model
    def _get_checks(self, proof):
        _ = self.env._
        texts = {
            "order_delivered": {
                "timesheet": _(
                    "%(item)s reads %(value)s as delivered; its time that is not "
                    "written off is %(expected)s."
                ),
                "amounts": _(
                    "%(item)s reads %(value)s as delivered; of the amounts on it "
                    "%(expected)s are invoiced."
                ),
                "milestones": _(
                    "%(item)s reads %(value)s as delivered; its reached milestones are "
                    "%(expected)s."
                ),
                "analytic": _(
                    "%(item)s reads %(value)s as delivered; its costs were booked for "
                    "%(expected)s."
                ),
            },
            "order_invoiced": _(
                "%(item)s reads %(value)s as invoiced; its invoices made %(expected)s."
            ),
            "order_total": _(
                "The invoices of %(item)s made %(value)s of time; the time that is "
                "billed on it is %(expected)s."
            ),
        }
        yield from super()._get_checks(proof)
        yield "sale.order.line", texts, list(self._compare_quantities(proof.scope))

    @api.model
    def _compare_quantities(self, scope):
        """Items that count something else than they would have to, in three queries.

        With all that is billed on them, also of other projects and days: an order is
        right as a whole.
        """
        SaleLine = self.env["sale.order.line"]
        digits, get_tolerance = SaleLine._get_quantity_digits(), SaleLine._get_tolerance
        items = SaleLine.browse(scope.item_ids)
        units = {item.id: item.product_uom_id for item in items}
        hour = self.env["uom.uom"]._get_time_unit("hour")
        time = self._get_item_time(scope, units)
        invoiced = self._get_item_invoiced(scope, units)
        for row in self.env.execute_query(
            SQL(
                """
                SELECT line.id, COALESCE(line.qty_delivered, 0)::float,
                       COALESCE(line.qty_invoiced, 0)::float,
                       line.qty_delivered_method,
                       line.billing_capped, COALESCE(line.product_uom_qty, 0)::float,
                       template.invoice_policy = 'order' AND EXISTS (
                           SELECT 1
                             FROM project_billing_period period
                            WHERE period.sale_line_id = line.id
                              AND period.fixed_amount > 0),
                       COALESCE(line.product_uom_qty * (
                           SELECT SUM(milestone.quantity_percentage)
                             FROM project_milestone milestone
                            WHERE milestone.sale_line_id = line.id
                              AND milestone.is_reached), 0)::float
                  FROM sale_order_line line
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE line.id IN %(item_ids)s
              ORDER BY line.order_id, line.sequence, line.id
                """,
                **self._get_terms(scope),
            )
        ):
            item_id, delivered, qty_invoiced, method, *limits, reached = row
            capped, cap, amounts = limits
            worked, exact, booked = time[item_id]
            expected_invoiced, made, lines = invoiced[item_id]
            if method == "timesheet" and capped:
                worked = min(worked, max(cap, expected_invoiced))
            if (
                method == "timesheet"
                and amounts
                and not units[item_id]._has_common_reference(hour)
            ):
                # Hours are no quantity of what is sold for an amount.
                method = "amounts"
            expected = {
                "timesheet": worked,
                "amounts": expected_invoiced,
                "milestones": reached,
                # An expense that is taken back is not delivered any more.
                "analytic": booked if delivered else 0.0,
            }.get(method, delivered)  # people count it by hand
            rounded, tolerance = round_quantity(exact, digits), get_tolerance(lines)
            within = exact and (
                float_compare(abs(made - rounded), tolerance, precision_digits=6) <= 0
            )
            for kind, value, other in (
                ("order_delivered", delivered, expected),
                ("order_invoiced", qty_invoiced, expected_invoiced),
                ("order_total", made, made if within else rounded),
            ):
                if float_compare(value, other, precision_digits=digits):
                    names = {"variant": method, "value": value, "expected": other}
                    yield {"id": item_id, "kind": kind, **names}

    @api.model
    def _get_item_time(self, scope, units):
        """Delivered and billed time by sales order item, in one query.

        :return: dict, id to [rounded quantity not written off, exact quantity billed,
            rounded quantity of costs]
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.so_line, entry.product_uom_id,
                       SUM(%(time)s) FILTER (
                           WHERE entry.project_id IS NOT NULL
                             AND entry.billing_hold <> 'write_off'
                             AND %(counted)s),
                       SUM(%(quantity)s) FILTER (
                           WHERE entry.project_id IS NOT NULL
                             AND entry.invoice_line_id IS NOT NULL),
                       -- As Odoo, that counts a cost of several analytic accounts once.
                       SUM(entry.unit_amount) FILTER (
                           WHERE entry.amount <= 0
                             AND entry.product_uom_id IS NOT NULL)
                       / CASE WHEN COUNT(DISTINCT entry.move_line_id)
                                   FILTER (WHERE entry.amount <= 0) = 1
                              THEN COUNT(*) FILTER (WHERE entry.amount <= 0)
                              ELSE 1 END
                  FROM %(rows)s
                  JOIN sale_order_line sale_line ON sale_line.id = entry.so_line
                 WHERE entry.so_line IN %(item_ids)s
              GROUP BY 1, 2
                """,
                counted=self.env["account.analytic.line"]._delivered_sql("entry"),
                **self._get_terms(scope),
            )
        )
        result = defaultdict(lambda: [0.0, 0.0, 0.0])
        for item_id, uom_id, time, billed, cost in rows:
            # Rounded as Odoo rounds what was delivered.
            delivered, booked = (
                self.env["uom.uom"]
                .browse(uom_id)
                ._compute_quantity(
                    quantity or 0.0, units[item_id], rounding_method="HALF-UP"
                )
                for quantity in (time, cost)
            )
            for index, quantity in enumerate((delivered, billed or 0.0, booked)):
                result[item_id][index] += quantity
        return result

    @api.model
    def _get_item_invoiced(self, scope, units):
        """What live invoices made by sales order item, in one query.

        What was made through a billing period counts as it was made; any other line as
        it was invoiced, also on cancelled invoices of another invoicing app.

        :return: dict, id to [quantity invoiced, quantity made of time, number of
            invoice lines, cancelled ones too]
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sale_line.id, line.product_uom_id, %(by_time)s,
                       COALESCE(line.billing_kind, original.billing_kind,
                                period.id::text) IS NOT NULL
                       AND invoice.state <> 'cancel',
                       %(live)s AND NOT %(to_come)s,
                       SUM(%(made)s),
                       ARRAY_AGG(%(sign)s * line.quantity),
                       COUNT(*)
                  FROM %(item_lines)s
                  JOIN sale_order_line sale_line ON sale_line.id = rel.order_line_id
            CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS entries
                         FROM %(rows)s
                        WHERE entry.invoice_line_id IN (line.id, original.id)) time
                 WHERE rel.order_line_id IN %(item_ids)s
              GROUP BY 1, 2, 3, 4, 5
                """,
                to_come=self._credit_to_come_sql(scope),
                **self._get_terms(scope),
            )
        )
        result = defaultdict(lambda: [0.0, 0.0, 0])
        for item_id, uom_id, by_time, ledger, live, made, quantities, count in rows:
            sums = result[item_id]
            if ledger:
                sums[0] += float(made)
            elif live:
                unit, uom = units[item_id], self.env["uom.uom"].browse(uom_id)
                sums[0] += sum(uom._compute_quantity(q, unit) for q in quantities)
            if live and by_time:
                sums[1] += float(made)
            sums[2] += count
        return result

    @api.model
    def _credit_to_come_sql(self, scope):
        """The draft ``invoice`` of ``line`` credits an invoice of Odoo's own dialog, of
        which billing periods bill again what it will free; never NULL.

        Of the item ``sale_line``; ``original`` is the line that is credited.
        """
        return SQL(
            """
            COALESCE(
                invoice.move_type = 'out_refund' AND invoice.state = 'draft'
                AND original.id IS NOT NULL
                AND COALESCE(line.billing_kind, original.billing_kind,
                             line.billing_period_id::text,
                             original.billing_period_id::text) IS NULL
                AND (sale_line.billing_period_id IS NOT NULL
                     OR EXISTS (
                        SELECT 1
                          FROM %(rows)s
                         WHERE entry.invoice_line_id = original.id
                           AND entry.billing_period_id IS NOT NULL)
                     OR EXISTS (
                        SELECT 1
                          FROM %(released)s
                          JOIN %(rows)s
                            ON entry.id = released.entry_id
                         WHERE released.move_line_id = original.id
                           AND entry.billing_period_id IS NOT NULL)
                     OR EXISTS (
                        SELECT 1
                          FROM invoicing_cycle_line_milestone_rel made
                          JOIN project_milestone milestone
                            ON milestone.id = made.milestone_id
                         WHERE made.move_line_id = original.id
                           AND milestone.billing_period_id IS NOT NULL)), FALSE)
            """,
            **self._get_terms(scope),
        )
