from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools import caps
from odoo.addons.invoicing_cycle.tools.caps import NOISE, allot

from ..common.pure import PureCase, repeatable


@tagged("post_install", "-at_install")
class TestCaps(PureCase):
    """What fits under a cap is as much as possible and never more."""

    def test_doctests(self):
        self.assertDoctests(caps)

    @repeatable
    @given(st.lists(st.integers(0, 2000), max_size=20), st.integers(-500, 9000))
    def test_fits(self, minutes, room):
        hours = [value / 60 for value in minutes]
        room /= 60
        fits = allot(hours, room)
        self.assertLessEqual(sum(fits), max(room, 0) + NOISE)
        self.assertAlmostEqual(
            sum(fits), min(sum(hours), max(room, 0)), delta=2 * NOISE
        )
        # In the order in which they were worked: what comes first fits first.
        cut = [
            index
            for index, (a, b) in enumerate(zip(hours, fits, strict=True))
            if a - b > NOISE
        ]
        if cut:
            self.assertLessEqual(sum(fits[cut[0] + 1 :]), NOISE)

    def test_noise(self):
        """What is less than a second fits, and is no room either."""
        self.assertEqual(NOISE, 1 / 3600)
        self.assertEqual(allot([4 + NOISE / 2], 4), [4 + NOISE / 2])
        self.assertEqual(allot([NOISE], 0), [NOISE])
        self.assertEqual(allot([NOISE], -0.5), [NOISE])
        self.assertEqual(allot([1], NOISE), [0.0])

    @repeatable
    @given(st.lists(st.integers(-600, 600), max_size=20), st.integers(0, 3000))
    def test_corrections(self, minutes, room):
        """A correction is never cut, and nothing but time is."""
        hours = [value / 60 for value in minutes]
        for before, after in zip(hours, allot(hours, room / 60), strict=True):
            if before <= 0:
                self.assertEqual(after, before)
            else:
                self.assertTrue(0 <= after <= before)
