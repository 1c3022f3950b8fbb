from datetime import date

from .proof import ProofMixin

MIDDLE, JANUARY, FEBRUARY = date(2026, 1, 15), date(2026, 1, 31), date(2026, 2, 28)
TODAY = date(2026, 3, 10)


class FiguresMixin(ProofMixin):
    """What Odoo's own dialogs and reports tell of what is billed by periods."""

    @classmethod
    def _bill(cls, project, month=1, day=date(2026, 2, 5)):
        """Invoice a month of a project, and confirm it with a date."""
        period = cls._period(project, date(2026, month, 5))
        period._generate_invoices("To be tested")
        invoice = period.invoice_line_ids.move_id
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _accrued(self, order, day):
        """Accrued revenue of an order at a day, as Odoo's dialog books it."""
        self.env.flush_all()
        self.env.invalidate_all()
        account = self.env["account.account"].search(
            [
                ("account_type", "=", "asset_current"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        wizard = (
            self.env["account.accrued.orders.wizard"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"date": day, "account_id": account.id})
        )
        values, _orders = wizard._compute_move_vals()
        lines = [vals for _code, _id, vals in values["line_ids"]]
        return round(
            sum(
                vals["credit"] - vals["debit"]
                for vals in lines
                if vals["account_id"] != account.id
            ),
            2,
        )

    def assertAccrued(self, order, *amounts):
        """At the middle and the end of January, the end of February, and today."""
        days = (MIDDLE, JANUARY, FEBRUARY, TODAY)
        self.assertEqual(
            [self._accrued(order, day) for day in days], list(amounts), "accrued"
        )

    def assertAnalysis(self, item, delivered, invoiced, to_invoice):
        """Delivered and invoiced quantity, and the untaxed amount left to invoice."""
        self.env.flush_all()
        report = self.env["sale.report"].search(
            [
                ("order_reference", "=", f"sale.order,{item.order_id.id}"),
                ("product_id", "=", item.product_id.id),
            ]
        )
        self.assertAlmostEqual(sum(report.mapped("qty_delivered")), delivered)
        self.assertAlmostEqual(sum(report.mapped("qty_invoiced")), invoiced)
        amount = sum(report.mapped("untaxed_amount_to_invoice"))
        self.assertAlmostEqual(amount, to_invoice)

    def assertProfit(self, project, **revenues):
        """(invoiced, to invoice) by kind of revenue."""
        if not project.account_id:
            project._create_analytic_account()
        self.env.flush_all()
        self.env.invalidate_all()
        items = project._get_profitability_items(False)["revenues"]["data"]
        self.assertEqual(
            {
                row["id"]: (round(row["invoiced"], 2), round(row["to_invoice"], 2))
                for row in items
            },
            revenues,
        )
