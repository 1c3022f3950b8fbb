from datetime import date

from odoo.tests import tagged

from ..common.decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestPeriodAmount(DecisionCommon):
    """The calendar, graph and pivot of periods: one amount, whatever became of it."""

    def _group(self, *groupby):
        self.env.flush_all()
        self.env.invalidate_all()
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        return [
            (*(group[name] for name in groupby), group["amount:sum"])
            for group in Period.formatted_read_group(
                [("project_id", "=", self.project.id), ("hours", "!=", 0)],
                list(groupby),
                ["amount:sum", "amount:sum_currency", "__count"],
            )
        ]

    def test_states(self):
        self._log_time(self.project, date(2026, 1, 20), 3.0)
        self.assertEqual(self._group("state"), [("pending", 500.0)])
        self._invoice()
        self.assertEqual(self._group("state"), [("pending", 300.0), ("to_send", 200.0)])
        self.assertEqual(self.period.amount, 200.0)

    def test_groups(self):
        for name in ("partner_id", "billing_owner_id", "invoice_date:month"):
            with self.subTest(group=name):
                [(_key, amount)] = self._group(name)
                self.assertEqual(amount, 200.0)

    def test_grouping_sets(self):
        """As the pivot asks, all at once."""
        self.env.flush_all()
        Period = self.env["project.billing.period"].with_user(self.user_accountant)
        everything, by_state, by_both = Period.formatted_read_grouping_sets(
            [("project_id", "=", self.project.id)],
            [[], ["state"], ["partner_id", "state"]],
            ["amount:sum", "__count"],
        )
        for groups in (everything, by_state, by_both):
            self.assertEqual(sum(group["amount:sum"] for group in groups), 200.0)

    def test_measures(self):
        """What sums add up is offered, in the reader's words."""
        fields = self.env["project.billing.period"].fields_get(["amount", "state"])
        self.assertEqual(fields["amount"]["aggregator"], "sum")
        self.assertTrue(fields["state"]["groupable"])
