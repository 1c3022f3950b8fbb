import json
import os
import re
import shlex
from pathlib import Path

from odoo.tests import tagged

from ..common.api import ApiCommon

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"

#: An example of the page: what is called, and what is answered.
EXAMPLE = re.compile(
    r"```sh\n(?P<call>.*?)```\n\s*Answer(?:, HTTP (?P<status>\d+))?[^\n]*:\n\s*"
    r"```json\n(?P<answer>.*?)```",
    re.DOTALL,
)
#: Innermost lists and objects that fit on a line.
SHORT = re.compile(r"([\[{])\n\s*([^\[\]{}]*?)\n\s*([\]}])")
WIDTH = 80
#: Set to write the answers of this run into the page, after a change that is meant.
WRITE = "API_PAGE_WRITE" in os.environ


def format_answer(answer):
    """JSON as the page has it: what is short stands on one line."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)

    def join(match):
        inner = re.sub(r"\s*\n\s*", " ", match[2])
        line = f"{match[1]}{inner}{match[3]}"
        return line if len(line) <= WIDTH else match[0]

    return SHORT.sub(join, SHORT.sub(join, text)) + "\n"


@tagged("post_install", "-at_install")
class TestApiPage(ApiCommon):
    """The examples of docs/api.md, word for word, in the order of the page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = PAGE.read_text()

    def setUp(self):
        super().setUp()
        self._render_for_real()

    def _run(self, line):
        """Send what a call of curl sends.

        :param str line: a call as a shell takes it
        :return: (HTTP status, the answer)
        """
        # Parsed before the names are filled in, as a shell does.
        words = shlex.split(line.replace("\\\n", " "))
        self.assertEqual([words[0], words[2], words[4]], ["curl", "-H", "--json"], line)
        self.assertEqual(len(words), 6, line)
        with self.plain_http() as host:
            names = {
                "$ODOO": host,
                "$KEY": self.key,
                "$APPROVER_KEY": self.approver_key,
            }
            url, header = (self._fill_in(words[place], names) for place in (1, 3))
            name, _, value = header.partition(": ")
            headers = {name: value, "Content-Type": "application/json"}
            return self._post(url, headers, words[5])

    def _fill_in(self, text, names):
        for name, value in names.items():
            text = text.replace(name, value)
        self.assertNotIn("$", text)
        return text

    def _shorten(self, answer):
        """An answer without what no page can hold, or no two runs have alike."""
        answer = dict(answer)
        answer.pop("debug", None)
        if "content" in answer:
            answer["content"] = f"{answer['content'][:8]}…"
            # It depends on the fonts of the machine.
            self.assertGreater(answer["size"], 1000)
            answer["size"] = 24576
        return answer

    def test_examples(self):
        examples = list(EXAMPLE.finditer(self.page))
        self.assertEqual(len(examples), self.page.count("```sh"), "one has no answer")
        answers = []
        for example in examples:
            status, answer = self._run(example["call"])
            answers.append(format_answer(self._shorten(answer)))
            with self.subTest(call=example["call"]):
                self.assertEqual(status, int(example["status"] or 200), answer)
                if not WRITE:
                    self.assertEqual(answers[-1], example["answer"])
        if WRITE:
            told = iter(answers)
            text = EXAMPLE.sub(
                lambda match: (
                    match[0][: match.start("answer") - match.start()]
                    + next(told)
                    + "```"
                ),
                self.page,
            )
            PAGE.write_text(text)

    def test_every_call_is_told(self):
        calls = set(self._get_calls())
        self.assertEqual(set(re.findall(r"^### `(\w+)`", self.page, re.M)), calls)
        self.assertEqual(set(re.findall(r"^\| \[`(\w+)`\]", self.page, re.M)), calls)
        called = set(re.findall(r"invoicing\.cycle\.api/([a-z_]+)", self.page))
        self.assertEqual(called, calls)

    def test_every_argument_is_told(self):
        for name, parameters in self._get_calls().items():
            chapter = self.page.split(f"\n### `{name}`\n")[1]
            chapter = re.split(r"\n##+ ", chapter)[0].split("\n```")[0]
            told = set()
            for row in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", chapter, re.M):
                told.update(re.findall(r"\w+", row))
            with self.subTest(call=name):
                self.assertLessEqual(set(parameters), told)
