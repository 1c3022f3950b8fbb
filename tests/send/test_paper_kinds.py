import re
from pathlib import Path

import polib
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from ..common.einvoice import get_broken_rules
from ..common.paper import Papers
from ..common.paper_company import DAY
from ..common.paper_words import LANGUAGES

PICTURES = Path(__file__).resolve().parents[2] / "docs/images/paper"


@tagged("post_install", "-at_install")
class TestPaperKinds(TransactionCase):
    """The documents of docs/images/paper/: e-invoices of the norm, and no English
    word of ours for customers of another language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(DAY, tick=True))
        papers = Papers(cls.env)
        cls.documents = papers.make_all()
        cls.env = papers.env

    def test_each_has_a_picture(self):
        pictures = {path.stem for path in PICTURES.glob("*.png")}
        self.assertEqual(
            {name for name in pictures if not name.startswith("annex_")},
            set(self.documents),
        )
        for name in pictures:
            self.assertIn(f"({name}.png)", (PICTURES / "README.md").read_text())

    def test_each_language_several_times(self):
        languages = [name.rpartition("_")[2] for name in self.documents]
        for language in LANGUAGES:
            self.assertGreater(languages.count(language), 2)

    def test_each_fulfils_the_norm(self):
        for name, document in self.documents.items():
            for form in ("ubl_bis3", "cii"):
                with self.subTest(name, form=form):
                    builder = self.env[f"account.edi.xml.{form}"]
                    content, errors = builder._export_invoice(document)
                    self.assertFalse(errors)
                    self.assertEqual(get_broken_rules(content), [])

    def test_each_in_the_language_of_its_customer(self):
        for language in set(LANGUAGES) - {"en"}:
            english = self._get_translated(language)
            self.assertGreater(len(english), 10)
            for name, document in self.documents.items():
                if not name.endswith(f"_{language}"):
                    continue
                with self.subTest(name):
                    text = self._print_text("account.account_invoices", document)
                    if document._get_annex():
                        text += self._print_text(
                            "invoicing_cycle.report_billing_annex", document
                        )
                    self.assertEqual(english.intersection(text.split()), set())

    def _get_translated(self, language):
        """English words of ours that texts of that language have not."""
        path = Path(file_path("invoicing_cycle/i18n"))
        files = {file.stem: polib.pofile(file) for file in path.glob("*.po")}
        own = " ".join(entry.msgstr for entry in files[language])
        # A text that one language lacks is in the others.
        english = " ".join(entry.msgid for file in files.values() for entry in file)
        return self._split(english) - self._split(own)

    def _split(self, text):
        # A letter alone is an abbreviation.
        return set(re.findall(r"\w{2,}", re.sub(r"%\(\w+\)s|<[^>]*>", " ", text)))

    def _print_text(self, report, document):
        """Its words, without tags and what is no text."""
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, document.ids
        )
        body = content.decode().partition("<body")[2]
        return " ".join(self._split(body))
