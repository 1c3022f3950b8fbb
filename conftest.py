"""Gives the files in tests/ their Odoo identity under pytest.

They are the add-on's tests: invoicing_cycle/tests is a link to that folder. Odoo's test
classes take their tags, and Odoo its module, from the Python module's name, so a file
must be imported as ``odoo.addons.invoicing_cycle.tests.<file>`` from there as well.
It lies here and not in tests/, because pytest would import that whole package for it
before Odoo knows its add-ons.
"""

from pathlib import Path

import _pytest.pathlib
import pytest

TESTS = Path(__file__).resolve().parent / "tests"
PACKAGE = "odoo.addons.invoicing_cycle.tests"

resolve_name = _pytest.pathlib.resolve_pkg_root_and_module_name


def resolve_odoo_name(path, **kwargs):
    root, name = resolve_name(path, **kwargs)
    resolved = Path(path).resolve()
    if resolved.is_relative_to(TESTS):
        parts = resolved.relative_to(TESTS).with_suffix("").parts
        name = ".".join((PACKAGE, *(part for part in parts if part != "__init__")))
    return root, name


_pytest.pathlib.resolve_pkg_root_and_module_name = resolve_odoo_name


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail when a test was skipped: without a browser, Odoo skips its tests",
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
