"""Runs the tests of Odoo's own modules, named in STOCK_TESTS_OF, for Odoo's shell.

All of them run once everything is loaded, as users have it: Odoo's update would run
those that are tagged at_install before modules that are loaded later, so without them.
Prints a line for each test: its name and how it ended.
"""

import os
from unittest.mock import patch

from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tests.shell import run_tests

PREFIX = "odoo.addons."
outcomes = {}


class Recorder(OdooTestResult):
    """Odoo's result counts; this one also keeps how each test ended."""

    def startTest(self, test):
        outcomes[test.id()] = "passed"
        super().startTest(test)

    def addSkip(self, test, reason):
        outcomes[test.id()] = "skipped"
        super().addSkip(test, reason)

    def addFailure(self, test, err):
        self._record_failure(test)
        super().addFailure(test, err)

    def addError(self, test, err):
        self._record_failure(test)
        super().addError(test, err)

    def _record_failure(self, test):
        # A subtest fails its test; what fails in setUpClass has a name of its own.
        test = getattr(test, "test_case", None) or test
        outcomes[test.id().replace(" ", "-")] = "failed"


def name_tag(name):
    """The test tag of one test, /module:Class.method."""
    module, *_path, klass, method = name.removeprefix(PREFIX).split(".")
    return f"/{module}:{klass}.{method}"


# What tours load. Compiled within each, it may take longer than they wait.
QWeb = env["ir.qweb"]  # noqa: F821
for bundle in ("web.assets_web", "web.assets_tests", "web.assets_backend_lazy"):
    QWeb._get_asset_bundle(bundle, css=False).js()
for bundle in ("web.assets_web", "web.assets_web_print", "web.assets_backend_lazy"):
    QWeb._get_asset_bundle(bundle, js=False).css()
env.cr.commit()  # noqa: F821
with patch.object(loader, "OdooTestResult", Recorder):
    run_tests(env, os.environ["STOCK_TESTS_OF"])  # noqa: F821
    # Once more alone: a busy machine may be too slow for a tour.
    failed = [
        name_tag(name)
        for name, outcome in outcomes.items()
        if outcome == "failed" and name.startswith(PREFIX)
    ]
    if failed:
        run_tests(env, ",".join(failed))  # noqa: F821
for name, outcome in sorted(outcomes.items()):
    print(name.removeprefix(PREFIX), outcome)  # noqa: T201
