from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import credit
from odoo.addons.invoicing_cycle.tools.credit import Rest, is_covered

from ..common.pure import PureCase, repeatable

TIMES = st.lists(st.integers(1, 600), min_size=1, max_size=12)  # minutes
QUANTITIES = st.integers(0, 5000).map(lambda cents: cents / 100)


@tagged("post_install", "-at_install")
class TestCreditShare(PureCase):
    """However a line is credited in steps, it is credited once."""

    def test_examples(self):
        self.assertDoctests(credit)

    @repeatable
    @given(TIMES, QUANTITIES, QUANTITIES, st.sampled_from([1.0, 1 / 8, 60.0]))
    def test_steps_add_up(self, minutes, quantity, made, factor):
        times = [part / 60 for part in minutes]
        taken, taken_made = 0.0, 0.0
        for step, time in enumerate(times):
            rest = Rest(
                quantity - taken, 100.0, made - taken_made, sum(times[step:]), factor, 2
            )
            share, share_made = rest.take(time)
            self.assertGreaterEqual(share, 0.0)
            taken += share
            taken_made += share_made
        self.assertAlmostEqual(taken, quantity, places=6)
        self.assertAlmostEqual(taken_made, made, places=6)

    @repeatable
    @given(st.integers(-500, 500), st.integers(-500, 500))
    def test_covered(self, cents, credited):
        """What is missing has the sign of the quantity."""
        missing = cents - credited if cents >= 0 else credited - cents
        self.assertEqual(is_covered(cents / 100, credited / 100, 2), missing <= 0)
