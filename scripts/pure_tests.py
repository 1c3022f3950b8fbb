"""Runs the tests of the pure functions in tools/ without Odoo, which takes a second.

For ./dev mutate, which runs them for each of a thousand changes. Whatever the tests'
modules import of Odoo is a stand-in here; only classes of PureCase run, which use none
of it. Names of modules of tools/ as arguments choose the tests that import them.
"""

import importlib
import re
import sys
import tempfile
import types
import unittest
from importlib.machinery import ModuleSpec
from pathlib import Path

ROOT = Path.cwd()
ADDON = "odoo.addons.invoicing_cycle"
FOLDERS = {ADDON: ROOT / "invoicing_cycle", f"{ADDON}.tests": ROOT / "tests"}


class AnythingType(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything

    def __call__(cls, *args, **kwargs):
        return cls if cls is Anything else super().__call__(*args, **kwargs)

    def __iter__(cls):
        return iter(())


class Anything(metaclass=AnythingType):
    """Stands in for a class, a function or a record of Odoo."""


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything


class Finder:
    """Finds stand-ins for all of Odoo and the add-on but its tools and tests."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        is_pure = re.match(rf"{ADDON}\.(tools\b|tests\.)", name)
        if name.partition(".")[0] == "odoo" and not is_pure:
            return ModuleSpec(name, Finder, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        module = StandIn(spec.name)
        if spec.name in FOLDERS:
            spec.submodule_search_locations = [str(FOLDERS[spec.name])]
        elif spec.name == "odoo.tests":
            module.BaseCase = unittest.TestCase
            module.tagged = lambda *tags: lambda case: case
        elif spec.name == "odoo.tools":
            module.config = {"data_dir": tempfile.gettempdir()}
        return module

    @staticmethod
    def exec_module(module):
        """There is nothing to execute."""


def get_tests(names):
    """The tests of PureCase in the files that import one of the modules."""
    names = "|".join(names)
    imports = re.compile(rf"invoicing_cycle\.tools(\.| import .*\b)({names})\b")
    suite = unittest.TestSuite()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text()
        if "(PureCase" not in text or not imports.search(text):
            continue
        name = ".".join(path.relative_to(ROOT / "tests").with_suffix("").parts)
        module = importlib.import_module(f"{ADDON}.tests.{name}")
        for case in vars(module).values():
            if isinstance(case, type) and issubclass(case, unittest.TestCase):
                suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    sys.meta_path.insert(0, Finder)
    tests = get_tests(sys.argv[1:] or [r"\w+"])
    outcome = unittest.TextTestRunner(failfast=True, verbosity=1).run(tests)
    sys.exit(not (outcome.wasSuccessful() and outcome.testsRun))
