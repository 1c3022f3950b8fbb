from datetime import date

from odoo.fields import Command

from ..common.proof import ProofCommon


class RatesCommon(ProofCommon):
    """January at 100: 3 h on the 5th and 2 h on the 20th, locked up to the 15th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.item = cls.order.order_line
        cls.order.order_line = [
            Command.create({"product_id": cls.product_hours.id, "price_unit": 130.0})
        ]
        cls.dearer = cls.order.order_line[1]
        cls.project = cls._create_project(order=cls.order)
        cls.early = cls._log_time(cls.project, date(2026, 1, 5), 3.0)
        cls.late = cls._log_time(cls.project, date(2026, 1, 20), 2.0)
        cls._lock(date(2026, 1, 15))
        cls.january = cls._period(cls.project, date(2026, 1, 5))
        cls.env.flush_all()

    def assertItems(self, *expected):
        """(entry, item) of each."""
        self.env.flush_all()
        self.env.invalidate_all()
        for entry, item in expected:
            self.assertEqual(entry.so_line, item, entry.date)

    def assertPrices(self, *expected):
        """(entry, price) of each."""
        self.env.flush_all()
        self.env.invalidate_all()
        for entry, price in expected:
            self.assertEqual(entry.so_line.price_unit, price, entry.date)
