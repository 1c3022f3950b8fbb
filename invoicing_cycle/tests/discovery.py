"""Finds the tests, which lie at the top of the repository.

All of them are found, so none can be forgotten, but those of the glue with OCA's job
queue, which is not there. Where only the add-on's folder is installed, there are none.
"""

import sys
from importlib import import_module
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "tests"

if (TESTS / "test_architecture.py").is_file():
    package = sys.modules[__package__]
    package.__path__.append(str(TESTS))
    for path in set(TESTS.rglob("test_*.py")) - set(TESTS.glob("queue/*")):
        name = ".".join(path.relative_to(TESTS).with_suffix("").parts)
        # Odoo's runner takes what is named test_… in the package itself, and looks no
        # deeper. tests/test_architecture.py refuses two files of one name.
        setattr(package, path.stem, import_module(f"{__package__}.{name}"))
