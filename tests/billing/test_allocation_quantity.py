from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, example, given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.invoicing_cycle.tools.allocation import (
    fixed_quantity,
    next_quantity,
    round_quantity,
)

from ..common.pure import PureCase, repeatable

NOISE = 1e-7  # of adding floats; far below every last digit

digits = st.integers(0, 4)
minutes_per_unit = st.sampled_from([60, 450, 480])  # hours, and days of two lengths
# Minutes of the entries of each invoice line of one sale order line
invoices = st.lists(st.lists(st.integers(1, 900), max_size=6), max_size=8)
corrected_invoices = st.lists(
    st.lists(st.integers(-300, 900), max_size=6), min_size=1, max_size=8
)
amounts = st.lists(st.integers(1, 500_000), min_size=1, max_size=12)  # cents


def round_exactly(value, digits):
    """Round half up, away from zero, in whole numbers."""
    doubled = abs(value) * 10**digits * 2
    steps = (doubled.numerator // doubled.denominator + 1) // 2
    return float(Fraction(steps if value > 0 else -steps, 10**digits))


def bill(invoices, unit, digits, billed=0.0, made=0.0):
    """Bill invoice by invoice; give time and quantity of each line."""
    lines = []
    for minutes in invoices:
        time = sum(entry / unit for entry in minutes)
        billed += time
        quantity = next_quantity(billed, made, digits)
        made += quantity
        lines.append((time, quantity))
    return lines


@tagged("post_install", "-at_install")
class TestAllocationQuantity(PureCase):
    """How time and fixed amounts become quantities of invoice lines."""

    def test_rounding_by_hand(self):
        for value, decimals, rounded in (
            (0, 2, 0.0),
            (7, 2, 7.0),
            (0.005, 2, 0.01),
            (-0.005, 2, -0.01),
            (1.005, 2, 1.01),  # a float just below
            (1.0049999, 2, 1.0),
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (0.1 + 0.2, 2, 0.3),
            (0.145 + 0.14, 2, 0.29),
            (1234567.125, 2, 1234567.13),
            (1e-05, 2, 0.0),
            (1e-05, 5, 1e-05),
        ):
            with self.subTest(value=value, digits=decimals):
                self.assertEqual(round_quantity(value, decimals), rounded)

    def test_noise_is_what_nine_decimals_do_not_show(self):
        self.assertEqual(round_quantity(0.005 - 1e-10, 2), 0.01)
        self.assertEqual(round_quantity(0.005 - 2e-9, 2), 0.0)

    def test_nothing_is_not_negative(self):
        # "-0.00" on an invoice
        self.assertEqual(str(round_quantity(-0.001, 2)), "0.0")
        self.assertEqual(str(next_quantity(0.334, 0.33, 2)), "0.0")
        self.assertEqual(str(next_quantity(0.329, 0.33, 2)), "0.0")

    @repeatable
    @given(st.lists(st.integers(-900, 900), max_size=40), minutes_per_unit, digits)
    def test_rounding_sees_the_sum_and_not_the_noise(self, minutes, unit, digits):
        self.assertEqual(
            round_quantity(sum(entry / unit for entry in minutes), digits),
            round_exactly(Fraction(sum(minutes), unit), digits),
        )

    @repeatable
    @given(corrected_invoices, minutes_per_unit, digits)
    @example([[20], [20], [20]], 60, 2)
    @example([[1]] * 7, 480, 0)
    def test_any_split_adds_up(self, invoices, unit, digits):
        lines = bill(invoices, unit, digits)
        total = Fraction(sum(map(sum, invoices)), unit)
        self.assertAlmostEqual(
            sum(quantity for _time, quantity in lines),
            round_exactly(total, digits),
            delta=NOISE,
        )
        together = bill(
            [[minute for line in invoices for minute in line]], unit, digits
        )
        self.assertAlmostEqual(
            together[0][1], sum(quantity for _time, quantity in lines), delta=NOISE
        )

    @repeatable
    @given(corrected_invoices, minutes_per_unit, digits)
    @example([[20], [20], [20]], 60, 2)
    def test_a_line_is_off_by_one_last_digit_at_most(self, invoices, unit, digits):
        for time, quantity in bill(invoices, unit, digits):
            self.assertLessEqual(abs(quantity - time), 10**-digits + NOISE)

    @repeatable
    @given(invoices, minutes_per_unit, digits)
    def test_time_never_makes_a_negative_line(self, invoices, unit, digits):
        for _time, quantity in bill(invoices, unit, digits):
            self.assertGreaterEqual(quantity, 0)

    @repeatable
    @given(corrected_invoices, minutes_per_unit, digits, st.data())
    @example([[20], [20], [20]], 60, 2, None)
    def test_time_given_back_and_billed_again_adds_up(
        self, invoices, unit, digits, data
    ):
        """Cancelled lines leave with their time and with the quantity they made."""
        lines = bill(invoices, unit, digits)
        cancelled = (
            data.draw(st.sets(st.sampled_from(range(len(invoices)))), label="cancelled")
            if data
            else {1}
        )
        kept = [line for number, line in enumerate(lines) if number not in cancelled]
        again = bill(
            [[minute for number in sorted(cancelled) for minute in invoices[number]]],
            unit,
            digits,
            billed=sum(time for time, _quantity in kept),
            made=sum(quantity for _time, quantity in kept),
        )
        self.assertAlmostEqual(
            sum(quantity for _time, quantity in kept + again),
            round_exactly(Fraction(sum(map(sum, invoices)), unit), digits),
            delta=NOISE,
        )

    # Fixed amounts

    def count(self, parts, total, ordered, digits):
        made, quantities = 0.0, []
        for number, amount in enumerate(parts):
            quantity = fixed_quantity(
                amount, sum(parts[:number]), total, ordered, made, digits
            )
            made += quantity
            quantities.append(quantity)
        return quantities

    @repeatable
    @given(amounts, st.integers(1, 40), digits, st.sampled_from([1, -1]))
    @example([100] * 200, 1, 2, 1)
    @example([100] * 120, 1, 2, 1)
    @example([3000_00] * 3, 1, 2, 1)
    def test_fixed_amounts_end_with_the_order(self, cents, ordered, digits, sign):
        parts = [sign * amount / 100 for amount in cents]
        total = sign * sum(cents) / 100
        quantities = self.count(parts, total, ordered, digits)
        self.assertAlmostEqual(sum(quantities), ordered, delta=NOISE)
        for amount, quantity in zip(parts, quantities, strict=True):
            self.assertLessEqual(
                abs(quantity - ordered * amount / total), 10**-digits + NOISE
            )
            self.assertGreaterEqual(quantity, 0)

    def test_an_order_is_counted_once_however_much_is_billed(self):
        self.assertEqual(
            self.count([6000, 4000, 1000, -3000, 1000], 9000, 1, 2),
            [0.67, 0.33, 0.0, -0.11, 0.11],
        )

    def test_the_last_amount_may_be_less_than_half_a_cent_short(self):
        made = 0.6667
        for amount, quantity in ((33.33, 0.3333), (33.326, 0.3333), (33.32, 0.3332)):
            with self.subTest(amount=amount):
                self.assertEqual(
                    fixed_quantity(amount, 66.67, 100, 1, made, 4), quantity
                )

    def test_the_last_amount_takes_what_is_left_of_the_quantity(self):
        self.assertEqual(fixed_quantity(3333.336, 6666.66, 10000, 1, 0.5, 2), 0.5)
        self.assertEqual(fixed_quantity(3333.33, 6666.66, 10000, 1, 0.5, 2), 0.33)
        self.assertEqual(fixed_quantity(0.005, 0, 0.01, 1, 0.3, 2), 0.7)

    def test_a_large_credit_is_not_the_last_amount(self):
        self.assertEqual(fixed_quantity(-9000, 0, 9000, 1, 0, 2), -1.0)

    def test_what_was_billed_otherwise_is_left_to_the_last_amount(self):
        # Half of the order was invoiced before, without a fixed amount.
        self.assertEqual(fixed_quantity(3000, 0, 9000, 1, 0.5, 2), 0.33)
        self.assertEqual(fixed_quantity(3000, 6000, 9000, 1, 0.5, 2), 0.5)

    def test_an_order_without_value_counts_nothing(self):
        self.assertEqual(fixed_quantity(100, 0, 0, 1, 0, 2), 0.0)

    @repeatable
    @given(amounts, digits)
    def test_counting_never_goes_back_or_beyond(self, cents, digits):
        assume(sum(cents))
        quantities = self.count(cents, sum(cents), 1, digits)
        totals = [sum(quantities[:number]) for number in range(len(quantities) + 1)]
        for before, after in pairwise(totals):
            self.assertLessEqual(before, after + NOISE)
            self.assertLessEqual(after, 1 + NOISE)
