import os
from pathlib import Path

from odoo.tests import tagged

from .fuzz import FuzzCommon

#: About a minute. `./dev fuzz` makes more of them, other ones each time.
CALLS = int(os.environ.get("FUZZ_CALLS", "5000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
#: A file for the table of what the calls came to.
REPORT = os.environ.get("FUZZ_REPORT")


@tagged("post_install", "-at_install")
class TestFuzz(FuzzCommon):
    """Bad values get a clean refusal, whoever sends them to whatever can be called."""

    def test_bad_values_are_refused(self):
        before = self._take_prints()
        result = self._fuzz(CALLS, SEED)
        if REPORT:
            Path(REPORT).write_text(result.report() + "\n")
        after = self._take_prints()
        self.assertFalse(
            [name for name in before if before[name] != after[name]],
            "what was taken back is not as it was",
        )
        self._check_proof()
        self._check_numbers()
        if result.findings:
            self.fail(result.report())
        # A fuzz that gets nowhere finds nothing.
        self.assertGreater(result.outcomes["done"], CALLS / 10)
        self.assertGreater(result.outcomes["refused"], CALLS / 10)
