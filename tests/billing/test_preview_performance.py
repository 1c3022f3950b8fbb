from datetime import date

from odoo.tests import tagged

from ..common.preview import JANUARY, PreviewCommon


@tagged("post_install", "-at_install")
class TestPreviewPerformance(PreviewCommon):
    """A fixed number of queries for any number of periods and entries."""

    def _create_periods(self, count, entries, **values):
        """Periods with an invoiced one before, each of a customer of its own."""
        periods = self.env["project.billing.period"]
        for number in range(count):
            partner = self.env["res.partner"].create(
                {
                    "name": f"Customer {number}",
                    "country_id": self.env.ref("base.fi").id,
                }
            )
            order = self._create_order(partner_id=partner.id)
            project = self._create_project(
                f"P{number}", order=order, partner_id=partner.id, **values
            )
            self._log_time(project, JANUARY, 1.0)
            for day in range(entries):
                self._log_time(project, date(2026, 2, 1 + day), 1.0)
            # Time that is not mapped, so that every check has something to tell.
            loose = self._log_time(project, date(2026, 2, 1), 1.0, self.colleague)
            loose.with_context(tracking_disable=True).sudo().write({"so_line": False})
            loose.is_so_line_edited = False
            self._period(project, JANUARY).action_generate_invoices()
            periods |= self._period(project, date(2026, 2, 1))
        return periods

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_same_queries_for_more(self):
        few, many = self._create_periods(3, 2), self._create_periods(9, 6)
        for periods in (few, many):
            self.assertEqual(set(periods.mapped("state")), {"ready"})
        # The first one fills Odoo's own caches.
        _cold, *counts = [
            self._count(lambda periods=periods: self._preview(periods))
            for periods in (few, few, many)
        ]
        self.assertEqual(counts[0], counts[1])

    def test_same_queries_to_check_again(self):
        few, many = self._create_periods(3, 2), self._create_periods(9, 6)
        previews = [self._preview(periods) for periods in (few, many)]
        for preview in previews:
            preview.action_refresh()
        counts = [
            self._count(lambda preview=preview: preview.action_refresh())
            for preview in previews
        ]
        self.assertEqual(counts[0], counts[1])
