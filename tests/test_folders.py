"""Dialogs, views and tests lie in folders that bear the names of the packages."""

import ast
from pathlib import Path

from odoo.tests import tagged

from .common.pure import PureCase
from .test_architecture import DOCUMENT, MODULE, PACKAGES

TESTS = Path(__file__).resolve().parent
#: Folders of tests/ that are of no single step.
MORE_TESTS = {"queue", "random", "security", "ui"}
#: What stands at the top of tests/: what is about the repository, not about the add-on.
AT_THE_TOP = {
    "test_architecture",
    "test_check_sudo",
    "test_folders",
    "test_python_packages",
}


def get_folders(path):
    return {
        folder.name
        for folder in path.iterdir()
        if folder.is_dir() and folder.name != "__pycache__"
    }


def get_imported(path):
    """
    :return: list of what the ``__init__.py`` of a folder imports, in its order
    """
    return [
        alias.name
        for node in ast.parse((path / "__init__.py").read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def get_told(heading):
    """
    :return: list of what stands as code in the first column of a chapter's tables
    """
    chapter = DOCUMENT.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [
        name
        for line in chapter.splitlines()
        if line.startswith("| `")
        for name in line.split("|")[1].split("`")[1::2]
    ]


@tagged("post_install", "-at_install")
class TestFolders(PureCase):
    def test_folders_are_packages(self):
        for path in (MODULE / "wizards", MODULE / "views", TESTS):
            more = MORE_TESTS if path == TESTS else set()
            with self.subTest(folder=path.name):
                self.assertLessEqual(get_folders(path), {*PACKAGES, *more})

    def test_every_dialog_is_loaded(self):
        wizards = MODULE / "wizards"
        loaded = get_imported(wizards)
        self.assertEqual(set(loaded), get_folders(wizards))
        self.assertEqual(loaded, sorted(loaded, key=PACKAGES.index))
        for folder in loaded:
            there = {path.stem for path in (wizards / folder).glob("[!_]*.py")}
            with self.subTest(folder=folder):
                self.assertEqual(set(get_imported(wizards / folder)), there)

    def test_every_view_is_loaded(self):
        data = ast.literal_eval((MODULE / "__manifest__.py").read_text())["data"]
        for folder in ("wizards", "views"):
            there = {
                path.relative_to(MODULE).as_posix()
                for path in (MODULE / folder).rglob("*.xml")
            }
            loaded = {name for name in data if name.startswith(f"{folder}/")}
            self.assertEqual(loaded, there)

    def test_dialogs_and_views_are_in_the_document(self):
        for folder, heading in (("wizards", "Dialogs"), ("views", "Views")):
            there = {
                path.relative_to(MODULE / folder).as_posix()
                for path in (MODULE / folder).rglob("[!_]*.*")
                if path.suffix in (".py", ".xml")
            }
            with self.subTest(folder=folder):
                self.assertCountEqual(get_told(heading), there)

    def test_folders_of_tests_are_in_the_document(self):
        told = {name.rstrip("/") for name in get_told("Tests")}
        self.assertEqual(told, MORE_TESTS | {"common"})

    def test_tests_lie_in_folders(self):
        self.assertEqual({path.stem for path in TESTS.glob("*.py")}, AT_THE_TOP)

    def test_each_test_file_has_a_name_of_its_own(self):
        """Odoo's runner finds them by it: invoicing_cycle/tests/discovery.py."""
        names = [path.stem for path in TESTS.rglob("test_*.py")]
        self.assertCountEqual(names, set(names))
