"""Gives the files in tests/ their Odoo identity under pytest.

They are the tests of the add-on: invoicing_cycle/tests takes its modules from there.
Odoo's test classes take their tags, and Odoo its module, from the Python module's name,
so ``tests/ledger/test_x.py`` must be imported as
``odoo.addons.invoicing_cycle.tests.ledger.test_x`` here as well.
"""

import os
import shutil
from pathlib import Path
from unittest import mock

import _pytest.pathlib
import pytest

ROOT = Path(__file__).resolve().parent
TESTS = ROOT / "tests"
PACKAGE = "odoo.addons.invoicing_cycle.tests"

pytest_plugins = ["scripts.cover"]

resolve_name = _pytest.pathlib.resolve_pkg_root_and_module_name


def resolve_odoo_name(path, **kwargs):
    resolved = Path(path).resolve()
    if not resolved.is_relative_to(TESTS):
        return resolve_name(path, **kwargs)
    parts = resolved.relative_to(TESTS).with_suffix("").parts
    return ROOT, ".".join([PACKAGE, *(part for part in parts if part != "__init__")])


_pytest.pathlib.resolve_pkg_root_and_module_name = resolve_odoo_name


def pytest_addoption(parser):
    parser.addoption(
        "--queue",
        action="store_true",
        help="run the tests of invoicing_cycle_queue alone, in a database with it",
    )
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail when a test was skipped: without a browser, Odoo skips its tests",
    )


@pytest.fixture(scope="session", autouse=True)
def own_files(load_registry, tmp_path_factory):
    """Each of several processes has its own files of attachments, as its own database.

    pytest-odoo lets them share those. But Odoo removes files that its database does not
    know, the others', and takes one that another is just writing for a different one.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    # Not before Odoo is configured.
    from odoo.tools import config

    own = tmp_path_factory.mktemp("files") / "filestore"
    shutil.copytree(config.filestore(""), own)
    with mock.patch.object(config, "filestore", return_value=str(own)):
        yield


def pytest_ignore_collect(collection_path, config):
    """The tests of the glue with OCA's job queue need a database with both."""
    of_queue = collection_path.is_relative_to(TESTS / "queue")
    if collection_path.is_file() and collection_path.is_relative_to(TESTS):
        return of_queue != config.getoption("--queue") or None
    return None


def pytest_collection_modifyitems(items):
    """Which tests stay together where several processes run them.

    Those of a class, which share what it has set up. And those in a browser: two
    browsers at a time would keep each other from answering in time.
    """
    for item in items:
        in_browser = "browser" in getattr(item.cls, "test_tags", ())
        group = "browser" if in_browser else getattr(item.cls, "__name__", item.name)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # There is none where pytest runs in several processes, but in the one that reports.
    if not reporter or not session.config.getoption("--no-skips"):
        return
    if reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
