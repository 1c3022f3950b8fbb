from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common.decision import DAY, DecisionCommon

MEASURES = (
    "worked_hours",
    "to_bill_hours",
    "billed_hours",
    "held_hours",
    "written_off_hours",
    "standard_value",
    "settled_value",
    "billed_value",
)


@tagged("post_install", "-at_install")
class TestRealization(DecisionCommon):
    """What time brings in, against its value at the standard rate: by hand."""

    def _get_rows(self, user=None, **domain):
        self.env.flush_all()
        Report = self.env["project.billing.realization"]
        Report = Report.with_user(user) if user else Report
        domain = [(name, "=", value) for name, value in domain.items()]
        return Report.search([("project_id", "=", self.project.id), *domain])

    def assertFigures(self, realization, **figures):
        """The sums of the project, and the ratio as its group shows it."""
        self.env.flush_all()
        [group] = self.env["project.billing.realization"].formatted_read_group(
            [("project_id", "=", self.project.id)],
            ["project_id"],
            [*(f"{name}:sum" for name in MEASURES), "realization:avg"],
        )
        for name, value in figures.items():
            self.assertAlmostEqual(group[f"{name}:sum"], value, 2, name)
        ratio = group["realization:avg"]
        if realization is None:
            self.assertFalse(ratio)
        else:
            self.assertAlmostEqual(ratio, realization, 4)

    def _get_line(self):
        return self._invoice().invoice_line_ids

    # ----------------------------------------------------------------- figures

    def test_nothing_settled(self):
        self.assertFigures(
            None,
            worked_hours=2.0,
            to_bill_hours=2.0,
            billed_hours=0.0,
            standard_value=200.0,
            settled_value=0.0,
            billed_value=0.0,
        )

    def test_full(self):
        self._get_line()
        self.assertFigures(
            1.0,
            to_bill_hours=0.0,
            billed_hours=2.0,
            standard_value=200.0,
            settled_value=200.0,
            billed_value=200.0,
        )

    def test_lower_price(self):
        self._get_line().price_unit = 90.0
        self.assertFigures(0.9, settled_value=200.0, billed_value=180.0)

    def test_lower_quantity(self):
        self._get_line().quantity = 1.0
        self.assertFigures(
            0.5, billed_hours=2.0, settled_value=200.0, billed_value=100.0
        )

    def test_discount(self):
        """The standard rate is the price before any discount."""
        self.item.discount = 10.0
        self._get_line()
        self.assertFigures(0.9, settled_value=200.0, billed_value=180.0)

    def test_write_off(self):
        self._split(0.5)
        self._get_line()
        self.assertFigures(
            0.75,
            worked_hours=2.0,
            billed_hours=1.5,
            written_off_hours=0.5,
            standard_value=200.0,
            settled_value=200.0,
            billed_value=150.0,
        )
        self.assertEqual(
            [
                (row.status, row.worked_hours, row.billed_value, row.realization)
                for row in self._get_rows().sorted("status")
            ],
            [("billed", 1.5, 150.0, 1.0), ("write_off", 0.5, 0.0, 0.0)],
        )

    def test_hold(self):
        """Held time does not count yet."""
        self._split(0.5, "hold")
        self._get_line()
        self.assertFigures(
            1.0,
            worked_hours=2.0,
            billed_hours=1.5,
            held_hours=0.5,
            standard_value=200.0,
            settled_value=150.0,
            billed_value=150.0,
        )

    def test_rounded_up(self):
        self.project.billing_rounding = "30"
        self.entry.unit_amount = 1.75
        self._get_line()
        self.assertFigures(
            2 / 1.75,
            worked_hours=1.75,
            billed_hours=2.0,
            settled_value=175.0,
            billed_value=200.0,
        )

    def test_credit(self):
        invoice = self._invoice()
        invoice.action_post()
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        credit.invoice_line_ids.write({"price_unit": 20.0, "quantity": 1.0})
        self.assertFigures(1.0, billed_value=200.0)
        credit.action_post()
        self.assertFigures(0.9, settled_value=200.0, billed_value=180.0)

    def test_weighted(self):
        """A group is the ratio of its sums, not the average of ratios."""
        self._log_time(self.project, DAY, 8.0, billing_hold="write_off")
        self._get_line()
        self.assertFigures(0.2, settled_value=1000.0, billed_value=200.0)

    def test_taxes_included(self):
        self.item.write(
            {"tax_ids": [Command.set(self.tax_included.ids)], "price_unit": 124.0}
        )
        self.assertAlmostEqual(self.item.standard_rate, 100.0)
        self._get_line()
        self.assertFigures(1.0, settled_value=200.0, billed_value=200.0)

    def test_days(self):
        self.project.sale_line_id = self._create_order(self.product_days).order_line
        self._get_line()
        self.assertFigures(1.0, worked_hours=2.0, settled_value=200.0)

    def test_currency(self):
        """Of the company; at the rate of the invoice, so that rates change nothing."""
        currency = self.env["res.currency"].create({"name": "XCY", "symbol": "X"})
        self.env["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "currency_id": currency.id}
                for day, rate in (("2026-01-01", 2.0), ("2026-03-05", 4.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "X", "currency_id": currency.id}
        )
        order = self._create_order(
            price=100.0, pricelist_id=pricelist.id, date_order="2026-02-01"
        )
        self.project.sale_line_id = order.order_line
        rate = order.currency_rate
        self.assertFigures(None, standard_value=200.0 / rate)
        self._get_line()
        self.assertFigures(1.0, standard_value=50.0, billed_value=50.0)

    def test_other_time(self):
        """Time under a fixed price is worth what the price says: not in here."""
        self.project.sale_line_id = self._create_order(self.product_fixed).order_line
        self.assertFalse(self._get_rows())

    # ------------------------------------------------------------------ rights

    def test_rights(self):
        self.assertTrue(self._get_rows(self.user_accountant))
        self.assertTrue(self._get_rows(self.user_manager))
        stranger = self._new_user("stranger", "project.group_project_user")
        self.assertFalse(self._get_rows(stranger))
        self.assertFalse(self._get_rows(self.user_salesperson))
        self.partner.user_id = self.user_salesperson
        self.assertTrue(self._get_rows(self.user_salesperson))
        self.assertFalse(
            self.env["project.billing.realization"]
            .with_user(self.user_consultant)
            .has_access("read")
        )

    def test_person_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.consultant.company_id = other
        rows = self._get_rows(self.user_manager)
        self.assertEqual(rows.worked_hours, 2.0)
        self.assertFalse(rows.employee_id)

    def test_queries(self):
        """As many for many rows as for one."""
        Report = self.env["project.billing.realization"].with_user(self.user_accountant)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Report.formatted_read_group(
                [], ["project_id"], ["worked_hours:sum", "realization:avg"]
            )
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for day in range(1, 20):
            self._log_time(self.project, date(2026, 2, day), 1.0)
        self._get_line()
        self.assertEqual(count(), few)
