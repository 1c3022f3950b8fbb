from datetime import date

from odoo.tests import tagged

from ..common.beyond import BeyondHoursCommon


@tagged("post_install", "-at_install")
class TestProration(BeyondHoursCommon):
    """A retainer of 3,000 a month bills a month that is cut short by its days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.product_fixed, price=3000.0, quantity=12.0)
        cls.project = cls._create_project(order=cls.order)
        cls.project.write(
            {
                "billing_retainer_line_id": cls.order.order_line.id,
                "billing_retainer_hours": 31.0,
            }
        )
        cls.march = cls._period(cls.project, date(2026, 3, 1))

    def _get_notices(self, period):
        documents, _refused = period._get_preview_documents()
        warnings = self.env["project.billing.preview"]._get_warnings(documents)
        return [
            warning["text"]
            for found in warnings.values()
            for warning in found
            if warning["code"] == "short_period"
        ]

    def _end(self, day):
        self.project.write({"date_start": date(2026, 1, 1), "date": day})

    def test_whole(self):
        periods = self.project.billing_period_ids
        self.assertEqual(set(periods.mapped("fixed_amount")), {3000.0})
        self.assertEqual(set(periods.mapped("retainer_hours")), {31.0})
        january = self._period(self.project, date(2026, 1, 5))
        self.assertFalse(self._get_notices(january))

    def test_end(self):
        self._end(date(2026, 3, 14))
        self.assertEqual(self.march.fixed_amount, 1354.84)
        self.assertAlmostEqual(self.march.retainer_hours, 14.0)
        # Extended again, it is a whole month.
        self._end(date(2026, 3, 31))
        self.assertEqual(self.march.fixed_amount, 3000.0)

    def test_preview(self):
        self._end(date(2026, 3, 9))
        self.march.invoice_date = date(2026, 3, 10)
        [text] = self._get_notices(self.march)
        self.assertIn("9 of 31 days", text)
        self.assertIn("870.97", text)
        self.assertIn("3,000.00", text)

    def test_in_full(self):
        self.project.billing_proration = "full"
        self._end(date(2026, 3, 9))
        self.assertEqual(self.march.fixed_amount, 3000.0)
        self.march.invoice_date = date(2026, 3, 10)
        self.assertIn("9 of 31 days", self._get_notices(self.march)[0])
        self.project.billing_proration = "share"
        self.assertEqual(self.march.fixed_amount, 870.97)

    def test_another_anchor(self):
        """1 to 14 March, then from the 15th."""
        for month in (1, 2):
            self._period(self.project, date(2026, month, 1)).action_skip("Before")
        self.project.billing_start_date = date(2026, 3, 15)
        self.assertEqual(self.march.date_to, date(2026, 3, 14))
        self.assertEqual(self.march.fixed_amount, 1354.84)
        following = self._period(self.project, date(2026, 3, 15))
        self.assertEqual(following.fixed_amount, 3000.0)

    def test_another_frequency(self):
        for month in (1, 2):
            self._period(self.project, date(2026, month, 1)).action_skip("Before")
        self._end(date(2026, 3, 14))
        self.project.billing_frequency = "weekly"
        # Weeks are counted from 1 January: 26 February to 4 March, cut short.
        first = self._period(self.project, date(2026, 3, 1))
        self.assertEqual(first.date_to, date(2026, 3, 4))
        self.assertEqual(first.fixed_amount, 1714.29)

    def test_amount_of_a_person(self):
        """What was entered by hand stays, and the preview tells it."""
        self.march.fixed_amount = 2500.0
        self._end(date(2026, 3, 9))
        self.assertEqual(self.march.fixed_amount, 2500.0)
        self.march.invoice_date = date(2026, 3, 10)
        self.assertIn("9 of 31 days", self._get_notices(self.march)[0])
