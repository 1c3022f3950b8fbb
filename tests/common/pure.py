import doctest
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from odoo.tests import BaseCase
from odoo.tools import config

# Its cache belongs with what Odoo writes, not in whatever folder Odoo was started.
set_hypothesis_home_dir(Path(config["data_dir"]) / "hypothesis")

#: For properties of pure functions: the same examples at every run, and no verdict that
#: hangs on how busy the machine is.
repeatable = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)


def day(text):
    return date.fromisoformat(text)


def iso(blocks):
    return [f"{date_from} {date_to}" for date_from, date_to in blocks]


class PureCase(BaseCase):
    """Base of the tests of ``tools``, which need neither database nor registry."""

    def assertDoctests(self, module):
        """Check that a module has doctests and that they hold.

        Odoo's runner looks for test classes only, so a test method has to run them.
        """
        report = []
        runner = doctest.DocTestRunner(verbose=False)
        for test in doctest.DocTestFinder(exclude_empty=True).find(module):
            runner.run(test, out=report.append)
        self.assertGreater(runner.tries, 0, "there is no doctest")
        self.assertFalse(runner.failures, "".join(report))
