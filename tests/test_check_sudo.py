from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from odoo.tests import BaseCase

ROOT = Path(__file__).resolve().parents[1]


def load_script(name):
    """The module of a script: they are in no package."""
    spec = spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


class TestCheckSudo(BaseCase):
    """The linter that wants a reason beside every ``sudo()``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load_script("check_sudo")

    def find(self, source):
        with TemporaryDirectory() as folder:
            path = Path(folder, "source.py")
            path.write_text(dedent(source).lstrip("\n"))
            return self.script.find_unexplained(path)

    def test_none_without_a_reason_in_the_add_ons(self):
        # Where the add-on is installed without the repository, there are no tests.
        folders = (ROOT / "invoicing_cycle", ROOT / "invoicing_cycle_queue")
        self.assertFalse(self.script.main(*folders))

    def test_no_reason(self):
        for source in (
            "lines = self.sudo()",
            "lines = self.sudo(True)",
            "lines = self.sudo(flag=True)",
            "env = self.env(su=True)",
            "lines = self.with_user(SUPERUSER_ID)",
            "lines = self.with_user(api.SUPERUSER_ID)",
            "env = self.env(user=SUPERUSER_ID)",
            "lines = self.sudo()  # all of them",
            "text = '# sudo: no comment'; lines = self.sudo()",
        ):
            with self.subTest(source=source):
                self.assertEqual(self.find(source), [1])

    def test_reason_beside_or_above(self):
        for source in (
            "lines = self.sudo()  # sudo: why",
            "# sudo: why\nlines = self.sudo()",
            "# sudo: why, which takes\n# two lines\nlines = self.sudo()",
            "# Something else.\n# sudo: why\nlines = self.sudo()",
            "# sudo: why\nenv = self.env(su=True)",
            "# As OdooBot, who may.\nrow = row.with_user(SUPERUSER_ID)",
            "# sudo: why\nrow = row.with_user(SUPERUSER_ID)",
        ):
            with self.subTest(source=source):
                self.assertEqual(self.find(source), [])

    def test_odoobot_is_no_reason_for_sudo(self):
        self.assertEqual(self.find("lines = self.sudo()  # as OdooBot does"), [1])

    def test_reason_inside_a_chained_call(self):
        source = """
            lines = (
                self.env["account.analytic.line"]
                # sudo: why
                .sudo()
                .search([])
            )
        """
        self.assertEqual(self.find(source), [])

    def test_reason_below_is_the_next_ones(self):
        source = """
            lines = self.sudo()
            # sudo: why
            others = self.sudo()
        """
        self.assertEqual(self.find(source), [1])

    def test_reason_of_the_neighbour_does_not_count(self):
        for source in (
            "# sudo: why\nlines = self.sudo()\nothers = self.sudo()",
            "lines = self.sudo()  # sudo: why\n\nothers = self.sudo()",
            "# sudo: why\n\nlines = self\nothers = self.sudo()",
            "lines = self.sudo()  # sudo: why\n# Another matter.\nothers = self.sudo()",
        ):
            with self.subTest(source=source):
                self.assertEqual(self.find(source), [source.count("\n") + 1])

    def test_reason_of_a_block_does_not_count_for_what_is_in_it(self):
        source = """
            # sudo: why
            for line in self.sudo():
                line.sudo().unlink()
            # sudo: why
            if self.sudo():
                pass
            elif other.sudo():
                pass
            else:
                other.sudo().unlink()
        """
        self.assertEqual(self.find(source), [3, 7, 10])

    def test_reason_above_a_function_does_not_count(self):
        source = """
            # sudo: why
            def method(self, lines):
                return lines.sudo()
        """
        self.assertEqual(self.find(source), [3])

    def test_reason_inside_a_block(self):
        source = """
            try:
                with manager():
                    # sudo: why
                    self.sudo().unlink()
            except ValueError:
                # sudo: why
                self.sudo().write({})
        """
        self.assertEqual(self.find(source), [])

    def test_whose_rights_are_given_back_needs_none(self):
        for source in (
            "lines = self.sudo(False)",
            "lines = self.sudo(flag=False)",
            "lines = lines.sudo(self.env.su)",
            "env = self.env(su=False)",
            "lines = self.with_user(user)",
        ):
            with self.subTest(source=source):
                self.assertEqual(self.find(source), [])

    def test_a_folder_without_its_tests(self):
        with TemporaryDirectory() as folder:
            model, test = Path(folder, "model.py"), Path(folder, "tests", "test.py")
            test.parent.mkdir()
            test.write_text("self.sudo()")
            self.assertFalse(self.script.main(folder))
            model.write_text("self.sudo()")
            self.assertTrue(self.script.main(folder))
