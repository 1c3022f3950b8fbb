from odoo.tests import tagged

from ..common.read_money import NAMES, ReadMoneyCommon


@tagged("post_install", "-at_install")
class TestReadMoneySearch(ReadMoneyCommon):
    """Money that a user does not read is not told by filters, orders or groups."""

    def _search(self, user, *domain, order="id"):
        domain = [("id", "in", self.projects.ids), *domain]
        ids = self.rpc(user, self.projects, "search", domain, order=order)
        return self.projects.browse(ids)

    def test_filter(self):
        conditions = [
            ("billing_retainer_amount", ">", 1999),
            ("billing_retainer_hours", "=", 20.0),
            ("billing_expense_markup", "!=", 0),
            ("billing_retainer_carry_over", "=", True),
            ("billing_retainer_line_id", "!=", False),
            (
                "billing_retainer_line_id",
                "=",
                self.foreign_project.billing_retainer_line_id.id,
            ),
            ("billing_retainer_line_id.name", "ilike", "secret"),
            ("billing_retainer_overrun_line_id", "ilike", "secret"),
            ("billing_retainer_currency_id", "!=", False),
        ]
        for condition in conditions:
            with self.subTest(condition=condition):
                for user, own in (
                    (self.user_pm, self.project),
                    (self.user_both, self.project.browse()),
                ):
                    self.assertLessEqual(self._search(user, condition), own)
        self.assertEqual(self._search(self.user_pm, conditions[0]), self.project)
        self.assertEqual(
            self._search(self.user_accountant, conditions[0]), self.projects
        )

    def test_order(self):
        """Nobody learns by sorting which of two foreign projects is worth more."""
        foreign = self.sold_project | self.foreign_project
        by_id = {}
        for swapped in (False, True):
            low, high = reversed(foreign) if swapped else foreign
            for project, amount in ((low, 1.0), (high, 9.0)):
                project.write(
                    {
                        "billing_retainer_amount": amount,
                        "billing_retainer_hours": amount,
                        "billing_expense_markup": amount,
                    }
                )
                project.billing_retainer_line_id.sequence = amount
            for name in NAMES:
                order = f"{name}, id"
                ids = self._search(self.user_both, order=order).ids
                self.assertEqual(by_id.setdefault(name, ids), ids, name)

    def test_groups_and_sums(self):
        aggregates = [
            f"{name}:{function}"
            for name in ("billing_retainer_hours", "billing_expense_markup")
            for function in ("sum", "max", "avg")
        ]
        domain = [("id", "in", self.projects.ids)]
        for user, share in ((self.user_pm, 1), (self.user_accountant, 3)):
            [group] = self.rpc(
                user,
                self.projects,
                "formatted_read_group",
                domain,
                [],
                [*aggregates, "__count"],
            )
            self.assertEqual(group["__count"], 3)
            self.assertEqual(group["billing_retainer_hours:sum"], 20.0 * share)
        for groupby in ("partner_id", *NAMES):
            with self.subTest(groupby=groupby):
                groups = self.rpc(
                    self.user_both,
                    self.projects,
                    "formatted_read_group",
                    domain,
                    [groupby],
                    [*aggregates, "__count"],
                )
                for group in groups:
                    self.assertFalse(any(group[name] for name in aggregates), group)
                    if groupby != "partner_id":
                        self.assertFalse(group[groupby])

    def test_companies(self):
        """A billing manager reads what the companies bill that are switched on."""
        other = self.env["res.company"].create({"name": "Other"})
        self.user_accountant.company_ids |= other
        shared = self.foreign_project
        self.env.cr.execute(
            "UPDATE project_project SET billing_company_id = %s WHERE id = %s",
            [other.id, shared.id],
        )
        self.env.invalidate_all()
        for companies, open_ in ((self.company, False), (self.company | other, True)):
            context = {"allowed_company_ids": companies.ids}
            values = self.values(self.user_accountant, shared, *NAMES, **context)
            self.assertEqual(bool(values["billing_retainer_amount"]), open_)
            found = self.rpc(
                self.user_accountant,
                shared,
                "search",
                [("id", "=", shared.id), ("billing_retainer_amount", ">", 0)],
                context=context,
            )
            self.assertEqual(bool(found), open_)
