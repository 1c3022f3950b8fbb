from datetime import date, timedelta
from functools import wraps

from hypothesis import strategies as st
from hypothesis.stateful import rule

HOURS = [1 / 3, 0.25, 1.0, 7.5]

numbers = st.integers(0, 997)
hours = st.sampled_from(HOURS)
days = st.integers(0, 89).map(lambda number: date(2026, 1, 1) + timedelta(number))


def step(**strategies):
    """A rule whose outcome is counted: done, refused, or nothing to do it to."""

    def decorate(function):
        @wraps(function)
        def run(self, *args, **kwargs):
            self.outcome = "idle"
            function(self, *args, **kwargs)
            self.outcomes[function.__name__, self.outcome] += 1

        return rule(**strategies)(run)

    return decorate
