from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import retainer
from odoo.addons.invoicing_cycle.tools.retainer import NOISE, get_balances

from ..common.pure import PureCase, repeatable

PERIODS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 4000)), max_size=24)


@tagged("post_install", "-at_install")
class TestRetainerBalances(PureCase):
    """No hour of a retainer appears from nothing, and none gets lost that is kept."""

    def test_doctests(self):
        self.assertDoctests(retainer)

    def test_noise(self):
        """What is less than a second is neither left nor above."""
        self.assertEqual(NOISE, 1 / 3600)
        for rest, left, above in (
            (NOISE / 2, 0.0, 0.0),
            (-NOISE / 2, 0.0, 0.0),
            (NOISE, NOISE, 0.0),
            (-NOISE, 0.0, NOISE),
        ):
            with self.subTest(rest=rest):
                [balance] = get_balances([(max(rest, 0.0), max(-rest, 0.0))], True)
                self.assertEqual((balance.left, balance.above), (left, above))

    @repeatable
    @given(PERIODS, st.booleans())
    def test_each_period(self, minutes, carry_over):
        periods = [(a / 60, b / 60) for a, b in minutes]
        before = 0.0
        for (included, drawn), balance in zip(
            periods, get_balances(periods, carry_over), strict=True
        ):
            self.assertEqual((balance.included, balance.drawn), (included, drawn))
            self.assertEqual(balance.carried, before if carry_over else 0.0)
            self.assertAlmostEqual(
                included + balance.carried - drawn,
                balance.left - balance.above,
                delta=0.001,
            )
            self.assertFalse(balance.left and balance.above)
            self.assertGreaterEqual(min(balance.left, balance.above), 0.0)
            before = balance.left

    @repeatable
    @given(PERIODS)
    def test_nothing_is_lost(self, minutes):
        """Carried over, all that was included is drawn or left."""
        periods = [(a / 60, b / 60) for a, b in minutes]
        balances = get_balances(periods, True)
        if balances:
            self.assertAlmostEqual(
                sum(included for included, _drawn in periods),
                sum(b.drawn - b.above for b in balances) + balances[-1].left,
                delta=0.01,
            )
