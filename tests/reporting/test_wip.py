from datetime import date

from odoo.tests import tagged

from ..common.decision import DecisionCommon

FEBRUARY = date(2026, 2, 28)


@tagged("post_install", "-at_install")
class TestWip(DecisionCommon):
    """Two hours of 10 February at 100; today is 10 March."""

    def _read(self, day=None, user=None, project=None):
        """Place and age to (hours, amount), as groups show them."""
        self.env.flush_all()
        Wip = self.env["project.billing.wip"].with_context(
            billing_report_day=day and str(day)
        )
        Wip = Wip.with_user(user) if user else Wip
        groups = Wip.formatted_read_group(
            [("project_id", "=", (project or self.project).id)],
            ["place", "age"],
            ["hours:sum", "amount:sum"],
        )
        return {
            (group["place"], group["age"]): (
                round(group["hours:sum"], 6),
                round(group["amount:sum"], 6),
            )
            for group in groups
        }

    # ------------------------------------------------------------------ places

    def test_open(self):
        self.assertEqual(self._read(), {("open", "0"): (2.0, 200.0)})

    def test_ready(self):
        self._lock(FEBRUARY)
        self.assertEqual(self._read(), {("ready", "0"): (2.0, 200.0)})

    def test_pending(self):
        self.company.timesheet_approval = True
        self._lock(FEBRUARY)
        self.assertEqual(self._read(), {("pending", "0"): (2.0, 200.0)})

    def test_held(self):
        self._split(0.5, "hold")
        self.assertEqual(
            self._read(), {("open", "0"): (1.5, 150.0), ("held", "0"): (0.5, 50.0)}
        )

    def test_missing_data(self):
        """Time without a sales order item is worth nothing yet, and told."""
        project = self._create_project(schedule=False)
        project.sale_line_id = False
        self._log_time(project, FEBRUARY, 3.0)
        self.assertEqual(self._read(project=project), {("blocked", "0"): (3.0, 0.0)})
        project.billing_unmapped_intended = True
        self.assertFalse(self._read(project=project))

    def test_ages(self):
        for day, hours in ((date(2026, 2, 8), 1.0), (date(2026, 2, 7), 4.0)):
            self._log_time(self.project, day, hours)
        self._log_time(self.project, date(2026, 1, 8), 8.0)
        self._log_time(self.project, date(2025, 12, 9), 16.0)
        self.assertEqual(
            {age: hours for (_place, age), (hours, _amount) in self._read().items()},
            {"0": 3.0, "31": 4.0, "61": 8.0, "91": 16.0},
        )

    def test_other_time(self):
        """Time under a fixed price is never priced: not in here."""
        self.project.sale_line_id = self._create_order(self.product_fixed).order_line
        self.assertFalse(self._read())

    # -------------------------------------------------------------------- past

    def test_only_until_the_day(self):
        self.assertFalse(self._read(date(2026, 2, 9)))
        self.assertTrue(self._read(date(2026, 2, 10)))

    def test_draft(self):
        self._invoice()
        self.assertEqual(self._read(), {("draft", "0"): (2.0, 200.0)})

    def test_billed_since(self):
        """Confirmed on 10 March: in progress until the day before."""
        self._invoice().action_post()
        self.assertFalse(self._read())
        self.assertFalse(self._read(date(2026, 3, 10)))
        self.assertEqual(self._read(date(2026, 3, 9)), {("billed", "0"): (2.0, 200.0)})

    def test_credited_since(self):
        """Billed at the day, given back by a credit note of a later one."""
        invoice = self._invoice()
        invoice.invoice_date = date(2026, 3, 1)
        invoice.action_post()
        credit = invoice._reverse_moves([{"invoice_date": date(2026, 3, 10)}])
        credit.action_post()
        self.assertFalse(self.entry.invoice_line_id)
        self.assertEqual(self._read(), {("open", "0"): (2.0, 200.0)})
        self.assertFalse(self._read(date(2026, 3, 9)))
        self.assertEqual(self._read(FEBRUARY), {("open", "0"): (2.0, 200.0)})

    def test_written_off_since(self):
        self._split(0.5)
        self.assertEqual(self._read(), {("open", "0"): (1.5, 150.0)})
        self.assertEqual(
            self._read(date(2026, 3, 9)),
            {("open", "0"): (1.5, 150.0), ("written_off", "0"): (0.5, 50.0)},
        )

    def test_cutover(self):
        self.project.billing_cutover_date = date(2026, 3, 1)
        self.assertFalse(self._read())

    # ------------------------------------------------------------------- money

    def test_discount_and_days(self):
        self.project.sale_line_id = self._create_order(self.product_days).order_line
        self.project.sale_line_id.discount = 10.0
        self.assertEqual(self._read(), {("open", "0"): (2.0, 180.0)})

    def test_cap(self):
        """The oldest fits; what is above is worth nothing."""
        self.item.write({"billing_capped": True, "product_uom_qty": 3.0})
        self._log_time(self.project, date(2026, 2, 20), 4.0)
        self.assertEqual(self._read(), {("open", "0"): (6.0, 300.0)})
        [row] = self.env["project.billing.wip"].search(
            [("project_id", "=", self.project.id)]
        )
        self.assertEqual(row.capped_hours, 3.0)

    def test_currency(self):
        """At the rate of the day that is asked for."""
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
        order = self._create_order(price=100.0, pricelist_id=pricelist.id)
        self.project.sale_line_id = order.order_line
        self.assertEqual(self._read(), {("open", "0"): (2.0, 50.0)})
        self.assertEqual(self._read(FEBRUARY), {("open", "0"): (2.0, 100.0)})

    def test_late(self):
        self._invoice().action_post()
        self._log_time(self.project, date(2026, 2, 11), 1.0)
        self.env.flush_all()
        [row] = self.env["project.billing.wip"].search(
            [("project_id", "=", self.project.id)]
        )
        self.assertEqual((row.hours, row.late_hours, row.late_amount), (1, 1, 100))

    def test_bad_day(self):
        with self.assertRaisesRegex(Exception, "no day"):
            self._read("soon")
