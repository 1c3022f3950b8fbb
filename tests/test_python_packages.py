from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged

#: Countries whose companies get localizations and e-invoicing of their own.
EUROPE = """
at be bg ch cy cz de dk ee es fi fr gb gr hr hu ie is it lt lu lv mt nl no pl pt ro se
si sk
"""


@tagged("post_install", "-at_install")
class TestPythonPackages(TransactionCase):
    """A company anywhere in Europe can be created in the demo.

    Creating one installs the modules of its country at once, and fails where one of
    these lacks a Python package.
    """

    def _get_installed_with(self, country, installed):
        """Modules that a company in a country brings, by Odoo's own rules."""
        manifests = {
            manifest.name: manifest for manifest in Manifest.all_addon_manifests()
        }
        wanted = set(installed)
        added = True
        while added:
            added = {
                name
                for name, manifest in manifests.items()
                if name not in wanted
                and manifest["installable"]
                and manifest["auto_install"] is not False
                and set(manifest["auto_install"]) <= wanted
                and (not manifest["countries"] or country in manifest["countries"])
            }
            for name in added:
                wanted |= self._get_needed(name, manifests)
        return [manifests[name] for name in wanted - installed]

    def _get_needed(self, name, manifests):
        needed, todo = set(), [name]
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.add(name)
                todo += manifests[name]["depends"]
        return needed

    def test_modules_of_european_companies_have_what_they_need(self):
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        installed = set(modules.mapped("name"))
        checked = set()
        for country in EUROPE.split():
            for manifest in self._get_installed_with(country, installed):
                with self.subTest(country=country, module=manifest.name):
                    manifest.check_manifest_dependencies()
                checked.add(manifest.name)
        self.assertIn("account_peppol", checked)

    def test_installed_modules_have_what_they_need(self):
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        names = modules.mapped("name")
        self.assertIn("invoicing_cycle", names)
        for name in names:
            with self.subTest(module=name):
                # Raises what is missing.
                Manifest.for_addon(name).check_manifest_dependencies()
