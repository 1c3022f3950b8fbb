from unittest.mock import patch

from odoo.tests import tagged

from ..common.multi_company import MultiCompanyCommon


@tagged("post_install", "-at_install")
class TestDraftStatusSearch(MultiCompanyCommon):
    """Looking for drafts that are out of date looks at those that one can see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Move = cls.env["account.move"]
        cls.draft = Move.browse(cls.period._generate_invoices().made)
        cls.draft_b = Move.browse(cls.period_b._generate_invoices().made)
        cls._log_time(cls.project, cls.period.date_from, 1.0)
        cls._log_time(cls.project_b, cls.period_b.date_from, 1.0, cls.consultant_b)

    def _search(self, user, status):
        """(what is found, of which drafts the status was worked out)"""
        Move = self.env["account.move"].with_user(user)
        seen = Move.browse()
        compute = type(Move)._get_outdated_reasons

        def _get_outdated_reasons(drafts, arrived):
            nonlocal seen
            seen |= drafts
            return compute(drafts, arrived)

        self.env.invalidate_all()
        with patch.object(type(Move), "_get_outdated_reasons", _get_outdated_reasons):
            found = Move.search(
                [("draft_status", "in", [status]), ("state", "=", "draft")]
            )
        return found.sudo(), seen.sudo()

    def test_only_ones_own_companies_are_looked_at(self):
        for user, draft in (
            (self.user_accountant, self.draft),
            (self.accountant_b, self.draft_b),
        ):
            with self.subTest(user=user.login):
                found, seen = self._search(user, "outdated")
                self.assertEqual(found & (self.draft | self.draft_b), draft)
                self.assertFalse(seen & (self.draft | self.draft_b) - draft)
                found, _seen = self._search(user, False)
                self.assertFalse(found & (self.draft | self.draft_b))
