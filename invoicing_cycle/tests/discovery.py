"""Finds the tests, which lie at the top of the repository.

All of them are found, so none can be forgotten. Where only the add-on's folder is
installed, there are none.
"""

import sys
from importlib import import_module
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "tests"

if (TESTS / "common.py").is_file():
    sys.modules[__package__].__path__.append(str(TESTS))
    for test in sorted(TESTS.glob("test_*.py")):
        import_module(f"{__package__}.{test.stem}")
