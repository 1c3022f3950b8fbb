from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..common.approval import ApprovalFlowCommon


@tagged("post_install", "-at_install")
class TestApprovalDelegationCache(ApprovalFlowCommon):
    """Somebody's absence empties nobody's caches, and holds at once nevertheless."""

    def setUp(self):
        super().setUp()
        self.finance_entries = self.env["account.analytic.line"].with_user(
            self.user_finance
        )

    def _create(self, **values):
        delegations = self.env["timesheet.approval.delegation"]
        return delegations.with_user(self.user_manager).create(
            {
                "delegate_id": self.user_finance.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 20),
                **values,
            }
        )

    def _sees(self):
        return self.finance_entries.search_count([("id", "=", self.entry.id)])

    def test_no_cache_of_all_workers_is_emptied(self):
        with patch.object(type(self.env.registry), "clear_cache") as clear_cache:
            delegation = self._create()
            delegation.date_to = date(2026, 3, 21)
            delegation.unlink()
        self.assertFalse(clear_cache.called)

    def test_it_holds_at_once(self):
        self.assertFalse(self._sees())
        delegation = self._create()
        self.assertTrue(self._sees())
        delegation.date_to = date(2026, 3, 2)
        self.assertFalse(self._sees())
        delegation.date_to = date(2026, 3, 20)
        self.assertTrue(self._sees())
        delegation.unlink()
        self.assertFalse(self._sees())

    def test_what_is_rolled_back_does_not_hold(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._create()
            self.assertTrue(self._sees())
            raise ZeroDivisionError
        self.assertFalse(self._sees())

    def test_it_is_asked_once_in_a_transaction(self):
        self._create()
        self._sees()
        self.env.invalidate_all()
        with patch.object(
            type(self.env["timesheet.approval.delegation"]), "_find_represented_ids"
        ) as find:
            self._sees()
        self.assertFalse(find.called)
