from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import shares
from odoo.addons.invoicing_cycle.tools.shares import left_quantity, share_amount

from ..common.pure import PureCase, repeatable


@tagged("post_install", "-at_install")
class TestShares(PureCase):
    """Shares of a total add up to it, in whatever order and with whatever undone."""

    def test_doctests(self):
        self.assertDoctests(shares)

    @repeatable
    @given(
        st.integers(1, 10**9),
        st.lists(st.integers(1, 100), min_size=1, max_size=12),
        st.randoms(),
    )
    def test_shares_add_up(self, cents, weights, random):
        total = cents / 100
        parts = [weight / sum(weights) for weight in weights]
        billed = {}
        for _step in range(3 * len(parts)):
            index = random.randrange(len(parts))
            if index in billed:
                del billed[index]
            else:
                self._bill(index, parts, billed, total)
        for index in set(range(len(parts))) - billed.keys():
            self._bill(index, parts, billed, total)
        self.assertEqual(round(sum(billed.values()), 2), total)

    def _bill(self, index, parts, billed, total):
        billed[index] = share_amount(
            parts[index],
            sum(parts[other] for other in billed),
            total,
            sum(billed.values()),
            2,
        )

    def test_beyond_the_whole(self):
        self.assertEqual(share_amount(0.2, 0.9, 1000, 900, 2), 200.0)
        self.assertEqual(share_amount(0.5, 0, 0, 0, 2), 0.0)

    def test_down_payment_that_was_deducted_beyond(self):
        self.assertEqual(left_quantity(-1, 3000, 1, 2), 0.0)
