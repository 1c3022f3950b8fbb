from datetime import date
from itertools import product

from odoo.tests import tagged

from ..common.preview import PreviewCommon

FEBRUARY_END = date(2026, 2, 28)
#: Hours of each person in January and in February: they fall between the last digits of
#: hours and of days.
HOURS = (
    {date(2026, 1, 7): (1 / 3, 2.6), date(2026, 1, 21): (7.25, 0.1)},
    {date(2026, 2, 4): (3.5, 1 / 7), date(2026, 2, 25): (0.25, 8.0)},
)
UNITS = ("sale_line", "hour", "day")
ROUNDING = (
    {"billing_rounding": "none"},
    {"billing_rounding": "15", "billing_rounding_per": "entry"},
    {"billing_rounding": "15", "billing_rounding_per": "line"},
)
DETAILS = ("sale_line", "employee", "entry")


@tagged("post_install", "-at_install")
class TestAmountsAgree(PreviewCommon):
    """Row, preview and invoice say the same, for two periods of one item in a run.

    54 shapes: sold by hour or day, shown in three units, rounded in three ways, in
    three line details. With a line for each item all agree to the cent. Where several
    lines bill one item, each is rounded apart: the row says “≈”.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._lock(FEBRUARY_END, cls.consultant | cls.colleague)
        cls.shapes = {}
        sold = {cls.product_hours: 93.33, cls.product_days: 733.33}
        for number, (item, unit, rounding, detail) in enumerate(
            product(sold, UNITS, ROUNDING, DETAILS)
        ):
            project = cls._create_project(
                f"Shape {number}: {item.name}, {unit}, {rounding}, {detail}",
                order=cls._create_order(item, price=sold[item]),
                billing_unit=unit,
                billing_line_detail=detail,
                **rounding,
            )
            for month in HOURS:
                for day, hours in month.items():
                    for person, worked in zip(
                        (cls.consultant, cls.colleague), hours, strict=True
                    ):
                        cls._log_time(project, day, worked, person)
            cls.shapes[project] = cls._period(project, date(2026, 1, 7)) | cls._period(
                project, date(2026, 2, 4)
            )

    def test_row_preview_and_invoice(self):
        self.assertEqual(len(self.shapes), 54)
        periods = self.env["project.billing.period"].union(*self.shapes.values())
        self.assertEqual(set(periods.mapped("state")), {"ready"})
        rows = {
            period: (period.amount_to_invoice, period.amount_is_about)
            for period in periods
        }
        preview = self._preview(periods)
        shown = {
            document.period_ids: document.amount for document in preview.document_ids
        }
        self.assertEqual(len(shown), 108)
        invoices = self._create_from(preview)
        billed = {move.billing_period_ids: move.amount_untaxed for move in invoices}
        self.assertEqual(set(billed), set(periods))
        for project, own in self.shapes.items():
            exact = project.billing_line_detail == "sale_line"
            for period in own:
                with self.subTest(project.name, period=period.period_label):
                    self.assertAlmostEqual(shown[period], billed[period], 6)
                    row, about = rows[period]
                    self.assertEqual(about, not exact)
                    if exact:
                        self.assertAlmostEqual(row, billed[period], 6)
        for project in self.shapes:
            # Whatever a line shows in between: in the end the order has all its time.
            if project.billing_rounding == "none":
                with self.subTest(project.name):
                    item = project.sale_line_id
                    self.assertAlmostEqual(
                        sum(item.invoice_lines.mapped("quantity_made")),
                        item.qty_delivered,
                        delta=0.005,
                    )

    def test_a_cap_is_shared_by_periods_that_wait(self):
        """Eight of ten hours in January leave two for February."""
        project = self._create_project("Capped")
        project.sale_line_id.billing_capped = True
        self._log_time(project, date(2026, 1, 7), 8.0)
        self._log_time(project, date(2026, 2, 4), 8.0)
        january = self._period(project, date(2026, 1, 7))
        february = self._period(project, date(2026, 2, 4))
        self.assertEqual(
            (january | february).mapped("amount_to_invoice"), [800.0, 200.0]
        )
        preview = self._preview(january | february)
        self.assertEqual(preview.document_ids.mapped("amount"), [800.0, 200.0])

    def test_item_in_another_currency(self):
        """What waits in a period is told in its currency, of an item in another."""
        foreign = self.env["res.currency"].create(
            {"name": "XTC", "symbol": "XTC", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2026-01-01", "rate": 2.0}
        )
        prices = self.env["product.pricelist"].create(
            {"name": "XTC", "currency_id": foreign.id}
        )
        other = self._create_order(price=50.0, pricelist_id=prices.id)
        project = self._create_project("Two currencies")
        task = self.env["project.task"].create(
            {
                "name": "Other order",
                "project_id": project.id,
                "sale_line_id": other.order_line.id,
                "partner_id": self.partner.id,
            }
        )
        self._log_time(project, date(2026, 1, 7), 1.0)
        self._log_time(project, date(2026, 1, 7), 3.0, task_id=task.id)
        period = self._period(project, date(2026, 1, 7))
        self.assertEqual(
            set(period.timesheet_ids.so_line.currency_id), {foreign, period.currency_id}
        )
        self.assertEqual(period.amount_to_invoice, 100.0 + 75.0)
