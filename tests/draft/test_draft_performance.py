from datetime import date

from odoo.tests import tagged

from ..common.draft import DraftCommon


@tagged("post_install", "-at_install")
class TestDraftPerformance(DraftCommon):
    """What drafts know of themselves costs the same for any number of them."""

    def _make_drafts(self, count, entries):
        projects = self.env["project.project"]
        for number in range(count):
            projects |= self._create_project(f"P{number}")
        for project in projects:
            for day in range(1, entries + 1):
                self._log_time(project, date(2026, 1, day))
        drafts = self._generate(
            projects.billing_period_ids.filtered(
                lambda period: period.date_from == date(2026, 1, 1)
            )
        )
        for project in projects:
            self._log_time(project, date(2026, 1, 20), 1.0)
            project.sale_line_id.price_unit = 120.0
        drafts.invoice_line_ids.timesheet_entry_ids.with_user(
            self.user_timesheet_admin
        ).write({"unit_amount": 2.0})
        return drafts

    def _count(self, drafts):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        rows = drafts.with_user(self.user_accountant).read(
            ["draft_status", "outdated_reasons"]
        )
        self.assertTrue(all(row["draft_status"] == "outdated" for row in rows))
        return self.cr.sql_log_count - before

    def test_reading(self):
        few, many = self._make_drafts(2, 2), self._make_drafts(6, 5)
        self._count(few)
        self.assertEqual(self._count(few), self._count(many))

    def test_search(self):
        drafts = self._make_drafts(2, 1)
        Move = self.env["account.move"].with_user(self.user_accountant)
        found = Move.search([("draft_status", "=", "outdated")])
        self.assertEqual(found, drafts.sorted("id", reverse=True) & found)
        self.assertLessEqual(drafts, found.sudo())
        self.assertNotIn(self.draft, found)
        self.assertIn(self.draft, Move.search([("draft_status", "=", False)]))

    def test_refreshing_grows_with_lines_not_with_entries(self):
        few, many = self._make_drafts(1, 2), self._make_drafts(1, 20)

        def refresh(draft):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            draft.with_user(self.user_accountant).action_refresh_draft()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries = refresh(few)
        self.assertLessEqual(refresh(many), queries + 2)
        self.assertEqual(many.invoice_line_ids.quantity, 41.0)
